"""The shapes a row can be loaded as, and the fields each of them knows."""

from __future__ import annotations

import msgspec

from datong.model import NAMESPACES

__all__ = ["IDENTIFIERS", "NAMED", "SHAPES", "TIMES", "Shape"]

IDENTIFIERS = tuple(NAMESPACES)
"""A column of this name holds an identifier of the namespace: member_card, phone, email, user_id and so on."""

NAMED = ("members", "messages", "consents")
"""Shapes that say nothing without somebody they belong to."""

TIMES = ("time", "start", "end")
"""Fields that hold a moment; the mapping may say in which format and zone they are written."""


class Shape(msgspec.Struct, frozen=True):
    """What one row becomes: the `fields` it may fill, and the ones it `needs` (one of each tuple).

    `open` lists the free tables that go with it. `raw` rows may also be whole Segment calls, without any columns.
    """

    name: str
    fields: tuple[str, ...]
    needs: tuple[tuple[str, ...], ...]
    persons: bool = False
    open: tuple[str, ...] = ()
    raw: bool = False

    def known(self, namespaces: tuple[str, ...] = IDENTIFIERS) -> tuple[str, ...]:
        """Return every field that `columns` may fill, where these namespaces exist."""
        return self.fields + namespaces if self.persons else self.fields


SHAPES: dict[str, Shape] = {
    s.name: s
    for s in (
        Shape("products", ("sku", "name", "category", "brand", "price", "listed"), (("sku",),)),
        Shape("stores", ("store", "name", "format", "city", "region", "country", "lat", "lon", "hours", "venue"),
              (("store",),)),
        Shape("members", ("time",), (), persons=True, open=("traits",)),
        Shape(
            "receipts",
            ("receipt", "time", "store", "till", "business_day", "sequence", "kind", "currency", "sku",
             "name", "category", "brand", "quantity", "price", "amount", "discount", "tender",
             "original"),
            (("receipt", "sequence"), ("time",), ("store",), ("sku",), ("amount", "price")), persons=True,
        ),
        Shape("messages", ("id", "campaign", "channel", "time"), (("campaign",), ("time",)), persons=True),
        Shape(
            "redemptions", ("coupon", "campaign", "receipt", "store", "amount", "currency", "time"),
            (("coupon",), ("time",)), persons=True,
        ),
        Shape("campaigns", ("campaign", "name", "kind", "start", "end"), (("campaign",),)),
        Shape("consents", ("purpose", "channel", "granted", "time"), (("granted",), ("time",)), persons=True),
        Shape(
            "events", ("id", "event", "time"), (("event",), ("time",)), persons=True,
            open=("properties",), raw=True,
        ),
    )
}
"""What `as` may say in a mapping file."""
