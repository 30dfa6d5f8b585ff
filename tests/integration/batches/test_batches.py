"""Batches survive their process, are carried out by one worker at a time, and leave nothing personal behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import Pool

from adieu.adapters.batches import DbosBatches, open_batches
from adieu.adapters.database import open_engine
from adieu.errors import BatchTaken, SettingsError
from adieu.ports.batches import Stage

CANARY = "Hong Gildong <gildong@example.com>"

#: A worker of its own: dies or waits in the middle of its second stage. Arguments: url, locks, journal, fate, verb.
WORKER = """
import sys
from pathlib import Path
from adieu.adapters.batches import open_batches
from adieu.testing.faults import KillAt

url, locks, journal, fate, verb = sys.argv[1:]

def note(line):
    with Path(journal).open("a") as file:
        file.write(line + "\\n")

def first(batch):
    note(f"first {batch}")

def second(batch):
    if fate == "dies":
        KillAt("second").reach("second")
    print("at work", flush=True)
    if fate == "waits":
        sys.stdin.readline()
    note(f"second {batch}")

batches = open_batches(url, [("first", first), ("second", second)], "other", Path(locks))
if verb == "run":
    batches.run("b1")
else:
    print("done", batches.work(until_idle=True), flush=True)
batches.close()
"""


class Place:
    """One database, one directory of locks and one journal of the stages that ran."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.locks, self.journal = url, folder / "locks", folder / "journal"

    def stage(self, name: str) -> Stage:
        def run(batch: str) -> None:
            with self.journal.open("a") as file:
                file.write(f"{name} {batch}\n")

        return run

    def ran(self) -> list[str]:
        return self.journal.read_text().splitlines() if self.journal.exists() else []

    @contextmanager
    def batches(self, *, second: Stage | None = None) -> Iterator[DbosBatches]:
        stages = [("first", self.stage("first")), ("second", second or self.stage("second"))]
        opened = open_batches(self.url, stages, "desk", self.locks)
        try:
            yield opened
        finally:
            opened.close()

    def other(self, fate: str, verb: str = "run") -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", WORKER, self.url, str(self.locks), str(self.journal), fate, verb],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )

    def dead_worker(self) -> None:
        with self.other("dies") as process:
            assert process.wait(60) == -signal.SIGKILL

    def stored(self) -> str:
        """Every row of every table of the database, as text."""
        engine, metadata = open_engine(self.url), sa.MetaData()
        schema = None if engine.dialect.name == "sqlite" else "dbos"
        metadata.reflect(engine, schema=schema)
        with engine.connect() as connection:
            text = "\n".join(
                str(tuple(row)) for table in metadata.tables.values() for row in connection.execute(table.select())
            )
        engine.dispose()
        return text


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "sqlite":
        return Place(f"sqlite:///{tmp_path / 'adieu.db'}", tmp_path)
    return Place(str(request.getfixturevalue("postgresql")), tmp_path)


def failing(times: int, then: Stage) -> Stage:
    """A stage that fails with a member's data in its message, `times` times."""
    left = [times]

    def run(batch: str) -> None:
        left[0] -= 1
        if left[0] >= 0:
            raise LookupError(CANARY)
        then(batch)

    return run


def test_run_carries_a_batch_out_at_once_and_once(place: Place) -> None:
    with place.batches() as batches:
        batches.run("b1")
        assert place.ran() == ["first b1", "second b1"]
        batches.run("b1")
        batches.later("b1")
        assert batches.work(until_idle=True) == 0
    assert place.ran() == ["first b1", "second b1"]


def test_a_failed_batch_raises_what_its_stage_raised_and_goes_on_when_run_again(place: Place) -> None:
    with place.batches(second=failing(2, place.stage("second"))) as batches:
        for _ in range(2):
            with pytest.raises(LookupError, match="gildong"):
                batches.run("b1")
            assert batches.work(until_idle=True) == 0, "a worker took a failed batch by itself"
        batches.run("b1")
        batches.run("b1")
    assert place.ran() == ["first b1", "first b1", "first b1", "second b1"]


