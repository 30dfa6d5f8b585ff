"""Receipts for closures that were erased and read back: built, signed, put into the ledger, all in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from adieu import receipts as r
from adieu.closures.desk import Desk
from adieu.closures.life import Event, advance
from adieu.closures.stating import Alike, Testimony, kept_lines, marks_until, said_alike, state
from adieu.errors import ReceiptNamesMember, RegisterConflict
from adieu.ports.register import Ending, Issued, LateMark, Move, State

_TRIES = 5


def testify(desk: Desk, testimonies: Sequence[Testimony]) -> Mapping[str, str]:
    """Sign a receipt for each closure and end them together: ledger, receipts, states, sealed facts wiped.

    Answers the closures that cannot have one, with the cause: a label or name of the map would put an identifier of
    the member on it.

    Raises:
        RegisterConflict: a closure has ended otherwise meanwhile, or the ledger keeps growing; run the batch again.
    """
    now = desk.clock.now()
    kept = kept_lines(desk, testimonies)
    alike = said_alike(desk, now)
    issued: dict[str, Issued] = {}
    refused: dict[str, str] = {}
    for testimony in testimonies:
        try:
            issued[testimony.closure.id] = _issued(desk, testimony, kept.get(testimony.closure.id, ()), alike)
        except ReceiptNamesMember as named:
            refused[testimony.closure.id] = str(named)
    signed = [testimony for testimony in testimonies if testimony.closure.id in issued]
    for attempt in range(1, _TRIES + 1) if signed else ():
        try:
            _end(desk, signed, list(issued.values()), now)
            break
        except RegisterConflict:  # another batch put its leaves into the ledger between our reading and our writing
            if attempt == _TRIES:
                raise
    return refused


def _end(desk: Desk, testimonies: Sequence[Testimony], issued: Sequence[Issued], now: datetime) -> None:
    size, frontier, _ = desk.register.tip(desk.shop)
    growth = r.Growth(r.CompactRange.from_bytes(frontier))
    for one in issued:
        growth.append(one.leaf)
    desk.faults.reach("receipt.signed")
    closed = advance(advance(State.RUNNING, Event.VERIFY), Event.CLOSE)
    moves = [Move(closure=t.closure.id, before=State.RUNNING, after=closed) for t in testimonies]
    ending = Ending(
        shop=desk.shop, moves=moves, receipts=issued, frontier=growth.range.to_bytes(), size_before=size,
        checkpoint=r.sign_checkpoint(growth.head(), desk.signer), late_marks=list(_late_marks(desk, testimonies, now)),
    )
    desk.register.end(ending, now)


def receipt_file(desk: Desk, closure: str) -> bytes | None:
    """The member's file of a closure, proved at the ledger's newest checkpoint; None where there is no receipt."""
    issued = desk.register.receipt(closure)
    if issued is None:
        return None
    size, _, checkpoint = desk.register.tip(desk.shop)
    growth = r.Growth()
    for leaf in desk.register.leaves(desk.shop, 0, size):
        growth.append(leaf)
    placed = r.Placed(
        index=issued.index, tree_size=size, proof=r.inclusion_proof(growth, issued.index, size), checkpoint=checkpoint
    )
    salt = None
    if issued.sealed_salt is not None:
        salt = desk.keys.unseal("salt", desk.shop, issued.sealed_salt, closure.encode())
    signed = r.SignedStatement(body=issued.body, signature=issued.signature, leaf_hash=issued.leaf)
    return r.member_file(signed, placed, salt)


def _issued(desk: Desk, testimony: Testimony, kept: Sequence[r.Kept], alike: Alike) -> Issued:
    receipt = state(desk, testimony, kept, alike)
    signed = r.sign_statement(receipt, desk.signer)
    subject, closure = testimony.facts.subject, testimony.closure
    strong = {item.value for item in (*subject.known, *subject.proved) if item.kind in ("email", "phone")}
    r.refuse_identifiers(signed.body, strong)
    sealed = desk.keys.seal("salt", desk.shop, testimony.facts.salt, closure.id.encode())
    return Issued(
        closure=closure.id, body=signed.body, signature=signed.signature, leaf=signed.leaf_hash, ends_on=alike.ends_on,
        sealed_salt=sealed if receipt.request.email else None,
    )


def _late_marks(desk: Desk, testimonies: Sequence[Testimony], now: datetime) -> Iterator[LateMark]:
    until = marks_until(desk, now)
    for testimony in testimonies:
        subject = testimony.facts.subject
        values = [f"{desk.home.name}/{subject.key}", *(f"{item.kind}/{item.value}" for item in subject.proved)]
        for value in values:
            digest = desk.keys.digest("late-record", desk.shop, value)
            yield LateMark(closure=testimony.closure.id, purpose="late_record", digest=digest, ends_on=until)
