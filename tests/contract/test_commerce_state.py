"""The state of commerce is the same on SQLite and on PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.commerce.ledger import MORNING, batches, event, product, settle

from datong.commerce import Commerce, duplicates, find_goods, known_skus, order, orders_of, skus
from datong.commerce.tables import DUPLICATE, LINE, ORDER, REDEEMED, SKU, TENDERED
from datong.model import MINUTE, Event, Item, Sku
from datong.storage import Store

pytestmark = pytest.mark.network

SHOES, SOCKS = Item("shoe-1", 1, 39_900), Item("sock-1", 2.5, 3_000, 1_000)
KEY = 2**62 + 1


def business() -> list[Event]:
    return [
        product("shoe-1", "shoes/sneakers", "Feiyue", "Canvas shoe 帆布鞋", 39_900),
        product("sock-1", "socks", "Own", "50%_cotton", 1_200),
        event("Receipt Issued", "17", items=(SHOES, SOCKS), amount=42_900, ident=KEY,
              properties={"tenders": [{"kind": "cash", "amount": 42_900}]}),
        event("Receipt Issued", "17", at=MORNING + MINUTE, items=(SOCKS,), amount=3_000, ident=KEY),
        event("Receipt Issued", "17", at=MORNING, id="again", items=(SHOES, SOCKS), amount=42_900, ident=KEY),
        event("Order Refunded", "W1", at=MORNING),
        event("Order Completed", "W1", at=MORNING + 1, items=(SHOES,), amount=39_900, history=True),
        event("Order Completed", "W2", items=(SHOES,), amount=39_900),
        event("Order Cancelled", "W2"),
        event("Receipt Returned", "18", at=MORNING + MINUTE, items=(SHOES,), properties={"original": "17"}),
        event("Coupon Redeemed", "17", coupon="K1", campaign="spring", amount=1_000, ident=KEY),
        product("sock-1", price=990, listed=False),
    ]


def dump(store: Store) -> list[list[tuple[Any, ...]]]:
    with store.state.read() as tx:
        tables = (SKU, ORDER, LINE, TENDERED, REDEEMED, DUPLICATE)
        return [sorted(tuple(r) for r in tx.execute(table.select())) for table in tables]


def test_orders_goods_and_redemptions(state_store: Store) -> None:
    settle(state_store, business())
    with state_store.state.read() as tx:
        states = {key: (found.state, found.returned) for key in ("s1/17", "shop/W1", "shop/W2", "s1/18")
                  if (found := order(tx, key))}
        assert states == {"s1/17": ("paid", 39_900), "shop/W1": ("refunded", 39_900), "shop/W2": ("cancelled", 39_900),
                          "s1/18": ("returned", 0)}
        sale = order(tx, "s1/17")
        assert sale is not None
        assert (sale.lines[1].quantity, sale.tenders, sale.coupons) == (2.5, (("cash", 42_900),), ("K1",))
        assert duplicates(tx, 1, 99) == {5}
        assert [o.amount for o in orders_of(tx, [KEY])] == [3_000, 42_900]
        assert known_skus(tx, ["shoe-1", "x"]) == {"shoe-1"}
        assert skus(tx, ["sock-1"]) == {"sock-1": Sku("sock-1", "50%_cotton", "socks", "Own", 990, False)}
        assert [s.sku for s in find_goods(tx, "帆布")] == ["shoe-1"]
        assert find_goods(tx, "%_") == []


def test_the_cut_of_the_log_and_a_second_run_change_nothing(state_store: Store) -> None:
    events = business()
    settle(state_store, events, size=1)
    once = dump(state_store)
    commerce = Commerce(state_store)
    for batch in batches(events, 5):
        with state_store.state.write() as tx:
            commerce.step(batch, tx)
    again = dump(state_store)
    assert again[1:] == once[1:]
    assert again[0] == once[0]
