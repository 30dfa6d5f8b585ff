"""What having an account leaves behind: the account, its e-mail, second factor, sessions, addresses, cards, tokens."""

import hashlib
from base64 import b32encode
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.idp.oidc.models import Token
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.contrib.sessions.serializers import JSONSerializer
from django.core.signing import TimestampSigner, b62_encode
from oscar.core.loading import get_model

from demo.shop.populate.catalogue import Catalogue
from demo.shop.populate.draft import Draft
from demo.shop.populate.people import Person, korean_place

DEMO_PASSWORD = "adieu-demo-2026"
_SESSION_DAYS = 14
_SESSION_SALT = "django.contrib.sessions.SessionStore"  # the salt Django's database sessions are signed with

Address = get_model("address", "UserAddress")
Country = get_model("address", "Country")


@dataclass(frozen=True, kw_only=True)
class Member:
    """A person with an account, and what of it other rows point at."""

    person: Person
    account: User
    addresses: tuple  # address.UserAddress, the default one first


def open_accounts(draft: Draft, people: list[Person]) -> list[User]:
    """Writes one account a person and returns them with their keys, in the same order."""
    # One hash for all: a million rounds for each member would take minutes, and the demo's password is public anyway.
    password = make_password(DEMO_PASSWORD, salt="demo-shop")
    accounts = [_account(draft, person, password) for person in people]
    return User.objects.bulk_create(accounts, batch_size=1000)


def add_cast_rows(draft: Draft, person: Person, account: User, verified: bool) -> Member:
    """Adds what every account has and nothing by chance: the rest is in the part that the person plays."""
    add_email(draft, account, verified)
    return Member(person=person, account=account, addresses=add_addresses(draft, person, account))


def add_account_rows(draft: Draft, catalogue: Catalogue, person: Person, account: User) -> Member:
    """Adds what most accounts have, in the shares that a shop sees: a second factor 8 %, a session 20 %, a card 30 %."""
    add_email(draft, account)
    addresses = add_addresses(draft, person, account)
    chance = draft.rng.random
    if chance() < 0.30:
        add_bankcard(draft, person, account)
    if chance() < 0.08:
        add_second_factor(draft, account, hashlib.sha1(account.username.encode()).digest())
    if chance() < 0.20:
        add_session(draft, account, draft.between(draft.days.ago(20), draft.days.now))
    if chance() < 0.05:
        add_tokens(draft, catalogue, account)
    if chance() < 0.04:
        draft.add(User.groups.through(user=account, group=catalogue.regulars))
    return Member(person=person, account=account, addresses=addresses)


def add_email(draft: Draft, account: User, verified: bool = True) -> EmailAddress:
    """The e-mail allauth knows the account by."""
    return draft.add(EmailAddress(user=account, email=account.email.lower(), verified=verified, primary=True))


def add_addresses(draft: Draft, person: Person, account: User) -> tuple:
    """One or two addresses in the account's address book."""
    places = [person.place] if draft.rng.random() < 0.6 else [person.place, korean_place(draft.rng)]
    made = []
    for place in places:
        address = Address(
            user=account, date_created=draft.between(account.date_joined, draft.days.now), phone_number=person.phone,
            is_default_for_shipping=not made, is_default_for_billing=not made, **address_fields(person, place),
        )  # fmt: skip
        address.hash = address.generate_hash()
        if all(address.hash != other.hash for other in made):
            made.append(draft.add(filled(address)))
    return tuple(made)


def address_fields(person: Person, place) -> dict:
    """Oscar's address fields for a person at a place."""
    return {
        "first_name": person.first_name, "last_name": person.last_name, "line1": place.line1, "line2": place.line2,
        "line4": place.city, "state": place.state, "postcode": place.postcode, "country": _country(place.country),
    }  # fmt: skip


def filled(address):
    """Does what `save()` does to an address before it is written: fills the search text."""
    address._update_search_text()
    return address


def add_bankcard(draft: Draft, person: Person, account: User) -> None:
    """A card as Oscar keeps it: the number cut to its last four digits."""
    rng = draft.rng
    draft.add(
        get_model("payment", "Bankcard")(
            user=account, card_type=rng.choice(("Visa", "Mastercard")), name=person.full_name.upper(),
            number=f"XXXX-XXXX-XXXX-{rng.randint(0, 9999):04}", expiry_date=date(2027 + rng.randint(0, 3), 12, 31),
            partner_reference=f"pg_{rng.getrandbits(64):016x}",
        )
    )  # fmt: skip


def add_second_factor(draft: Draft, account: User, secret: bytes) -> None:
    """A TOTP authenticator and its recovery codes; `secret` is 20 bytes."""
    since = draft.between(account.date_joined, draft.days.now)
    seed = hashlib.sha256(secret).hexdigest() + hashlib.sha256(secret[::-1]).hexdigest()[:16]
    for kind, data in (
        (Authenticator.Type.TOTP, {"secret": b32encode(secret).decode()}),
        (Authenticator.Type.RECOVERY_CODES, {"seed": seed, "used_mask": 0}),
    ):
        draft.add(Authenticator(user=account, type=kind, data=data, created_at=since))


def add_session(draft: Draft, account: User, started: datetime) -> Session:
    """A session as Django writes it: the account stands inside a signed, compressed text."""
    content = {
        "_auth_user_id": str(account.pk),
        "_auth_user_backend": settings.AUTHENTICATION_BACKENDS[0],
        "_auth_user_hash": account.get_session_auth_hash(),
        "account_authentication_methods": [
            {"method": "password", "at": started.timestamp(), "email": account.email.lower()}
        ],
        "account_authentication_methods_user": str(account.pk),
    }
    signer = _SignerAt(started)
    return draft.add(
        Session(
            session_key=f"{draft.rng.getrandbits(160):032x}"[:32],
            session_data=signer.sign_object(content, serializer=JSONSerializer, compress=True),
            expire_date=started + timedelta(days=_SESSION_DAYS),
        )
    )


def add_tokens(draft: Draft, catalogue: Catalogue, account: User) -> None:
    """An access and a refresh token of the shop's login, kept as hashes."""
    issued = draft.between(draft.days.ago(10), draft.days.now)
    for kind, lifetime in ((Token.Type.ACCESS_TOKEN, timedelta(hours=1)), (Token.Type.REFRESH_TOKEN, None)):
        token = Token(
            type=kind, client=catalogue.client, user=account, created_at=issued, scopes="openid\nemail",
            expires_at=lifetime and issued + lifetime, data={"email": account.email.lower()},
        )  # fmt: skip
        token.set_value(f"{draft.rng.getrandbits(128):032x}")
        draft.add(token)


class _SignerAt(TimestampSigner):
    """Signs as Django's sessions do, at a given instant."""

    def __init__(self, instant: datetime) -> None:
        super().__init__(salt=_SESSION_SALT)
        self._seconds = int(instant.timestamp())

    def timestamp(self) -> str:
        return b62_encode(self._seconds)


def _account(draft: Draft, person: Person, password: str) -> User:
    joined = draft.between(draft.days.opening, draft.days.ago(3))
    seen = draft.between(joined, draft.days.now) if draft.rng.random() < 0.9 else None
    return User(
        username=person.username, first_name=person.first_name, last_name=person.last_name, email=person.email,
        password=password, date_joined=joined, last_login=seen,
    )  # fmt: skip


_countries: dict[str, Country] = {}


def _country(code: str):
    if code not in _countries:
        _countries[code] = Country.objects.get(pk=code)
    return _countries[code]
