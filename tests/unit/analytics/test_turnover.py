from __future__ import annotations

import datetime as dt

import pytest
from tests.unit.analytics.ledger import DAY, HOUR, MORNING, add, event, know, sale, settle
from tests.unit.commerce.ledger import product

from datong.analytics import Totals, by_day, by_hour, sales
from datong.errors import Rejected
from datong.model import Item
from datong.storage import Store

MONDAY = dt.date(2026, 2, 2)


@pytest.fixture
def busy(store: Store) -> Store:
    """Two stores, three SKUs, a return, an anonymous buyer, one receipt in dollars."""
    know(store, {1: "both", 2: "offline"}, {101: 1})
    add(store, "places.store", [{"code": "s1", "name": "Nanjing Road"}])
    settle(store, [
        product("a", "shoes/sneakers", "Feiyue", "Canvas shoe"),
        product("b", "hats", "Warrior", "Cap"),
        event("Receipt Issued", "1", ident=1, items=(Item("a", 1, 30_000), Item("b", 2, 8_000)), amount=38_000),
        event("Receipt Issued", "2", ident=101, items=(Item("b", 1, 4_000),), amount=4_000),
        sale("3", 2, 8_000, MORNING + HOUR, "b"),
        sale("4", 999, 8_000, MORNING + HOUR, "c", place="s2"),
        event("Receipt Returned", "5", MORNING + HOUR, ident=1, items=(Item("b", 1, 4_000),)),
        sale("6", 2, 5_000, MORNING + DAY, "a"),
        sale("7", 2, 999, MORNING, "a", currency="USD"),
    ])
    return store


def test_ranking_of_skus_hour_by_hour(busy: Store) -> None:
    found = sales(busy, ("hour", "sku"), MONDAY, MONDAY)
    rows = [tuple(r[k] for k in ("hour", "rank", "sku", "sku_name", "quantity", "amount", "receipts"))
            for r in found.rows]
    assert rows == [
        (10, 1, "a", "Canvas shoe", 1.0, 30_000, 1),
        (10, 2, "b", "Cap", 3.0, 12_000, 2),
        (11, 1, "c", None, 1.0, 8_000, 1),
        (11, 2, "b", "Cap", 0.0, 4_000, 1),
    ]
    assert found.totals == Totals(54_000, 4, 5.0, 2)
    assert (found.currency, found.other) == ("CNY", 1)
    assert [r["sku"] for r in sales(busy, ("hour", "sku"), MONDAY, MONDAY, top=1).rows] == ["a", "c"]


def test_by_store_day_category_and_brand(busy: Store) -> None:
    stores = sales(busy, ["store"]).rows
    assert [(r["store"], r["store_name"], r["amount"], r["rank"]) for r in stores] == [
        ("s1", "Nanjing Road", 51_000, 1), ("s2", None, 8_000, 2),
    ]
    days = sales(busy, ["day"], top=1).rows
    assert [(r["day"], r["amount"], r["rank"]) for r in days] == [(MONDAY, 54_000, 1)]
    assert [(r["category"], r["amount"]) for r in sales(busy, ["category"]).rows] == [
        ("shoes/sneakers", 35_000), ("hats", 16_000), ("", 8_000),
    ]
    assert [r["brand"] for r in sales(busy, ["brand"], place="s2").rows] == [""]


def test_ties_are_broken_by_the_key(store: Store) -> None:
    settle(store, [sale(str(n), 0, 100, MORNING, sku) for n, sku in enumerate("dbca")])
    assert [(r["rank"], r["sku"]) for r in sales(store, ["sku"]).rows] == [(1, "a"), (2, "b"), (3, "c"), (4, "d")]


def test_a_product_without_a_name_shows_its_category(store: Store) -> None:
    settle(store, [product("a", "fuel/gasoline", "Own"), sale("1", 0, 100)])
    assert sales(store, ["sku"]).rows[0]["sku_name"] == "fuel/gasoline"


def test_nothing_sold_is_no_error(store: Store) -> None:
    found = sales(store)
    assert (found.rows, found.totals) == ([], Totals(0, 0, 0.0, 0))
    assert by_day(store) == []
    assert by_hour(store, MONDAY) == [0] * 24


def test_series_hold_the_empty_days_and_hours(busy: Store) -> None:
    days = by_day(busy, until=MONDAY + dt.timedelta(days=2))
    assert [(d.date.day, d.amount, d.receipts) for d in days] == [(2, 54_000, 4), (3, 5_000, 1), (4, 0, 0)]
    hours = by_hour(busy, MONDAY)
    assert (hours[10], hours[11], sum(hours)) == (42_000, 12_000, 54_000)


def test_an_unknown_key_is_refused(store: Store) -> None:
    with pytest.raises(Rejected, match="colour") as caught:
        sales(store, ["colour"])
    assert (caught.value.code, caught.value.field) == ("bad_parameter", "by")
