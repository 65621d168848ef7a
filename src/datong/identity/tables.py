"""The tables of the identity graph."""

from __future__ import annotations

import sqlalchemy as sa

from datong.storage import fact_table, state_table

__all__ = ["EVENT", "FACT_LINK", "FACT_MEMBER", "LINK", "MEMBER", "SHOWN", "TRAIT"]

# On SQLite the key is then the row's own number: one tree to write instead of two.
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

LINK = state_table(
    "identity", "link",
    sa.Column("key", _ID, primary_key=True, autoincrement=False),
    sa.Column("ns", sa.String(64), nullable=False),
    sa.Column("member", sa.BigInteger, index=True),
    sa.Column("sealed", sa.LargeBinary),
    sa.Column("first_seen", sa.BigInteger, nullable=False),
    sa.Column("last_seen", sa.BigInteger, nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Column("shared", sa.Boolean, nullable=False),
    subject="member:member",
)
"""Who holds an identifier: `member` is always live, and null where the value is `shared`; `since` is a log offset."""

MEMBER = state_table(
    "identity", "member",
    sa.Column("id", _ID, primary_key=True, autoincrement=False),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("merged_into", sa.BigInteger),
    sa.Column("families", sa.SmallInteger, nullable=False),
    sa.Column("known", sa.Boolean, nullable=False),
    sa.Index("ix_identity_member_live", "merged_into", "families"),
    subject="id:member",
)
"""Members: `merged_into` is the live member in one step; `families` 1 = online, 2 = offline, 3 = both.

`known` is false while only attach-only identifiers (a browser, a device) speak for the member.
"""

EVENT = state_table(
    "identity", "event",
    sa.Column("seq", _ID, primary_key=True, autoincrement=False),
    sa.Column("offset", sa.BigInteger, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("member", sa.BigInteger, index=True),
    sa.Column("other", sa.BigInteger),
    sa.Column("ns", sa.String(64), nullable=False),
    sa.Column("key", sa.BigInteger),
    sa.Column("cause", sa.String(512), nullable=False),
    sa.Column("detail", sa.String(128), nullable=False),
    subject="member:member",
)
"""What was decided and why, append-only: create, attach, merge, refuse, shared, block, channels."""

sa.Index("ix_identity_event_other", EVENT.c.other,
         sqlite_where=EVENT.c.other.is_not(None), postgresql_where=EVENT.c.other.is_not(None))

SHOWN = state_table(
    "identity", "shown",
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("member", sa.BigInteger, primary_key=True, autoincrement=False, index=True),
    subject="member:member",
)
"""Members that showed an identifier which somebody else holds, or which is one too many for them."""

TRAIT = state_table(
    "identity", "trait",
    sa.Column("member", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("field", sa.String(64), primary_key=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("source", sa.String(128), nullable=False),
    subject="member:member",
)
"""Personal traits, sealed; of several values the most recent one counts."""

FACT_LINK = fact_table("identity", "link", {"ident": "BIGINT", "member": "BIGINT", "ns": "VARCHAR"}, "ident")
FACT_MEMBER = fact_table(
    "identity", "member", {"member": "BIGINT", "channels": "VARCHAR", "created": "BIGINT"}, "member"
)
