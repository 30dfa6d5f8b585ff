"""The register's tables as they are at the newest migration. Every row names its shop.

A change here needs a migration; a test compares both on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import sqlalchemy as sa

from adieu.adapters.database import Instant
from adieu.ports.register import FINAL, State

#: The newest migration; `open_register` refuses any other.
HEAD = "0002"
#: Its own name, so that the register may share a database with something else that uses Alembic.
VERSION_TABLE = "adieu_register_version"

metadata = sa.MetaData()

_unfinished = sa.text("state NOT IN ({})".format(", ".join(f"'{state}'" for state in sorted(FINAL))))
_states = ", ".join(f"'{state}'" for state in State)

closure = sa.Table(
    "closure", metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("shop", sa.String(64), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("member_digest", sa.String(64), nullable=False),
    sa.Column("opened_at", Instant(), nullable=False),
    sa.Column("confirmed_at", Instant()),
    sa.Column("due_at", Instant()),
    sa.Column("closed_at", Instant()),
    sa.Column("cause", sa.Text()),
    sa.Column("proved_by_operator", sa.String(200), nullable=False),  # kinds, comma between
    sa.Column("batch", sa.String(64)),
    sa.Column("sealed_subject", sa.LargeBinary()),  # NULL once the closure ended
    sa.CheckConstraint(f"state IN ({_states})", name="closure_state"),
    sa.CheckConstraint("state NOT IN ('closed', 'cancelled') OR sealed_subject IS NULL", name="closure_wiped"),
)
sa.Index("closure_member", closure.c.shop, closure.c.member_digest)
sa.Index("closure_batch", closure.c.batch)
sa.Index(
    "closure_one_unfinished", closure.c.shop, closure.c.member_digest, unique=True,
    sqlite_where=_unfinished, postgresql_where=_unfinished,
)

closure_event = sa.Table(
    "closure_event", metadata,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("shop", sa.String(64), nullable=False),
    sa.Column("closure", sa.String(32), sa.ForeignKey("closure.id", name="closure_event_closure"), nullable=False),
    sa.Column("at", Instant(), nullable=False),
    sa.Column("before", sa.String(16)),  # NULL: the closure was opened
    sa.Column("after", sa.String(16), nullable=False),
    sa.Column("cause", sa.Text()),
)
sa.Index("closure_event_closure_number", closure_event.c.closure, closure_event.c.number)

receipt = sa.Table(
    "receipt", metadata,
    sa.Column("closure", sa.String(32), sa.ForeignKey("closure.id", name="receipt_closure"), primary_key=True),
    sa.Column("shop", sa.String(64), nullable=False),
    sa.Column("leaf_index", sa.BigInteger(), nullable=False),
    sa.Column("body", sa.LargeBinary(), nullable=False),
    sa.Column("signature", sa.LargeBinary(), nullable=False),
    sa.Column("ends_on", sa.Date(), nullable=False),
    sa.Column("sealed_salt", sa.LargeBinary()),  # NULL where the shop had no e-mail
    sa.ForeignKeyConstraint(
        ["shop", "leaf_index"], ["ledger_leaf.shop", "ledger_leaf.leaf_index"], name="receipt_leaf"
    ),
    sa.UniqueConstraint("shop", "leaf_index", name="receipt_one_leaf"),
)

ledger_leaf = sa.Table(
    "ledger_leaf", metadata,
    sa.Column("shop", sa.String(64), primary_key=True),
    sa.Column("leaf_index", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Column("hash", sa.LargeBinary(), nullable=False),
    sa.CheckConstraint("length(hash) = 32", name="ledger_leaf_hash"),
    sa.CheckConstraint("leaf_index >= 0", name="ledger_leaf_index"),
)

ledger_tip = sa.Table(
    "ledger_tip", metadata,
    sa.Column("shop", sa.String(64), primary_key=True),
    sa.Column("size", sa.BigInteger(), nullable=False),
    sa.Column("frontier", sa.LargeBinary(), nullable=False),
    sa.Column("checkpoint", sa.Text(), nullable=False),
)

late_mark = sa.Table(
    "late_mark", metadata,
    sa.Column("shop", sa.String(64), primary_key=True),
    sa.Column("purpose", sa.String(20), primary_key=True),
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("closure", sa.String(32), sa.ForeignKey("closure.id", name="late_mark_closure"), primary_key=True),
    sa.Column("ends_on", sa.Date(), nullable=False),
    sa.CheckConstraint("purpose IN ('late_record', 'rejoin', 'suppression')", name="late_mark_purpose"),
)
sa.Index("late_mark_ends_on", late_mark.c.ends_on)

store_journal = sa.Table(
    "store_journal", metadata,
    sa.Column("shop", sa.String(64), primary_key=True),
    sa.Column("store", sa.String(64), primary_key=True),
    sa.Column("run", sa.String(64), primary_key=True),
    sa.Column("step", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Column("sealed", sa.LargeBinary(), nullable=False),  # names members
)

#: What keeps the ledger append-only against anyone who has no right to drop a trigger.
GUARDS = {
    "sqlite": tuple(
        f"CREATE TRIGGER ledger_leaf_no_{verb.lower()} BEFORE {verb} ON ledger_leaf "
        "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
        for verb in ("UPDATE", "DELETE")
    ),
    "postgresql": (
        "CREATE FUNCTION adieu_ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$",
        "CREATE TRIGGER ledger_leaf_no_change BEFORE UPDATE OR DELETE ON ledger_leaf "
        "FOR EACH ROW EXECUTE FUNCTION adieu_ledger_is_append_only()",
        "CREATE TRIGGER ledger_leaf_no_truncate BEFORE TRUNCATE ON ledger_leaf "
        "FOR EACH STATEMENT EXECUTE FUNCTION adieu_ledger_is_append_only()",
    ),
}
