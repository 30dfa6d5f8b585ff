"""What a run must know of a member, sealed for the register while the closure lives."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adieu.datamap.model import DataMap
from adieu.law import Regime, regime
from adieu.ports.stores import Proved, Subject

if TYPE_CHECKING:  # an archive needs nothing of a desk
    from adieu.closures.desk import Desk


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The subject, the random salt of its receipt, and what was open at confirm."""

    subject: Subject
    salt: bytes
    open_matters: tuple[tuple[str, int], ...] = ()
    choice: str | None = None
    vouched: tuple[str, ...] = ()


def seal(desk: Desk, closure: str, facts: Facts) -> bytes:
    """Sealed bytes that only this closure's id opens."""
    subject = facts.subject
    plain = {
        "key": subject.key,
        "proved": [[item.kind, item.value] for item in subject.proved],
        "known": [[item.kind, item.value] for item in subject.known],
        "written": [list(pair) for pair in subject.written],
        "country": subject.country,
        "salt": facts.salt.hex(),
        "open": [list(pair) for pair in facts.open_matters],
        "choice": facts.choice,
        "vouched": list(facts.vouched),
    }
    return desk.keys.seal("subject", desk.shop, json.dumps(plain).encode(), closure.encode())


def unseal(desk: Desk, closure: str, sealed: bytes) -> Facts:
    """The facts of a closure. Raises `KeysRefused` where the key or the closure is another."""
    plain = json.loads(desk.keys.unseal("subject", desk.shop, sealed, closure.encode()))
    subject = Subject(
        key=plain["key"],
        proved=tuple(Proved(kind=kind, value=value) for kind, value in plain["proved"]),
        known=tuple(Proved(kind=kind, value=value) for kind, value in plain["known"]),
        written=tuple((kind, text) for kind, text in plain["written"]),
        country=plain["country"],
    )
    return Facts(
        subject=subject, salt=bytes.fromhex(plain["salt"]), open_matters=tuple((n, c) for n, c in plain["open"]),
        choice=plain["choice"], vouched=tuple(plain["vouched"]),
    )


def regime_of(datamap: DataMap, subject: Subject) -> Regime:
    """The law that applies to a member."""
    country, regimes = datamap.member.country, datamap.shop.regimes
    code = subject.country or (country.default if country else "")
    return regime(regimes.by_country.get(code, regimes.default))
