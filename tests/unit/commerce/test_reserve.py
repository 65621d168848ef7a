from __future__ import annotations

from typing import Any

from tests.unit.commerce.ledger import MORNING, batches, event, settle

from datong.commerce import Commerce, order_progress, reservation, reservation_id, stock_of
from datong.commerce.tables import SITE
from datong.model import HOUR, MINUTE, Event, Item
from datong.storage import Store, upsert


def counted(place: str, quantity: float, sku: str = "shoe") -> Event:
    return event("Stock Counted", id=f"{place}{sku}{quantity}", place=place, items=(Item(sku, quantity),))


def ask(
    name: str, quantity: float = 1, place: str = "s1", at: int = MORNING + MINUTE, skus: tuple[str, ...] = ("shoe",),
    **properties: Any,
) -> Event:
    return event("Reservation Requested", at=at, id=name, source="oms", place=place, channel="web",
                 items=tuple(Item(sku, quantity) for sku in skus), properties=properties)


def outcome(store: Store, name: str) -> tuple[str, dict[str, str]]:
    with store.state.read() as tx:
        found = reservation(tx, reservation_id("oms", name))
    assert found is not None
    return found.state, {sku: place for sku, place, _, _ in found.lines}


def available(store: Store, place: str = "s1") -> float:
    with store.state.read() as tx:
        return next(s.available for s in stock_of(tx, ["shoe"]) if s.place == place)


def towns(store: Store) -> None:
    rows = [("s1", "Shanghai", "East", False), ("s2", "Shanghai", "East", False), ("s3", "Hangzhou", "East", False),
            ("w1", "Suzhou", "East", True), ("s9", "Chengdu", "West", False)]
    with store.state.write() as tx:
        upsert(tx, SITE, [dict(zip(("code", "city", "region", "warehouse"), row, strict=True)) for row in rows])


def test_the_last_piece_is_promised_once(store: Store) -> None:
    settle(store, [counted("s1", 1), ask("a"), ask("b", at=MORNING + 2 * MINUTE)])
    assert outcome(store, "a") == ("granted", {"shoe": "s1"})
    assert outcome(store, "b")[0] == "refused"
    assert available(store) == 0.0
    with store.state.read() as tx:
        refused = reservation(tx, reservation_id("oms", "b"))
    assert refused is not None
    assert "0 are free" in refused.reason


def test_the_rule_looks_near_first(store: Store) -> None:
    towns(store)
    settle(store, [counted(p, 1) for p in ("s9", "w1", "s3", "s2")])
    settle(store, [ask(f"n{n}") for n in range(5)], start=10)
    places = [outcome(store, f"n{n}")[1].get("shoe") for n in range(5)]
    assert places == ["s2", "s3", "w1", "s9", None]


def test_a_request_may_narrow_the_rule_and_forbid_splitting(store: Store) -> None:
    towns(store)
    settle(store, [counted("s2", 5), counted("s3", 5, "sock")])
    both = ("shoe", "sock")
    settle(store, [
        ask("same", sourcing="same"), ask("whole", skus=both, split=False), ask("split", skus=both),
        ask("none", quantity=0), ask("much", quantity=6),
    ], start=10)
    assert outcome(store, "same")[0] == "refused"
    assert outcome(store, "whole")[0] == "refused"
    assert outcome(store, "split") == ("granted", {"shoe": "s2", "sock": "s3"})
    assert outcome(store, "none")[0] == "refused"
    assert outcome(store, "much")[0] == "refused"


def test_it_runs_out_by_itself_and_frees_the_piece(store: Store) -> None:
    commerce = Commerce(store)
    settle(store, [counted("s1", 1), ask("a", valid="30m")])
    with store.state.read() as tx:
        due = commerce.wake(tx)
    assert due == MORNING + 31 * MINUTE
    tick = event("Clock Ticked", at=due, id="tick", source="clock")
    settle(store, [tick], start=10)
    assert outcome(store, "a")[0] == "expired"
    assert available(store) == 1.0
    with store.state.read() as tx:
        assert commerce.wake(tx) is None


def test_a_request_after_the_end_of_another_gets_its_piece_in_the_same_batch(store: Store) -> None:
    settle(store, [counted("s1", 1), ask("a", valid="30m"), ask("b", at=MORNING + HOUR)])
    assert (outcome(store, "a")[0], outcome(store, "b")[0]) == ("expired", "granted")


def test_release_frees_it_once(store: Store) -> None:
    name = reservation_id("oms", "a")
    settle(store, [counted("s1", 1), ask("a"), event("Reservation Released", name, MORNING + HOUR, source="oms"),
                   event("Reservation Released", name, MORNING + 2 * HOUR, source="oms")])
    assert outcome(store, "a")[0] == "released"
    assert available(store) == 1.0


def test_an_order_that_nobody_pays_for_ends_with_its_reservation(store: Store) -> None:
    placed = event("Order Placed", "W1", items=(Item("shoe", 1, 100),), amount=100, place="s1",
                   properties={"reserve": True, "mode": "collect", "valid": "1d"})
    settle(store, [counted("s1", 1), placed])
    with store.state.read() as tx:
        found = order_progress(tx, "shop/W1")
    assert found is not None
    assert (found.state, found.mode, len(found.code)) == ("reserved", "collect", 6)
    settle(store, [event("Clock Ticked", at=MORNING + 25 * HOUR, id="tick", source="clock")], start=10)
    with store.state.read() as tx:
        found = order_progress(tx, "shop/W1")
    assert found is not None
    assert (found.state, found.steps[-1].actor) == ("cancelled", "system:clock")
    assert available(store) == 1.0


def test_a_paid_order_keeps_its_pieces(store: Store) -> None:
    settle(store, [
        counted("s1", 1), ask("a", order="shop/W1", valid="1h"),
        event("Order Completed", "W1", MORNING + 2 * MINUTE, items=(Item("shoe", 1, 100),)),
        event("Clock Ticked", at=MORNING + 9 * HOUR, id="tick", source="clock"),
    ])
    assert outcome(store, "a")[0] == "granted"
    with store.state.read() as tx:
        found = order_progress(tx, "shop/W1")
    assert found is not None
    assert found.state == "reserved"


def derived(store: Store, events: list[Event], size: int) -> list[Event]:
    commerce, told = Commerce(store), []
    for batch in batches(events, size):
        with store.state.write() as tx:
            commerce.step(batch, tx)
        told += batch.derived
    return told


def test_what_was_decided_is_told_with_ids_made_from_the_cause(store: Store) -> None:
    events = [counted("s1", 1), ask("a", valid="30m"), ask("b"),
              event("Clock Ticked", at=MORNING + HOUR, id="tick", source="clock")]
    told = derived(store, events, 1)
    name = reservation_id("oms", "a")
    other = reservation_id("oms", "b")
    assert [(e.type, e.ref) for e in told] == [
        ("Reservation Granted", name), ("Reservation Refused", other), ("Reservation Expired", name)]
    assert told[0].id == f"Reservation Granted:{name}"
