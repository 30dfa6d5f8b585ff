"""Where a bucket is, as one address: ``s3://KEY:SECRET@host[:port]/bucket?region=x``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import parse_qs, unquote, urlsplit

from adieu.errors import SettingsError

_SCHEMES = {"s3": "https", "s3+http": "http"}
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}")
_REGION = re.compile(r"[A-Za-z0-9-]{1,40}")


@dataclass(frozen=True, kw_only=True)
class ObjectsAddress:
    """A store of objects as the map names it, its variables resolved."""

    name: str
    url: str = field(repr=False)  # holds the secret


@dataclass(frozen=True, kw_only=True)
class Place:
    """An address taken apart."""

    store: str
    endpoint: str  # scheme, host and port
    bucket: str
    region: str
    key: str
    secret: str = field(repr=False)


def place_of(address: ObjectsAddress) -> Place:
    """Take an address apart. Raises `SettingsError`, which never shows it."""
    try:
        url = urlsplit(address.url)
        host, port, query = url.hostname, url.port, parse_qs(url.query, strict_parsing=bool(url.query))
    except ValueError:
        raise _unusable(address, "it is no address") from None
    bucket, region = url.path.strip("/"), query.pop("region", ["us-east-1"])[0]
    if url.scheme not in _SCHEMES or not host or url.fragment or query:
        raise _unusable(address, "it is no address of a bucket")
    if not (url.username and url.password):
        raise _unusable(address, "it names no key and secret (write / + and @ in them as %2F %2B and %40)")
    if not _BUCKET.fullmatch(bucket) or not _REGION.fullmatch(region):
        raise _unusable(address, "the bucket's or the region's name cannot be one")
    if url.scheme == "s3+http" and not _is_loopback(host):
        raise _unusable(address, "s3+http:// sends everything in the clear and is for this machine only; use s3://")
    shown = f"[{host}]" if ":" in host else host
    return Place(
        store=address.name, endpoint=f"{_SCHEMES[url.scheme]}://{shown}" + (f":{port}" if port else ""), bucket=bucket,
        region=region, key=unquote(url.username), secret=unquote(url.password),
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _unusable(address: ObjectsAddress, what: str) -> SettingsError:
    expected = "expected s3://KEY:SECRET@host[:port]/bucket?region=x"
    return SettingsError(f"stores.{address.name}: its url cannot be used: {what}; {expected}")
