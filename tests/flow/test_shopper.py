"""One shopper from the screen to the till: the whole loop through the real platform, and what every figure says."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.contract.receivers import webhook_server
from tests.flow.mall import CARD, COOKIE, MAC, PHONE, Mall, campaign, opened

from datong.analytics import campaigns, sales, visits
from datong.delivery import inbox, messages
from datong.identity import identifiers_of, traits
from datong.identity import member as member_of
from datong.marketing import coupons_of, decisions, read_code, redemptions
from datong.model import DAY, HOUR, MINUTE
from datong.scenes import explain, firings
from datong.tags import values


def walk_in(mall: Mall) -> int:
    """Let the card holder browse, log in, come two hours later and stay among the shoes; return the member."""
    mall.show_card()
    mall.wait(DAY)
    mall.browse()
    mall.log_in()
    mall.wait(2 * HOUR)
    mall.log_in_to_wifi()
    mall.stay_among_shoes()
    found = mall.member("member_card", CARD)
    assert found is not None
    return found


def test_from_the_screen_to_the_till(tmp_path: Path) -> None:
    with opened(tmp_path) as mall:
        tx_of = mall.store.state.read
        shopper = walk_in(mall)
        assert {result.status for result in mall.results} == {"stored"}
        known = {mall.member(ns, v) for ns, v in (
            ("member_card", CARD), ("phone", PHONE), ("user_id", "u17"), ("anonymous_id", COOKIE), ("wifi_mac", MAC))}
        assert known == {shopper}

        # the scene fired once, five minutes after the zone was entered, and campaign and inbox followed
        entered = [e for e in mall.events("Zone Entered") if e.zone == "shoes"]
        with tx_of() as tx:
            (decided,) = decisions(tx, campaign="shoes-now")
            (fired,) = firings(tx, [decided.firing])
            why = explain(tx, decided.firing)
            (said,) = inbox(tx, mall.platform.vault, shopper)
            (sent,) = messages(tx, mall.platform.vault, shopper)
            (coupon,) = coupons_of(tx, shopper)
        assert (decided.outcome, decided.member, decided.scene) == ("sent", shopper, "shoe_dwell")
        assert len(entered) == 1
        assert fired.at == entered[0].time + 5 * MINUTE
        assert entered[0].id in why.because
        assert (said.title, said.coupon, sent.state) == ("L***, 20% off", coupon.code, "sent")
        assert coupon.code in said.body
        assert "Shoes" in said.body
        signed = read_code(mall.platform.vault, coupon.code)
        assert signed.serial == 1
        assert signed.until >= coupon.expires == decided.at + 3 * DAY

        # at the till: the coupon works once, and on another receipt not again
        paid = [{"code": coupon.code, "campaign": "shoes-now", "amount": "99.80"}]
        mall.wait(10 * MINUTE)
        bought = mall.show_card(2, "399.20", coupons=paid)
        mall.drain()
        mall.wait(MINUTE)
        mall.receipt(3, "399.20", coupons=paid)
        mall.drain()
        assert [r.status for r in bought] == ["stored", "stored"]
        with tx_of() as tx:
            tried = {r.receipt: (r.outcome, r.reason, r.member, r.amount) for r in redemptions(tx)}
            (coupon,) = coupons_of(tx, shopper)
        assert tried == {
            "S1/T1/2026-03-07/2": ("redeemed", "", shopper, 9_980),
            "S1/T1/2026-03-07/3": ("refused", "redeemed_coupon", None, 9_980),
        }
        assert (coupon.receipt, coupon.redeemed) == ("S1/T1/2026-03-07/2", mall.events("Receipt Issued")[1].time)

        # and every figure follows
        (figures,) = campaigns(mall.store, "shoes-now")
        assert (figures.sends, figures.reached, figures.assigned_treated, figures.assigned_holdout) == (1, 1, 1, 0)
        assert (figures.redemptions, figures.redeeming) == (1, 1)
        assert (figures.discount, figures.amount) == (9_980, 39_920)
        found = sales(mall.store, by=["sku"])
        assert (found.totals.amount, found.totals.receipts, found.totals.members) == (49_900 + 2 * 39_920, 3, 1)
        assert mall.funnel() == [1, 1, 0, 0]  # nothing was tried, and the funnel keeps its order
        assert mall.overlap() == {"online": 0, "offline": 0, "both": 1}
        with tx_of() as tx:
            page = member_of(tx, shopper)
            shown = {i.ns for i in identifiers_of(tx, shopper)}
            tags = values(tx, [shopper])[shopper]
            assert traits(tx, mall.platform.vault, shopper) == {"name": "Li Na", "phone": PHONE}
        assert page.channels == "both"
        assert shown == {"member_card", "phone", "user_id", "anonymous_id", "wifi_mac"}
        assert tags["rfm.spend_365d"].value == 49_900 + 39_920
        assert tags["rfm.orders_365d"].value == 2
        assert tags["habit.both_channels"].value is False  # bought in the store only

        # silence is noticed: the device leaves at its last sight
        mall.wait(10 * MINUTE)
        (zone,) = [z for z in visits(mall.store).zones if z.zone == "shoes"]
        assert (zone.visits, zone.known) == (1, 1)
        assert zone.dwell_median_ms == 6 * MINUTE
        assert mall.rows("SELECT count(*) AS n FROM scenes_firing WHERE scene = 'shoe_dwell'") == [{"n": 1}]


def test_a_fitting_completes_the_funnel(tmp_path: Path) -> None:
    with opened(tmp_path) as mall:
        walk_in(mall)
        mall.track("Fitting Requested", {"sku": "shoe-1", "store_id": "S1"}, "portal",
                   context={"externalIds": [{"type": "phone", "id": PHONE}]})
        mall.wait(MINUTE)
        mall.show_card(2, "499.00")
        mall.drain()
        assert mall.funnel() == [1, 1, 1, 1]


def test_the_same_shopper_held_out_hears_nothing_and_the_decision_says_so(tmp_path: Path) -> None:
    salt = next(s for s in map(str, range(99)) if _arm(s) == "holdout")
    with opened(tmp_path, campaign(holdout=0.5, salt=salt)) as mall:
        shopper = walk_in(mall)
        with mall.store.state.read() as tx:
            (decided,) = decisions(tx, campaign="shoes-now")
            assert (decided.outcome, decided.reason, decided.message) == ("holdout", "holdout", "")
            assert coupons_of(tx, shopper) == []
            assert messages(tx, mall.platform.vault, shopper) == []
            assert inbox(tx, mall.platform.vault) == []
        assert mall.events("Message Sent") == mall.events("Coupon Issued") == []
        (assigned,) = mall.events("Campaign Assigned")
        assert assigned.properties == {"arm": "holdout"}
        (figures,) = campaigns(mall.store, "shoes-now")
        assert (figures.sends, figures.assigned_treated, figures.assigned_holdout) == (0, 0, 1)


def _arm(salt: str) -> str:
    from datong.marketing import draw

    return draw("shoes-now", salt, 1, 0.5)


def test_without_consent_nothing_is_said(tmp_path: Path) -> None:
    with opened(tmp_path) as mall:
        walk_in(mall)
        mall.track("Consent Changed", {"purpose": "marketing", "granted": False}, userId="u17")
        mall.wait(DAY)
        mall.stay_among_shoes()
        with mall.store.state.read() as tx:
            last, first = decisions(tx, campaign="shoes-now")
        assert (first.outcome, last.outcome, last.reason) == ("sent", "silent", "consent_withdrawn")
        assert len(mall.events("Message Sent")) == 1


def test_who_buys_in_time_is_left_alone(tmp_path: Path) -> None:
    with opened(tmp_path) as mall:
        mall.show_card()
        mall.browse()
        mall.log_in()
        mall.log_in_to_wifi()
        mall.stay_among_shoes(minutes=3)
        mall.show_card(2)
        mall.stay_among_shoes(minutes=6)
        assert mall.rows("SELECT count(*) AS n FROM scenes_firing WHERE scene = 'shoe_dwell'") == [{"n": 0}]
        assert mall.events("Message Sent") == []


@pytest.mark.network
def test_the_message_reaches_a_real_webhook(tmp_path: Path) -> None:
    with webhook_server() as hook:
        channels = {"gate": {"kind": "webhook", "url": hook.url}}
        with opened(tmp_path, campaign(channels=["webhook"]), delivery={"channels": channels}) as mall:
            shopper = walk_in(mall)
            with mall.store.state.read() as tx:
                (coupon,) = coupons_of(tx, shopper)
                (sent,) = messages(tx, mall.platform.vault, shopper)
            (body,) = hook.bodies
            assert hook.headers[0]["Idempotency-Key"] == body["id"] == sent.id
            assert (body["coupon"], body["campaign"], body["title"]) == (coupon.code, "shoes-now", "Li Na, 20% off")
            assert body["to"] == {"phone": f"+86{PHONE}"}
            assert [e.ref for e in mall.events("Message Sent")] == [sent.id]
