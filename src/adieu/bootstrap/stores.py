"""Opens what a shop's map names, without Adieu's own databases: the stores, and the key that signs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from adieu.adapters.clock import SystemClock
from adieu.adapters.signing import FileSigner, load_key
from adieu.adapters.stores.installing import SqlInstalling
from adieu.adapters.stores.store import SqlStore, StoreAddress, open_installing, open_store
from adieu.bootstrap.outside import Declared, Means, open_outside, open_whole
from adieu.datamap import DataMap, load
from adieu.datamap.model import StoreKind
from adieu.errors import SettingsError
from adieu.planning.plan import Plan
from adieu.ports.clock import Clock
from adieu.ports.faults import FaultPoints, NoFaults
from adieu.ports.reading import ReadableStore
from adieu.ports.stores import Store
from adieu.settings import Settings

if TYPE_CHECKING:
    from adieu.adapters.objects import ObjectsInstalling
    from adieu.adapters.recipients import RecipientInstalling

    Opening = SqlInstalling | ObjectsInstalling | RecipientInstalling

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def open_map(path: Path) -> DataMap:
    """The data map of a file. Raises `SettingsError` where it cannot be read, `MapInvalid` where it is wrong."""
    try:
        return load(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise SettingsError(f"{path}: the data map cannot be read ({error.strerror}); set --map or ADIEU_MAP") from None


def open_schemas(
    datamap: DataMap, settings: Settings, faults: FaultPoints | None = None, clock: Clock | None = None
) -> dict[str, Opening]:
    """Every declared store as far as no plan is needed. Raises `SettingsError` for an unset variable in an address."""
    faults = faults or NoFaults()
    found: dict[str, Opening] = {}
    for name, entry in datamap.stores.items():
        url = _resolved(entry.url, name)
        if entry.kind is StoreKind.DATABASE:
            address = StoreAddress(
                name=name, url=url, install_url=_resolved(entry.install_url, name) if entry.install_url else None,
                lock_wait_ms=settings.lock_wait_ms,
            )
            found[name] = open_installing(address, faults)
            continue
        declared = Declared(
            name=name, kind=entry.kind, url=url, secret=_resolved(entry.secret or "", name), shop=datamap.shop.name,
            datasets={dataset: rule for dataset, rule in datamap.datasets.items() if datamap.store_of(dataset) == name},
        )
        found[name] = open_outside(declared, clock or SystemClock(), faults)
    return found


def databases(opening: Mapping[str, Opening]) -> dict[str, SqlInstalling]:
    """Those that are databases: whose records can be read through."""
    return {name: store for name, store in opening.items() if isinstance(store, SqlInstalling)}


@contextmanager
def open_stores(opening: Mapping[str, Opening], plan: Plan, means: Means | None = None) -> Iterator[Mapping[str, Store]]:
    """The whole stores, ready for `plan`; closed again at the end. Without `means` nothing can be erased outside databases."""
    stores: dict[str, Store] = {}
    try:
        for name, store in opening.items():
            if isinstance(store, SqlInstalling):
                stores[name] = open_store(store, plan)
            else:
                stores[name] = open_whole(store, plan, means or Means())
        yield stores
    finally:
        for opened in stores.values():
            opened.close()


def readable(stores: Mapping[str, Store]) -> dict[str, ReadableStore]:
    """Those whose records a member can be given a copy of: the databases."""
    return {name: store for name, store in stores.items() if isinstance(store, SqlStore)}


def open_signer(settings: Settings) -> FileSigner:
    """The shop's signing key. Raises `SettingsError` where there is none, `KeysRefused` where it cannot be used."""
    return load_key(there(key_paths(settings)[1]))


def there(path: Path) -> Path:
    """The path of a key. Raises `SettingsError` where there is none."""
    if not path.exists():
        raise SettingsError(f"{path} is missing; run `adieu install` once, or restore it from its backup")
    return path


def key_paths(settings: Settings) -> tuple[Path, Path]:
    """Where the master key and the signing key lie."""
    return settings.home / "master.key", settings.home / "signing.key"


def _resolved(url: str, store: str, environment: Mapping[str, str] = os.environ) -> str:
    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if not environment.get(name):
            raise SettingsError(f"stores.{store}: the map reads its address from {name}, which is not set; set it")
        return environment[name]

    return _VARIABLE.sub(value, url)
