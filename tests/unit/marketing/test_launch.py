"""Audience campaigns."""

from __future__ import annotations

import pytest
from tests.unit.marketing.shop import Shop

import datong.marketing.step as step
from datong.errors import Conflict, NotFound, Rejected
from datong.marketing import audience_size, launch, launches, messages_since, set_state
from datong.model import Item
from datong.privacy import Vault
from datong.storage import Store
from datong.touchpoints import QuarantineDesk

BUYERS = "tag.rfm.orders_90d >= 1"


@pytest.fixture
def shop(store: Store, vault: Vault) -> Shop:
    opened = Shop(store, vault, marketing={"messages_per_day": 1})
    opened.flow.stages = (*opened.flow.stages, QuarantineDesk(store, vault))  # it folds touchpoints.event
    opened.campaign(code="buyers", scene="", audience=BUYERS)
    return opened


def buyers(shop: Shop, count: int) -> list[int]:
    """Return members who bought, among as many who did not."""
    members = []
    for n in range(count):
        phone = f"138{20_000_001 + n:08d}"
        members.append(shop.meet(phone=phone))
        shop.meet(phone=f"139{20_000_001 + n:08d}")
        shop.send("Receipt Issued", *shop.known_as(phone=phone), items=(Item("b1", amount=500),), amount=500,
                  ref=f"r{n}", currency="CNY", place="mall")
    shop.fold()
    return members


def test_all_members_of_the_audience_are_decided_for(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "_LIMIT", 3)
    members = buyers(shop, 8)
    assert audience_size(shop.store, BUYERS) == 8
    made = launch(shop.store, "buyers")
    assert (made.total, made.done) == (8, 0)
    shop.pump()
    with shop.store.state.read() as tx:
        assert [(x.total, x.done) for x in launches(tx, "buyers")] == [(8, 8)]
        assert sorted(m.member for m in messages_since(tx, 0, 100)) == sorted(members)


def test_a_second_launch_meets_the_caps(shop: Shop) -> None:
    buyers(shop, 2)
    for _ in range(2):
        launch(shop.store, "buyers")
        shop.pump()
    assert sorted(r["reason"] for r in shop.rows("marketing_decision", "firing")) == ["", "", "daily_cap", "daily_cap"]


def test_members_who_became_one_are_spoken_to_once(shop: Shop) -> None:
    buyers(shop, 2)
    launch(shop.store, "buyers")
    for phone in ("13820000001", "13820000002"):
        shop.send("Identified", *shop.known_as(phone=phone, user_id="u1"), pump=False)
    shop.pump()
    assert [r["member"] for r in shop.rows("marketing_decision", "firing")] == [shop.member(phone="13820000001")]


def test_what_cannot_be_launched(shop: Shop) -> None:
    shop.campaign(code="by-scene")
    with pytest.raises(Rejected, match="no audience"):
        launch(shop.store, "by-scene")
    with pytest.raises(NotFound):
        launch(shop.store, "nothing")
    set_state(shop.store, "buyers", "paused")
    with pytest.raises(Conflict, match="paused"):
        launch(shop.store, "buyers")
