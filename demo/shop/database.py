"""Reads the shop's database address: one environment variable, three engines, the same code for all of them."""

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pymysql

DatabaseSettings = dict[str, object]


def database_from_url(url: str) -> DatabaseSettings:
    """Turns a database address into Django's settings for it.

    `sqlite:///shop.sqlite3` is relative to the working directory, `sqlite:////var/shop.sqlite3` absolute;
    `postgresql://user:pw@host:port/name` or, over a socket, `postgresql://user:pw@/name?host=/socket/dir`;
    `mysql+pymysql://user:pw@host:port/name` or, over a socket, `mysql+pymysql://user:pw@/name?unix_socket=/socket`.

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
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    account: DatabaseSettings = {
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host") or query.get("unix_socket") or parts.hostname or "",
        "PORT": query.get("port") or str(parts.port or ""),
    }
    if parts.scheme in ("postgresql", "postgres"):
        return {**account, "ENGINE": "django.db.backends.postgresql"}
    if parts.scheme in ("mysql+pymysql", "mysql"):
        # Django's backend imports MySQLdb; PyMySQL answers to that name, and needs no compiler.
        pymysql.install_as_MySQLdb()
        return {**account, "ENGINE": "django.db.backends.mysql", "OPTIONS": {"charset": "utf8mb4"}}
    raise ValueError(f"SHOP_DATABASE_URL has scheme {parts.scheme!r}; expected sqlite, postgresql or mysql+pymysql")
