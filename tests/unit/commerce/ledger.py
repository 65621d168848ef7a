"""Events of commerce for tests, and a way to carry them through the stage without the rest of the flow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from datong.commerce import Commerce
from datong.commerce.slip import KINDS
from datong.model import Batch, Event, Item, from_iso, local_parts
from datong.storage import Store

MORNING = from_iso("2026-02-02T10:00:00+08:00")


def event(kind: str, ref: str = "", at: int = MORNING, **parts: Any) -> Event:
    """Return an event of the till of store s1, or of the web shop when it speaks of an order."""
    online = kind.startswith("Order")
    date, hour = local_parts(at, "Asia/Shanghai")
    place = "" if online or kind == "Product Updated" else "s1"
    given = {"id": f"{kind}/{ref}/{at}", "source": "shop" if online else "till", "place": place,
             "channel": "web" if online else "pos", "currency": "CNY", "received": at, **parts}
    if kind in KINDS and not kind.startswith(("Order R", "Order Ca")):  # as the intake does where no total is given
        given.setdefault("amount", sum(item.amount for item in parts.get("items", ())))
    return Event(type=kind, time=at, ref=ref, date=date, hour=hour, **given)


def product(sku: str, category: str = "", brand: str = "", name: str = "", price: int = 0, **properties: Any) -> Event:
    """Return an update of one product."""
    item = Item(sku, amount=price, category=category, brand=brand, name=name)
    return event("Product Updated", id=f"{sku}/{category}/{price}", items=(item,), properties=properties)


def batches(events: Sequence[Event], size: int = 1000, start: int = 1) -> list[Batch]:
    """Return the events with log offsets, cut into batches."""
    placed = [msgspec.structs.replace(e, offset=start + n) for n, e in enumerate(events)]
    return [
        Batch(part, part[0].offset, part[-1].offset, max(e.received for e in part))
        for part in (placed[at : at + size] for at in range(0, len(placed), size))
    ]


def settle(store: Store, events: Sequence[Event], size: int = 1000, fold: int | None = None, start: int = 1) -> None:
    """Carry the events through the stage's state, then through its facts, in batches of the given sizes."""
    commerce = Commerce(store)
    for batch in batches(events, size, start):
        with store.state.write() as tx:
            commerce.step(batch, tx)
    for batch in batches(events, fold or size, start):
        with store.facts.write() as facts:
            commerce.fold(batch, facts)
