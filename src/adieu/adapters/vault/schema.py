"""The vault's tables. Every row names its shop; no column holds an owner, a record's key or a value in clear."""

from __future__ import annotations

import sqlalchemy as sa

#: What `open_vault` expects; a change of the tables counts it up.
VERSION = 1

metadata = sa.MetaData()

vault_version = sa.Table(
    "adieu_vault_version", metadata,
    sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
)

vault_key = sa.Table(
    "vault_key", metadata,
    sa.Column("shop", sa.String(64), primary_key=True),
    sa.Column("end_month", sa.String(7), primary_key=True),  # YYYY-MM
    sa.Column("wrapped", sa.LargeBinary(), nullable=False),
)

vault_record = sa.Table(
    "vault_record", metadata,
    sa.Column("shop", sa.String(64), primary_key=True),
    sa.Column("id", sa.String(64), primary_key=True),  # keyed digest of dataset, key and closure
    sa.Column("closure", sa.String(64), nullable=False),
    sa.Column("dataset", sa.Text(), nullable=False),
    sa.Column("basis", sa.Text(), nullable=False),
    sa.Column("until", sa.Date(), nullable=False),  # the last day, in the law's zone
    sa.Column("end_month", sa.String(7), nullable=False),  # names the data key; no foreign key: keys go first
    sa.Column("digest", sa.String(64), nullable=False),  # of the plain record, keyed by the month's data key
    sa.Column("sealed", sa.LargeBinary(), nullable=False),
)
sa.Index("vault_record_closure", vault_record.c.shop, vault_record.c.closure)
sa.Index("vault_record_until", vault_record.c.shop, vault_record.c.until)
