"""What commerce keeps: the catalogue, orders of every channel with their tenders, and what coupons were redeemed."""

from __future__ import annotations

import sqlalchemy as sa

from datong.storage import fact_table, state_table

__all__ = [
    "DUPLICATE", "LINE", "ORDER", "PRODUCT", "RECEIPT", "RECEIPT_LINE", "REDEEMED", "REDEMPTION", "SKU", "TENDER",
    "TENDERED",
]

SKU = state_table(
    "commerce", "sku",
    sa.Column("sku", sa.String, primary_key=True),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("category", sa.String, nullable=False),
    sa.Column("brand", sa.String, nullable=False),
    sa.Column("price", sa.BigInteger, nullable=False),
    sa.Column("listed", sa.Boolean, nullable=False),
    sa.Column("updated", sa.BigInteger, nullable=False),
)
"""The catalogue: `price` in minor units, `updated` in ms."""

ORDER = state_table(
    "commerce", "order",
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("source", sa.String, nullable=False),
    sa.Column("ref", sa.String, nullable=False),
    sa.Column("place", sa.String, nullable=False),
    sa.Column("channel", sa.String, nullable=False),
    sa.Column("ident", sa.BigInteger, nullable=False, index=True),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("discount", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("ts", sa.BigInteger, nullable=False),
    sa.Column("lines", sa.Integer, nullable=False),
    sa.Column("offset", sa.BigInteger, nullable=False),
    sa.Column("original", sa.String),
    sa.Column("whole", sa.Boolean, nullable=False),
    sa.Column("returned", sa.BigInteger, nullable=False),
    subject="ident:ident", kept=True,
)
"""Orders and receipts of every channel; a return, refund or cancellation is a row that points to its `original`.

`amount` is negative on a return; `returned` is what the returns of this order gave back so far; `whole` marks a refund
or cancellation that named no amount, so all of the original. Amounts in minor units, `ts` in ms, `offset` in the log.
"""
sa.Index(
    "commerce_order_original", ORDER.c.original,
    sqlite_where=ORDER.c.original.is_not(None), postgresql_where=ORDER.c.original.is_not(None),
)

LINE = state_table(
    "commerce", "order_line",
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("line", sa.Integer, primary_key=True),
    sa.Column("sku", sa.String, nullable=False),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("category", sa.String, nullable=False),
    sa.Column("brand", sa.String, nullable=False),
    sa.Column("quantity", sa.Float, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("discount", sa.BigInteger, nullable=False),
)
"""The lines of orders that came in live.

Lines of imported history (`history=True`) are kept in the facts only: nobody asks for an old receipt's goods while it
is worked on, the state need not hold a decade of them, and a load stays bound by the log and not by this table.
"""

TENDERED = state_table(
    "commerce", "tender",
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("line", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
)
"""How an order was paid, in minor units."""

REDEEMED = state_table(
    "commerce", "redemption",
    sa.Column("offset", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("coupon", sa.String, nullable=False, index=True),
    sa.Column("campaign", sa.String, nullable=False),
    sa.Column("ident", sa.BigInteger, nullable=False),
    sa.Column("place", sa.String, nullable=False),
    sa.Column("ref", sa.String, nullable=False),
    sa.Column("ts", sa.BigInteger, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    subject="ident:ident", kept=True,
)
"""Coupons given back at a till or in a shop; `amount` is the discount they gave, in minor units."""

DUPLICATE = state_table(
    "commerce", "duplicate",
    sa.Column("offset", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("key", sa.String, nullable=False),
)
"""Log positions at which an order already known was told again under another message id; facts leave them out."""

_WHEN = {"ts": "BIGINT", "date": "DATE", "hour": "TINYINT"}

RECEIPT = fact_table("commerce", "receipt", {
    "offset": "BIGINT", "ref": "VARCHAR", "kind": "VARCHAR", "channel": "VARCHAR", "source": "VARCHAR",
    "place": "VARCHAR", **_WHEN, "ident": "BIGINT", "amount": "BIGINT", "discount": "BIGINT", "currency": "VARCHAR",
    "lines": "INTEGER",
}, "ident", kept="true")
"""One row per receipt ('sale'), online order ('order'), or money given back ('return', negative)."""

RECEIPT_LINE = fact_table("commerce", "receipt_line", {
    "offset": "BIGINT", "line": "INTEGER", "ref": "VARCHAR", "kind": "VARCHAR", "channel": "VARCHAR",
    "place": "VARCHAR", **_WHEN, "ident": "BIGINT", "sku": "VARCHAR", "category": "VARCHAR", "brand": "VARCHAR",
    "quantity": "DOUBLE", "amount": "BIGINT", "discount": "BIGINT", "currency": "VARCHAR",
}, "ident", kept="true")
"""One row per line; the lines of a receipt add up to its amount exactly (see `slip`)."""

TENDER = fact_table("commerce", "tender", {
    "offset": "BIGINT", "ref": "VARCHAR", "kind": "VARCHAR", "amount": "BIGINT", "currency": "VARCHAR",
})
"""How receipts were paid."""

REDEMPTION = fact_table("commerce", "redemption", {
    "offset": "BIGINT", "coupon": "VARCHAR", "campaign": "VARCHAR", "ident": "BIGINT", "place": "VARCHAR",
    "ref": "VARCHAR", "ts": "BIGINT", "date": "DATE", "amount": "BIGINT",
}, "ident", kept="true")
"""One row per redeemed coupon; `amount` is the discount given."""

PRODUCT = fact_table("commerce", "product", {
    "sku": "VARCHAR", "name": "VARCHAR", "category": "VARCHAR", "brand": "VARCHAR", "price": "BIGINT",
    "listed": "BOOLEAN",
})
"""The catalogue as a dimension: one row per SKU, as last updated."""
