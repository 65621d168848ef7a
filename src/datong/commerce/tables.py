"""What commerce keeps: goods and prices, stock and movements, orders of every channel, reservations, redemptions."""

from __future__ import annotations

import sqlalchemy as sa

from datong.storage import state_table

__all__ = [
    "DUPLICATE", "GTIN", "LINE", "MOVEMENT", "ORDER", "PIECE", "PRICE", "PROGRESS",
    "REDEEMED", "RESERVATION", "RESERVED", "SHIPMENT", "SITE", "SKU", "STEP", "STOCK",
    "TENDERED", "TRANSFER", "TRANSFER_LINE", "VARIANT", "VOID", "WAITING",
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

`amount` is negative on a return; `state` is `voided` where it does not count; `returned` is what the returns of this
order gave back so far; `whole` marks a refund or cancellation that named no amount, so all of the original.
Amounts in minor units, `ts` in ms, `offset` in the log.
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
    sa.Index("commerce_redemption_of", "place", "ref"),
    subject="ident:ident", kept=True,
)
"""Coupons given back at a till or in a shop; `amount` is the discount they gave, in minor units."""

DUPLICATE = state_table(
    "commerce", "duplicate",
    sa.Column("offset", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("key", sa.String, nullable=False),
    sa.Column("by", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("ident", sa.BigInteger, nullable=False, server_default="0"),
    sa.Index("commerce_duplicate_by", "by"),
    subject="ident:ident", kept=True,
)
"""Log positions that count nowhere: an order told again under another message id, or a receipt that was voided.

`by` is the position of the void, which may lie before the receipt or after it; 0 for a repeat.
"""

VARIANT = state_table(
    "commerce", "variant",
    sa.Column("sku", sa.String, primary_key=True),
    sa.Column("style", sa.String, nullable=False, index=True),
    sa.Column("colour", sa.String, nullable=False),
    sa.Column("size", sa.String, nullable=False),
    sa.Column("season", sa.String, nullable=False),
    sa.Column("unit", sa.String, nullable=False),
    sa.Column("cost", sa.BigInteger, nullable=False),
)
"""What else is known of a SKU: the style it is a variant of, colour, size, season, unit, and cost in minor units."""

GTIN = state_table(
    "commerce", "gtin",
    sa.Column("gtin", sa.String(14), primary_key=True),
    sa.Column("sku", sa.String, nullable=False, index=True),
)
"""Trade item numbers, 14 digits each; a SKU may have several, a number belongs to one SKU."""

PRICE = state_table(
    "commerce", "price",
    sa.Column("sku", sa.String, primary_key=True),
    sa.Column("place", sa.String, primary_key=True),
    sa.Column("region", sa.String, primary_key=True),
    sa.Column("channel", sa.String, primary_key=True),
    sa.Column("currency", sa.String(3), primary_key=True),
    sa.Column("start", sa.BigInteger, primary_key=True),
    sa.Column("until", sa.BigInteger),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("list", sa.String, nullable=False),
)
"""Price lists: an amount in minor units from `start` to before `until` (ms; null: for ever).

An empty place, region or channel means every one; the narrower price goes before the wider.
"""

SITE = state_table(
    "commerce", "site",
    sa.Column("code", sa.String, primary_key=True),
    sa.Column("city", sa.String, nullable=False),
    sa.Column("region", sa.String, nullable=False),
    sa.Column("warehouse", sa.Boolean, nullable=False),
)
"""Where pieces may be taken from: city, region, and whether it is a warehouse."""

STOCK = state_table(
    "commerce", "stock",
    sa.Column("sku", sa.String, primary_key=True),
    sa.Column("place", sa.String, primary_key=True),
    sa.Column("quantity", sa.Float, nullable=False),
    sa.Column("reserved", sa.Float, nullable=False),
    sa.Column("moved", sa.BigInteger, nullable=False),
    sa.Column("counted", sa.BigInteger, nullable=False),
    sa.Column("counted_offset", sa.BigInteger, nullable=False),
    sa.Index("commerce_stock_place", "place"),
)
"""The balance of the movements: `quantity` may be below zero, which is a finding (sold more than known).

`moved` is the time of the last movement, `counted` that of the last count (0: never), both ms. What is on the way to a
store lies at the place `transit/STORE`.
"""

MOVEMENT = state_table(
    "commerce", "movement",
    sa.Column("offset", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("line", sa.Integer, primary_key=True),
    sa.Column("sku", sa.String, nullable=False),
    sa.Column("place", sa.String, nullable=False),
    sa.Column("ts", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("quantity", sa.Float, nullable=False),
    sa.Column("counted", sa.Float),
    sa.Column("ref", sa.String, nullable=False),
    sa.Index("commerce_movement_of", "sku", "place", "ts"),
)
"""Every change of a balance; a count holds what was `counted`, and in `quantity` how far that was from the balance."""

TRANSFER = state_table(
    "commerce", "transfer",
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("origin", sa.String, nullable=False),
    sa.Column("target", sa.String, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("sent", sa.BigInteger, nullable=False),
    sa.Column("changed", sa.BigInteger, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
)
"""Transfers between places: `sent` (also in part received), `received`, `cancelled`; times in ms."""

TRANSFER_LINE = state_table(
    "commerce", "transfer_line",
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("sku", sa.String, primary_key=True),
    sa.Column("sent", sa.Float, nullable=False),
    sa.Column("received", sa.Float, nullable=False),
)

PROGRESS = state_table(
    "commerce", "progress",
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("source", sa.String, nullable=False),
    sa.Column("ref", sa.String, nullable=False),
    sa.Column("place", sa.String, nullable=False),
    sa.Column("channel", sa.String, nullable=False),
    sa.Column("ident", sa.BigInteger, nullable=False, index=True),
    sa.Column("mode", sa.String(8), nullable=False),
    sa.Column("code", sa.String, nullable=False),
    sa.Column("paid", sa.Boolean, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("given", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("placed", sa.BigInteger, nullable=False),
    sa.Column("changed", sa.BigInteger, nullable=False),
    sa.Index("commerce_progress_state", "state", "placed"),
    subject="ident:ident", kept=True,
)
"""How far an order is on its way to the shopper (see progress.py); `given` is the money given back, in minor units.

`mode` is `ship` or `collect`, `place` the store that it was ordered in or is collected at, `code` what the shopper says
when collecting.
"""

PIECE = state_table(
    "commerce", "piece",
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("sku", sa.String, primary_key=True),
    sa.Column("ordered", sa.Float, nullable=False),
    sa.Column("gone", sa.Float, nullable=False),
    sa.Column("back", sa.Float, nullable=False),
)
"""How many of each SKU an order holds, how many have left for the shopper, how many came back."""

STEP = state_table(
    "commerce", "step",
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("key", sa.String, nullable=False, index=True),
    sa.Column("offset", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("was", sa.String(10), nullable=False),
    sa.Column("now", sa.String(10), nullable=False),
    sa.Column("ts", sa.BigInteger, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("place", sa.String, nullable=False),
    sa.Column("note", sa.String, nullable=False),
    sa.Column("refused", sa.String, nullable=False),
    sa.Index("commerce_step_offset", "offset"),
)
"""The audit of orders: who did what when, from which state to which; `refused` is why a step was not taken, as
refusal.py writes it."""

WAITING = state_table(
    "commerce", "waiting",
    sa.Column("offset", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("key", sa.String, nullable=False, index=True),
    sa.Column("other", sa.String, nullable=False, index=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("ts", sa.BigInteger, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("place", sa.String, nullable=False),
    sa.Column("due", sa.BigInteger, nullable=False),
)
"""Steps that wait for their order (`key`, or the `other` it may be called), or for a step before them.

`offset` is where the step lies in the log; after `due` (ms) that it still waits is a finding.
"""

SHIPMENT = state_table(
    "commerce", "shipment",
    sa.Column("offset", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("key", sa.String, nullable=False, index=True),
    sa.Column("place", sa.String, nullable=False),
    sa.Column("carrier", sa.String, nullable=False),
    sa.Column("tracking", sa.String, nullable=False),
    sa.Column("ts", sa.BigInteger, nullable=False),
    sa.Column("pieces", sa.Text, nullable=False),
)
"""What left in one parcel: `pieces` is a list of [sku, quantity], as JSON."""

RESERVATION = state_table(
    "commerce", "reservation",
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("key", sa.String, nullable=False, index=True),
    sa.Column("place", sa.String, nullable=False),
    sa.Column("channel", sa.String, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("ts", sa.BigInteger, nullable=False),
    sa.Column("expires", sa.BigInteger, nullable=False),
    sa.Column("ended", sa.BigInteger, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Index("commerce_reservation_due", "state", "expires"),
)
"""What was asked to be kept for somebody: `granted`, `refused`, `used`, `released` or `expired`; times in ms.

`key` is the order it is for (or empty), `place` where it was wanted, `reason` why it was refused.
"""

RESERVED = state_table(
    "commerce", "reserved",
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("sku", sa.String, primary_key=True),
    sa.Column("place", sa.String, nullable=False),
    sa.Column("quantity", sa.Float, nullable=False),
    sa.Column("open", sa.Float, nullable=False),
)
"""The lines of reservations: how many were asked for, where they are kept, and how many are kept still."""

VOID = state_table(
    "commerce", "void",
    sa.Column("receipt", sa.String, primary_key=True),
    sa.Column("offset", sa.BigInteger, nullable=False),
    sa.Column("ts", sa.BigInteger, nullable=False),
    sa.Column("by", sa.String, nullable=False),
)
"""Receipts that never were, by their order key: the log's `offset` of the void, and its number."""
