"""What allauth's session remembers of a login, as OpenID Connect says it: when (auth_time) and by what (amr, RFC 8176)."""

import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from allauth.account.authentication import get_authentication_records
from django.core.cache import cache
from django.http import HttpRequest

# A second factor follows its password within this time; older records are of an earlier login and prove nothing now.
ONE_EVENT_SECONDS = 300
_CODE_SECONDS = 120
_FIRST_FACTOR, _ONE_TIME_CODE = "pwd", "otp"


@dataclass(frozen=True, kw_only=True)
class LoginEvent:
    """The member's current authentication."""

    auth_time: int  # Unix seconds of its last step
    amr: tuple[str, ...]  # pwd, otp, and mfa when it was both

    def is_within(self, max_age_seconds: int) -> bool:
        """Whether it happened at most so long ago."""
        return time.time() - self.auth_time <= max_age_seconds


def current_event(request: HttpRequest) -> LoginEvent | None:
    """The latest login or re-authentication of this browser session; None without one."""
    records = get_authentication_records(request, request.user)
    if not records:
        return None
    latest = max(record["at"] for record in records)
    return LoginEvent(auth_time=int(latest), amr=_methods(r for r in records if latest - r["at"] <= ONE_EVENT_SECONDS))


def remember(client_id: str, code: str, event: LoginEvent) -> None:
    """Keeps the event for the token request, which comes from the relying party without the browser's session."""
    cache.set(_key(client_id, code), asdict(event), timeout=_CODE_SECONDS)


def recall(client_id: str, code: str) -> LoginEvent | None:
    """The event the code was issued under; None if it is unknown or too old."""
    kept = cache.get(_key(client_id, code))
    return LoginEvent(**kept) if kept else None


def _methods(records: Iterable[dict]) -> tuple[str, ...]:
    names = {_ONE_TIME_CODE if record["method"] == "mfa" else _FIRST_FACTOR for record in records}
    return tuple(sorted(names | ({"mfa"} if len(names) > 1 else set())))


def _key(client_id: str, code: str) -> str:
    return f"demo.login_event[{client_id}:{code}]"
