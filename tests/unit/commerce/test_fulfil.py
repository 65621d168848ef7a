from __future__ import annotations

from itertools import permutations
from typing import Any

import msgspec
import pytest
from tests.unit.commerce.ledger import MORNING, event, settle

from datong.commerce import OrderProgress, order, order_progress, refused_steps, step_at, stock_of, waiting_steps
from datong.commerce.progress import STATES, next_steps, way
from datong.commerce.waiting import MOST
from datong.config import Settings, TouchpointSettings
from datong.model import MINUTE, Event, Item
from datong.storage import Store, open_store

SHOE, SOCK = Item("shoe", 2, 20_000), Item("sock", 1, 1_000)


def counted(place: str = "w1") -> Event:
    return event("Stock Counted", id=f"count {place}", place=place, items=(Item("shoe", 10), Item("sock", 10)))


def placed(ref: str = "W1", **properties: Any) -> Event:
    return event("Order Placed", ref, items=(SHOE, SOCK), amount=21_000, properties=properties)


def paid(ref: str = "W1", at: int = MORNING + MINUTE) -> Event:
    return event("Order Completed", ref, at, items=(SHOE, SOCK), amount=21_000)


def step(kind: str, n: int, ref: str = "W1", **parts: Any) -> Event:
    return event(kind, ref, MORNING + n * MINUTE, id=f"{kind} {n}", **parts)


def found(store: Store, key: str = "shop/W1") -> OrderProgress:
    with store.state.read() as tx:
        one = order_progress(tx, key)
    assert one is not None
    return one


def there(store: Store, place: str = "w1") -> dict[str, tuple[float, float]]:
    with store.state.read() as tx:
        return {s.sku: (s.quantity, s.reserved) for s in stock_of(tx, ["shoe", "sock"]) if s.place == place}


def test_an_order_goes_its_whole_way(store: Store) -> None:
    settle(store, [
        counted(), placed(reserve=True), paid(), step("Order Picked", 2, properties={"actor": "user:ann"}),
        step("Order Shipped", 3, properties={"carrier": "SF", "tracking": "SF1"}), step("Order Delivered", 4),
        step("Order Returned", 5, place="s1", items=(Item("shoe", 2),)), step("Order Refunded", 6, amount=20_000),
    ])
    one = found(store)
    assert [(s.was, s.now) for s in one.steps] == [
        ("", "placed"), ("placed", "reserved"), ("reserved", "reserved"), ("reserved", "picked"), ("picked", "shipped"),
        ("shipped", "delivered"), ("delivered", "delivered"), ("delivered", "delivered")]
    assert (one.paid, one.given, one.amount) == (True, 20_000, 21_000)
    assert one.steps[3].actor == "user:ann"
    assert one.shipments[0]["tracking"] == "SF1"
    assert one.shipments[0]["place"] == "w1"
    assert [r.state for r in one.reservations] == ["used"]
    assert there(store) == {"shoe": (8.0, 0.0), "sock": (9.0, 0.0)}
    assert there(store, "s1")["shoe"] == (2.0, 0.0)
    with store.state.read() as tx:
        money = order(tx, "shop/W1")
    assert money is not None
    assert (money.state, money.returned) == ("paid", 20_000)


def test_part_of_an_order_may_be_shipped_first(store: Store) -> None:
    settle(store, [counted(), paid(), step("Order Shipped", 2, place="w1", items=(SOCK,)),
                   step("Order Shipped", 3, place="w1", items=(Item("shoe", 3),))])
    assert found(store).state == "paid"
    assert found(store).steps[-1].refused == "of shoe 2 are left to hand over, not 3"
    settle(store, [step("Order Shipped", 4, place="w1")], start=20)
    assert (found(store).state, len(found(store).shipments)) == ("shipped", 2)
    assert there(store) == {"shoe": (8.0, 0.0), "sock": (9.0, 0.0)}


