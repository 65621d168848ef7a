"""Remember who a member was before a decision, and every decision that says two identifiers are apart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_KEPT = "a, b, seq, active, ended"


def upgrade() -> None:
    """Bring the state to this shape."""
    op.create_table(
        "identity_renamed",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=True),
        sa.Column("lived", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("seq", "member"),
    )
    op.create_index("ix_identity_renamed_member", "identity_renamed", ["member"])
    _remake_apart("a", "b", "seq")


def downgrade() -> None:
    """Go back to the shape before."""
    op.execute("DELETE FROM identity_apart WHERE EXISTS (SELECT 1 FROM identity_apart o WHERE o.a = identity_apart.a "
               "AND o.b = identity_apart.b AND o.seq > identity_apart.seq)")
    _remake_apart("a", "b")
    op.drop_table("identity_renamed")


def _remake_apart(*key: str) -> None:
    """Give the table another primary key, which neither engine changes in place under the same name."""
    for column in ("b", "seq"):
        op.drop_index(f"ix_identity_apart_{column}", "identity_apart")
    op.rename_table("identity_apart", "identity_apart_before")
    op.create_table(
        "identity_apart",
        sa.Column("a", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("b", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint(*key),
    )
    op.execute(f"INSERT INTO identity_apart ({_KEPT}) SELECT {_KEPT} FROM identity_apart_before")
    op.drop_table("identity_apart_before")
    for column in ("b", "seq"):
        op.create_index(f"ix_identity_apart_{column}", "identity_apart", [column])
