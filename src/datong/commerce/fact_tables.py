"""What commerce tells analysis: receipts with their lines and tenders, redeemed coupons, and the catalogue."""

from __future__ import annotations

from datong.storage import fact_table

__all__ = ["PRODUCT", "RECEIPT", "RECEIPT_LINE", "REDEMPTION", "TENDER"]

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
