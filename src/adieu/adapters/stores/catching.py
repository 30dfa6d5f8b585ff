"""Carrying out the statements that capture: as many together as can be, in rounds where datasets depend on each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adieu.adapters.stores.database import Statement, Transaction
from adieu.adapters.stores.dialect import drop_chunks
from adieu.adapters.stores.written import Group
from adieu.planning.plan import Role
from adieu.ports.stores import Chunk

_ROUND = 10_000  # chunk numbers one round of a cyclic group may use; rounds take turns between two such ranges


def catch(tx: Transaction, groups: Sequence[Group], parameters: Mapping[str, object]) -> tuple[Chunk, ...]:
    """Capture what was not captured before, in chunks from the parameter ``base``; all that the run has by now."""
    waiting: list[Statement] = []
    for group in groups:
        if group.cyclic:
            tx.together(waiting)
            waiting = []
            _to_a_fixpoint(tx, group, parameters)
        else:
            waiting += [Statement(sql=c.sql, params=parameters, dataset=c.dataset) for c in group.captures]
    rows = tx.together([*waiting, Statement(sql=tx.dialect.chunks(), params={"run": parameters["run"]})])[-1].rows
    found = [
        Chunk(dataset=str(dataset), role=Role(str(role)), number=int(str(number)), records=int(str(records)))
        for dataset, role, number, records in rows
    ]
    return tuple(sorted(found, key=lambda chunk: (chunk.dataset, chunk.role, chunk.number)))


def _to_a_fixpoint(tx: Transaction, group: Group, parameters: Mapping[str, object]) -> None:
    """Round after round until nothing new belongs to the members.

    Each round finds everything anew from what the round before found, and replaces it: so who is held back, and for
    whom a record was found, is decided with all that is known.
    """
    first = int(str(parameters["base"]))
    names = {capture.dataset for capture in group.captures}
    here, before, found = first, -1, 0
    while found != before:
        before, there = found, first + first + _ROUND - here
        anew = {**parameters, "base": here, "first": first}
        old = {"run": parameters["run"], "old": there, "old_end": there + _ROUND}
        for capture in group.captures:
            drop = Statement(sql=drop_chunks(tx.dialect, capture.dataset), params=old, dataset=capture.dataset)
            tx.together([Statement(sql=capture.sql, params=anew, dataset=capture.dataset), drop])
        here, found = there, _own(tx, str(parameters["run"]), names)


def _own(tx: Transaction, run: str, names: set[str]) -> int:
    """How many records were found to be the members' own, counted once for each of their owners."""
    rows = tx.execute(tx.dialect.owner_counts(f"run = {tx.dialect.param('run')}"), {"run": run})
    return sum(int(str(records)) for _, dataset, role, _, _, records in rows if dataset in names and role == Role.OWN)
