from __future__ import annotations

import msgspec
from tests.unit.commerce.ledger import MORNING, batches, event, product, settle

from datong.commerce import Commerce, duplicates, order, orders_of
from datong.commerce.tables import LINE, ORDER
from datong.model import MINUTE, Item
from datong.storage import Store

SHOES, SOCKS = Item("shoe-1", 1, 39_900), Item("sock-1", 2, 3_000, 1_000)


def state_of(store: Store, key: str) -> tuple[str, int]:
    with store.state.read() as tx:
        found = order(tx, key)
    assert found is not None
    return found.state, found.returned


def test_a_receipt_is_paid_with_lines_tenders_and_coupons(store: Store) -> None:
    sale = event("Receipt Issued", "17", items=(SHOES, SOCKS), amount=42_900, ident=7,
                 properties={"tenders": [{"kind": "cash", "amount": 2_900}, {"kind": "card", "amount": 40_000}]})
    coupon = event("Coupon Redeemed", "17", coupon="K1", campaign="spring", amount=1_000, ident=7)
    settle(store, [product("shoe-1", "shoes/sneakers", "Feiyue", "Canvas shoe"), sale, coupon])
    with store.state.read() as tx:
        found = order(tx, "s1/17")
        assert orders_of(tx, [7, 0])[0].key == "s1/17"
    assert found is not None
    assert (found.kind, found.state, found.amount, found.discount) == ("sale", "paid", 42_900, 1_000)
    assert found.lines[0] == Item("shoe-1", 1, 39_900, 0, "shoes/sneakers", "Feiyue", "Canvas shoe")
    assert found.lines[1] == SOCKS
    assert found.tenders == (("cash", 2_900), ("card", 40_000))
    assert found.coupons == ("K1",)


def test_history_keeps_the_order_but_not_its_lines(store: Store) -> None:
    settle(store, [event("Receipt Issued", "17", items=(SHOES, SOCKS), amount=42_900, history=True)])
    with store.state.read() as tx:
        found = order(tx, "s1/17")
        assert found is not None
        assert found.lines == ()
        assert tx.execute(ORDER.select().with_only_columns(ORDER.c.lines)).scalar_one() == 2
    assert store.facts.rows("SELECT count(*) AS n FROM commerce.receipt_line") == [{"n": 2}]


def test_a_return_of_everything_returns_the_original(store: Store) -> None:
    sale = event("Receipt Issued", "17", items=(SHOES, SOCKS), amount=42_900)
    part = event("Receipt Returned", "18", at=MORNING + MINUTE, items=(SOCKS,), properties={"original": "17"})
    settle(store, [sale, part])
    assert state_of(store, "s1/17") == ("paid", 3_000)
    rest = event("Receipt Returned", "19", at=MORNING + 2 * MINUTE, items=(Item("shoe-1", -1, -39_900),),
                 amount=-39_900, properties={"original": "17"})
    settle(store, [rest], start=3)
    assert state_of(store, "s1/17") == ("returned", 42_900)
    assert state_of(store, "s1/19") == ("returned", 0)
    with store.state.read() as tx:
        back = order(tx, "s1/18")
    assert back is not None
    assert (back.original, back.amount, back.lines[0].quantity) == ("s1/17", -3_000, -2)


def test_a_return_may_name_the_store_or_an_online_order(store: Store) -> None:
    sale = event("Receipt Issued", "s2/1/2026-02-02/4", place="s2", items=(SHOES,), amount=39_900)
    web = event("Order Completed", "W9", items=(SOCKS,), amount=3_000)
    back = [
        event("Receipt Returned", "s1/1/2026-02-03/9", items=(SHOES,), properties={"original": "s2/1/2026-02-02/4"}),
        event("Receipt Returned", "s1/1/2026-02-03/10", items=(SOCKS,), properties={"original": "shop/W9"}),
    ]
    settle(store, [sale, web, *back], size=1)
    assert state_of(store, "s2/s2/1/2026-02-02/4") == ("returned", 39_900)
    assert state_of(store, "shop/W9") == ("refunded", 3_000)


