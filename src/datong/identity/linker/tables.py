"""The tables of the block index: what the incremental linker keeps of each member."""

from __future__ import annotations

import sqlalchemy as sa

from datong.storage import state_table

__all__ = ["BLOCK", "RECORD"]

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

RECORD = state_table(
    "identity", "record",
    sa.Column("id", _ID, primary_key=True, autoincrement=False),
    sa.Column("member", sa.BigInteger, nullable=False, index=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    subject="member:member",
)
"""The cleaned fields by which a member is compared, sealed; of one member up to eight records, beside one another."""

BLOCK = state_table(
    "identity", "block",
    sa.Column("key", _ID, primary_key=True, autoincrement=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("records", sa.LargeBinary, nullable=False),
)
"""The records that share a blocking key: the keyed hash of the key, how many they are, and their ids (8 bytes each,
little endian, ascending). A block that outgrew its cap holds none: rarer keys find its records.
"""