def test_illegal_steps_are_refused_and_kept(store: Store) -> None:
    asked: dict[str, Any] = {"properties": {"actor": "user:ann"}}
    settle(store, [counted(), placed(), step("Order Delivered", 2, **asked), step("Order Shipped", 3), placed("W2"),
                   step("Order Picked", 4, "")])
    assert found(store).state == "placed"
    with store.state.read() as tx:
        refused = refused_steps(tx)
        assert step_at(tx, 3) == refused[-1]
    assert [r.refused for r in refused] == [
        "there is no order ",
        "it does not say from which place (store_id)",
        "an order that is placed cannot become delivered; it can become paid, reserved, picked, shipped, ready, "
        "collected, cancelled"]


def test_an_order_is_collected_with_its_code(store: Store) -> None:
    settle(store, [counted("s1"), event("Order Placed", "W1", items=(SHOE,), amount=20_000, place="s1",
                                        properties={"reserve": True, "mode": "collect"}), step("Order Ready", 2)])
    code = found(store).code
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    settle(store, [step("Order Collected", 3, properties={"code": wrong})], start=10)
    assert found(store).state == "ready"
    assert found(store).steps[-1].refused == "the pick-up code is not that of the order"
    settle(store, [step("Order Collected", 4, properties={"code": code})], start=20)
    assert found(store).state == "collected"
    assert there(store, "s1")["shoe"] == (8.0, 0.0)


def test_the_till_that_hands_over_an_order_moves_its_pieces_once(store: Store) -> None:
    receipt = event("Receipt Issued", "17", MORNING + 2 * MINUTE, items=(SHOE,), properties={"order": "shop/W1"})
    settle(store, [counted("s1"), event("Order Placed", "W1", items=(SHOE,), amount=20_000, place="s1",
                                        properties={"reserve": True, "mode": "collect"}), receipt])
    assert (found(store).state, found(store).paid) == ("collected", True)
    assert there(store, "s1")["shoe"] == (8.0, 0.0)


def test_a_store_takes_back_what_the_web_shop_sent(store: Store) -> None:
    lines = (Item("shoe", -2, -20_000), Item("sock", -1, -1_000))
    back = event("Receipt Returned", "18", MORNING + 5 * MINUTE, items=lines, amount=-21_000,
                 properties={"original": "shop/W1"})
    settle(store, [counted(), counted("s1"), paid(), step("Order Shipped", 3, place="w1"), back])
    assert found(store).state == "returned"
    assert there(store, "s1") == {"shoe": (12.0, 0.0), "sock": (11.0, 0.0)}


@pytest.mark.parametrize(("kind", "state"), [("Order Cancelled", "cancelled"), ("Order Refunded", "refunded")])
def test_what_was_kept_is_free_again_when_an_order_is_called_off(store: Store, kind: str, state: str) -> None:
    settle(store, [counted(), placed(reserve=True), paid(), step(kind, 3)])
    assert found(store).state == state
    assert there(store) == {"shoe": (10.0, 0.0), "sock": (10.0, 0.0)}
    with store.state.read() as tx:
        money = order(tx, "shop/W1")
    assert money is not None
    assert money.state == state


def test_an_order_whose_cancellation_came_first_is_cancelled(store: Store) -> None:
    settle(store, [step("Order Cancelled", 3), paid()])
    assert found(store).state == "cancelled"


def test_steps_in_any_order_come_to_the_same(store: Store) -> None:
    told: list[Event] = []
    for n, order_of in enumerate(permutations(range(4))):
        ref = f"P{n}"
        steps = [placed(ref, reserve=True), step("Order Shipped", 2, ref), step("Order Delivered", 3, ref),
                 step("Order Returned", 4, ref, place="s1", items=(Item("shoe", 1),))]
        told += [msgspec.structs.replace(steps[at], id=f"{ref} {at}") for at in order_of]
    settle(store, [event("Stock Counted", place="w1", items=(Item("shoe", 100), Item("sock", 100))), *told])
    for n in range(24):
        one = found(store, f"shop/P{n}")
        assert one.state == "delivered"
        assert [s.now for s in one.steps if s.was != s.now] == ["placed", "reserved", "shipped", "delivered"]
        assert one.pieces == (("shoe", 2, 2, 1), ("sock", 1, 1, 0))
    assert (there(store), there(store, "s1")["shoe"]) == ({"shoe": (52.0, 0.0), "sock": (76.0, 0.0)}, (24.0, 0.0))
    with store.state.read() as tx:
        assert refused_steps(tx) == []
        assert waiting_steps(tx) == []


