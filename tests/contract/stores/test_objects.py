"""A bucket passes the contract of stores without transactions, on moto's server over real HTTP."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import pytest
from moto.server import ThreadedMotoServer
from tests.support.s3 import KEY, SECRET, Shop

from adieu.adapters.objects import ObjectsAddress, ObjectsInstalling, open_objects
from adieu.datamap.links import Link
from adieu.datamap.model import Dataset, Treatment
from adieu.datamap.schema import Schema
from adieu.planning.plan import Plan
from adieu.ports.faults import FaultPoints, NoFaults
from adieu.ports.stores import Store, Subject
from adieu.testing.contract.untransacted import *  # noqa: F403  # the suite's classes are this file's tests
from adieu.testing.contract.untransacted import STORE, StoppingJournal

_numbers = itertools.count(1)
PLACES = {f"{STORE}.photos": "photos/{member}/", f"{STORE}.avatars": "avatars/{member}."}


class ObjectsKind:
    """Implements `UntransactedKind`. The server's objects live in this process and outlast its going down."""

    servers: Sequence[str] = ("werkzeug", "moto", "botocore")
    secrets: Sequence[str] = (SECRET, KEY, "face.jpg")

    def __init__(self) -> None:
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._server.start()
        self.shop = Shop(self._server.get_host_and_port()[1], f"contract-{next(_numbers)}")
        self.shop.versioning("Enabled")

    @property
    def declared(self) -> str:
        return f'{{kind: objects, url: "{self.shop.url}"}}'

    @property
    def datasets(self) -> Mapping[str, str]:
        return {name: f'{{belongs_to: member, on_closure: delete, objects: "{place}"}}' for name, place in PLACES.items()}

    def schema(self) -> Schema:
        return self._installing().schema()

    def open(self, plan: Plan, journal: StoppingJournal, faults: FaultPoints) -> Store:
        return self._installing(faults).open(plan, journal)

    def put(self, members: Sequence[Subject]) -> Mapping[str, int]:
        for one in members:
            for _ in range(2):
                self.shop.put(f"photos/{one.key}/face.jpg", f"photos/{one.key}/b.jpg", f"avatars/{one.key}.png")
        return {one.key: 3 for one in members}

    def left(self) -> Mapping[str, int]:
        keys = {key for key, _, _ in self.shop.versions()}
        return Counter(key.partition("/")[2].replace(".png", "/").partition("/")[0] for key in keys)

    def down(self) -> None:
        self._server.stop()

    def up(self) -> None:
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=self.shop.port, verbose=False)
        self._server.start()

    def close(self) -> None:
        self._server.stop()

    def _installing(self, faults: FaultPoints | None = None) -> ObjectsInstalling:
        rules = {
            name: Dataset(on_closure=Treatment.DELETE, belongs_to=(Link(fields=("member",)),), objects=place)
            for name, place in PLACES.items()
        }
        return open_objects(ObjectsAddress(name=STORE, url=self.shop.url), rules, faults or NoFaults())


@pytest.fixture
def kind() -> Iterator[ObjectsKind]:
    bucket = ObjectsKind()
    yield bucket
    bucket.close()
