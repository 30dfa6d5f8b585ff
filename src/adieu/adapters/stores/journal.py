"""The journal: one row a step, in the same transaction as the step's effect, so that effects are exactly once."""

from __future__ import annotations

import json
from collections.abc import Sequence

from adieu.adapters.stores.database import Transaction


def begin(tx: Transaction, run: str, step: int) -> str | None:
    """Write the journal row; where it stands already, answer its counts instead."""
    d = tx.dialect
    row = {"run": run, "step": step}
    values = f"{d.param('run')}, {d.param('step')}"
    if tx.affected(d.once(d.journal, "run, step", values), row, "journal"):
        return None
    where = f"run = {d.param('run')} and step = {d.param('step')}"
    return str(tx.execute(f"select counts from {d.journal} where {where}", row)[0][0])


def write_counts(tx: Transaction, run: str, step: int, counts: Sequence[Sequence[object]]) -> None:
    """Write a step's counts beside its row."""
    d = tx.dialect
    where = f"run = {d.param('run')} and step = {d.param('step')}"
    row = {"run": run, "step": step, "counts": json.dumps(counts)}
    tx.execute(f"update {d.journal} set counts = {d.param('counts')} where {where}", row)


def treated(tx: Transaction, run: str) -> frozenset[tuple[int, int]]:
    """(operation, chunk) of everything that the run's committed steps did."""
    where = f"run = {tx.dialect.param('run')} and step > 0"
    rows = tx.execute(f"select counts from {tx.dialect.journal} where {where}", {"run": run})
    return frozenset((operation, chunk) for (text,) in rows for operation, chunk, _ in json.loads(str(text)))