def test_a_return_and_a_receipt_wait_for_their_order_too(store: Store) -> None:
    back = event("Receipt Returned", "18", MORNING + 5 * MINUTE, items=(Item("shoe", -1, -10_000),), amount=-10_000,
                 properties={"original": "shop/W1"})
    over = event("Receipt Issued", "17", MORNING + 2 * MINUTE, items=(SHOE, SOCK), properties={"order": "shop/W1"})
    settle(store, [counted("s1"), back, over, placed()])
    one = found(store)
    assert (one.state, one.paid, one.given) == ("collected", True, 10_000)
    assert one.pieces == (("shoe", 2, 2, 1), ("sock", 1, 1, 0))
    assert there(store, "s1") == {"shoe": (9.0, 0.0), "sock": (9.0, 0.0)}
    with store.state.read() as tx:
        money = order(tx, "shop/W1")
        assert waiting_steps(tx) == []
    assert money is None  # it was never told as paid by the shop


def test_a_step_of_an_order_of_the_past_waits_for_nothing(store: Store) -> None:
    settle(store, [event("Order Completed", "W1", items=(SHOE,), amount=20_000, history=True)])
    settle(store, [step("Order Shipped", 3, place="w1"), step("Order Delivered", 4)], start=10)
    with store.state.read() as tx:
        assert (waiting_steps(tx), refused_steps(tx), order_progress(tx, "shop/W1")) == ([], [], None)


def test_only_so_many_steps_wait_for_an_order(store: Store) -> None:
    settle(store, [step("Order Shipped", n, "W7") for n in range(MOST + 1)])
    with store.state.read() as tx:
        assert len(waiting_steps(tx, limit=1_000)) == MOST
        (last,) = refused_steps(tx)
    assert (last.why.code, last.refused) == ("too_many_waiting", "100 steps wait for the order shop/W7 already")


def test_orders_are_the_same_however_the_log_is_cut(store: Store, tmp_path: Any) -> None:
    events = [counted(), placed(reserve=True), placed("W2", reserve=True), paid(), step("Order Picked", 2),
              step("Order Shipped", 3, items=(SOCK,)), step("Order Refunded", 4, "W2"), paid("W2"),
              step("Order Shipped", 5), step("Order Cancelled", 6, "W2")]
    settle(store, events)
    other = open_store(Settings(root=str(tmp_path / "other")), store.clock)
    settle(other, events, size=1)
    assert found(other) == found(store)
    assert found(other, "shop/W2") == found(store, "shop/W2")
    assert there(other) == there(store)
    other.close()


def test_a_shop_that_tells_no_steps_may_say_where_its_orders_leave_from(tmp_path: Any, store: Store) -> None:
    shop = TouchpointSettings(kind="web", settings={"ships_from": "w1"})
    with_shop = open_store(Settings(root=str(tmp_path / "shop"), touchpoints={"shop": shop}), store.clock)
    settle(with_shop, [counted(), paid()])
    assert (found(with_shop).state, there(with_shop)["shoe"]) == ("shipped", (8.0, 0.0))
    settle(with_shop, [step("Order Cancelled", 3)], start=10)
    assert (found(with_shop).state, there(with_shop)["shoe"]) == ("cancelled", (10.0, 0.0))
    with_shop.close()


def test_the_way_is_never_gone_back() -> None:
    order_of = {name: at for at, name in enumerate(STATES)}
    for state in STATES:
        for name in next_steps(state, paid=True):
            taken = way(state, name, paid=True)
            assert not taken.refused or name == "paid"
            assert order_of[taken.state] >= order_of[state] or (state, name) == ("ready", "shipped")
