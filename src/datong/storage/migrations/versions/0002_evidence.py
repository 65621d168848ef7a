"""Evidence of identity, corrections, and what the rules need to be taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the state to this shape; what was linked so far hangs on its member's first identifier."""
    op.create_table(
        "identity_evidence",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("a", sa.BigInteger(), nullable=False),
        sa.Column("b", sa.BigInteger(), nullable=False),
        sa.Column("pair", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("model", sa.String(length=128), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(length=512), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("a", "b", "pair"):
        op.create_index(f"ix_identity_evidence_{column}", "identity_evidence", [column])
    op.create_table(
        "identity_change",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("evidence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("seq", "evidence"),
    )
    op.create_index("ix_identity_change_evidence", "identity_change", ["evidence"])
    op.create_table(
        "identity_apart",
        sa.Column("a", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("b", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("a", "b"),
    )
    for column in ("b", "seq"):
        op.create_index(f"ix_identity_apart_{column}", "identity_apart", [column])
    op.create_table(
        "identity_correction",
        sa.Column("id", sa.String(length=512), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=256), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "identity_pace",
        sa.Column("ns", sa.String(length=64), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("merges", sa.BigInteger(), nullable=False),
        sa.Column("hours", sa.BigInteger(), nullable=False),
        sa.Column("mean", sa.Float(), nullable=False),
        sa.Column("stopped", sa.BigInteger(), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("ns"),
    )
    op.add_column("identity_event", sa.Column("actor", sa.String(length=128), server_default="", nullable=False))
    op.add_column("identity_event", sa.Column("undoes", sa.BigInteger(), nullable=True))
    op.create_index("ix_identity_event_undoes", "identity_event", ["undoes"],
                    sqlite_where=sa.text("undoes IS NOT NULL"), postgresql_where=sa.text("undoes IS NOT NULL"))
    op.add_column("identity_link", sa.Column("families", sa.SmallInteger(), server_default="0", nullable=False))
    for name in ("verified", "out"):
        op.add_column("identity_link", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("identity_shown", sa.Column("counts", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("identity_member", sa.Column("first", sa.BigInteger(), nullable=True))
    for statement in _WHAT_WAS_LINKED:
        op.execute(statement)


_WHAT_WAS_LINKED = (
    """UPDATE identity_member SET first = (SELECT min(key) FROM identity_event
       WHERE identity_event.kind = 'create' AND identity_event.member = identity_member.id)""",
    "UPDATE identity_link SET verified = (member IS NOT NULL)",
    """UPDATE identity_link SET families = (SELECT families FROM identity_member WHERE id = identity_link.member)
       WHERE member IS NOT NULL""",
    """INSERT INTO identity_evidence
         (id, a, b, pair, kind, confidence, model, "offset", at, cause, seq, active)
       SELECT row_number() OVER (ORDER BY since, key), anchor, key, (anchor | key) - (anchor & key), 'deterministic',
         1.0, '', since, first_seen, 'before evidence was kept', 0, true
       FROM (SELECT key, since, first_seen, first_value(key) OVER (PARTITION BY member ORDER BY since, key) AS anchor
             FROM identity_link WHERE member IS NOT NULL) AS held
       WHERE key <> anchor""",
    """INSERT INTO storage_cursor (name, position, now)
       SELECT 'identity.evidence', count(*), 0 FROM identity_evidence HAVING count(*) > 0""",
)


def downgrade() -> None:
    """Go back to the shape before."""
    op.drop_column("identity_member", "first")
    op.drop_column("identity_shown", "counts")
    for name in ("families", "verified", "out"):
        op.drop_column("identity_link", name)
    op.drop_index("ix_identity_event_undoes", "identity_event")
    for name in ("actor", "undoes"):
        op.drop_column("identity_event", name)
    for table in ("pace", "correction", "apart", "change", "evidence"):
        op.drop_table(f"identity_{table}")
