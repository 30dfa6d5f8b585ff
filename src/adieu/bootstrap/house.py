"""Opens a shop: map, stores, plan, register, vault, keys, signer and batches, joined into one desk."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path

from adieu.adapters.batches import DbosBatches, open_batches
from adieu.adapters.clock import SystemClock
from adieu.adapters.keys import MasterKeys, create_master_key, load_master_keys
from adieu.adapters.register import install_register, open_register
from adieu.adapters.signing import FileSigner, create_key, published_keys
from adieu.adapters.vault import install_vault, open_vault
from adieu.bootstrap.checking import refuse_errors
from adieu.bootstrap.outside import Means
from adieu.bootstrap.stores import key_paths, open_map, open_schemas, open_signer, open_stores, there
from adieu.closures import Desk, Pace, run_batch
from adieu.datamap.checks import check
from adieu.planning.make import make_plan
from adieu.ports.batches import Stage
from adieu.ports.clock import Clock
from adieu.ports.faults import FaultPoints, NoFaults
from adieu.settings import Settings

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class House:
    """An opened shop with its durable batches."""

    desk: Desk
    batches: DbosBatches


def make_keys(settings: Settings, name: str) -> tuple[Path, Path]:
    """Create the master key and the signing key where they are missing; where they lie."""
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    master, signing = key_paths(settings)
    if not master.exists():
        create_master_key(master)
    if not signing.exists():
        create_key(signing, settings.ledger_name or name)
    return master, signing


def install_own(settings: Settings) -> None:
    """Create or bring up to date the register and the vault."""
    install_register(settings.own_url("register"))
    install_vault(settings.own_url("vault"))


def public_keys(settings: Settings) -> str:
    """The page of public keys a shop publishes: the key in use first. Raises `KeysRefused` where there is none."""
    return published_keys(key_paths(settings)[1])


@contextmanager
def open_house(settings: Settings, clock: Clock | None = None, faults: FaultPoints | None = None) -> Iterator[House]:
    """The whole house, closed again at the end.

    Raises:
        AdieuError: whatever is missing or does not answer, before anything is changed.
    """
    faults = faults or NoFaults()
    clock = clock or SystemClock()
    datamap = open_map(settings.map)
    installing = open_schemas(datamap, settings, faults, clock)
    schemas = {name: store.schema() for name, store in installing.items()}
    refuse_errors(check(datamap, schemas))
    plan = make_plan(datamap, schemas)
    keys, signer = _keys(settings)
    with ExitStack() as stack:
        register = open_register(settings.own_url("register"), clock, faults)
        stack.callback(register.close)
        shop = datamap.shop.name
        means = Means(journal=register.journal(keys, shop), message_id=partial(keys.digest, "message", shop))
        stores = stack.enter_context(open_stores(installing, plan, means))
        vault = open_vault(settings.own_url("vault"), keys, faults)
        stack.callback(vault.close)
        desk = Desk(
            datamap=datamap, plan=plan, schemas=schemas, stores=stores, register=register, vault=vault, keys=keys,
            signer=signer, clock=clock, faults=faults, random_bytes=secrets.token_bytes,
            software=f"adieu {version('adieu')}", receipt_years=settings.receipt_years,
            pace=Pace(size=settings.batch_size, target_seconds=settings.lock_target_ms / 1000),
        )
        stages = [("close", _logged(lambda batch: run_batch(desk, batch)))]
        batches = open_batches(settings.own_url("workflow"), stages, settings.worker, None)
        stack.callback(batches.close)
        yield House(desk=desk, batches=batches)


def _logged(stage: Stage) -> Stage:
    """The stage, telling in the log how long each batch took and how it ended: an id, a duration, a class's name."""

    def carry_out(batch: str) -> None:
        started, cause = time.monotonic(), {}
        try:
            stage(batch)
        except Exception as error:
            cause = {"cause": type(error).__name__}
            raise
        finally:
            seconds = round(time.monotonic() - started, 3)
            _log.info("batch stopped" if cause else "batch done", extra={"batch": batch, "seconds": seconds, **cause})

    return carry_out


def _keys(settings: Settings) -> tuple[MasterKeys, FileSigner]:
    return load_master_keys(there(key_paths(settings)[0])), open_signer(settings)
