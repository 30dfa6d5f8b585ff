"""Reads the shop's database address: one environment variable, two engines, the same code for both."""

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

DatabaseSettings = dict[str, object]


def database_from_url(url: str) -> DatabaseSettings:
    """Turns a database address into Django's settings for it.

    `sqlite:///shop.sqlite3` is relative to the working directory, `sqlite:////var/shop.sqlite3` absolute;
    `postgresql://user:pw@host:port/name` or, over a socket, `postgresql://user:pw@/name?host=/socket/dir`.

    Raises:
        ValueError: for any other scheme, or without a database name.
    """
    parts = urlsplit(url)
    name = unquote(parts.path.removeprefix("/"))
    if not name:
        raise ValueError("SHOP_DATABASE_URL names no database; expected e.g. sqlite:///shop.sqlite3")
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(Path(name).absolute()),
            # Two processes (shop and Adieu) write to one file: wait, and take the write lock at once.
            "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
        }
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError(f"SHOP_DATABASE_URL has scheme {parts.scheme!r}; expected sqlite or postgresql")
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host") or parts.hostname or "",
        "PORT": query.get("port") or str(parts.port or ""),
    }
