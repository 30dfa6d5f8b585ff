"""The data keys: one random key a shop and end-month, wrapped by the master key. Without it its month is unreadable.

From each data key two are derived (HKDF-SHA-256, RFC 5869): one seals, one makes digests. So a digest tells nothing
either once the month's key is gone.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from sqlalchemy.dialects import postgresql, sqlite

from adieu.adapters.vault.schema import vault_key
from adieu.errors import KeysRefused
from adieu.ports.keys import Keys

PURPOSE = "vault-key"
KEY_BYTES = 32
NONCE_BYTES = 12  # 96 random bits (NIST SP 800-38D 8.2.2): at most 2**32 records a shop and month
SEALED_VERSION = b"\x01"


def joined(*parts: str) -> str:
    """The parts as one text that no other parts give: each carries its length."""
    return "".join([f"{len(part)}:{part}" for part in parts])


class MonthKey:
    """Seals and digests the records of one shop that end in one month. Sealed: version (1 byte), nonce (12), rest."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(_derived(key, b"adieu vault 1 seal"))
        self._digesting = _derived(key, b"adieu vault 1 digest")

    def seal(self, plain: bytes, bound_to: bytes) -> bytes:
        """AES-256-GCM; `bound_to` is authenticated, not stored."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return SEALED_VERSION + nonce + self._cipher.encrypt(nonce, plain, SEALED_VERSION + bound_to)

    def unseal(self, sealed: bytes, bound_to: bytes) -> bytes:
        """The plain bytes; raises `KeysRefused` where the key, the bytes or what they are bound to differ."""
        nonce, rest = sealed[1:1 + NONCE_BYTES], sealed[1 + NONCE_BYTES:]
        try:
            if sealed[:1] != SEALED_VERSION:
                raise InvalidTag
            return self._cipher.decrypt(nonce, rest, SEALED_VERSION + bound_to)
        except (InvalidTag, ValueError):
            raise KeysRefused(
                "A record in the vault cannot be opened: it or what stands beside it was changed, moved or cut, or "
                "its month's key was replaced. Restore the vault's backup."
            ) from None

    def digest(self, plain: bytes) -> str:
        """HMAC-SHA-256, hex."""
        return hmac.digest(self._digesting, plain, "sha256").hex()


def made(connection: sa.Connection, keys: Keys, shop: str, months: Iterable[str]) -> Mapping[str, MonthKey]:
    """The keys of these months, those that are missing made in the caller's transaction.

    Of two writers who make the same key, the second waits for the first and takes that one's. Held against
    destruction until the transaction ends.
    """
    wanted = sorted(set(months))  # sorted: two writers wait in the same order
    found = _wrapped(connection, shop, wanted, lock=True)
    missing = [month for month in wanted if month not in found]
    if missing:
        rows = [
            {
                "shop": shop, "end_month": month,
                "wrapped": keys.seal(PURPOSE, shop, secrets.token_bytes(KEY_BYTES), _bound(shop, month)),
            }
            for month in missing
        ]
        insert_unless_there(connection, vault_key, rows)
        found = _wrapped(connection, shop, wanted, lock=True)
    return _opened(keys, shop, found)


def existing(connection: sa.Connection, keys: Keys, shop: str, months: Iterable[str]) -> Mapping[str, MonthKey]:
    """The keys of those of these months that still have one."""
    return _opened(keys, shop, _wrapped(connection, shop, sorted(set(months)), lock=False))


def insert_unless_there(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows; one whose key is taken leaves what is there alone. Never a round trip a row."""
    if connection.dialect.name == "sqlite":
        # One prepared statement, stepped through in C; SQLAlchemy's own binding takes twice as long as all of SQLite.
        compiled = sqlite.insert(table).on_conflict_do_nothing().compile(dialect=connection.dialect)
        names = compiled.positiontup or ()
        connection.exec_driver_sql(str(compiled), [tuple([_plain_sqlite(row[name]) for name in names]) for row in rows])
        return
    # With RETURNING SQLAlchemy writes many rows in one statement.
    first = next(iter(table.primary_key))
    connection.execute(postgresql.insert(table).on_conflict_do_nothing().returning(first), rows)


def _plain_sqlite(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _wrapped(connection: sa.Connection, shop: str, months: list[str], *, lock: bool) -> dict[str, bytes]:
    query = sa.select(vault_key.c.end_month, vault_key.c.wrapped).where(
        vault_key.c.shop == shop, vault_key.c.end_month.in_(months)
    ).order_by(vault_key.c.end_month)
    if lock:  # nothing on SQLite, where we are the only writer already
        query = query.with_for_update(read=True)
    return {row.end_month: bytes(row.wrapped) for row in connection.execute(query)}


def _opened(keys: Keys, shop: str, wrapped: Mapping[str, bytes]) -> dict[str, MonthKey]:
    return {
        month: MonthKey(keys.unseal(PURPOSE, shop, sealed, _bound(shop, month))) for month, sealed in wrapped.items()
    }


def _bound(shop: str, month: str) -> bytes:
    return joined(shop, month).encode("utf-8")


def _derived(key: bytes, info: bytes) -> bytes:
    return HKDFExpand(algorithm=SHA256(), length=KEY_BYTES, info=info).derive(key)
