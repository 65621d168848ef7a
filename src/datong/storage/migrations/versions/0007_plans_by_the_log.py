"""Plans by the log, staff, how sensors speak, and where stores lie."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the state to this shape."""
    op.create_table(
        "places_heard",
        sa.Column("place", sa.String(64), nullable=False),
        sa.Column("sensor", sa.String(64), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("longest", sa.BigInteger(), nullable=False),
        sa.Column("gap", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("place", "sensor"),
    )
    op.create_table(
        "places_plan",
        sa.Column("id", sa.String(512), nullable=False),
        sa.Column("place", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("plan", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("places_plan_place", "places_plan", ["place", "version"])
    op.create_table(
        "places_staff",
        sa.Column("ident", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("how", sa.String(16), nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.PrimaryKeyConstraint("ident", "place"),
    )
    with op.batch_alter_table("places_store") as store:
        for name in ("region", "country", "hours"):
            store.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
        for name in ("lon", "lat"):
            store.add_column(sa.Column(name, sa.Float(), nullable=True))
    with op.batch_alter_table("places_venue") as venue:
        venue.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Go back to the shape before."""
    with op.batch_alter_table("places_venue") as venue:
        venue.drop_column("version")
    with op.batch_alter_table("places_store") as store:
        for name in ("hours", "country", "region", "lon", "lat"):
            store.drop_column(name)
    for name in ("places_staff", "places_plan", "places_heard"):
        op.drop_table(name)
