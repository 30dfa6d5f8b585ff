"""`make bench`: Adieu against the hand-written limit on the peer shop, paired, medians; fails where end states differ.

Random ids for both, psycopg 3 for both. What Adieu is timed for: opening the closures, erasing, reading everything
back, receipts, ledger; its register, vault and workflow tables are SQLite files on the same disk.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from adieu.bootstrap import House, make_keys, open_house, open_map, open_schemas
from adieu.closures import open_closures
from adieu.settings import Settings
from bench.limit import close_by_hand
from bench.server import peer_databases

ROOT = Path(__file__).resolve().parent.parent
TABLES = (
    "member", "address", "payment_card", "orders", "order_item", "review", "support_ticket", "ticket_message",
    "login_event", "wishlist", "newsletter_sub",
)
PLACEHOLDER = re.compile(r"^[0-9a-f]{32}@erased\.invalid$")


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One paired measurement, in milliseconds."""

    adieu: float
    hand: float


def main() -> None:
    """Run every bench and print the table of docs/benchmarks.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, peer_databases(Path(folder), given.members) as (ours, theirs):
        os.environ["PEER_DATABASE_URL"] = ours
        settings = Settings(map=ROOT / "maps" / "peer.yaml", home=Path(folder) / "home", ledger_name="peer.example/adieu")
        make_keys(settings, "peer")
        for store in open_schemas(open_map(settings.map), settings).values():
            store.install()
        with open_house(settings) as house, psycopg.connect(theirs) as hand, psycopg.connect(ours, autocommit=True) as look:
            _bench(house, hand, look, given.members, given.runs)
        _compare(ours, theirs)


def _bench(
    house: House, hand: psycopg.Connection[tuple[object, ...]], look: psycopg.Connection[tuple[object, ...]],
    members: int, runs: int,
) -> None:
    ids = random.Random(1).sample(range(1, members + 1), members)
    take = lambda count: [ids.pop() for _ in range(count)]  # noqa: E731  # one source of ids for all benches
    _pairs(house, hand, lambda: take(1), 10)  # warm
    single, commits, before = [], [], _commits(look)
    for _ in range(3):
        single += _pairs(house, hand, lambda: take(1), runs)
        now = _commits(look)
        commits.append((now - before) / runs)
        before = now
    _print("one member: erased + verified + receipt, ms", single)
    # the server counts its own housekeeping too, so the quietest of three counts is ours
    print(f"    commits at PostgreSQL a closure (reads count too): {min(commits):.1f}")
    thousand = _pairs(house, hand, lambda: take(1000), runs)
    _print("batch of 1,000: ms", thousand)
    ratio = statistics.median(pair.hand / pair.adieu for pair in thousand)
    print(f"    members/s: adieu {1e6 / statistics.median(p.adieu for p in thousand):.0f}, hand"
          f" {1e6 / statistics.median(p.hand for p in thousand):.0f}; ratio {ratio:.2f} of the limit (target >= 0.5)")
    giants = [_giant(house, hand, take(1)[0]) for _ in range(runs)]
    _print("a member with 5,000 more logins against one DELETE of those rows: ms", giants)
    print(f"    ratio {statistics.median(p.adieu / p.hand for p in giants):.2f} x (target <= 5)")


def _pairs(house: House, hand: psycopg.Connection[tuple[object, ...]], members: Callable[[], list[int]], runs: int) -> list[Pair]:
    found = []
    for number in range(runs):
        ids = members()
        order = (0, 1) if number % 2 else (1, 0)
        times = [0.0, 0.0]
        for which in order:
            start = time.perf_counter()
            if which:
                close_by_hand(hand, ids)
            else:
                close_members(house, ids)
            times[which] = (time.perf_counter() - start) * 1000
        found.append(Pair(adieu=times[0], hand=times[1]))
    return found


def close_members(house: House, ids: list[int]) -> None:
    """Close the members' accounts, from opening the closures to their receipts."""
    answer = open_closures(house.desk, [str(id) for id in ids])
    for batch in answer.batches:
        house.batches.run(batch)
        if house.desk.register.unfinished(batch):
            sys.exit("a closure of the bench did not close")


def _giant(house: House, hand: psycopg.Connection[tuple[object, ...]], member: int) -> Pair:
    more = (
        "insert into login_event select 100000000 + %s * 10000::bigint + g, %s, '10.0.0.1', 'Mozilla', now(), true"
        " from generate_series(1, 5000) g"
    )
    with psycopg.connect(os.environ["PEER_DATABASE_URL"], autocommit=True) as ours:
        ours.execute(more, (member, member))
    with hand.transaction():
        hand.execute(more, (member, member))
    start = time.perf_counter()
    with hand.transaction():
        hand.execute("delete from login_event where member_id = any(%s)", ([member],))
    middle = time.perf_counter()
    close_members(house, [member])
    end = time.perf_counter()
    close_by_hand(hand, [member])
    return Pair(adieu=(end - middle) * 1000, hand=(middle - start) * 1000)


def _print(what: str, pairs: list[Pair]) -> None:
    ours, theirs = (sorted(getattr(pair, side) for pair in pairs) for side in ("adieu", "hand"))
    print(f"{what}: adieu median {statistics.median(ours):.1f} (min {ours[0]:.1f}, max {ours[-1]:.1f}),"
          f" hand {statistics.median(theirs):.1f} (min {theirs[0]:.1f}, max {theirs[-1]:.1f}), n={len(pairs)}")


def _commits(look: psycopg.Connection[tuple[object, ...]]) -> int:
    look.execute("select pg_stat_force_next_flush()")
    time.sleep(1.1)  # the server's counters are flushed at most once a second
    row = look.execute("select xact_commit from pg_stat_database where datname = current_database()").fetchone()
    assert row is not None
    return int(str(row[0]))


def _compare(ours: str, theirs: str) -> None:
    """Every row of every table, placeholders compared by their form: they are random on our side, on purpose."""
    with psycopg.connect(ours) as a, psycopg.connect(theirs) as b:
        for table in TABLES:
            left, right = (_rows(connection, table) for connection in (a, b))
            if left != right:
                sys.exit(f"end states differ in {table}: {len(left ^ right)} rows")
    print("end states equal, row by row, in all 11 tables")


def _rows(connection: psycopg.Connection[tuple[object, ...]], table: str) -> set[tuple[object, ...]]:
    return {
        tuple("<placeholder>" if isinstance(v, str) and PLACEHOLDER.match(v) else v for v in row)
        for row in connection.execute(f"select * from {table}")
    }


if __name__ == "__main__":
    main()
