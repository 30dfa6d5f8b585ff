"""maps/peer.yaml and the shop it was written for, with few members."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from adieu.adapters.stores.store import StoreAddress, open_installing
from adieu.bootstrap import check_live, open_map
from adieu.datamap.checks import Code, Level
from adieu.ports.faults import NoFaults

ROOT = Path(__file__).resolve().parents[3]
MEMBERS = 60


@pytest.fixture
def peer(postgresql: str) -> str:
    sql = (ROOT / "bench" / "shop.sql").read_text().replace(":nmembers", str(MEMBERS)).replace("\\set ON_ERROR_STOP on", "")
    with psycopg.connect(postgresql.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(sql.split("vacuum analyze;")[0])
        connection.execute("analyze")
    return postgresql


def codes(url: str) -> set[Code]:
    datamap = open_map(ROOT / "maps" / "peer.yaml")
    (name,) = datamap.stores
    store = open_installing(StoreAddress(name=name, url=url), NoFaults())
    try:
        return {finding.code for finding in check_live(datamap, {name: store}, 1000) if finding.level is Level.ERROR}
    finally:
        store.database.close()


def test_the_peer_map_passes_until_a_member_writes_their_address_in_capitals(peer: str) -> None:
    assert codes(peer) == set()
    with psycopg.connect(peer.replace("+psycopg", "")) as connection:
        connection.execute("update newsletter_sub set email = upper(email) where email = (select min(email) from newsletter_sub)")
    assert codes(peer) == {Code.NOT_NORMALISED}
