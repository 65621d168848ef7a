from __future__ import annotations

from tests.unit.commerce.ledger import event, product, settle

from datong.analytics import report
from datong.analytics.shelves import cover, price_differences, sell_through, sold_out
from datong.config import FixedClock
from datong.model import DAY, Event, Item, from_iso
from datong.storage import Store

NOON = from_iso("2026-02-02T12:00:00+08:00")


def count(sku: str, quantity: float, place: str = "s1") -> Event:
    return event("Stock Counted", id=f"c{sku}{place}", at=NOON - 30 * DAY, place=place, items=(Item(sku, quantity),))


def trade(store: Store) -> None:
    assert isinstance(store.clock, FixedClock)
    store.clock.at = NOON + DAY
    settle(store, [
        product("shoe", name="Shoe", price=10_000, season="2026SS"), product("sock", price=900, season="2025FW"),
        product("hat", price=500), count("shoe", 30), count("shoe", 3, "s2"), count("sock", 2), count("hat", 9),
        event("Price Updated", id="p", at=NOON - DAY, place="", items=(Item("hat", amount=400),),
              properties={"channel": "web", "list": "web"}),
        event("Receipt Issued", "r1", NOON, items=(Item("shoe", 2, 18_000), Item("sock", 2, 1_800))),
        event("Order Completed", "w1", NOON, items=(Item("shoe", 1, 10_000),)),
        event("Receipt Issued", "r2", NOON - 40 * DAY, items=(Item("shoe", 1, 10_000),)),
    ])


def test_stock_lasts_as_long_as_the_pace_says(store: Store) -> None:
    trade(store)
    found = {c.sku: c for c in cover(store)}
    assert (found["shoe"].quantity, found["shoe"].sold, found["shoe"].cover) == (31.0, 3.0, 31.0 / (3 / 28))
    assert (found["sock"].quantity, found["sock"].cover, found["hat"].cover) == (0.0, 0.0, None)
    assert [c.sku for c in cover(store, place="s2")] == ["shoe"]
    assert [c.sku for c in cover(store, top=1)] == ["sock"]


def test_seasons_sell_through(store: Store) -> None:
    trade(store)
    found = {s.season: s for s in sell_through(store)}
    assert (found["2026SS"].sold, found["2026SS"].quantity, found["2026SS"].share) == (4.0, 31.0, 4 / 35)
    assert (found["2025FW"].share, found["2025FW"].amount) == (1.0, 1_800)


def test_what_sold_best_is_missed_most(store: Store) -> None:
    trade(store)
    assert [(o.store, o.sku, o.sold) for o in sold_out(store)] == [("s1", "sock", 2.0)]


def test_prices_that_differ_are_told(store: Store) -> None:
    trade(store)
    found = {d.sku: d for d in price_differences(store)}
    assert (found["shoe"].paid_online, found["shoe"].paid_shop, found["shoe"].difference) == (10_000, 9_000, 1_000)
    assert (found["hat"].list_online, found["hat"].list_shop, found["hat"].difference) == (400, 500, -100)
    assert set(found) == {"shoe", "hat"}


def test_they_are_reports_with_titles(store: Store) -> None:
    trade(store)
    for name in ("stock", "sell_through", "stock_outs", "prices"):
        found = report(store, name, {"language": "zh-CN"})
        assert found.rows
        assert not any(column.title.isascii() for column in found.columns if column.name != "sku")
        assert found.csv().count("\n") == len(found.rows) + 1
