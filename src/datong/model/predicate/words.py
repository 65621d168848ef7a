"""The vocabulary of the predicate language: fields of an event item, and what each function takes."""

from __future__ import annotations

import msgspec

from datong.model.predicate.nodes import Kind

__all__ = ["FIELDS", "FUNCTIONS", "PURCHASES", "RETURNS", "Signature"]

FIELDS: dict[str, Kind] = {
    "type": "text", "channel": "text", "place": "text", "zone": "text", "sku": "text", "category": "text",
    "brand": "text", "campaign": "text", "coupon": "text", "quantity": "number", "value": "number", "hour": "number",
    "amount": "money",
}
"""What `where` may ask about an event item; text that is not known is empty, never None."""

PURCHASES = ("Receipt Issued", "Order Completed")
RETURNS = ("Receipt Returned", "Order Refunded", "Order Cancelled")
"""The events whose amounts `spend` adds, and those whose amounts it takes off."""


class Signature(msgspec.Struct, frozen=True):
    """How a function is written: whether a field comes first, and which keyword arguments it knows."""

    field: bool
    keywords: tuple[str, ...]
    shape: str


FUNCTIONS: dict[str, Signature] = {
    "count": Signature(False, ("where", "last"), 'count("Product Viewed", last="7d")'),
    "sum": Signature(True, ("where", "last"), 'sum(quantity, "Receipt Issued", last="90d")'),
    "first": Signature(False, ("where",), 'first("Receipt Issued")'),
    "last": Signature(False, ("where",), 'last("Receipt Issued")'),
    "days_since": Signature(False, ("where",), 'days_since("Receipt Issued")'),
    "distinct": Signature(True, ("where", "last"), 'distinct(category, "Receipt Issued", last="365d")'),
    "latest": Signature(True, ("where",), 'latest(zone, "Zone Entered")'),
    "top": Signature(True, ("where", "last", "weight", "half_life"),
                     'top(category, "Receipt Issued", weight=amount, half_life="90d")'),
}