def test_refunds_and_cancellations_of_an_online_order(store: Store) -> None:
    events = [
        event("Order Completed", "W1", items=(SHOES,), amount=39_900),
        event("Order Completed", "W2", items=(SHOES,), amount=39_900),
        event("Order Completed", "W3", items=(SHOES,), amount=39_900),
        event("Order Refunded", "W1", amount=900),
        event("Order Refunded", "W2"),
        event("Order Cancelled", "W3", amount=39_900, items=(SHOES,)),
    ]
    settle(store, events)
    assert state_of(store, "shop/W1") == ("paid", 900)
    assert state_of(store, "shop/W2") == ("refunded", 39_900)
    assert state_of(store, "shop/W3") == ("cancelled", 39_900)


def test_the_refund_that_follows_from_a_cancellation_is_not_a_second_one(store: Store) -> None:
    order_, cancelled = event("Order Completed", "W1", items=(SHOES,)), event("Order Cancelled", "W1")
    refund = event("Order Refunded", "W1", at=MORNING + MINUTE, amount=39_900)
    settle(store, [order_, cancelled, refund])
    settle(store, [event("Order Refunded", "W1", at=MORNING + 2 * MINUTE, amount=39_900)], start=4)
    assert state_of(store, "shop/W1") == ("cancelled", 39_900)
    assert store.facts.rows("SELECT sum(amount)::BIGINT AS amount FROM commerce.receipt_line") == [{"amount": 0}]


def test_a_refund_may_come_before_its_order(store: Store) -> None:
    settle(store, [event("Order Refunded", "W2"), event("Order Completed", "W2", items=(SHOES,), amount=39_900)], 1)
    assert state_of(store, "shop/W2") == ("refunded", 39_900)


def test_an_order_told_twice_is_counted_once(store: Store) -> None:
    first = event("Order Completed", "W1", items=(SHOES,), amount=39_900)
    again = event("Order Completed", "W1", at=MORNING + MINUTE, items=(SHOES,), amount=39_900)
    later = event("Order Completed", "W1", at=MORNING + 2 * MINUTE, items=(SHOES,), amount=39_900)
    settle(store, [first, again])
    settle(store, [later], start=3)
    with store.state.read() as tx:
        assert duplicates(tx, 1, 3) == {2, 3}
    assert store.facts.rows("SELECT sum(amount)::BIGINT AS amount FROM commerce.receipt_line") == [{"amount": 39_900}]


def test_a_receipt_number_that_comes_round_again_is_another_sale(store: Store) -> None:
    first = event("Receipt Issued", "17", items=(SHOES,), amount=39_900)
    same = msgspec.structs.replace(first, id="sent again by the head office")
    other = event("Receipt Issued", "17", at=MORNING + MINUTE, items=(SOCKS,), amount=3_000)
    settle(store, [first, same, other])
    settle(store, [msgspec.structs.replace(other, id="sent again")], start=4)
    with store.state.read() as tx:
        assert duplicates(tx, 1, 9) == {2, 4}
        assert order(tx, f"s1/17@{MORNING + MINUTE}:3000") is not None
    assert store.facts.rows("SELECT sum(amount)::BIGINT AS amount FROM commerce.receipt") == [{"amount": 42_900}]


def test_the_same_batch_twice_does_nothing_more(store: Store) -> None:
    events = [
        event("Receipt Issued", "17", items=(SHOES, SOCKS), amount=42_900),
        event("Receipt Issued", "17", at=MORNING + MINUTE, items=(SOCKS,), amount=3_000),
        event("Receipt Returned", "18", at=MORNING + MINUTE, items=(SOCKS,), properties={"original": "17"}),
        event("Coupon Redeemed", "17", coupon="K1", amount=100),
    ]
    commerce, (batch,) = Commerce(store), batches(events)
    seen = []
    for _ in range(2):
        with store.state.write() as tx:
            commerce.step(batch, tx)
            rows = [tuple(r) for table in (ORDER, LINE) for r in tx.execute(table.select().order_by(table.c.key))]
            seen.append((rows, duplicates(tx, 1, 9)))
    assert seen[0] == seen[1]
    assert seen[0][1] == set()
    assert len(seen[0][0]) == 3 + 4
