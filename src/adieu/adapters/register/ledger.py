"""Statements about receipts and the ledger. Each function works inside the caller's transaction; none commits."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from adieu.adapters.database import insert
from adieu.adapters.register.closures import chunks
from adieu.adapters.register.schema import late_mark, ledger_leaf, ledger_tip, receipt
from adieu.errors import RegisterConflict, RegisterUnusable
from adieu.ports.register import Ending, Issued, LateMark


def indexes_of(connection: sa.Connection, shop: str, receipts: Sequence[Issued]) -> tuple[int, ...] | None:
    """The leaves of receipts that are all written already; None where none is.

    Raises `RegisterConflict` where some are: two runs disagree on who belongs together.
    """
    wanted = [issued.closure for issued in receipts]
    found: dict[str, int] = {}
    for part in chunks(wanted):
        query = sa.select(receipt.c.closure, receipt.c.leaf_index)
        for row in connection.execute(query.where(receipt.c.shop == shop, receipt.c.closure.in_(part))):
            found[row.closure] = row.leaf_index
    if not found:
        return None
    if len(found) != len(wanted):
        raise RegisterConflict(
            f"{len(found)} of {len(wanted)} closures of this ending have a receipt already, the others none; nothing "
            "was written. Read them again and end only those that have none."
        )
    return tuple(found[closure] for closure in wanted)


def append(connection: sa.Connection, ending: Ending) -> tuple[int, ...]:
    """Put an ending's leaves at the ledger's end, with receipts, the new tip and late marks."""
    _advance_tip(connection, ending)
    first = ending.size_before
    indexes = tuple(range(first, first + len(ending.receipts)))
    placed = list(zip(indexes, ending.receipts, strict=True))
    leaves = [{"shop": ending.shop, "leaf_index": index, "hash": issued.leaf} for index, issued in placed]
    insert(connection, ledger_leaf, leaves)
    insert(connection, receipt, [_row(ending.shop, index, issued) for index, issued in placed])
    insert(connection, late_mark, [_mark(ending.shop, mark) for mark in ending.late_marks])
    return indexes


def tip_of(connection: sa.Connection, shop: str) -> tuple[int, bytes, str]:
    """Size, compact range and newest checkpoint."""
    row = connection.execute(sa.select(ledger_tip).where(ledger_tip.c.shop == shop)).first()
    return (row.size, bytes(row.frontier), row.checkpoint) if row else (0, b"", "")


def receipt_of(connection: sa.Connection, closure: str) -> Issued | None:
    """A closure's receipt with its leaf, whatever its day."""
    joined = receipt.join(ledger_leaf)
    query = sa.select(receipt, ledger_leaf.c.hash).select_from(joined).where(receipt.c.closure == closure)
    row = connection.execute(query).first()
    if row is None:
        return None
    return Issued(
        closure=row.closure, body=bytes(row.body), signature=bytes(row.signature), leaf=bytes(row.hash),
        ends_on=row.ends_on, sealed_salt=bytes(row.sealed_salt) if row.sealed_salt else None, index=row.leaf_index,
    )


def leaves_of(connection: sa.Connection, shop: str, start: int, end: int) -> tuple[bytes, ...]:
    """The leaf hashes of a range. Raises `RegisterUnusable` where one is missing."""
    place = ledger_leaf.c.leaf_index
    query = sa.select(ledger_leaf.c.hash).where(ledger_leaf.c.shop == shop, place >= start, place < end).order_by(place)
    found = tuple(bytes(leaf) for leaf in connection.execute(query).scalars())
    if len(found) != max(0, end - start):
        raise RegisterUnusable(
            f"The ledger has {len(found)} of the leaves {start} to {end}; ask within its size, or restore its backup."
        )
    return found


def _advance_tip(connection: sa.Connection, ending: Ending) -> None:
    values = {
        "size": ending.size_before + len(ending.receipts), "frontier": ending.frontier,
        "checkpoint": ending.checkpoint,
    }
    guarded = ledger_tip.update().where(ledger_tip.c.shop == ending.shop, ledger_tip.c.size == ending.size_before)
    # The guard is part of the write, and the row stays locked until the commit: two endings cannot share a size.
    if connection.execute(guarded.values(values)).rowcount == 1:
        return
    if ending.size_before or tip_of(connection, ending.shop)[0]:
        raise RegisterConflict(
            f"The ledger has grown meanwhile and is no longer of size {ending.size_before}; nothing was written. "
            "Read the tip again and sign anew."
        )
    connection.execute(ledger_tip.insert().values(shop=ending.shop, **values))


def _row(shop: str, index: int, issued: Issued) -> dict[str, object]:
    return {
        "closure": issued.closure, "shop": shop, "leaf_index": index, "body": issued.body,
        "signature": issued.signature, "ends_on": issued.ends_on, "sealed_salt": issued.sealed_salt,
    }


def _mark(shop: str, mark: LateMark) -> dict[str, object]:
    return {
        "shop": shop, "purpose": mark.purpose, "digest": mark.digest, "closure": mark.closure, "ends_on": mark.ends_on,
    }
