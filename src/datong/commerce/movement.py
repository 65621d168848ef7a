"""Movement: what an event says about the pieces a place holds; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from datong.commerce.slip import slip
from datong.model import Event, Item

__all__ = ["RECEIPTS", "STOCK_EVENTS", "TRANSIT", "Move", "moves", "pieces", "rounded", "taken_back", "transit"]

STOCK_EVENTS = frozenset({"Stock Counted", "Stock Received", "Stock Adjusted"})
"""The events that move stock at one place and need nothing but themselves."""

RECEIPTS = frozenset({"Receipt Issued", "Receipt Returned"})

TRANSIT = "transit/"
"""What is on the way to a place lies at a place of this name, so that a transfer moves pieces and never loses any."""

_KINDS = {"Stock Counted": "counted", "Stock Received": "received", "Stock Adjusted": "adjusted",
          "Receipt Issued": "sold", "Receipt Returned": "returned"}


class Move(msgspec.Struct):
    """One change of what a place holds of a SKU; `quantity` is the difference, `counted` what was counted.

    `line` numbers the moves of one event; time, offset and line together are its place in the ledger.
    """

    offset: int
    line: int
    sku: str
    place: str
    ts: int
    kind: str
    quantity: float
    counted: float | None = None
    ref: str = ""

    @property
    def at(self) -> tuple[int, int, int]:
        """Return its place in the ledger."""
        return self.ts, self.offset, self.line


def taken_back(move: Move, offset: int, line: int) -> Move:
    """Return the movement that makes one not have been, told by the event at `offset`: at the same time, turned."""
    return Move(offset, line, move.sku, move.place, move.ts, "voided", -move.quantity, None, move.ref)


def transit(place: str) -> str:
    """Return the place at which lies what is on its way to `place`."""
    return TRANSIT + place


def rounded(quantity: float) -> float:
    """Return a quantity to three decimals (grams of a kilogram), so that sums do not depend on their order."""
    return round(quantity, 3) + 0.0


def pieces(items: Iterable[Item]) -> dict[str, float]:
    """Return how many of each SKU the lines hold together, in their order; lines without a SKU are not goods."""
    found: dict[str, float] = {}
    for item in items:
        if item.sku:
            found[item.sku] = rounded(found.get(item.sku, 0.0) + item.quantity)
    return found


def moves(event: Event, items: Sequence[Item]) -> list[Move]:
    """Return the movements of a stock event or a receipt; none where it names no place, or is of the past.

    A sale takes what its lines hold, and gives back what they hold with a minus; an exchange does both.
    """
    kind = _KINDS.get(event.type)
    if kind is None or event.history or not event.place:
        return []
    if event.type == "Receipt Returned":
        items = slip(event, items).lines
    sign = -1.0 if event.type in RECEIPTS else 1.0
    count = event.type == "Stock Counted"
    return [
        Move(event.offset, line, sku, event.place, event.time, kind, 0.0 if count else sign * quantity,
             quantity if count else None, event.ref or str(event.properties.get("reason") or "")[:200])
        for line, (sku, quantity) in enumerate(pieces(items).items()) if count or quantity
    ]
