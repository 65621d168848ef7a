from __future__ import annotations

import datetime as dt

from tests.unit.analytics.ledger import DAY, MORNING, add, event, know, sale, settle

from datong.analytics import CampaignDay, CampaignFigures, campaign_days, campaigns
from datong.storage import Store


def test_sends_reach_redemptions_and_what_was_paid(store: Store) -> None:
    know(store, {1: "both", 2: "offline"}, {101: 1})
    add(store, "marketing.campaign", [{"code": "spring", "name": "Spring", "kind": "coupon", "start": 1, "end": 2}])
    add(store, "delivery.message", [
        {"id": i, "campaign": "spring", "ident": ident, "status": status, "ts": MORNING}
        for i, ident, status in (("m1", 1, "sent"), ("m2", 101, "sent"), ("m3", 2, "failed"), ("m1", 1, "seen"))
    ])
    add(store, "marketing.assignment", [
        {"offset": n, "campaign": "spring", "ident": i, "arm": a, "ts": MORNING}
        for n, (i, a) in enumerate([(1, "treated"), (101, "holdout"), (2, "holdout")])
    ])
    settle(store, [
        sale("1", 1, 9_000, MORNING + DAY), sale("2", 2, 500),
        event("Coupon Redeemed", "1", MORNING + DAY, id="x", ident=1, coupon="K1", campaign="spring", amount=100),
        event("Coupon Redeemed", "1", MORNING + DAY, id="y", ident=1, coupon="K2", campaign="spring", amount=50),
        event("Coupon Redeemed", "2", coupon="K3", amount=10),
    ])
    none, spring = campaigns(store)
    assert spring == CampaignFigures(
        "spring", "Spring", "coupon", 1, 2, sends=2, reached=1, assigned_treated=1, assigned_holdout=1,
        redemptions=2, redeeming=1, discount=150, amount=9_000,
    )
    assert none == CampaignFigures("", redemptions=1, discount=10, amount=500)
    assert campaigns(store, "spring") == [spring]
    assert campaign_days(store, "spring") == [
        CampaignDay(dt.date(2026, 2, 2), 2, 0, 0), CampaignDay(dt.date(2026, 2, 3), 0, 2, 150),
    ]


def test_no_campaigns(store: Store) -> None:
    assert campaigns(store) == []
    assert campaign_days(store, "spring") == []
