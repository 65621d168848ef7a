"""Facts: one row per item, at least one per event, none for sightings, ticks and master data."""

from __future__ import annotations

from datetime import date

from datong.model import Batch, Event, Identifier, Item
from datong.storage import Store
from datong.touchpoints import QuarantineDesk


def event(n: int, type: str, **more: object) -> Event:  # noqa: A002
    return Event(id=str(n), source="shop", channel="web", type=type, time=1_000 * n, received=9_000, date=20_513,
                 hour=12, offset=n, **more)  # type: ignore[arg-type]


def test_rows(store: Store) -> None:
    events = [
        event(1, "Page Viewed", identifiers=(Identifier("user_id", 7),), ident=7, value=3.5),
        event(2, "Order Completed", items=(Item("A", 2.0, 3980, 20), Item("B", 1.0, 100)), amount=4200, currency="CNY",
              ref="o1", history=True, place="S1", zone="Z", campaign="K", coupon="C"),
        event(3, "Coupon Redeemed", amount=500, currency="CNY"),
        event(4, "Device Sighted"), event(5, "Clock Ticked"), event(6, "Product Updated"),
    ]
    settled = [e.items for e in events]
    settled[1] = (Item("A", 2.0, 3980, 20, "shoes", "Nike"), Item("B", 1.0, 100))
    with store.facts.write() as facts:
        QuarantineDesk(store).fold(Batch(events, 1, 6, 9_000, items=settled), facts)
    rows = store.facts.rows('SELECT * FROM touchpoints.event ORDER BY "offset", item')
    assert [(r["offset"], r["item"], r["type"]) for r in rows] == [
        (1, 0, "Page Viewed"), (2, 0, "Order Completed"), (2, 1, "Order Completed"), (3, 0, "Coupon Redeemed"),
    ]
    assert [(r["sku"], r["category"], r["brand"], r["quantity"], r["amount"]) for r in rows] == [
        ("", "", "", 0.0, 0), ("A", "shoes", "Nike", 2.0, 3980), ("B", "", "", 1.0, 100), ("", "", "", 0.0, 500),
    ]
    assert rows[1] == {
        "offset": 2, "item": 0, "type": "Order Completed", "source": "shop", "channel": "web", "ts": 2_000,
        "date": date(2026, 3, 1), "hour": 12, "ident": 0, "place": "S1", "zone": "Z", "sku": "A", "category": "shoes",
        "brand": "Nike", "quantity": 2.0, "amount": 3980, "currency": "CNY", "campaign": "K", "coupon": "C",
        "ref": "o1", "value": 0.0, "history": True,
    }
    assert (rows[0]["ident"], rows[0]["value"]) == (7, 3.5)


def test_nothing_to_fold(store: Store) -> None:
    with store.facts.write() as facts:
        QuarantineDesk(store).fold(Batch([event(1, "Device Sighted")], 1, 1, 9_000), facts)
    assert store.facts.rows("SELECT * FROM touchpoints.event") == []
