"""Carried: an order in memory while a batch carries it on, and the keys that it may be known under; pure."""

from __future__ import annotations

from typing import Any

import msgspec

from datong.commerce.movement import rounded
from datong.commerce.slip import order_key
from datong.model import Event

__all__ = ["BEGINNING", "Progress", "abroad", "keys_of", "step_row"]

BEGINNING = ("Order Placed", "Order Completed")
"""The events that an order begins with."""


class Progress(msgspec.Struct):
    """An order on its way, in memory; `pieces` are SKU → (ordered, gone, back)."""

    key: str
    state: str
    source: str
    ref: str
    place: str
    channel: str
    ident: int
    mode: str
    code: str
    paid: bool
    amount: int
    given: int
    currency: str
    placed: int
    changed: int
    pieces: dict[str, tuple[float, float, float]] = {}

    def left(self) -> dict[str, float]:
        """Return what has not gone out yet."""
        return {sku: rounded(o - g) for sku, (o, g, _) in self.pieces.items() if o > g}

    def out(self) -> dict[str, float]:
        """Return what is with the shopper."""
        return {sku: rounded(g - b) for sku, (_, g, b) in self.pieces.items() if g > b}


def keys_of(event: Event) -> tuple[str, ...]:
    """Return the keys under which the order may be known that an event speaks of, the likeliest first."""
    said, ref = event.properties, event.ref
    if event.type in BEGINNING:
        return (order_key(event.source, ref),)
    if event.type == "Receipt Issued":
        return (str(said["order"]),) if said.get("order") else ()
    if event.type == "Receipt Returned":
        given = str(said.get("original") or "")
        return (given,) if "/" in given else ()
    if said.get("order"):
        return str(said["order"]), order_key(event.source, str(said["order"]))
    return (order_key(event.source, ref), ref) if ref else ()


def abroad(event: Event) -> bool:
    """Return whether a till's return names an order of another channel, as `shop/W9`, and no receipt of a till."""
    return len(parts := str(event.properties.get("original") or "").split("/")) == 2 and parts[0] != event.place


def step_row(
    name: str, key: str, offset: int, kind: str, was: str, now: str, ts: int, actor: str, place: str,
    note: dict[str, Any], refused: str,
) -> dict[str, Any]:
    """Return the row of one step in the audit of orders."""
    return {"id": name, "key": key, "offset": offset, "kind": kind, "was": was, "now": now, "ts": ts, "actor": actor,
            "place": place, "note": msgspec.json.encode(note).decode() if note else "", "refused": refused}
