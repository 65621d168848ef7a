"""The tables of the identity graph."""

from __future__ import annotations

import sqlalchemy as sa

from datong.storage import fact_table, state_table

__all__ = ["APART", "CHANGE", "CORRECTION", "EVENT", "EVIDENCE", "FACT_LINK", "FACT_MEMBER", "LINK", "MEMBER", "PACE",
           "RENAMED", "SHOWN", "TOLD"]

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
    sa.Column("families", sa.SmallInteger, nullable=False, server_default="0"),
    sa.Column("verified", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("out", sa.Boolean, nullable=False, server_default=sa.false()),
    subject="member:member",
)
"""Who holds an identifier: `member` is always live, and null where the value is `shared`; `since` is a log offset.

`families` are the channels on which the identifier was seen, `verified` says that a source checked that it is the
holder's own, `out` that the holder signed out of the device, which does not tell who is there until the next login.
"""

MEMBER = state_table(
    "identity", "member",
    sa.Column("id", _ID, primary_key=True, autoincrement=False),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("merged_into", sa.BigInteger),
    sa.Column("families", sa.SmallInteger, nullable=False),
    sa.Column("known", sa.Boolean, nullable=False),
    sa.Column("first", sa.BigInteger),
    sa.Index("ix_identity_member_live", "merged_into", "families"),
    subject="id:member",
)
"""Members: `merged_into` is the live member in one step; `families` 1 = online, 2 = offline, 3 = both.

`known` is false while only attach-only identifiers (a browser, a device) speak for the member. `first` is the
identifier with which the member began: where it goes in a split, the id goes. Where that one leaves, another of those
that stay takes its place.
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
    sa.Column("actor", sa.String(128), nullable=False, server_default=""),
    sa.Column("undoes", sa.BigInteger),
    subject="member:member other:member key:ident",
)
"""What was decided and why, append-only; `actor` is who corrected, empty for what the rules did on their own.

Kinds: create, attach, merge, leave, refuse, shared, block, channels, signed_out, stopped; the corrections join,
unmerge, split, part, share, unshare, reset and undo (which names in `undoes` the decision it takes back); and apart and
together for further members that a correction concerns.
"""

sa.Index("ix_identity_event_other", EVENT.c.other,
         sqlite_where=EVENT.c.other.is_not(None), postgresql_where=EVENT.c.other.is_not(None))
sa.Index("ix_identity_event_undoes", EVENT.c.undoes,
         sqlite_where=EVENT.c.undoes.is_not(None), postgresql_where=EVENT.c.undoes.is_not(None))

SHOWN = state_table(
    "identity", "shown",
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("member", sa.BigInteger, primary_key=True, autoincrement=False, index=True),
    sa.Column("counts", sa.Boolean, nullable=False, server_default=sa.true()),
    subject="member:member key:ident",
)
"""Members that showed an identifier which somebody else holds, or which is one too many for them.

`counts` is false where that says nothing about how many people use the value, as when nobody checked it.
"""

EVIDENCE = state_table(
    "identity", "evidence",
    sa.Column("id", _ID, primary_key=True, autoincrement=False),
    sa.Column("a", sa.BigInteger, nullable=False, index=True),
    sa.Column("b", sa.BigInteger, nullable=False, index=True),
    sa.Column("pair", sa.BigInteger, nullable=False, index=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("model", sa.String(128), nullable=False),
    sa.Column("offset", sa.BigInteger, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("cause", sa.String(512), nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    subject="a:ident b:ident",
)
"""Why two identifiers are one person's; never deleted but by erasure. A member is held together by what is active.

`kind` is deterministic (an event showed both), probabilistic (a `model` scored the pair), anchor (the device `b` was
there again and again when the holder of `a` paid) or manual. `pair` is a ^ b, by which a pair is found whichever way
round it stands. `seq` is the decision that made it, 0 where there was nothing to decide: both were the same member's
already.
"""

CHANGE = state_table(
    "identity", "change",
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("evidence", sa.BigInteger, primary_key=True, autoincrement=False, index=True),
    sa.Column("active", sa.Boolean, nullable=False),
)
"""Which evidence a decision put out of force, or into it again: what an undo turns round."""

RENAMED = state_table(
    "identity", "renamed",
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("member", sa.BigInteger, primary_key=True, autoincrement=False, index=True),
    sa.Column("first", sa.BigInteger),
    sa.Column("lived", sa.Boolean, nullable=False),
    subject="member:member first:ident",
)
"""What a member was before a decision that took its number, or gave it again, or left it with another `first`.

`lived` is false where it had been merged away. A merge of two needs none of this: its event names both.
"""

APART = state_table(
    "identity", "apart",
    sa.Column("a", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("b", sa.BigInteger, primary_key=True, autoincrement=False, index=True),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False, index=True),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("ended", sa.BigInteger),
    subject="a:ident b:ident",
)
"""Identifiers (a < b) that are not one person's: decided by `seq`, lifted by `ended`; apart while any says so."""

CORRECTION = state_table(
    "identity", "correction",
    sa.Column("id", sa.String(512), primary_key=True),
    sa.Column("offset", sa.BigInteger, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("action", sa.String(16), nullable=False),
    sa.Column("actor", sa.String(128), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("reason", sa.String(256), nullable=False),
    sa.Column("seq", sa.BigInteger),
)
"""What became of each correction that was asked for: done, or refused and why."""

PACE = state_table(
    "identity", "pace",
    sa.Column("ns", sa.String(64), primary_key=True),
    sa.Column("hour", sa.BigInteger, nullable=False),
    sa.Column("merges", sa.BigInteger, nullable=False),
    sa.Column("hours", sa.BigInteger, nullable=False),
    sa.Column("mean", sa.Float, nullable=False),
    sa.Column("stopped", sa.BigInteger),
    sa.Column("since", sa.BigInteger),
)
"""How many merges each namespace makes: in the running `hour`, and in the mean of the `hours` with merges before it.

`stopped` is the decision that stopped the namespace from merging, at `since`; null while it merges.
"""

TOLD = state_table(
    "identity", "told",
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("field", sa.String(64), primary_key=True),
    sa.Column("source", sa.String(128), primary_key=True),
    sa.Column("digest", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("channel", sa.String(64), nullable=False),
    sa.Column("first", sa.BigInteger, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("offset", sa.BigInteger, nullable=False),
    sa.Column("verified", sa.Boolean, nullable=False),
    sa.Column("trusted", sa.Boolean, nullable=False),
    subject="key:ident",
)
"""Every personal value that was ever told, sealed, under the identifier `key` of the event that told it.

`digest` is a keyed hash of the field and the value in its normal form, 0 where it was told to an earlier release.
`first` and `at` (ms) are when it was told first and last, `offset` where in the log the last time. Whose it is says the
link of the key, so that neither a merge nor a split writes here.
"""

FACT_LINK = fact_table("identity", "link", {"ident": "BIGINT", "member": "BIGINT", "ns": "VARCHAR"}, "ident")
FACT_MEMBER = fact_table(
    "identity", "member", {"member": "BIGINT", "channels": "VARCHAR", "created": "BIGINT"}, "member"
)
