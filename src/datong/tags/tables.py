"""The tables of tags: each member's past as a blob, the values it gave by tag, and the plan they were made by."""

from __future__ import annotations

import sqlalchemy as sa

from datong.storage import state_table

__all__ = ["PLAN", "STATE", "VALUE"]

# On SQLite the key is then the row's own number: one tree to write instead of two.
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

STATE = state_table(
    "tags", "state",
    sa.Column("member", _ID, primary_key=True, autoincrement=False),
    sa.Column("wake", sa.BigInteger),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Index("tags_state_wake", "wake"),
    subject="member:member",
)

VALUE = state_table(
    "tags", "value",
    sa.Column("member", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("tag", sa.String(64), primary_key=True),
    sa.Column("num", sa.Double),
    sa.Column("text", sa.Text),
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Column("expires", sa.BigInteger),
    subject="member:member",
)

PLAN = state_table(
    "tags", "plan",
    sa.Column("name", sa.String(16), primary_key=True),
    sa.Column("serial", sa.BigInteger, nullable=False),
    sa.Column("digest", sa.String(32), nullable=False),
    sa.Column("cells", sa.LargeBinary, nullable=False),
)
