"""A split member: arms, coupons, messages and decisions go back to whom they were about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from tests.unit.identity.splitting import Splitting, split
from tests.unit.marketing.shop import Shop

from datong.delivery import inbox
from datong.flow import Flow
from datong.marketing import assignments_of, coupons_of, decisions, launch, messages_since, redemptions
from datong.model import HOUR
from datong.privacy import Vault, consented
from datong.storage import Store

A, B = {"user_id": "u1"}, {"member_card": "8800000017"}
TABLES = {
    "marketing_assignment": "campaign, member", "marketing_drawn": "campaign, drawn_for",
    "marketing_decision": "firing, campaign", "marketing_coupon": "code", "marketing_redemption": "id",
    "marketing_message": "seq", "marketing_target": "launch, position", "delivery_outbox": "id", "delivery_inbox": "id",
}


@pytest.fixture
def shop(store: Store, vault: Vault) -> Shop:
    made = Shop(store, vault, marketing={"messages_per_day": 2})
    stages = made.flow.stages
    made.flow = Flow(store, (*stages[:2], Splitting(), *stages[2:]))
    return made


def key(shop: Shop, who: Mapping[str, str]) -> int:
    return shop.known_as(**who)[0].key


def part(shop: Shop, member: int, parts: Mapping[int, Any]) -> None:
    held = {number: [key(shop, who) for who in shown] for number, shown in parts.items()}
    shop.send("Page Viewed", properties=split(member, held))


def join(shop: Shop) -> int:
    """Let a login with the card show that these are one."""
    shop.send("Identified", *shop.known_as(**A, **B))
    return shop.member(**A)


def everything(shop: Shop) -> dict[str, Any]:
    return {table: shop.rows(table, order) for table, order in TABLES.items()}


def test_a_merge_and_its_undoing_leave_all_as_it_was(shop: Shop) -> None:
    shop.campaign(holdout=0.5)
    shop.campaign(code="all", scene="", audience="tag.rfm.orders_90d == 0", offer={"kind": "none"},
                  messages={"en": {"title": "Hello", "body": "All"}})
    first, second = (shop.meet(True, "", "", **values) for values in (A, B))
    for number, member in enumerate((first, second)):
        shop.at(shop.now() + HOUR)
        shop.fire(member, ident=key(shop, (A, B)[number]))
    for number, coupon in enumerate(shop.rows("marketing_coupon", "code")):
        shop.send("Coupon Redeemed", *shop.known_as(**(A, B)[number]), coupon=coupon["code"], place="S1")
    shop.fold()
    launch(shop.store, "all")
    shop.pump()
    before = everything(shop)
    assert {row["member"] for row in before["marketing_assignment"]} == {first, second}
    assert join(shop) == first
    assert {row["member"] for row in shop.rows("marketing_decision", "firing")} == {first}
    part(shop, first, {first: [A], second: [B]})
    assert everything(shop) == before


def test_an_arm_is_kept_by_the_part_for_whose_identifier_it_was_drawn(shop: Shop) -> None:
    shop.campaign(holdout=0.5)
    first = join(shop)
    shop.send("Consent Changed", *shop.known_as(**A), properties={"purpose": "marketing", "granted": True})
    shop.fire(first, ident=key(shop, B))
    (drawn,) = shop.rows("marketing_assignment", "member")
    part(shop, first, {first: [A], 9: [B]})
    with shop.store.state.read() as tx:
        assert assignments_of(tx, first) == []
        (kept,) = assignments_of(tx, 9)
    assert (kept.arm, kept.drawn_for, kept.current) == (drawn["arm"], first, True)


def test_coupons_messages_and_caps_stay_with_whom_they_were_issued_to(shop: Shop) -> None:
    shop.campaign()
    first = join(shop)
    shop.send("Consent Changed", *shop.known_as(**A), properties={"purpose": "marketing", "granted": True})
    shop.fire(first, ident=key(shop, B))
    shop.fire(first, ident=key(shop, B))
    shop.fire(first, ident=key(shop, A))
    (capped, *_) = [d for d in _decisions(shop, first) if d.reason]
    assert capped.reason == "daily_cap"
    (code, other) = [c["code"] for c in shop.rows("marketing_coupon", "code")]
    shop.send("Coupon Redeemed", *shop.known_as(**B), coupon=code, place="S1")
    part(shop, first, {first: [A], 9: [B]})
    with shop.store.state.read() as tx:
        assert coupons_of(tx, first) == []
        assert {c.code for c in coupons_of(tx, 9)} == {code, other}
        assert [r.member for r in redemptions(tx)] == [9]
        assert {m.member for m in messages_since(tx, 0, 10)} == {9}
    assert {row["member"] for row in shop.rows("delivery_outbox", "id")} == {9}
    shop.fire(first, ident=key(shop, A))
    assert next(d.outcome for d in _decisions(shop, first)) == "sent"  # B's two messages are not A's
    with shop.store.state.read() as tx:
        assert (consented(tx, [key(shop, A)]), consented(tx, [key(shop, B)])) == (True, None)


def test_a_message_sent_meanwhile_lands_with_its_part(shop: Shop, vault: Vault) -> None:
    from datong.delivery import Relay

    shop.campaign()
    first = join(shop)
    shop.send("Consent Changed", *shop.known_as(**A), properties={"purpose": "marketing", "granted": True})
    shop.fire(first, ident=key(shop, B))
    relay = Relay(shop.store, vault)
    relay.run_once()
    part(shop, first, {first: [A], 9: [B]})
    with shop.store.state.read() as tx:
        assert [m.member for m in inbox(tx, vault)] == [9]


def _decisions(shop: Shop, member: int) -> list[Any]:
    with shop.store.state.read() as tx:
        return decisions(tx, member=member)
