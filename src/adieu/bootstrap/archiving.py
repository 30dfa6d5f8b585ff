"""Opens what a member's archive is made from: the stores for reading, and the shop's key to sign with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from adieu.adapters.signing import read_published
from adieu.archive import Sign, Verify
from adieu.bootstrap.checking import refuse_errors
from adieu.bootstrap.stores import open_map, open_schemas, open_signer, open_stores, readable
from adieu.closures.archiving import Shelves
from adieu.datamap.checks import check
from adieu.planning.make import make_plan
from adieu.receipts.note import VerifierKey, sign_note, verify_note
from adieu.settings import Settings

if TYPE_CHECKING:  # what an archive does not need: register, vault and batches take half of a second to load
    from adieu.bootstrap.house import House


@contextmanager
def open_shelves(settings: Settings) -> Iterator[Shelves]:
    """The stores of the map, closed again at the end.

    Raises:
        AdieuError: the map cannot be carried out, or a store does not answer.
    """
    datamap = open_map(settings.map)
    installing = open_schemas(datamap, settings)
    schemas = {name: store.schema() for name, store in installing.items()}
    refuse_errors(check(datamap, schemas))
    plan = make_plan(datamap, schemas)
    with open_stores(installing, plan) as stores:
        yield Shelves(datamap=datamap, plan=plan, schemas=schemas, stores=readable(stores))


def shelves_of(house: House) -> Shelves:
    """The stores of an opened house, for reading."""
    desk = house.desk
    return Shelves(datamap=desk.datamap, plan=desk.plan, schemas=desk.schemas, stores=readable(desk.stores))


def desk_signature(house: House) -> Sign:
    """Signs with the key of an opened house."""
    return partial(sign_note, signer=house.desk.signer)


def archive_signature(settings: Settings) -> Sign:
    """Signs with the shop's key. Raises `SettingsError` or `KeysRefused` where there is none to sign with."""
    return partial(sign_note, signer=open_signer(settings))


def archive_check(key: str) -> Verify:
    """Checks against a public key line, or the first key of a published page. Raises `NoteMalformed` for another form."""
    published = "\n" in key.strip() or "#" in key
    return partial(verify_note, key=read_published(key)[0] if published else VerifierKey.parse(key.strip()))
