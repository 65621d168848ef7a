from __future__ import annotations

from typing import Any

from tests.unit.commerce.ledger import MORNING, event, product, settle

from datong.commerce import findings, movements_of, stock_at, stock_of, transfers
from datong.model import HOUR, MINUTE, Event, Item
from datong.storage import Store


def stock(kind: str, quantity: float, at: int = MORNING, sku: str = "shoe", place: str = "s1", ref: str = "",
          **properties: Any) -> Event:
    return event(kind, ref, at, id=f"{kind}/{ref}/{at}/{sku}/{place}/{quantity}", place=place, source="wms",
                 items=(Item(sku, quantity),), properties=properties)


def sale(quantity: float, at: int, ref: str = "") -> Event:
    return event("Receipt Issued", ref or f"r{at}", at, items=(Item("shoe", quantity, 100),))


def held(store: Store, sku: str = "shoe", place: str = "s1") -> tuple[float, float]:
    with store.state.read() as tx:
        found = [s for s in stock_of(tx, [sku]) if s.place == place]
    return (found[0].quantity, found[0].in_transit) if found else (0.0, 0.0)


def test_counts_receipts_of_goods_and_sales_add_up(store: Store) -> None:
    settle(store, [
        stock("Stock Counted", 10), stock("Stock Received", 5, MORNING + MINUTE), sale(3, MORNING + 2 * MINUTE),
        event("Receipt Returned", "r2", MORNING + 3 * MINUTE, items=(Item("shoe", -1, -100),)),
        stock("Stock Adjusted", -2, MORNING + 4 * MINUTE, reason="broken"),
    ])
    assert held(store) == (11.0, 0.0)
    with store.state.read() as tx:
        assert stock_at(tx, ["shoe"], MORNING + 2 * MINUTE) == {("shoe", "s1"): 12.0}
        assert [m["kind"] for m in movements_of(tx, "shoe")] == ["adjusted", "returned", "sold", "received", "counted"]
        assert movements_of(tx, "shoe", limit=1)[0]["ref"] == "broken"
        assert findings(tx) == []


def test_a_sale_told_after_the_count_that_saw_it_changes_no_balance(store: Store) -> None:
    settle(store, [stock("Stock Counted", 10, MORNING), stock("Stock Counted", 7, MORNING + HOUR)])
    assert held(store) == (7.0, 0.0)
    with store.state.read() as tx:
        assert [(f.kind, f.quantity) for f in findings(tx)] == [("miscounted", -3.0)]
    settle(store, [sale(3, MORNING + MINUTE)], start=10)
    assert held(store) == (7.0, 0.0)
    with store.state.read() as tx:
        assert findings(tx) == []
        assert stock_at(tx, ["shoe"], MORNING + MINUTE) == {("shoe", "s1"): 7.0}


def test_a_count_told_late_changes_what_came_after_it(store: Store) -> None:
    settle(store, [sale(2, MORNING + MINUTE), sale(1, MORNING + HOUR)])
    assert held(store) == (-3.0, 0.0)
    settle(store, [stock("Stock Counted", 10, MORNING)], start=10)
    assert held(store) == (7.0, 0.0)
    settle(store, [stock("Stock Counted", 20, MORNING - HOUR)], start=20)
    assert held(store) == (7.0, 0.0)


def test_more_sold_than_known_is_a_finding_where_stock_is_kept(store: Store) -> None:
    settle(store, [sale(2, MORNING)])
    with store.state.read() as tx:
        assert findings(tx) == []  # nobody keeps stock here
    settle(store, [stock("Stock Received", 1, MORNING + MINUTE)], start=5)
    with store.state.read() as tx:
        assert [(f.kind, f.sku, f.place, f.quantity) for f in findings(tx)] == [("negative", "shoe", "s1", -1.0)]


def test_a_transfer_lies_between_and_loses_nothing(store: Store) -> None:
    settle(store, [
        product("shoe"), stock("Stock Counted", 10),
        stock("Transfer Sent", 4, MORNING + MINUTE, ref="T1", to="s2"),
    ])
    assert held(store) == (6.0, 0.0)
    assert held(store, place="s2") == (0.0, 4.0)
    settle(store, [stock("Transfer Received", 3, MORNING + HOUR, place="s2", ref="T1")], start=10)
    assert held(store, place="s2") == (3.0, 1.0)
    with store.state.read() as tx:
        assert [(t.key, t.state, t.lines) for t in transfers(tx)] == [("T1", "sent", (("shoe", 4.0, 3.0),))]
    settle(store, [event("Transfer Cancelled", "T1", MORNING + 2 * HOUR, source="wms")], start=20)
    assert held(store) == (7.0, 0.0)
    assert held(store, place="s2") == (3.0, 0.0)
    with store.state.read() as tx:
        assert [t.state for t in transfers(tx, place="s2")] == ["cancelled"]


def test_what_arrives_unannounced_is_there_and_a_finding(store: Store) -> None:
    settle(store, [stock("Transfer Received", 3, MORNING, place="s2", ref="T9")])
    assert held(store, place="s2") == (3.0, -3.0)
    with store.state.read() as tx:
        assert [f.kind for f in findings(tx)] == ["transit"]
    settle(store, [stock("Transfer Sent", 3, MORNING - HOUR, ref="T9", to="s2")], start=10)
    with store.state.read() as tx:
        assert [t.state for t in transfers(tx)] == ["received"]
        assert [f.kind for f in findings(tx)] == []


def test_history_and_orders_told_again_move_nothing(store: Store) -> None:
    again = event("Receipt Issued", "r1", MORNING, id="again", items=(Item("shoe", 1, 100),))
    first = event("Receipt Issued", "r1", MORNING, items=(Item("shoe", 1, 100),))
    past = event("Receipt Issued", "r0", MORNING - HOUR, items=(Item("shoe", 1, 100),), history=True)
    settle(store, [first, again, past])
    assert held(store) == (-1.0, 0.0)


def test_a_batch_that_runs_again_moves_nothing(store: Store) -> None:
    settle(store, [stock("Stock Counted", 10)])
    settle(store, [stock("Stock Counted", 10)])
    settle(store, [stock("Stock Received", 2)], start=2)
    settle(store, [stock("Stock Received", 2)], start=2)
    assert held(store) == (12.0, 0.0)
