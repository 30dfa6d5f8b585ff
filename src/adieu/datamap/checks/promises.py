"""`stored: normalised`: the shop's promise that a column holds normal forms only, and what the data say of it.

A run believes the promise, on both sides of the erasure: a value in another form would be found by nobody. So the check
proves it, by counts alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from adieu.datamap.checks.finding import Code, Finding, Level
from adieu.datamap.model import DataMap


@dataclass(frozen=True, kw_only=True)
class Promise:
    """One column of which the map says that it holds normal forms only (datamap.normalise)."""

    dataset: str
    column: str
    kind: str  # email, phone, …: names the normal form
    path: tuple[str, ...] = ()  # where in the column's JSON document the value stands


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What the store counted."""

    read: int  # records read
    broken: int  # of these, values that differ from their normal form; nulls never do
    whole: bool  # whether every record of the dataset was read


def promises(datamap: DataMap) -> tuple[Promise, ...]:
    """Every promise of the map, each once: on links, on the member's identifiers and where these are proved."""
    found = [
        Promise(
            dataset=name, column=link.fields[0], kind=link.identifier, path=tuple(link.path.split(".")) if link.path else ()
        )
        for name, rule in datamap.datasets.items()
        for link in rule.belongs_to
        if link.identifier and link.stored == "normalised"
    ]
    for kind, identifier in datamap.member.identifiers.items():
        if identifier.stored == "normalised":
            proved_in = identifier.verified.rpartition(".")[0]
            for dataset in (datamap.member.dataset, proved_in):
                found += [Promise(dataset=dataset, column=field, kind=kind) for field in identifier.fields if dataset]
    return tuple(dict.fromkeys(found))


def judge(promise: Promise, proof: Proof) -> Iterator[Finding]:
    """An error for a broken promise; info where only a part was read. Counts only, never a value."""
    read = f"{proof.read} records" if proof.whole else f"the first {proof.read} records"
    if proof.broken:
        what = (
            f"values outside the normal form of {promise.kind}: {proof.broken} in {read}; the map says `stored: normalised`,"
            " so no closure would find them; normalise what is stored (docs/adr/0004-normalisation.md), or"
            " take the promise out"
        )
        yield _finding(Level.ERROR, Code.NOT_NORMALISED, promise, what)
    elif not proof.whole:
        what = f"`stored: normalised` holds in {read} and is believed of the others; `--rows` reads more"
        yield _finding(Level.INFO, Code.PROMISE_PART_READ, promise, what)


def _finding(level: Level, code: Code, promise: Promise, what: str) -> Finding:
    field = ".".join((promise.column, *promise.path))
    return Finding(level=level, code=code, dataset=promise.dataset, field=field, what=what)
