"""Keep told values, and drawn arms, under the identifier that they belong to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

_TELL = """
INSERT INTO identity_told (key, field, source, digest, sealed, channel, first, at, "offset", verified, trusted)
SELECT l.key, t.field, t.source, 0, t.sealed, '', t.at, t.at, 0, :no, :yes
FROM identity_trait t JOIN (
    SELECT key, member, row_number() OVER (PARTITION BY member ORDER BY CASE ns
        WHEN 'member_card' THEN 1 WHEN 'user_id' THEN 2 WHEN 'wechat_unionid' THEN 3 WHEN 'wechat_openid' THEN 4
        WHEN 'phone' THEN 5 WHEN 'email' THEN 6 ELSE 7 END, key) AS place
    FROM identity_link WHERE member IS NOT NULL) l ON l.member = t.member AND l.place = 1
"""
"""A trait was kept by member: it goes to the strongest identifier of the member, as what a shopper says usually does."""


def upgrade() -> None:
    """Bring the state to this shape."""
    op.create_table('identity_told',
    sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('field', sa.String(length=64), nullable=False),
    sa.Column('source', sa.String(length=128), nullable=False),
    sa.Column('digest', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('channel', sa.String(length=64), nullable=False),
    sa.Column('first', sa.BigInteger(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('offset', sa.BigInteger(), nullable=False),
    sa.Column('verified', sa.Boolean(), nullable=False),
    sa.Column('trusted', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('key', 'field', 'source', 'digest'),
    info={'owner': 'identity', 'subject': 'key:ident'}
    )
    op.execute(sa.text(_TELL).bindparams(no=False, yes=True))
    op.drop_table('identity_trait')
    for table in ('marketing_assignment', 'marketing_redemption'):
        op.add_column(table, sa.Column('ident', sa.BigInteger(), server_default='0', nullable=False))
    op.add_column('marketing_target', sa.Column('meant', sa.BigInteger(), server_default='0', nullable=False))
    op.create_table('marketing_drawn',
    sa.Column('campaign', sa.String(length=64), nullable=False),
    sa.Column('drawn_for', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('ident', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('member', sa.BigInteger(), nullable=False),
    sa.Column('arm', sa.String(length=16), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('offset', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('campaign', 'drawn_for', 'ident'),
    info={'owner': 'marketing', 'subject': 'member:member'}
    )
    op.create_index('ix_marketing_drawn_member', 'marketing_drawn', ['member'], unique=False)
    op.execute('INSERT INTO marketing_drawn SELECT campaign, drawn_for, 0, member, arm, at, "offset" '
               'FROM marketing_assignment_history')
    op.drop_table('marketing_assignment_history')


def downgrade() -> None:
    """Go back to the shape before: of the told values, the latest of each field remains."""
    op.create_table('marketing_assignment_history',
    sa.Column('campaign', sa.String(length=64), nullable=False),
    sa.Column('drawn_for', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('member', sa.BigInteger(), nullable=False),
    sa.Column('arm', sa.String(length=16), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('offset', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('campaign', 'drawn_for'),
    info={'owner': 'marketing', 'subject': 'member:member'}
    )
    op.create_index('ix_marketing_assignment_history_member', 'marketing_assignment_history', ['member'])
    op.execute('INSERT INTO marketing_assignment_history SELECT campaign, drawn_for, max(member), max(arm), max(at), '
               'max("offset") FROM marketing_drawn GROUP BY campaign, drawn_for')
    op.drop_table('marketing_drawn')
    op.drop_column('marketing_target', 'meant')
    for table in ('marketing_redemption', 'marketing_assignment'):
        op.drop_column(table, 'ident')
    op.create_table('identity_trait',
    sa.Column('member', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('field', sa.String(length=64), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('source', sa.String(length=128), nullable=False),
    sa.PrimaryKeyConstraint('member', 'field'),
    info={'owner': 'identity', 'subject': 'member:member'}
    )
    op.execute("""INSERT INTO identity_trait (member, field, sealed, at, source)
        SELECT member, field, sealed, at, source FROM (
            SELECT l.member, t.field, t.sealed, t.at, t.source, row_number() OVER (
                PARTITION BY l.member, t.field ORDER BY t.at DESC, t."offset" DESC, t.key, t.source, t.digest) AS place
            FROM identity_told t JOIN identity_link l ON l.key = t.key WHERE l.member IS NOT NULL) told
        WHERE place = 1""")
    op.drop_table('identity_told')
