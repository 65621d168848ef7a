"""From a firing to a decision, an arm, a coupon and a message."""

from __future__ import annotations

import pytest
from tests.unit.marketing.shop import Shop

from datong.config import PrivacySettings
from datong.errors import Rejected
from datong.marketing import assignments_of, check_coupon, counts, coupons_of, decisions, decisions_of, messages_since
from datong.model import DAY, HOUR, MINUTE, Event, Item, decode_event
from datong.privacy import Vault
from datong.storage import EVENTS, Store, set_cursor


@pytest.fixture
def shop(store: Store, vault: Vault) -> Shop:
    return Shop(store, vault)


def outcomes(shop: Shop) -> list[tuple[str, str, str]]:
    return [(r["campaign"], r["outcome"], r["reason"]) for r in shop.rows("marketing_decision", "at, firing, campaign")]


def logged(shop: Shop, type_: str) -> list[Event]:
    events = [decode_event(entry.body) for entry in shop.store.log.read(0, 10_000) if entry.topic == EVENTS]
    return [e for e in events if e.type == type_]


def test_a_firing_becomes_a_message_with_a_coupon(shop: Shop) -> None:
    shop.campaign()
    member = shop.meet(phone="13812345678")
    firing = shop.fire(member, binds={"zone": "shoes-1"})
    with shop.store.state.read() as tx:
        (message,) = messages_since(tx, 0, 10)
        (coupon,) = coupons_of(tx, member)
        decided = decisions_of(tx, [firing])[firing]
        assert check_coupon(tx, shop.vault, coupon.code.lower(), shop.now()).ok
        assert counts(tx)["welcome"].sent == 1
    assert (message.title, message.body) == ("Hello {name}", f"20% off in shoes-1 with {coupon.code}")
    assert (message.member, message.channel) == (member, "inbox")
    assert (message.at, message.not_before) == (shop.now(), shop.now())
    assert message.expires == shop.now() + 2 * HOUR
    assert (coupon.expires, coupon.offer.value) == (shop.now() + 7 * DAY, 20)
    assert [(d.outcome, d.reason, d.message) for d in decided] == [("sent", "", message.id)]
    (assigned,) = logged(shop, "Campaign Assigned")
    (issued,) = logged(shop, "Coupon Issued")
    phone = shop.known_as(phone="13812345678")[0]
    assert (assigned.id, assigned.ident, assigned.properties) == (
        f"assigned:welcome:{member}", phone.key, {"arm": "treated"})
    assert (issued.coupon, issued.campaign, issued.ident) == (coupon.code, "welcome", phone.key)
    assert (message.ident, message.ns) == (phone.key, "phone")


def test_every_silence_has_its_reason(shop: Shop) -> None:
    shop.campaign(code="a-paused", state="paused", priority=9)
    shop.campaign(code="b-future", start="2027-01-01", priority=8)
    shop.campaign(code="c-over", end="2026-01-01", priority=7)
    shop.campaign(code="d-mail", channels=["smtp"], priority=6)
    shop.campaign(code="e-speaks", priority=5)
    shop.campaign(code="f-late", priority=4)
    shop.fire(shop.meet(phone="13812345678"))
    assert outcomes(shop) == [
        ("a-paused", "silent", "paused"), ("b-future", "silent", "not_started"), ("c-over", "silent", "ended"),
        ("d-mail", "silent", "no_channel"), ("e-speaks", "sent", ""), ("f-late", "silent", "outranked"),
    ]


def test_a_firing_nobody_listens_to_is_recorded(shop: Shop) -> None:
    shop.campaign()
    shop.fire(shop.meet(phone="13812345678"), scene="unheard")
    assert outcomes(shop) == [("", "silent", "no_campaign")]


@pytest.mark.parametrize(("consent", "require", "expected"), [
    (None, True, ("welcome", "silent", "no_consent")), (False, True, ("welcome", "silent", "consent_withdrawn")),
    (False, False, ("welcome", "silent", "consent_withdrawn")), (None, False, ("welcome", "sent", "")),
    (True, True, ("welcome", "sent", "")),
])
def test_consent_decides(
    store: Store, vault: Vault, consent: bool | None, require: bool, expected: tuple[str, str, str]
) -> None:
    shop = Shop(store, vault, privacy=PrivacySettings(require_consent=require))
    shop.campaign()
    shop.fire(shop.meet(consent=consent, phone="13812345678"))
    assert outcomes(shop) == [expected]


def test_the_retailers_cap_counts_calendar_days_in_its_zone(store: Store, vault: Vault) -> None:
    shop = Shop(store, vault, marketing={"messages_per_day": 2})
    shop.campaign()
    member = shop.meet(phone="13812345678")
    shop.at(1_772_380_200_000)  # 2026-03-01 23:50 in Shanghai
    for _ in range(3):
        shop.fire(member)
    shop.at(shop.now() + 20 * MINUTE)  # the next day there, the same day in UTC
    shop.fire(member)
    assert [reason for _, _, reason in outcomes(shop)] == ["", "", "daily_cap", ""]


