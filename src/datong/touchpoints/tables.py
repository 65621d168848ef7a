"""The tables of touchpoints: quarantine and sources in the state, one row per item in the facts."""

from __future__ import annotations

import sqlalchemy as sa

from datong.model import TRADE
from datong.storage import fact_table, state_table

__all__ = ["EVENT", "QUARANTINED", "SOURCE"]

QUARANTINED = state_table(
    "touchpoints", "quarantine",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),  # the log's offset
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("form", sa.String(8), nullable=False),
    sa.Column("code", sa.String(32), nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("hint", sa.Text, nullable=False),
    sa.Column("field", sa.Text, nullable=False),
    sa.Column("history", sa.Boolean, nullable=False),
    sa.Column("raw", sa.LargeBinary, nullable=False),  # sealed; emptied once the call was taken in
    sa.Column("state", sa.String(16), nullable=False),  # open, replayed, discarded
    sa.Column("changed", sa.BigInteger, nullable=False),
    sa.Index("ix_touchpoints_quarantine_state", "state", "code"),
)

SOURCE = state_table(
    "touchpoints", "source",
    sa.Column("name", sa.String(255), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("last_seen", sa.BigInteger, nullable=False),
    sa.Column("day", sa.Integer, nullable=False),  # local days since 1970 to which `events_today` belongs
    sa.Column("events_today", sa.BigInteger, nullable=False),
    sa.Column("quarantined", sa.BigInteger, nullable=False),  # ever
)

EVENT = fact_table(
    "touchpoints", "event",
    {
        "offset": "BIGINT", "item": "SMALLINT", "type": "VARCHAR", "source": "VARCHAR", "channel": "VARCHAR",
        "ts": "BIGINT", "date": "DATE", "hour": "TINYINT", "ident": "BIGINT", "place": "VARCHAR", "zone": "VARCHAR",
        "sku": "VARCHAR", "category": "VARCHAR", "brand": "VARCHAR", "quantity": "DOUBLE", "amount": "BIGINT",
        "currency": "VARCHAR", "campaign": "VARCHAR", "coupon": "VARCHAR", "ref": "VARCHAR", "value": "DOUBLE",
        "history": "BOOLEAN",
    },
    subject="ident", kept=f"type IN ({', '.join(repr(name) for name in sorted(TRADE))})",
)
