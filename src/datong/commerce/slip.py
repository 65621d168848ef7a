"""Slip: what one event says about an order's money, brought to one form for state and facts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from datong.model import Event, Item, to_minor

__all__ = ["KINDS", "Kind", "Slip", "order_key", "slip"]

Kind = Literal["sale", "return", "order"]

KINDS: dict[str, Kind] = {
    "Receipt Issued": "sale", "Receipt Returned": "return",
    "Order Completed": "order", "Order Refunded": "return", "Order Cancelled": "return",
}
"""The events that move money, and the kind of receipt each makes."""


class Slip(NamedTuple):
    """Money of one event in minor units, signed from the retailer's view: what is given back is negative.

    The lines always add up to `amount`. `whole` means: give back everything that is left of the order.
    """

    kind: Kind
    amount: int
    discount: int
    lines: tuple[Item, ...]
    tenders: tuple[tuple[str, int], ...]
    whole: bool


def order_key(origin: str, ref: str) -> str:
    """Return the key of an order; `origin` is the store of a receipt, or the source (touchpoint) of an online order."""
    return f"{origin}/{ref}"


def slip(event: Event, items: Sequence[Item]) -> Slip:
    """Return the event's money; `event.type` must be in KINDS.

    A return whose amounts are written positive is turned round. Where the total differs from the lines (freight,
    tax, rounding, a discount on the whole order) one more line without SKU and quantity carries the difference, so that
    sales by SKU add up to the money taken. A cancellation, and a refund without any amount, mean all that is left of
    the order.
    """
    kind = KINDS[event.type]
    total = sum(item.amount for item in items)
    amount, discount = event.amount, _minor(event.properties.get("discount"), event.currency)
    if discount is None:
        discount = sum(item.discount for item in items)
    if event.type == "Order Refunded":
        amount = amount or total
    tenders = _tenders(event.properties.get("tenders"), event.currency)
    if event.type == "Order Cancelled" or (event.type == "Order Refunded" and not amount):
        return Slip(kind, 0, 0, (), tenders, True)
    lines = tuple(items)
    if kind == "return":
        if all(item.amount >= 0 for item in items):
            amount, discount, total = -abs(amount), -abs(discount), -total
            lines = tuple(_turned(item) for item in items)
            tenders = tuple((name, -abs(paid)) for name, paid in tenders)
        else:
            amount = -abs(amount) if all(item.amount <= 0 for item in items) else amount
            lines = tuple(_back(item) if item.amount < 0 < item.quantity else item for item in items)
    if amount != total:
        lines = (*lines, Item("", 0.0, amount - total))
    return Slip(kind, amount, discount, lines, tenders, False)


def _turned(item: Item) -> Item:
    return Item(item.sku, -abs(item.quantity), -item.amount, -item.discount, item.category, item.brand, item.name)


def _back(item: Item) -> Item:
    return Item(item.sku, -item.quantity, item.amount, item.discount, item.category, item.brand, item.name)


def _tenders(given: Any, currency: str) -> tuple[tuple[str, int], ...]:
    if not isinstance(given, list | tuple):
        return ()
    pairs = ((t.get("kind"), _minor(t.get("amount"), currency)) for t in given if isinstance(t, dict))
    return tuple((str(kind or "other"), paid) for kind, paid in pairs if paid is not None)


def _minor(amount: Any, currency: str) -> int | None:
    """Return an amount in a property; the intake has brought it to minor units, which are whole numbers."""
    if isinstance(amount, bool) or not isinstance(amount, int | float | str):
        return None
    if isinstance(amount, int):
        return amount
    try:
        return to_minor(amount, currency)
    except ValueError:
        return None
