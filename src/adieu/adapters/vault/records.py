"""Statements about kept records. Each function works inside the caller's transaction; none commits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from adieu.adapters.vault.monthly import MonthKey, insert_unless_there, joined
from adieu.adapters.vault.plain import item_of, plain_of
from adieu.adapters.vault.schema import vault_record
from adieu.errors import KeysRefused, VaultRefused
from adieu.ports.keys import Keys
from adieu.ports.stores import Custodial
from adieu.ports.vault import Deposit, Kept

PURPOSE = "vault-record"
#: Rows read at once.
CHUNK = 1000

_CLEAR = (
    vault_record.c.id, vault_record.c.closure, vault_record.c.dataset, vault_record.c.basis, vault_record.c.until,
    vault_record.c.end_month,
)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A deposit on its way: what will stand in clear, the bytes to be sealed, and what they are bound to."""

    kept: Kept
    plain: bytes
    bound_to: bytes


@dataclass(frozen=True, kw_only=True)
class Lying:
    """A record as it lies in the vault."""

    id: str
    kept: Kept
    sealed: bytes


def sent_by_id(keys: Keys, shop: str, deposits: Sequence[Deposit]) -> dict[str, Sent]:
    """The deposits by record id, in the order of ids, so that two writers of the same records wait alike.

    Raises `VaultRefused` where two deposits of one record differ.
    """
    found: dict[str, Sent] = {}
    for deposit in deposits:
        item = deposit.item
        record = keys.digest(PURPOSE, shop, joined(item.dataset, *item.key, deposit.closure))
        kept = Kept(
            closure=deposit.closure, dataset=item.dataset, basis=item.basis, until=deposit.until,
            end_month=deposit.until.isoformat()[:7],
        )
        sent = Sent(kept=kept, plain=plain_of(item), bound_to=_bound(shop, record, kept))
        if record in found and found[record] != sent:
            raise _differs(kept)
        found[record] = sent
    return dict(sorted(found.items()))


def write(
    connection: sa.Connection, shop: str, sent: Mapping[str, Sent], months: Mapping[str, MonthKey]
) -> dict[str, str]:
    """Seal and insert, many rows a statement; a record that is there already is left alone. Answers digest by id."""
    digests = {record: months[one.kept.end_month].digest(one.plain) for record, one in sent.items()}
    rows = [
        {
            "shop": shop, "id": record, "closure": one.kept.closure, "dataset": one.kept.dataset,
            "basis": one.kept.basis, "until": one.kept.until, "end_month": one.kept.end_month,
            "digest": digests[record], "sealed": months[one.kept.end_month].seal(one.plain, one.bound_to),
        }
        for record, one in sent.items()
    ]
    insert_unless_there(connection, vault_record, rows)
    return digests


def compare(
    connection: sa.Connection, shop: str, sent: Mapping[str, Sent], months: Mapping[str, MonthKey],
    digests: Mapping[str, str],
) -> None:
    """Read every record back, open it and compare it with what was sent. Raises `VaultRefused` at any difference."""
    ids, seen = list(sent), 0
    query = sa.select(*_CLEAR, vault_record.c.digest, vault_record.c.sealed).where(vault_record.c.shop == shop)
    for start in range(0, len(ids), CHUNK):
        rows = connection.execute(query.where(vault_record.c.id.in_(ids[start:start + CHUNK])))
        for record, closure, dataset, basis, until, month, digest, sealed in rows:
            seen += 1
            one, kept = sent[record], sent[record].kept
            # As a tuple, so that no object is made only to be compared.
            if (closure, dataset, basis, until, month, digest) != (
                kept.closure, kept.dataset, kept.basis, kept.until, kept.end_month, digests[record]
            ):
                raise _differs(kept)
            if not _holds(sealed, one, months[month]):
                raise _unlike(kept)
    if seen != len(sent):
        raise VaultRefused(
            f"{len(sent) - seen} of {len(sent)} records are not in the vault after they were written; nothing of this "
            "deposit was kept. Check the vault's triggers and row security, then try again."
        )


def page(connection: sa.Connection, shop: str, closure: str | None, after: str) -> list[tuple[str, Kept]]:
    """At most `CHUNK` kept records with ids beyond `after`, ordered by id."""
    query = sa.select(*_CLEAR).where(vault_record.c.shop == shop, vault_record.c.id > after)
    if closure is not None:
        query = query.where(vault_record.c.closure == closure)
    rows = connection.execute(query.order_by(vault_record.c.id).limit(CHUNK))
    return [
        (record, Kept(closure=closure, dataset=dataset, basis=basis, until=until, end_month=month))
        for record, closure, dataset, basis, until, month in rows
    ]


def of_closure(connection: sa.Connection, shop: str, closure: str) -> list[Lying]:
    """A closure's records as they lie there, ordered by dataset and id."""
    query = sa.select(*_CLEAR, vault_record.c.sealed).where(
        vault_record.c.shop == shop, vault_record.c.closure == closure
    )
    return [
        Lying(
            id=record, sealed=sealed,
            kept=Kept(closure=closure, dataset=dataset, basis=basis, until=until, end_month=month),
        )
        for record, closure, dataset, basis, until, month, sealed
        in connection.execute(query.order_by(vault_record.c.dataset, vault_record.c.id))
    ]


def unsealed(shop: str, lying: Sequence[Lying], months: Mapping[str, MonthKey]) -> Iterator[Custodial]:
    """The records, opened. Raises `KeysRefused`: the month's key is gone, or a row was changed."""
    for one in lying:
        if one.kept.end_month not in months:
            raise KeysRefused(
                f"{one.kept.dataset}: a record kept until {one.kept.until} cannot be opened: the key of "
                f"{one.kept.end_month} was destroyed. Nothing can open it again; its row should have gone with the key."
            )
        yield item_of(months[one.kept.end_month].unseal(one.sealed, _bound(shop, one.id, one.kept)))


def _holds(sealed: bytes, one: Sent, key: MonthKey) -> bool:
    try:
        return key.unseal(sealed, one.bound_to) == one.plain
    except KeysRefused:
        return False


def _bound(shop: str, record: str, kept: Kept) -> bytes:
    # Everything that stands in clear beside the sealed bytes: a changed last day or a swapped row does not open.
    parts = joined(shop, record, kept.closure, kept.dataset, kept.basis, kept.until.isoformat())
    return parts.encode("utf-8")


def _differs(kept: Kept) -> VaultRefused:
    return VaultRefused(
        f"{kept.dataset}: a record of closure {kept.closure} was deposited before with other content, basis or last "
        "day; nothing of this deposit was kept. Find out which one is right before closing again."
    )


def _unlike(kept: Kept) -> VaultRefused:
    return VaultRefused(
        f"{kept.dataset}: a record of closure {kept.closure} read back from the vault is not what was sent; nothing "
        "of this deposit was kept. Check the vault's database and its backup, then try again."
    )