def test_caps_hold_within_one_batch(store: Store, vault: Vault) -> None:
    shop = Shop(store, vault, marketing={"messages_per_day": 2})
    shop.campaign()
    member = shop.meet(phone="13812345678")
    for _ in range(4):
        shop.fire(member, pump=False)
    shop.pump()
    assert sorted(outcome for _, outcome, _ in outcomes(shop)) == ["sent", "sent", "silent", "silent"]


def test_the_campaigns_own_caps(store: Store, vault: Vault) -> None:
    shop = Shop(store, vault, marketing={"messages_per_day": 99})
    shop.campaign(caps={"per_day": 2, "total": 3, "cooldown": "1h"})
    member = shop.meet(phone="13812345678")
    start = shop.now()
    for hours in (0, 0.5, 1, 2, 24, 48):
        shop.at(start + int(hours * HOUR))
        shop.fire(member)
    assert [reason for _, _, reason in outcomes(shop)] == ["", "cooldown", "", "campaign_cap", "", "campaign_cap"]


def test_quiet_hours_hold_the_message_or_silence_it(store: Store, vault: Vault) -> None:
    shop = Shop(store, vault, marketing={"quiet": "22:00-08:00"})
    shop.campaign(code="patient", expires="12h", priority=1)
    shop.campaign(code="hasty", expires="1h", scene="online_viewer_arrives")
    member = shop.meet(phone="13812345678")
    shop.at(1_772_377_200_000)  # 2026-03-01 23:00 in Shanghai
    shop.fire(member)
    shop.fire(member, scene="online_viewer_arrives")
    with store.state.read() as tx:
        (message,) = messages_since(tx, 0, 10)
    assert message.not_before == shop.now() + 9 * HOUR
    assert [r["due"] for r in shop.rows("delivery_outbox", "id")] == [message.not_before]
    assert sorted(outcomes(shop)) == [("hasty", "silent", "quiet_hours"), ("patient", "sent", "held")]


def test_the_holdout_hears_nothing_and_stays_out(shop: Shop) -> None:
    shop.campaign(holdout=0.5)
    members = [shop.meet(phone=f"138{n:08d}") for n in range(20_000_001, 20_000_041)]
    for _ in range(2):
        for member in members:
            shop.fire(member, pump=False)
        shop.pump()
    with shop.store.state.read() as tx:
        arms = {m: assignments_of(tx, m)[0].arm for m in members}
        sent = {m.member for m in messages_since(tx, 0, 1000)}
        held = {d.member for d in decisions(tx, outcome="holdout", limit=1000)}
    treated = {m for m, arm in arms.items() if arm == "treated"}
    assert (sent, held) == (treated, set(members) - treated)
    assert 5 < len(treated) < 35
    assert len(logged(shop, "Campaign Assigned")) == 40


def test_where_is_asked_of_the_member(shop: Shop) -> None:
    buyer, idler = shop.meet(phone="13812345678"), shop.meet(phone="13912345678")
    shop.campaign(where="tag.rfm.orders_90d >= 1")
    boots = Item("b1", amount=50_000)
    shop.send("Receipt Issued", *shop.known_as(phone="13812345678"), items=(boots,), amount=50_000, ref="r1",
              currency="CNY")
    shop.fire(buyer, id_="a")
    shop.fire(idler, id_="b")
    assert outcomes(shop) == [("welcome", "sent", ""), ("welcome", "silent", "not_matching")]


def test_a_where_whose_past_is_not_kept_is_refused(shop: Shop) -> None:
    shop.meet(phone="13812345678")
    with pytest.raises(Rejected, match="nothing is kept") as caught:
        shop.campaign(where='count("Screen Seen", last="777d") >= 99')
    assert caught.value.field == "where"


def test_the_same_batch_again_changes_nothing(shop: Shop) -> None:
    shop.campaign()
    member = shop.meet(phone="13812345678")
    shop.fire(member, id_="once")
    before = {t: shop.rows(t, "1") for t in ("marketing_message", "marketing_coupon", "marketing_decision")}
    events = len(shop.store.log.read(0, 1000))
    with shop.store.state.write() as tx:
        set_cursor(tx, "marketing:firings", 0)
    shop.send("Page Viewed")
    assert {t: shop.rows(t, "1") for t in before} == before
    assert len(shop.store.log.read(0, 1000)) == events + 1


def test_imported_history_redeems_nothing(shop: Shop) -> None:
    shop.send("Coupon Redeemed", coupon="OLD", ref="r1", history=True)
    assert shop.rows("marketing_redemption", "id") == []
