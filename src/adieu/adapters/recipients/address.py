"""Where a recipient listens, and the secrets its messages are signed with."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from adieu.errors import SettingsError

_PREFIX = "whsec_"
_LEAST_BYTES, _MOST_BYTES = 24, 64  # of a secret, as Standard Webhooks ask
_PATH = re.compile(r"[!-~]*")  # printable ASCII without a blank: nothing can be smuggled into the request's head


@dataclass(frozen=True, kw_only=True)
class RecipientAddress:
    """A recipient as the map names it, its variables resolved."""

    name: str
    url: str = field(repr=False)  # its query may hold a token
    secret: str = field(repr=False)  # one, or several separated by blanks while they are being changed
    shop: str


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """An address taken apart."""

    store: str
    shop: str
    encrypted: bool
    host: str
    port: int
    target: str = field(repr=False)  # path and query
    secrets: tuple[str, ...] = field(repr=False)


def endpoint_of(address: RecipientAddress) -> Endpoint:
    """Take an address apart. Raises `SettingsError`, which shows neither the address nor the secret."""
    try:
        url = urlsplit(address.url)
        host, port = url.hostname, url.port
    except ValueError:
        raise _unusable(address, "url", "it is no address") from None
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    if url.scheme not in ("https", "http") or not host or url.fragment or not _PATH.fullmatch(host + target):
        raise _unusable(address, "url", "it is no address of a webhook")
    if url.username is not None or url.password is not None:
        raise _unusable(address, "url", "an account in it is not sent; the signature says who we are")
    if url.scheme == "http" and not _is_loopback(host):
        raise _unusable(address, "url", "http:// sends personal data in the clear and is for this machine only")
    return Endpoint(
        store=address.name, shop=address.shop, encrypted=url.scheme == "https", host=host,
        port=port or (443 if url.scheme == "https" else 80), target=target, secrets=_secrets(address),
    )


def _secrets(address: RecipientAddress) -> tuple[str, ...]:
    secrets = tuple(address.secret.split())
    if not secrets or not all(_is_secret(secret) for secret in secrets):
        raise _unusable(
            address, "secret", "each is whsec_ and base64 of 24 to 64 random bytes; write two with a blank between to change it"
        )
    return secrets


def _is_secret(text: str) -> bool:
    if not text.startswith(_PREFIX):
        return False
    bare = text.removeprefix(_PREFIX).rstrip("=")
    try:
        key = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    return _LEAST_BYTES <= len(key) <= _MOST_BYTES


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _unusable(address: RecipientAddress, part: str, what: str) -> SettingsError:
    expected = "expected `url: https://host/path` and `secret: whsec_...`, best from the environment"
    return SettingsError(f"stores.{address.name}: its {part} cannot be used: {what}; {expected}")
