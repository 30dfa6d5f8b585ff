"""Carrying out the statements that capture: as many together as can be, in rounds where datasets depend on each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from adieu.adapters.stores.database import Result, Statement, Transaction
from adieu.adapters.stores.dialect import drop_chunks
from adieu.adapters.stores.written import Capture, Group
from adieu.planning.plan import Role
from adieu.ports.stores import Chunk

_ROUND = 10_000  # chunk numbers one round of a cyclic group may use; rounds take turns between two such ranges


def catch(tx: Transaction, groups: Sequence[Group], parameters: Mapping[str, object]) -> tuple[Chunk, ...]:
    """Capture what was not captured before, in chunks from the parameter ``base``; all that the run has by now."""
    waiting: list[Capture] = []
    results: list[tuple[Capture, Result]] = []
    for group in groups:
        if group.cyclic:
            results += zip(waiting, tx.together([_statement(c, parameters) for c in waiting]), strict=True)
            waiting = []
            _to_a_fixpoint(tx, group, parameters)
        else:
            waiting += group.captures
    # where nothing was captured before, inserts that write a row a record tell by themselves how many there are
    told = tx.dialect.row_a_record and parameters.get("base") == 0
    unsure = {c.dataset for group in groups for c in group.captures if not (told and c.sole)}
    ask = [Statement(sql=tx.dialect.chunks(sorted(unsure) if told else ()), params={"run": parameters["run"]})]
    answers = tx.together([*(_statement(c, parameters) for c in waiting), *(ask if unsure or not told else ())])
    results += zip(waiting, answers, strict=False)
    found = [chunk for c, result in results if c.dataset not in unsure for chunk in _cut(c, result.touched, parameters)]
    for dataset, role, number, records in answers[-1].rows if answers else ():
        found.append(
            Chunk(dataset=str(dataset), role=Role(str(role)), number=int(str(number)), records=int(str(records)))
        )
    return tuple(sorted(found, key=lambda chunk: (chunk.dataset, chunk.role, chunk.number)))


def _statement(capture: Capture, parameters: Mapping[str, object]) -> Statement:
    return Statement(sql=capture.sql, params=parameters, dataset=capture.dataset)


def _cut(capture: Capture, records: int, parameters: Mapping[str, object]) -> Iterator[Chunk]:
    """The chunks that an insert of so many records has written, from number 0."""
    size = int(str(parameters["size"]))
    for number in range(-(-records // size)):
        left = records - number * size
        yield Chunk(dataset=capture.dataset, role=Role.OWN, number=number, records=min(left, size))


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
