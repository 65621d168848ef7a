from __future__ import annotations

import datetime as dt

from tests.unit.commerce.ledger import MORNING, event, product, settle

from datong.model import MINUTE, Item
from datong.storage import Store

SHOES, SOCKS = Item("shoe-1", 1, 39_900), Item("sock-1", 2, 3_000, 1_000)


def test_a_receipt_with_lines_tender_and_redemption(store: Store) -> None:
    sale = event("Receipt Issued", "17", items=(SHOES, SOCKS), amount=42_900, ident=7,
                 properties={"tenders": [{"kind": "cash", "amount": 42_900}]})
    coupon = event("Coupon Redeemed", "17", coupon="K1", campaign="spring", amount=1_000, ident=7)
    settle(store, [product("shoe-1", "shoes", "Feiyue", "Shoe"), sale, coupon])
    day, facts = dt.date(2026, 2, 2), store.facts
    assert facts.rows("SELECT * FROM commerce.receipt") == [{
        "offset": 2, "ref": "17", "kind": "sale", "channel": "pos", "source": "till", "place": "s1", "ts": MORNING,
        "date": day, "hour": 10, "ident": 7, "amount": 42_900, "discount": 1_000, "currency": "CNY", "lines": 2,
    }]
    lines = facts.rows("SELECT line, sku, category, brand, quantity, amount, discount, date, hour, ident, kind "
                       "FROM commerce.receipt_line ORDER BY line")
    shared = {"date": day, "hour": 10, "ident": 7, "kind": "sale"}
    assert lines == [
        {"line": 0, "sku": "shoe-1", "category": "shoes", "brand": "Feiyue", "quantity": 1.0, "amount": 39_900,
         "discount": 0, **shared},
        {"line": 1, "sku": "sock-1", "category": "", "brand": "", "quantity": 2.0, "amount": 3_000,
         "discount": 1_000, **shared},
    ]
    assert facts.rows("SELECT * FROM commerce.tender") == [
        {"offset": 2, "ref": "17", "kind": "cash", "amount": 42_900, "currency": "CNY"}
    ]
    assert facts.rows("SELECT * FROM commerce.redemption") == [
        {"offset": 3, "coupon": "K1", "campaign": "spring", "ident": 7, "place": "s1", "ref": "17", "ts": MORNING,
         "date": day, "amount": 1_000}
    ]


def test_a_cancelled_order_comes_to_nothing_line_by_line(store: Store) -> None:
    settle(store, [
        event("Order Completed", "W1", items=(SHOES, SOCKS), amount=43_900),
        event("Order Refunded", "W1", at=MORNING + MINUTE, items=(SOCKS,), amount=3_000),
        event("Order Cancelled", "W1", at=MORNING + 2 * MINUTE),
        event("Order Refunded", "W1", at=MORNING + 3 * MINUTE),
        event("Order Completed", "W2", items=(SHOES,), amount=39_900),
    ], fold=2)
    rows = store.facts.rows('SELECT "offset", kind, amount, lines FROM commerce.receipt ORDER BY 1')
    assert rows == [
        {"offset": 1, "kind": "order", "amount": 43_900, "lines": 3},
        {"offset": 2, "kind": "return", "amount": -3_000, "lines": 1},
        {"offset": 3, "kind": "return", "amount": -40_900, "lines": 2},
        {"offset": 5, "kind": "order", "amount": 39_900, "lines": 1},
    ]
    left = "SELECT sku, sum(amount)::BIGINT AS amount, sum(quantity) AS n FROM commerce.receipt_line WHERE ref = 'W1'"
    assert store.facts.rows(left + " GROUP BY sku ORDER BY sku") == [
        {"sku": "", "amount": 0, "n": 0.0}, {"sku": "shoe-1", "amount": 0, "n": 0.0},
        {"sku": "sock-1", "amount": 0, "n": 0.0},
    ]


def test_facts_are_the_same_however_the_log_is_cut(store: Store) -> None:
    events = [
        product("shoe-1", "shoes", "Feiyue", "Shoe"), event("Receipt Issued", "1", items=(SHOES,)),
        product("shoe-1", "sneakers"), event("Receipt Issued", "2", items=(SHOES,)),
    ]
    seen = []
    for size in (1, 3, 4):
        settle(store, events, fold=size)
        seen.append(store.facts.rows("SELECT ref, category, brand FROM commerce.receipt_line ORDER BY ref"))
        store.facts.rebuild()
    assert seen[0] == [{"ref": "1", "category": "shoes", "brand": "Feiyue"},
                       {"ref": "2", "category": "sneakers", "brand": "Feiyue"}]
    assert seen[1] == seen[2] == seen[0]