def test_nothing_a_stage_says_is_stored_or_logged(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    with place.batches(second=failing(2, place.stage("second"))) as batches:
        with pytest.raises(LookupError):
            batches.run("b1")
        batches.later("b2")
        assert batches.work(until_idle=True) == 0
    stored = place.stored()
    for batch in ("b1", "b2"):
        assert f'{{"batch": "{batch}", "stage": "second", "cause": "LookupError"}}' in stored
        assert f"Batch {batch} stopped in stage second (LookupError)" in caplog.text
    assert "gildong" not in stored.lower() + caplog.text.lower()
    assert "py_pickle" not in stored


def test_later_waits_for_a_worker_who_takes_the_oldest_first(place: Place) -> None:
    with place.batches() as batches:
        for batch in ("b2", "b1", "b2"):
            batches.later(batch)
    assert place.ran() == []
    with place.batches() as batches:
        assert batches.work(until_idle=True) == 2
        assert batches.work(until_idle=True) == 0
    assert place.ran() == ["first b2", "second b2", "first b1", "second b1"]


def test_run_takes_a_queued_batch_out_of_the_queue(place: Place) -> None:
    with place.batches() as batches:
        batches.later("b1")
        batches.run("b1")
        assert batches.work(until_idle=True) == 0
    assert place.ran() == ["first b1", "second b1"]


def test_a_killed_worker_s_batch_is_finished_by_the_next_run(place: Place) -> None:
    place.dead_worker()
    assert place.ran() == ["first b1"]
    with place.batches() as batches:
        batches.run("b1")
        assert batches.work(until_idle=True) == 0
    assert place.ran() == ["first b1", "first b1", "second b1"]


def test_a_killed_worker_s_batch_is_finished_by_another_worker(place: Place) -> None:
    place.dead_worker()
    place.dead_worker()  # the one who goes on dies as well
    with place.other("lives", "work") as process:
        assert process.communicate(timeout=60)[0] == "at work\ndone 1\n"
    assert place.ran() == ["first b1", "first b1", "first b1", "second b1"]


def test_a_killed_worker_s_batch_is_adopted_by_its_name_only(place: Place) -> None:
    place.dead_worker()
    with place.batches() as batches:
        assert batches.adopt("oth") == 0
        assert batches.adopt("other") == 1
        assert batches.adopt("other") == 0, "it was adopted already"
        assert batches.work(until_idle=True) == 1
    assert place.ran() == ["first b1", "first b1", "second b1"]


def test_a_living_worker_s_batch_is_not_taken(place: Place) -> None:
    with place.other("waits") as process, place.batches() as batches:
        assert process.stdout is not None
        assert process.stdout.readline() == "at work\n"
        with pytest.raises(BatchTaken, match=r"living worker \(other\)"):
            batches.run("b1")
        batches.later("b1")
        assert batches.adopt("other") == 0
        assert batches.work(until_idle=True) == 0
        process.communicate("go on\n", timeout=60)
        assert process.returncode == 0
        batches.run("b1")
    assert place.ran() == ["first b1", "second b1"]


def test_a_crash_between_two_attempts_loses_and_repeats_nothing(place: Place) -> None:
    # What stands there when a process dies after it began the second attempt and before it removed the first one.
    place.dead_worker()
    with place.batches() as batches:
        workflows = batches._workflows
        kept, workflows.forget = workflows.forget, lambda _: None  # type: ignore[method-assign]
        batches.run("b1")
        workflows.forget = kept  # type: ignore[method-assign]
        assert len(workflows.attempts("b1")) == 2
        assert batches.work(until_idle=True) == 1
        assert len(workflows.attempts("b1")) == 1
    assert place.ran() == ["first b1", "first b1", "second b1"]


def test_a_worker_whose_lock_was_lost_learns_that_another_one_went_on(postgresql: str, tmp_path: Path) -> None:
    place = Place(postgresql, tmp_path)

    def lose_the_lock(_: str) -> None:
        engine = open_engine(postgresql)
        with engine.connect() as connection:
            connection.execute(sa.text("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'"))
        engine.dispose()
        with place.other("lives") as process:
            assert process.wait(60) == 0

    with place.batches(second=lose_the_lock) as batches:
        with pytest.raises(BatchTaken):
            batches.run("b1")
        batches.run("b1")
    assert place.ran() == ["first b1", "first b1", "second b1"]


def test_only_one_may_be_open_in_a_process(place: Place) -> None:
    with place.batches(), pytest.raises(SettingsError, match="open in this process already"):
        open_batches(place.url, [], "desk", place.locks)
    with place.batches():
        pass


def test_stopped_work_returns_after_the_batch_it_is_at(place: Place) -> None:
    stops: list[Callable[[], None]] = []
    with place.batches(second=lambda _: stops[0]()) as batches:
        stops.append(batches.stop)
        batches.later("b1")
        batches.later("b2")
        assert batches.work(until_idle=False) == 1
    assert place.ran() == ["first b1"]


@pytest.mark.parametrize("batch", ["", "b1#again"])
def test_an_id_that_could_be_another_batch_is_refused(tmp_path: Path, batch: str) -> None:
    with Place(f"sqlite:///{tmp_path / 'adieu.db'}", tmp_path).batches() as batches:
        for verb in (batches.run, batches.later):
            with pytest.raises(ValueError, match="batch id"):
                verb(batch)


@contextmanager
def commits(place: Place) -> Iterator[list[int]]:
    """Commits of ours to the database meanwhile; opened before the batches are.

    DBOS's own threads commit as well, twice a second, on SQLite too, but change nothing; those are left out.
    """
    counted, ours = [0], threading.get_ident()
    if place.url.startswith("sqlite"):
        def count(statement: str) -> None:
            counted[0] += statement == "COMMIT" and threading.get_ident() == ours

        def trace(connection: SqliteConnection, _: object) -> None:
            connection.set_trace_callback(count)

        event.listen(Pool, "connect", trace)
        try:
            yield counted
        finally:
            event.remove(Pool, "connect", trace)
        return
    engine = open_engine(place.url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # Only transactions that write get a number; asking for it takes one too.
        before = connection.scalar(sa.text("select pg_current_xact_id()::text::bigint"))
        yield counted
        counted[0] = connection.scalar(sa.text("select pg_current_xact_id()::text::bigint")) - before - 1
    engine.dispose()


def test_a_batch_costs_two_commits_a_repeat_three(place: Place) -> None:
    with place.batches():
        pass  # installs the tables
    if place.url.startswith("sqlite"):
        with commits(place) as counted, place.batches(second=failing(1, place.stage("second"))) as batches:
            start = counted[0]
            with pytest.raises(LookupError):
                batches.run("b1")
            assert counted[0] - start == 2
            batches.run("b1")
            assert counted[0] - start == 2 + 3
        return
    counts = []
    for batch in ("b1", "b2", "b3", "b4", "b5"):  # the server and DBOS's threads commit too: the quietest count is ours
        with commits(place) as counted, place.batches(second=failing(1, place.stage("second"))) as batches:
            with pytest.raises(LookupError):
                batches.run(batch)
            batches.run(batch)
        counts.append(counted[0])
    assert min(counts) <= 2 + 3 + 1, "more than two runs and one launch"
