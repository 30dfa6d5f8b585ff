"""Statements about closures. Each function works inside the caller's transaction; none commits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from adieu.adapters.database import insert
from adieu.adapters.register.schema import closure, closure_event
from adieu.errors import RegisterConflict
from adieu.ports.register import FINAL, Closure, Move, Opening, State

#: Values in one IN list; far below SQLite's 32766 and small enough for a cheap plan.
CHUNK = 500

_COLUMNS = tuple(column for column in closure.c if column.name != "sealed_subject")
_NAMES = tuple(column.name for column in _COLUMNS)
_LISTED = closure.c.id.in_(sa.bindparam("ids", expanding=True))
_STAMPS = {State.CONFIRMED: "confirmed_at", State.DUE: "due_at", State.CLOSED: "closed_at"}
# written once: building a statement takes longer than most databases take to answer it
_IN_BATCH = sa.select(*_COLUMNS).where(closure.c.batch == sa.bindparam("of")).order_by(closure.c.id)
_SEALED = sa.select(closure.c.id, closure.c.sealed_subject).where(closure.c.sealed_subject.is_not(None), _LISTED)
_UNFINISHED = _IN_BATCH.where(closure.c.state.not_in(sorted(FINAL)))
_RANKED = sa.select(
    *_COLUMNS,
    sa.func.row_number().over(
        partition_by=closure.c.member_digest, order_by=(closure.c.opened_at.desc(), closure.c.id.desc())
    ).label("rank"),
).where(
    closure.c.shop == sa.bindparam("of"), closure.c.member_digest.in_(sa.bindparam("digests", expanding=True))
).subquery()
_NEWEST = sa.select(*(_RANKED.c[name] for name in _NAMES)).where(_RANKED.c.rank == 1)
_HERE = closure.alias()
_OTHERS = (
    sa.select(closure.c.id, closure.c.opened_at, _HERE.c.id.label("opening"))
    .join_from(_HERE, closure, (closure.c.shop == _HERE.c.shop) & (closure.c.member_digest == _HERE.c.member_digest))
    .where(_HERE.c.id.in_(sa.bindparam("ids", expanding=True)), closure.c.id.not_in(sa.bindparam("ids", expanding=True)))
    .order_by(closure.c.opened_at, closure.c.id)
)


def sealed(connection: sa.Connection, closures: Sequence[str]) -> dict[str, bytes]:
    """The sealed facts by closure id, of those that have any."""
    rows = (row for part in chunks(closures) for row in connection.execute(_SEALED, {"ids": part}))
    return {str(id): bytes(facts) for id, facts in rows}


def chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """The values in parts of at most `CHUNK`."""
    return (values[start:start + CHUNK] for start in range(0, len(values), CHUNK))


def in_batch(connection: sa.Connection, batch: str, *, unfinished: bool = False) -> tuple[Closure, ...]:
    """The closures of a batch, or those of it that are neither closed nor cancelled, ordered by id."""
    return tuple(_closure(row) for row in connection.execute(_UNFINISHED if unfinished else _IN_BATCH, {"of": batch}))


def newest_of(connection: sa.Connection, shop: str, digests: Sequence[str]) -> list[Closure]:
    """The newest closure of each member that has one."""
    parts = ({"of": shop, "digests": part} for part in chunks(digests))
    return [_closure(row) for part in parts for row in connection.execute(_NEWEST, part)]


def in_states(connection: sa.Connection, shop: str, states: Sequence[State]) -> tuple[Closure, ...]:
    """The closures of a shop in one of these states, the oldest first."""
    # Said with literals too, as the partial index says it: else no engine sees that the index serves.
    unfinished = sa.text("state NOT IN ({})".format(", ".join(f"'{state}'" for state in sorted(FINAL))))
    query = (
        sa.select(*_COLUMNS)
        .where(closure.c.shop == shop, unfinished, closure.c.state.in_([state.value for state in states]))
        .order_by(closure.c.opened_at, closure.c.id)
    )
    return tuple(_closure(row) for row in connection.execute(query))


def write(connection: sa.Connection, batch: str, openings: Sequence[Opening], at: datetime) -> tuple[Closure, ...]:
    """Insert new closures with the first line of their history."""
    if not openings:
        return ()
    insert(connection, closure, [_row(opening, batch) for opening in openings])
    _refuse_outrun(connection, openings)
    opened = sa.select(
        closure.c.shop, closure.c.id, sa.literal(at, type_=closure_event.c.at.type), closure.c.state, closure.c.cause
    ).where(closure.c.batch == batch)
    connection.execute(closure_event.insert().from_select(["shop", "closure", "at", "after", "cause"], opened))
    return tuple(sorted((replace(o.closure, batch=batch) for o in openings), key=lambda written: written.id))


def _refuse_outrun(connection: sa.Connection, openings: Sequence[Opening]) -> None:
    """Asked after the insert: from then on nobody else can open one for these members."""
    for part in (openings[start:start + CHUNK] for start in range(0, len(openings), CHUNK)):
        ids = [opening.closure.id for opening in part]
        newest = {str(row.opening): str(row.id) for row in connection.execute(_OTHERS, {"ids": ids})}
        if any(newest.get(opening.closure.id) != opening.after for opening in part):
            raise RegisterConflict(
                "A member of this batch was closed by somebody else meanwhile; nothing was written. Read them again."
            )


def carry_out(connection: sa.Connection, moves: Sequence[Move], at: datetime, shop: str | None = None) -> None:
    """Guarded moves in their order, with history. Raises `RegisterConflict` unless every one found its `before`."""
    for alike, group in groupby(moves, key=lambda move: (move.before, move.after, move.cause)):
        ids = [move.closure for move in group]
        moved = sum(connection.execute(_moving(*alike, at, shop), {"ids": part}).rowcount for part in chunks(ids))
        if moved != len(ids):
            raise RegisterConflict(
                f"{len(ids) - moved} of {len(ids)} closures are no longer in the state they should leave for "
                f"'{alike[1]}'; nothing was written. Read them again and retry."
            )
        for part in chunks(ids):
            connection.execute(_history(*alike, at), {"ids": part})
    anew = [{"of": move.closure, "facts": move.sealed_subject} for move in moves if move.sealed_subject is not None]
    if anew:
        resealing = closure.update().where(closure.c.id == sa.bindparam("of"), closure.c.state.not_in(sorted(FINAL)))
        connection.execute(resealing.values(sealed_subject=sa.bindparam("facts")), anew)


def _moving(before: State, after: State, cause: str | None, at: datetime, shop: str | None) -> sa.Update:
    values: dict[str, object] = {"state": after.value, "cause": cause}
    if after in _STAMPS:
        values[_STAMPS[after]] = at
    if after in FINAL:
        values["sealed_subject"] = None
    statement = closure.update().where(_LISTED, closure.c.state == before.value)
    return (statement if shop is None else statement.where(closure.c.shop == shop)).values(values)


def _history(before: State, after: State, cause: str | None, at: datetime) -> sa.Insert:
    line = sa.select(
        closure.c.shop, closure.c.id, sa.literal(at, type_=closure_event.c.at.type),
        sa.literal(before.value, type_=sa.String()), sa.literal(after.value, type_=sa.String()),
        sa.literal(cause, type_=sa.Text()),
    ).where(_LISTED).order_by(closure.c.id)
    return closure_event.insert().from_select(["shop", "closure", "at", "before", "after", "cause"], line)


def _row(opening: Opening, batch: str) -> dict[str, object]:
    new = opening.closure
    return {
        "id": new.id, "shop": new.shop, "state": new.state.value, "member_digest": new.member_digest,
        "opened_at": new.opened_at, "confirmed_at": new.confirmed_at, "due_at": new.due_at,
        "closed_at": new.closed_at, "cause": new.cause, "proved_by_operator": ",".join(new.proved_by_operator),
        "batch": batch, "sealed_subject": opening.sealed_subject,
    }


def _closure(row: sa.Row[tuple[object, ...]]) -> Closure:
    values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))  # the columns are the fields
    values["state"] = State(values["state"])
    kinds = values["proved_by_operator"]
    values["proved_by_operator"] = tuple(kinds.split(",")) if kinds else ()
    return Closure(**values)
