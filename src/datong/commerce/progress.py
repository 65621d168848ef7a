"""Progress: the one state machine that every order goes through, whatever channel it came from; pure.

    placed ─► paid ─► reserved ─► picked ─┬─► shipped ─► delivered ─► returned
                                          └─► ready ───► collected ─► returned
    any of them before it left ─► cancelled          any that is paid ─► refunded

A step may be left out, never gone back. Payment may come late (cash on delivery, payment at the store's counter): then
the order is marked as paid and stays where it is.
"""

from __future__ import annotations

from typing import NamedTuple

from datong.commerce.refusal import refuse

__all__ = ["STATES", "STEPS", "Way", "may_come", "next_steps", "way"]

STATES = ("placed", "paid", "reserved", "picked", "shipped", "delivered", "ready", "collected", "returned", "cancelled",
          "refunded")

STEPS = {
    "Order Placed": "placed", "Order Completed": "paid", "Order Picked": "picked", "Order Shipped": "shipped",
    "Order Ready": "ready", "Order Collected": "collected", "Order Delivered": "delivered",
    "Order Returned": "returned", "Order Refunded": "refunded", "Order Cancelled": "cancelled",
}
"""The events of an order, and the state each leads to."""

_LEAVING = ("shipped", "ready", "collected")
_NEXT: dict[str, tuple[str, ...]] = {
    "": ("placed", "paid"),
    "placed": ("paid", "reserved", "picked", *_LEAVING, "cancelled"),
    "paid": ("reserved", "picked", *_LEAVING, "cancelled", "refunded"),
    "reserved": ("paid", "reserved", "picked", *_LEAVING, "cancelled", "refunded"),
    "picked": ("paid", *_LEAVING, "cancelled", "refunded"),
    "shipped": ("paid", "shipped", "delivered", "returned", "refunded"),
    "ready": ("paid", "shipped", "collected", "cancelled", "refunded"),
    "delivered": ("paid", "returned", "refunded"),
    "collected": ("paid", "returned", "refunded"),
    "returned": ("returned", "refunded"),
    "cancelled": ("refunded",),
    "refunded": ("returned",),
}
_STAY = {("returned", "refunded"): "refunded", ("cancelled", "refunded"): "cancelled",
         ("refunded", "returned"): "refunded"}


class Way(NamedTuple):
    """What a step comes to: the new state, or why it is not taken (see refusal.py)."""

    state: str
    refused: str = ""


def way(state: str, step: str, paid: bool = False) -> Way:
    """Return where a step leads from a state; `paid` tells whether the money is there.

    An order that is called off after it left counts as refunded: its pieces are still out.
    """
    if step == "cancelled" and state in ("shipped", "delivered", "collected", "returned", "refunded"):
        return Way("refunded")
    if step not in _NEXT[state]:
        allowed = next_steps(state, paid)
        return Way(state, refuse("wrong_way" if allowed else "over", state=state, step=step,
                                 **({"next": list(allowed)} if allowed else {})))
    if step == "paid" and state not in ("", "placed"):
        return Way(state, refuse("paid_already") if paid else "")
    return Way(_STAY.get((state, step), step))


def may_come(state: str, step: str) -> bool:
    """Return whether a step that is not allowed now may be later: some steps from here lead to where it is."""
    seen, ahead = {state}, [state]
    while ahead:
        for name in _NEXT[ahead.pop()]:
            if step in _NEXT.get(name, ()):
                return True
            if name not in seen:
                seen.add(name)
                ahead.append(name)
    return False


def next_steps(state: str, paid: bool = False) -> tuple[str, ...]:
    """Return the steps that a person may take next, in the order of the way."""
    steps = [s for s in _NEXT[state] if s != "reserved" or state in ("placed", "paid")]
    return tuple(s for s in steps if not (s == "paid" and paid) and not (s == "refunded" and not paid))
