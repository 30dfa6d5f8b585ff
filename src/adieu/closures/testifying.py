"""Receipts for closures that were erased and read back: built, signed, put into the ledger, all in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from adieu import receipts as r
from adieu.closures.desk import Desk
from adieu.closures.facts import Facts, regime_of
from adieu.closures.life import Event, advance
from adieu.datamap.model import DataMap, Treatment
from adieu.datamap.normalise import VERSION, normal_form
from adieu.errors import ReceiptNamesMember, RegisterConflict
from adieu.law import Regime, due, regime
from adieu.planning.plan import Role, Verb
from adieu.ports.register import Closure, Ending, Issued, LateMark, Move, State
from adieu.ports.stores import Tally
from adieu.verification import Report

RANDOM_BYTES = 32
_TRIES = 5
_FIELD = {Verb.DELETE: "erased", Verb.REWRITE: "updated", Verb.RETAIN: "retained"}


@dataclass(frozen=True, kw_only=True)
class Testimony:
    """What a receipt is made from."""

    closure: Closure
    facts: Facts
    tallies: Sequence[Tally]
    reports: Sequence[Report]


def testify(desk: Desk, testimonies: Sequence[Testimony]) -> Mapping[str, str]:
    """Sign a receipt for each closure and end them together: ledger, receipts, states, sealed facts wiped.

    Answers the closures that cannot have one, with the cause: a label or name of the map would put an identifier of
    the member on it.

    Raises:
        RegisterConflict: a closure has ended otherwise meanwhile, or the ledger keeps growing; run the batch again.
    """
    now = desk.clock.now()
    kept = _kept(desk, testimonies)
    issued: dict[str, Issued] = {}
    refused: dict[str, str] = {}
    for testimony in testimonies:
        try:
            issued[testimony.closure.id] = _issued(desk, testimony, kept.get(testimony.closure.id, ()), now)
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


def _issued(desk: Desk, testimony: Testimony, kept: Sequence[r.Kept], now: datetime) -> Issued:
    receipt = _receipt(desk, testimony, kept, now)
    signed = r.sign_statement(receipt, desk.signer)
    subject, closure = testimony.facts.subject, testimony.closure
    strong = {item.value for item in (*subject.known, *subject.proved) if item.kind in ("email", "phone")}
    r.refuse_identifiers(signed.body, strong)
    sealed = desk.keys.seal("salt", desk.shop, testimony.facts.salt, closure.id.encode())
    ends_on = date(now.year + desk.receipt_years, now.month, min(now.day, 28))
    return Issued(
        closure=closure.id, body=signed.body, signature=signed.signature, leaf=signed.leaf_hash, ends_on=ends_on,
        sealed_salt=sealed if receipt.request.email else None,
    )


def _receipt(desk: Desk, testimony: Testimony, kept: Sequence[r.Kept], now: datetime) -> r.Receipt:
    closure, facts = testimony.closure, testimony.facts
    applied = regime_of(desk, facts.subject)
    shop = desk.datamap.shop
    routes = _routes(applied.code, now.date())
    return r.Receipt(
        receipt_id=desk.random_bytes(16).hex(),
        closure_id=closure.id,
        shop=r.Shop(name=shop.name, contact=shop.contact or ""),
        software=desk.software,
        plan_sha256=desk.plan.digest,
        request=_request(desk, testimony, applied),
        done=_done(desk, testimony, kept, now),
        verification=r.Verification(
            method="read back on the primary from captured keys, links and strong identifiers", scan=r.Scan.CLOSURE,
            looked_at=len(testimony.tallies), residue=0, at=now,
        ),
        closed_at=now,
        marketing_stopped_at=None,  # nobody is told yet; a receipt states only what was done
        objection=shop.contact or shop.name,
        complaints=routes,
        random=desk.random_bytes(RANDOM_BYTES),
    )


@lru_cache(maxsize=64)
def _routes(code: str, on: date) -> tuple[str, ...]:
    found = regime(code).routes_on(on)
    return tuple(f"{route.label.get('en', route.id)} {route.phone or route.url or ''}".strip() for route in found)


def _request(desk: Desk, testimony: Testimony, applied: Regime) -> r.Request:
    closure, facts = testimony.closure, testimony.facts
    confirmed = closure.confirmed_at or closure.opened_at
    addresses = [normal_form("email", item.value) for item in facts.subject.known if item.kind == "email"]
    return r.Request(
        requested_at=closure.opened_at, confirmed_at=confirmed, channel="operator", language=desk.datamap.shop.languages[0],
        regimes=(r.RegimeApplied(regime=applied.code, due=due(applied.clock("destroy", confirmed.date()), confirmed)),),
        checks=tuple(
            r.Check(matter=name, open=count, choice=facts.choice if count else None) for name, count in facts.open_matters
        ),
        proved=tuple(sorted({(item.kind, _proof(desk, item.kind, facts)) for item in facts.subject.proved})),
        email=r.commit_email(addresses[0], facts.salt, f"v{VERSION}") if addresses else None,
    )


def _proof(desk: Desk, kind: str, facts: Facts) -> r.Proof:
    if kind in facts.vouched:
        return r.Proof.OPERATOR
    promised = desk.datamap.member.identifiers[kind].verified == "always"
    return r.Proof.SHOP_PROMISE if promised else r.Proof.VERIFIED_FIELD


def _done(desk: Desk, testimony: Testimony, kept: Sequence[r.Kept], now: datetime) -> r.Done:
    key = testimony.facts.subject.key
    shown = _shown(desk.datamap)
    counts: dict[str, dict[str, int]] = {}
    for tally in testimony.tallies:
        field = {Role.SHARED: "released", Role.MENTION: "redacted"}.get(tally.role, _FIELD[tally.verb])
        of = counts.setdefault(tally.dataset, {})
        of[field] = max(of.get(field, 0), 0) + tally.records
    datasets = tuple(
        r.DatasetDone(shown=shown[dataset], counts=r.Counts(**of), done_at=now) for dataset, of in sorted(counts.items())
    )
    return r.Done(
        datasets=datasets, kept=tuple(kept), expiring=_expiring(desk.datamap),
        unproven=_counted(report.unproven.get(key, {}) for report in testimony.reports),
        mentions=_counted(report.mentions.get(key, {}) for report in testimony.reports),
        not_covered=tuple(_not_covered(desk, testimony.reports, now.date())),
        digests_kept=(r.DigestKept(purpose="late record", identifier="member key", until=_marks_until(desk, now)),),
    )


@lru_cache(maxsize=8)
def _shown_of(pairs: tuple[tuple[str, tuple[tuple[str, str], ...], Treatment], ...]) -> dict[str, r.DatasetShown]:
    return {name: r.DatasetShown(dataset=name, label=dict(label), treatment=treatment) for name, label, treatment in pairs}


def _shown(datamap: DataMap) -> dict[str, r.DatasetShown]:
    """One value a dataset, shared by all receipts of a process: their lines are then written only once."""
    return _shown_of(
        tuple((name, tuple(rule.label.items()), rule.on_closure) for name, rule in datamap.datasets.items())
    )


def _counted(counts: Iterable[Mapping[str, int]]) -> tuple[r.Counted, ...]:
    pairs = [pair for count in counts for pair in count.items()]
    return tuple(r.Counted(dataset=dataset, count=records) for dataset, records in sorted(pairs))


def _expiring(datamap: DataMap) -> tuple[r.Expiring, ...]:
    return tuple(
        r.Expiring(dataset=name, within_days=rule.within_days or 0, removed_by=rule.removed_by or "")
        for name, rule in datamap.datasets.items()
        if rule.on_closure is Treatment.EXPIRE
    )


def _not_covered(desk: Desk, reports: Sequence[Report], today: date) -> Iterator[r.NotCovered]:
    for name, store in desk.datamap.stores.items():
        until = today + timedelta(days=store.backups_kept_days) if store.backups_kept_days is not None else None
        yield r.NotCovered(what=f"{name}: backups", until=until)
        yield r.NotCovered(what=f"{name}: the server's own logs of changes (WAL, binlog, CDC)", until=None)
    for line in sorted({line for report in reports for line in report.not_read}):
        yield r.NotCovered(what=line, until=None)


def _kept(desk: Desk, testimonies: Sequence[Testimony]) -> dict[str, list[r.Kept]]:
    """What the vault keeps of each closure, a line for every dataset and last day."""
    if not any(rule.on_closure is Treatment.RETAIN for rule in desk.datamap.datasets.values()):
        return {}
    found: dict[str, list[r.Kept]] = {}
    for testimony in testimonies:
        applied = regime_of(desk, testimony.facts.subject)
        lines: dict[tuple[str, str, date], int] = {}
        for item in desk.vault.kept(desk.shop, testimony.closure.id):
            line = (item.dataset, item.basis, item.until)
            lines[line] = lines.get(line, 0) + 1
        today = desk.clock.now().date()
        found[testimony.closure.id] = [
            r.Kept(
                dataset=dataset, what=desk.datamap.datasets[dataset].into_vault, basis=basis,
                article=applied.basis(basis, today).article_in("en"), until=until, count=count,
            )
            for (dataset, basis, until), count in sorted(lines.items())
        ]
    return found


def _marks_until(desk: Desk, now: datetime) -> date:
    """Late-record marks live until the last declared backup expires; a year where a store does not say."""
    days = [365 if s.backups_kept_days is None else s.backups_kept_days for s in desk.datamap.stores.values()]
    return now.date() + timedelta(days=max(days))


def _late_marks(desk: Desk, testimonies: Sequence[Testimony], now: datetime) -> Iterator[LateMark]:
    until = _marks_until(desk, now)
    for testimony in testimonies:
        subject = testimony.facts.subject
        values = [f"{desk.home.name}/{subject.key}", *(f"{item.kind}/{item.value}" for item in subject.proved)]
        for value in values:
            digest = desk.keys.digest("late-record", desk.shop, value)
            yield LateMark(closure=testimony.closure.id, purpose="late_record", digest=digest, ends_on=until)
