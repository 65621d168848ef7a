"""Salts of the days and anchored devices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the state to this shape."""
    op.create_table('privacy_anchored',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('offset', sa.BigInteger(), nullable=False),
    sa.Column('since', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('key'),
    info={'owner': 'privacy', 'subject': 'key:ident'}
    )
    with op.batch_alter_table('privacy_anchored', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_privacy_anchored_offset'), ['offset'], unique=False)

    op.create_table('privacy_mac_salt',
    sa.Column('day', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('salt', sa.LargeBinary(), nullable=False),
    sa.Column('made', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('day'),
    info={'owner': 'privacy', 'subject': ''}
    )


def downgrade() -> None:
    """Go back to the shape before."""
    op.drop_table('privacy_mac_salt')
    with op.batch_alter_table('privacy_anchored', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_privacy_anchored_offset'))

    op.drop_table('privacy_anchored')
