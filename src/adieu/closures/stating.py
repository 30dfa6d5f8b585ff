"""What a receipt states: from what was done and found for one member to the receipt's parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from adieu import receipts as r
from adieu.closures.desk import Desk
from adieu.closures.facts import Facts, regime_of
from adieu.datamap.model import DataMap, Treatment
from adieu.datamap.normalise import VERSION, normal_form
from adieu.law import Regime, due, regime
from adieu.planning.plan import Role, Verb
from adieu.ports.register import Closure
from adieu.ports.stores import Acceptance, Tally
from adieu.verification import Report

RANDOM_BYTES = 32
_FIELD = {Verb.DELETE: "erased", Verb.REWRITE: "updated", Verb.RETAIN: "retained"}
_ELSE = {Role.SHARED: "released", Role.MENTION: "redacted"}
_METHOD = "read back on the primary from captured keys, links and strong identifiers"


@dataclass(frozen=True, kw_only=True)
class Testimony:
    """What a receipt is made from."""

    closure: Closure
    facts: Facts
    reports: Sequence[Report]
    tallies: Sequence[Tally] = ()
    told: Sequence[tuple[str, Acceptance]] = ()  # by the recipient's store


@dataclass(frozen=True, kw_only=True)
class Alike:
    """What all receipts signed together state alike."""

    now: datetime
    ends_on: date  # the bodies' last day
    marks_until: date
    shop: r.Shop
    shown: Mapping[str, r.DatasetShown]
    expiring: tuple[r.Expiring, ...]
    not_covered: tuple[r.NotCovered, ...]  # in every store, whatever was read


def said_alike(desk: Desk, now: datetime) -> Alike:
    """The parts of receipts that depend on the shop and the day only."""
    shop = desk.datamap.shop
    return Alike(
        now=now, ends_on=date(now.year + desk.receipt_years, now.month, min(now.day, 28)),
        marks_until=marks_until(desk, now), shop=r.Shop(name=shop.name, contact=shop.contact or ""),
        shown=_shown(desk.datamap), expiring=_expiring(desk.datamap), not_covered=_not_covered(desk, now.date()),
    )


def state(desk: Desk, testimony: Testimony, kept: Sequence[r.Kept], alike: Alike) -> r.Receipt:
    """The receipt of one closure."""
    closure, facts, shop = testimony.closure, testimony.facts, desk.datamap.shop
    applied = regime_of(desk.datamap, facts.subject)
    return r.Receipt(
        receipt_id=desk.random_bytes(16).hex(),
        closure_id=closure.id,
        shop=alike.shop,
        software=desk.software,
        plan_sha256=desk.plan.digest,
        request=_request(desk, testimony, applied),
        done=_done(testimony, kept, alike),
        verification=r.Verification(
            method=_METHOD, scan=r.Scan.CLOSURE, looked_at=len(testimony.tallies), residue=0, at=alike.now
        ),
        closed_at=alike.now,
        marketing_stopped_at=None,  # nobody is told yet; a receipt states only what was done
        objection=shop.contact or shop.name,
        complaints=_routes(applied.code, alike.now.date()),
        random=desk.random_bytes(RANDOM_BYTES),
    )


def kept_lines(desk: Desk, testimonies: Sequence[Testimony]) -> dict[str, list[r.Kept]]:
    """What the vault keeps of each closure, a line for every dataset and last day."""
    if not any(rule.on_closure is Treatment.RETAIN for rule in desk.datamap.datasets.values()):
        return {}
    today = desk.clock.now().date()
    found: dict[str, list[r.Kept]] = {}
    for testimony in testimonies:
        applied = regime_of(desk.datamap, testimony.facts.subject)
        lines: dict[tuple[str, str, date], int] = {}
        for item in desk.vault.kept(desk.shop, testimony.closure.id):
            line = (item.dataset, item.basis, item.until)
            lines[line] = lines.get(line, 0) + 1
        found[testimony.closure.id] = [
            r.Kept(
                dataset=dataset, what=desk.datamap.datasets[dataset].into_vault, basis=basis,
                article=applied.basis(basis, today).article_in("en"), until=until, count=count,
            )
            for (dataset, basis, until), count in sorted(lines.items())
        ]
    return found


def marks_until(desk: Desk, now: datetime) -> date:
    """Late-record marks live until the last declared backup expires; a year where a store does not say."""
    days = [365 if s.backups_kept_days is None else s.backups_kept_days for s in desk.datamap.stores.values()]
    return now.date() + timedelta(days=max(days))


def _request(desk: Desk, testimony: Testimony, applied: Regime) -> r.Request:
    closure, facts = testimony.closure, testimony.facts
    confirmed = closure.confirmed_at or closure.opened_at
    addresses = [normal_form("email", item.value) for item in facts.subject.known if item.kind == "email"]
    return r.Request(
        requested_at=closure.opened_at, confirmed_at=confirmed, channel="operator", language=desk.datamap.shop.languages[0],
        regimes=(_applied(applied.code, confirmed),),
        checks=tuple(
            r.Check(matter=name, open=count, choice=facts.choice if count else None) for name, count in facts.open_matters
        ),
        proved=tuple(sorted({(item.kind, _proof(desk, item.kind, facts)) for item in facts.subject.proved})),
        email=r.commit_email(addresses[0], facts.salt, f"v{VERSION}") if addresses else None,
    )


@lru_cache(maxsize=64)  # a batch is confirmed at one instant
def _applied(code: str, confirmed: datetime) -> r.RegimeApplied:
    return r.RegimeApplied(regime=code, due=due(regime(code).clock("destroy", confirmed.date()), confirmed))


@lru_cache(maxsize=64)
def _routes(code: str, on: date) -> tuple[str, ...]:
    found = regime(code).routes_on(on)
    return tuple(f"{route.label.get('en', route.id)} {route.phone or route.url or ''}".strip() for route in found)


def _proof(desk: Desk, kind: str, facts: Facts) -> r.Proof:
    if kind in facts.vouched:
        return r.Proof.OPERATOR
    promised = desk.datamap.member.identifiers[kind].verified == "always"
    return r.Proof.SHOP_PROMISE if promised else r.Proof.VERIFIED_FIELD


def _done(testimony: Testimony, kept: Sequence[r.Kept], alike: Alike) -> r.Done:
    subject = testimony.facts.subject
    counts: dict[str, dict[str, int]] = {}
    for tally in testimony.tallies:
        field = _ELSE.get(tally.role) or _FIELD[tally.verb]
        of = counts.setdefault(tally.dataset, {})
        of[field] = of.get(field, 0) + tally.records
    datasets = tuple(
        r.DatasetDone(shown=alike.shown[dataset], counts=r.Counts(**of), done_at=alike.now)
        for dataset, of in sorted(counts.items())
    )
    unread = sorted({line for report in testimony.reports for line in report.not_read})
    marked = ("member key", *sorted({item.kind for item in subject.proved}))
    return r.Done(
        datasets=datasets, kept=tuple(kept), expiring=alike.expiring, told=tuple(_told(testimony.told)),
        unproven=_counted(report.unproven.get(subject.key, {}) for report in testimony.reports),
        mentions=_counted(report.mentions.get(subject.key, {}) for report in testimony.reports),
        not_covered=(*alike.not_covered, *(r.NotCovered(what=line, until=None) for line in unread)),
        digests_kept=tuple(
            r.DigestKept(purpose="late record", identifier=identifier, until=alike.marks_until) for identifier in marked
        ),
    )


def _told(accepted: Sequence[tuple[str, Acceptance]]) -> Iterator[r.Told]:
    for store, one in sorted(accepted, key=lambda pair: (pair[0], pair[1].message)):
        yield r.Told(name=store, at=one.at, status=f"accepted ({one.status}) message {one.message}")


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


def _not_covered(desk: Desk, today: date) -> tuple[r.NotCovered, ...]:
    found = []
    for name, store in desk.datamap.stores.items():
        until = today + timedelta(days=store.backups_kept_days) if store.backups_kept_days is not None else None
        found.append(r.NotCovered(what=f"{name}: backups", until=until))
        found += [r.NotCovered(what=f"{name}: {what}", until=None) for what in desk.stores[name].not_promised]
    return tuple(found)
