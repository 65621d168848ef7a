"""Quarantine and sources on every engine of the operational state."""

from __future__ import annotations

from datong.model import Batch, decode_event, from_iso
from datong.privacy import Vault
from datong.storage import QUARANTINE, Store
from datong.touchpoints import (
    Call,
    Intake,
    QuarantineDesk,
    Reason,
    Replayed,
    SourceSeen,
    discard,
    mend,
    quarantined,
    reasons,
    replay,
    sources,
)
from datong.touchpoints.goods import goods_of

NOW = from_iso("2026-03-01T04:00:00Z")


def run(stage: QuarantineDesk, store: Store) -> None:
    entries = store.log.read(0, 1_000)
    events = [decode_event(e.body) for e in entries if e.topic != QUARANTINE]
    rejected = [(e.offset, e.body) for e in entries if e.topic == QUARANTINE]
    with store.state.write() as tx:
        stage.step(Batch(events, 1, entries[-1].offset, NOW, rejected=rejected), tx)


def test_the_whole_life_of_rejected_calls(state_store: Store, vault: Vault) -> None:
    store, intake = state_store, Intake(state_store, vault)
    stage = QuarantineDesk(store)
    stage._kind = {"shop": "web"}.get
    order = {"order_id": "o", "products": [{"sku": "A", "price": 5}], "store_id": "S1", "note": "零售 🛍"}
    results = intake.accept_calls("shop", [
        Call("page", message_id="p", user_id="u"),
        *(Call("track", f"Nonsense {n}", f"n{n}", user_id="u") for n in range(3)),
        Call("track", "Order Completed", "o", user_id="u", properties=order),
    ])
    assert [r.code for r in results] == ["", *["unknown_event"] * 3, "unknown_sku"]
    run(stage, store)
    run(stage, store)
    with store.state.read() as tx:
        assert reasons(tx) == [Reason("unknown_event", 3), Reason("unknown_sku", 1)]
        assert [(s.name, s.kind, s.last_seen) for s in sources(tx)] == [("shop", "web", NOW)]
        assert isinstance(sources(tx)[0], SourceSeen)
        total, (bought,) = quarantined(tx, vault, reason="unknown_sku")
        _, nonsense = quarantined(tx, vault, reason="unknown_event", page=1, size=2)
    assert (total, len(nonsense), "零售 🛍" in bought.raw) == (1, 2, True)
    intake.accept_calls("shop", [Call("track", "Product Updated", "a", properties={"sku": "A"}),
                                 Call("track", "Store Updated", "s", properties={"code": "S1"})])
    assert replay(intake) == Replayed(1, 1, 3)
    assert mend(intake, nonsense[0].id, nonsense[0].raw.replace("Nonsense 2", "Cart Viewed")) == Replayed(1, 1, 0)
    assert discard(store.state, [nonsense[1].id], NOW) == 1
    with store.state.read() as tx:
        assert reasons(tx) == [Reason("unknown_event", 1)]
        assert quarantined(tx, vault, "replayed")[0] == 2
        assert quarantined(tx, vault, "discarded")[0] == 1


def test_goods_and_stores_are_looked_up_in_the_state(state_store: Store) -> None:
    goods = goods_of(state_store.state)
    goods.learn({"A"}, {"S1"})
    assert goods._skus == set()
    assert goods._stores == set()
