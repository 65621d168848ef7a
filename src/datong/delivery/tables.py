"""The tables of delivery: what waits to be sent and what became of it, the console's inbox, the channels' health."""

from __future__ import annotations

import sqlalchemy as sa

from datong.storage import fact_table, state_table

__all__ = ["CHANNEL", "INBOX", "MESSAGE_FACT", "OUTBOX"]

OUTBOX = state_table(
    "delivery", "outbox",
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("member", sa.BigInteger, nullable=False, index=True),
    sa.Column("campaign", sa.String(64), nullable=False, index=True),
    sa.Column("channel", sa.String(64), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("due", sa.BigInteger, nullable=False),
    sa.Column("expires", sa.BigInteger),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("coupon", sa.String(32), nullable=False),
    sa.Column("ident", sa.BigInteger, nullable=False),
    sa.Column("ns", sa.String(64), nullable=False),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("created", sa.BigInteger, nullable=False, index=True),
    sa.Column("sent_at", sa.BigInteger),
    sa.Column("seen_at", sa.BigInteger),
    sa.Index("delivery_outbox_due", "channel", "state", "due"),
    subject="member:member",
)
"""One row per message: `queued`, `sending`, `sent`, `failed` or `suppressed`; `id` is the idempotency key.

`due` (ms) is when it may be tried next; of a row that is being sent, when another relay may take it over.
"""

INBOX = state_table(
    "delivery", "inbox",
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("member", sa.BigInteger, nullable=False, index=True),
    sa.Column("campaign", sa.String(64), nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False, index=True),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("coupon", sa.String(32), nullable=False),
    subject="member:member",
)
"""What the channel `inbox` delivered, for the shopper's page and the console; the name is filled in when read."""

CHANNEL = state_table(
    "delivery", "channel",
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("kind", sa.String(64), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)
"""The ways out: `ok`, or `dead` since when and why."""

MESSAGE_FACT = fact_table(
    "delivery", "message",
    {"offset": "BIGINT", "id": "VARCHAR", "campaign": "VARCHAR", "ident": "BIGINT", "channel": "VARCHAR",
     "status": "VARCHAR", "ts": "BIGINT", "date": "DATE"},
    subject="ident",
)
