"""The tables of scenes: each member's state, what fired, and every version of a definition that ever ran."""

from __future__ import annotations

import sqlalchemy as sa

from datong.storage import state_table

__all__ = ["DEFINITION", "FIRING", "STATE"]

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

STATE = state_table(
    "scenes", "state",
    sa.Column("member", _ID, primary_key=True, autoincrement=False),
    sa.Column("wake", sa.BigInteger),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Index("scenes_state_wake", "wake"),
    subject="member:member",
)

FIRING = state_table(
    "scenes", "firing",
    sa.Column("seq", _ID, primary_key=True, autoincrement=True),
    sa.Column("id", sa.String(48), nullable=False, unique=True),
    sa.Column("scene", sa.String(64), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("member", sa.BigInteger, nullable=False, index=True),
    sa.Column("ident", sa.BigInteger, nullable=False),
    sa.Column("place", sa.String(64), nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False, index=True),
    sa.Column("binds", sa.LargeBinary, nullable=False),
    sa.Column("because", sa.LargeBinary, nullable=False),
    subject="member:member",
)
# A number is never given twice: readers keep their place by it.
FIRING.dialect_options["sqlite"]["autoincrement"] = True

DEFINITION = state_table(
    "scenes", "definition",
    sa.Column("scene", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("digest", sa.String(32), nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
