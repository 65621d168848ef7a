from __future__ import annotations

import math
import statistics

import pytest
from tests.unit.analytics.ledger import DAY, HOUR, MORNING, add, event, know, sale, settle

from datong.analytics import effect
from datong.analytics.student import t_quantile
from datong.model import Item
from datong.storage import Store

SPEND = {m: 1_000 + 37 * (m * m % 53) for m in range(1, 81)}  # what each member is worth, with or without a campaign
GIFT = 400


def assign(store: Store, arms: dict[int, str], at: int = MORNING) -> None:
    add(store, "marketing.assignment", [
        {"offset": n, "campaign": "spring", "ident": ident, "arm": arm, "ts": at}
        for n, (ident, arm) in enumerate(arms.items())
    ])


def arm(member: int) -> str:
    return "holdout" if member % 2 else "treated"


def test_the_difference_of_the_arms_with_its_interval(store: Store) -> None:
    know(store, dict.fromkeys(SPEND, "offline"))
    assign(store, {m: arm(m) for m in SPEND})
    after = {m: spend + (GIFT + m % 7 * 10 if arm(m) == "treated" else 0) for m, spend in SPEND.items()}
    settle(store, [
        *(sale(f"before{m}", m, spend, MORNING - DAY) for m, spend in SPEND.items()),
        *(sale(f"after{m}", m, spend, MORNING + HOUR) for m, spend in after.items()),
    ])
    found = effect(store, "spring")
    treated = [v for m, v in after.items() if arm(m) == "treated"]
    holdout = [v for m, v in after.items() if arm(m) == "holdout"]
    parts = [statistics.variance(g) / len(g) for g in (treated, holdout)]
    error = math.sqrt(sum(parts))
    freedom = sum(parts) ** 2 / sum(v * v / 39 for v in parts)
    lift = statistics.mean(treated) - statistics.mean(holdout)
    assert (found.treated, found.holdout) == (40, 40)
    assert found.plain is not None
    assert found.adjusted is not None
    assert found.plain.lift == pytest.approx(lift)
    assert found.plain.error == pytest.approx(error)
    assert found.plain.high == pytest.approx(lift + t_quantile(0.975, freedom) * error)
    # the earlier spend explains all but the gift, so the adjusted figure is near it and far sharper
    assert found.adjusted.lift == pytest.approx(statistics.mean(GIFT + m % 7 * 10 for m in range(2, 81, 2)), abs=2)
    assert found.adjusted.error < found.plain.error / 20
    assert found.significant
    assert found.reason == ""
    assert found.incremental == found.adjusted.lift * 40


def test_everybody_assigned_counts_and_returns_are_subtracted(store: Store) -> None:
    know(store, {1: "offline", 2: "offline", 3: "offline", 4: "offline"})
    assign(store, {1: "treated", 2: "treated", 3: "holdout", 4: "holdout"})
    settle(store, [
        sale("1", 1, 9_000, MORNING + HOUR),
        event("Receipt Returned", "2", MORNING + 2 * HOUR, ident=1, items=(Item("a", 1, 1_000),)),
        sale("3", 3, 1_000, MORNING + HOUR), sale("4", 3, 70_000, MORNING - HOUR),
        event("Order Completed", "W1", MORNING + HOUR, ident=3, amount=50_000),
        event("Order Refunded", "W1", MORNING + HOUR, ident=3, amount=50_000),
    ])
    found = effect(store, "spring")
    assert (found.treated_mean, found.holdout_mean) == (4_000, 500)
    assert not found.significant
    assert "only 2 members" in found.reason


def test_a_window_and_the_end_of_the_campaign_close_the_count(store: Store) -> None:
    know(store, dict.fromkeys((1, 2, 3, 4), "offline"))
    assign(store, {1: "treated", 2: "treated", 3: "holdout", 4: "holdout"})
    add(store, "marketing.campaign", [{"code": "spring", "start": MORNING, "end": MORNING + 10 * DAY}])
    settle(store, [sale(str(n), 1, 100, MORNING + n * DAY) for n in (0, 5, 20)])
    assert effect(store, "spring").treated_mean == 100
    assert effect(store, "spring", window="2d").treated_mean == 50


def test_members_joined_by_a_merge_count_once_in_the_arm_drawn_first(store: Store) -> None:
    know(store, {1: "both", 2: "offline", 3: "offline"}, {101: 1})
    assign(store, {101: "holdout", 1: "treated", 2: "treated", 3: "holdout"})
    found = effect(store, "spring")
    assert (found.treated, found.holdout) == (1, 2)
    assert found.reason == "too little data: 1 treated and 2 held out, where each needs at least 2"
    assert found.lift is None


def test_nobody_assigned(store: Store) -> None:
    assert effect(store, "spring").reason == "nobody has been assigned yet"
