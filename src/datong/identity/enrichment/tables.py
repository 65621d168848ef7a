"""The tables of enrichment: about whom a provider was asked, and what each month cost."""

from __future__ import annotations

import sqlalchemy as sa

from datong.storage import state_table

__all__ = ["ENRICHED", "ENRICHMENT"]

ENRICHED = state_table(
    "identity", "enriched",
    sa.Column("provider", sa.String(64), primary_key=True),
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("found", sa.Boolean, nullable=False),
    subject="key:ident",
)
"""When a provider was asked last by which identifier, and whether it knew it; not asked again while that is valid."""

ENRICHMENT = state_table(
    "identity", "enrichment",
    sa.Column("provider", sa.String(64), primary_key=True),
    sa.Column("month", sa.String(7), primary_key=True),
    sa.Column("asked", sa.BigInteger, nullable=False),
    sa.Column("found", sa.BigInteger, nullable=False),
    sa.Column("cost", sa.BigInteger, nullable=False),
    sa.Column("last", sa.BigInteger, nullable=False),
)
"""Per provider and local month: how many were asked about, how many found, and the cost in millionths of a currency
unit."""
