"""The tables of linking runs: what each run found, what it proposes, and what people are asked."""

from __future__ import annotations

import sqlalchemy as sa

from datong.storage import state_table

__all__ = ["PROPOSAL", "REVIEW", "RUN"]

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

RUN = state_table(
    "identity", "run",
    sa.Column("id", _ID, primary_key=True, autoincrement=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("finished", sa.BigInteger),
    sa.Column("published", sa.BigInteger),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("actor", sa.String(128), nullable=False),
    sa.Column("stage", sa.String(32), nullable=False),
    sa.Column("progress", sa.Float, nullable=False),
    sa.Column("model", sa.String(128), nullable=False),
    sa.Column("auto", sa.Float, nullable=False),
    sa.Column("ask", sa.Float, nullable=False),
    sa.Column("records", sa.BigInteger, nullable=False),
    sa.Column("merged", sa.BigInteger, nullable=False),
    sa.Column("split", sa.BigInteger, nullable=False),
    sa.Column("unchanged", sa.BigInteger, nullable=False),
    sa.Column("review", sa.BigInteger, nullable=False),
    sa.Column("report", sa.LargeBinary),
    sa.Column("error", sa.String(512), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False, server_default="records"),
)
"""Linking runs: `state` waiting, running, done, published, withdrawn or failed; `stage` and `progress` (0..1) while it
runs. `kind`: `records` compares what members told of themselves, `anchors` devices with payments.

Pairs of a probability from `auto` on are joined when the run is published, those from `ask` on are for review.
"""

PROPOSAL = state_table(
    "identity", "proposal",
    sa.Column("run", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("a", sa.BigInteger, primary_key=True, autoincrement=False, index=True),
    sa.Column("b", sa.BigInteger, primary_key=True, autoincrement=False, index=True),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("ns", sa.String(64), nullable=False, server_default=""),
    sa.Column("first", sa.BigInteger),
    sa.Column("last", sa.BigInteger),
    subject="a:ident b:ident",
)
"""What a run would join: the identifiers by which two members are known best, or a payer's and a device.

Of a device, `ns` is the namespace, `first` and `last` (ms) when it was first and last there as its payer paid.
"""

REVIEW = state_table(
    "identity", "review",
    sa.Column("id", _ID, primary_key=True, autoincrement=False),
    sa.Column("run", sa.BigInteger, nullable=False, index=True),
    sa.Column("a", sa.BigInteger, nullable=False, index=True),
    sa.Column("b", sa.BigInteger, nullable=False, index=True),
    sa.Column("weight", sa.Float, nullable=False),
    sa.Column("probability", sa.Float, nullable=False),
    sa.Column("cost", sa.Float, nullable=False),
    sa.Column("reason", sa.String(16), nullable=False),
    sa.Column("parts", sa.LargeBinary, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("actor", sa.String(128), nullable=False),
    sa.Column("at", sa.BigInteger),
    sa.Column("turn", sa.Integer, nullable=False),
    sa.Column("correction", sa.String(128), nullable=False),
    sa.Index("ix_identity_review_state", "state", "cost"),
    subject="a:ident b:ident",
)
"""Pairs of members, by identifier, that people are asked about; `parts` is the waterfall as JSON.

`state`: proposed (its run is not published), open, same, different, or superseded by a later run. `cost` is what a
wrong answer would cost, by which they are asked. `reason`: band, or bridge where only few of many pairs speak for it.
`turn` counts how often a vote was taken back, `correction` is what the last vote led to.
"""
