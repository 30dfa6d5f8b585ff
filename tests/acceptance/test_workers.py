"""Several workers on one PostgreSQL: register, workflow tables and shop are shared; everybody is closed once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.acceptance.house import KILLED, Home
from tests.acceptance.shop import Database, everybody, map_text, person, schema

from adieu.testing.faults import KillAt

LEAVERS = (1, 2, 3, *range(6, 31))
MakeDatabase = Callable[[], str]


@dataclass(frozen=True, kw_only=True)
class SharedHome(Home):
    """Adieu's own databases lie on the server; only keys and files are in the folder."""

    own_database: str
    worker: str = "one"

    def environment(self) -> Mapping[str, str]:
        """As before, in the common databases and under the worker's name."""
        own = {f"ADIEU_{kind}_URL": self.own_database for kind in ("REGISTER", "VAULT", "WORKFLOW")}
        return {**super().environment(), **own, "ADIEU_BATCH_SIZE": "2", "ADIEU_WORKER": self.worker}

    def own(self, kind: str, sql: str) -> list[tuple[object, ...]]:
        """Rows of the common database."""
        return Database("postgresql", self.own_database).rows(sql)

    def named(self, worker: str) -> SharedHome:
        """The same shop with another worker."""
        return SharedHome(
            folder=self.folder, database=self.database, records_per_step=self.records_per_step,
            own_database=self.own_database, worker=worker,
        )


@pytest.fixture
def shop(_postgresql_server: MakeDatabase, tmp_path: Path) -> SharedHome:
    database, own = (
        _postgresql_server().replace("postgresql://", "postgresql+psycopg://", 1) for _ in range(2)
    )
    shop = Database("postgresql", database)
    shop.write([*schema("postgresql"), *everybody(), *(row for key in LEAVERS[3:] for row in person(key))])
    (tmp_path / "adieu.yaml").write_text(map_text(), encoding="utf-8")
    home = SharedHome(folder=tmp_path, database=shop, records_per_step=60_000, own_database=own)
    done = home.run(["install"], ["work", "--once"])
    assert done.codes == [0, 0], done.err
    (tmp_path / "members.csv").write_text("id\n" + "".join(f"{key}\n" for key in LEAVERS), encoding="utf-8")
    queued = home.run(["close", "--from", str(tmp_path / "members.csv"), "--expect", str(len(LEAVERS)), "--later"])
    assert queued.codes == [0] and f"queued {len(LEAVERS)}" in queued.out, queued.err
    return home


def assert_all_closed_once(home: SharedHome) -> None:
    assert home.states() == ["closed"] * len(LEAVERS)
    for table in ("receipt", "ledger_leaf"):
        assert home.own("register", f"select count(*) from {table}") == [(len(LEAVERS),)]
    closings = "select count(*), count(distinct closure) from closure_event where after = 'closed'"
    assert home.own("register", closings) == [(len(LEAVERS), len(LEAVERS))]
    assert home.database.rows("select id from member order by id") == [(4,), (5,)]
    assert home.database.captured() == 0


def test_two_workers_share_the_queue_and_close_everybody_once(shop: SharedHome) -> None:
    started = [shop.named(name).start(["work", "--once"], name=name) for name in ("one", "two")]
    ended = [shop.wait(child) for child in started]
    assert [done.codes for done in ended] == [[0], [0]], [done.err for done in ended]
    done = [int(done.out.split(" batches done")[0].split()[-1]) for done in ended]
    assert sum(done) == len(LEAVERS) // 2 and min(done) > 0, done
    assert_all_closed_once(shop)


def test_what_a_killed_worker_had_is_taken_over_by_one_that_lives(shop: SharedHome) -> None:
    doomed = shop.named("doomed").start(["work", "--once"], faults=KillAt("register.end.before_commit", 2), name="doomed")
    living = shop.named("living").start(["work", "--once"], name="living")
    assert shop.wait(doomed).codes == [KILLED]
    assert shop.wait(living).codes == [0]
    rest = shop.named("living").run(["work", "--once", "--adopt", "doomed"])
    assert rest.codes == [0], rest.err
    assert_all_closed_once(shop)
