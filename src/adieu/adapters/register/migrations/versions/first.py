"""The first schema: closures and their history, receipts, the ledger, late marks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_STATES = (
    "'opened', 'confirmed', 'waiting', 'cooling off', 'due', 'running', 'verified', 'closed', 'cancelled', "
    "'on hold', 'needs operator'"
)
_GUARDS = {
    "sqlite": (
        "CREATE TRIGGER ledger_leaf_no_update BEFORE UPDATE ON ledger_leaf "
        "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
        "CREATE TRIGGER ledger_leaf_no_delete BEFORE DELETE ON ledger_leaf "
        "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
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


def upgrade() -> None:
    """Create everything."""
    _closures()
    _ledger()
    _marks()
    for statement in _GUARDS[op.get_bind().dialect.name]:
        op.execute(sa.text(statement))


def downgrade() -> None:
    """There is no way back: a ledger is never dropped."""
    raise NotImplementedError("The register cannot go back before its first migration; restore a backup instead.")


def _instant(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _closures() -> None:
    unfinished = sa.text("state NOT IN ('cancelled', 'closed')")
    op.create_table(
        "closure",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("shop", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("member_digest", sa.String(64), nullable=False),
        _instant("opened_at", nullable=False),
        _instant("confirmed_at"),
        _instant("due_at"),
        _instant("closed_at"),
        sa.Column("cause", sa.Text()),
        sa.Column("proved_by_operator", sa.String(200), nullable=False),
        sa.Column("batch", sa.String(64)),
        sa.Column("sealed_subject", sa.LargeBinary()),
        sa.CheckConstraint(f"state IN ({_STATES})", name="closure_state"),
        sa.CheckConstraint("state NOT IN ('closed', 'cancelled') OR sealed_subject IS NULL", name="closure_wiped"),
    )
    op.create_index("closure_member", "closure", ["shop", "member_digest"])
    op.create_index("closure_batch", "closure", ["batch"])
    op.create_index(
        "closure_one_unfinished", "closure", ["shop", "member_digest"], unique=True,
        sqlite_where=unfinished, postgresql_where=unfinished,
    )
    op.create_table(
        "closure_event",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("shop", sa.String(64), nullable=False),
        sa.Column("closure", sa.String(32), sa.ForeignKey("closure.id", name="closure_event_closure"), nullable=False),
        _instant("at", nullable=False),
        sa.Column("before", sa.String(16)),
        sa.Column("after", sa.String(16), nullable=False),
        sa.Column("cause", sa.Text()),
    )
    op.create_index("closure_event_closure_number", "closure_event", ["closure", "number"])


def _ledger() -> None:
    op.create_table(
        "ledger_leaf",
        sa.Column("shop", sa.String(64), primary_key=True),
        sa.Column("leaf_index", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(hash) = 32", name="ledger_leaf_hash"),
        sa.CheckConstraint("leaf_index >= 0", name="ledger_leaf_index"),
    )
    op.create_table(
        "ledger_tip",
        sa.Column("shop", sa.String(64), primary_key=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.Column("checkpoint", sa.Text(), nullable=False),
    )
    op.create_table(
        "receipt",
        sa.Column("closure", sa.String(32), sa.ForeignKey("closure.id", name="receipt_closure"), primary_key=True),
        sa.Column("shop", sa.String(64), nullable=False),
        sa.Column("leaf_index", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("sealed_salt", sa.LargeBinary()),
        sa.ForeignKeyConstraint(
            ["shop", "leaf_index"], ["ledger_leaf.shop", "ledger_leaf.leaf_index"], name="receipt_leaf"
        ),
        sa.UniqueConstraint("shop", "leaf_index", name="receipt_one_leaf"),
    )


def _marks() -> None:
    op.create_table(
        "late_mark",
        sa.Column("shop", sa.String(64), primary_key=True),
        sa.Column("purpose", sa.String(20), primary_key=True),
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("closure", sa.String(32), sa.ForeignKey("closure.id", name="late_mark_closure"), primary_key=True),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.CheckConstraint("purpose IN ('late_record', 'rejoin', 'suppression')", name="late_mark_purpose"),
    )
    op.create_index("late_mark_ends_on", "late_mark", ["ends_on"])
