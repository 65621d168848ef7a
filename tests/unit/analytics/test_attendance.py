from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from tests.unit.analytics.ledger import DAY, MORNING, add

from datong.analytics import attendance, report, staff_proposals
from datong.model import HOUR, MINUTE
from datong.storage import Store

DAYS = 8
PHONES = 0.8
"""Share of people with a phone that speaks."""


def heard(store: Store, counted: int = 6, staff: bool = False) -> list[int]:
    """Eight days with 150 to 250 people, whose door was counted on the first days; return how many came each day."""
    dice = np.random.default_rng(5)
    rows, doors, truth = [], [], []
    for day in range(DAYS):
        people = int(dice.integers(150, 250))
        truth.append(people)
        entries = [0] * 12
        for n in range(people):
            at = MORNING + day * DAY + int(dice.uniform(0, 11) * HOUR)
            entries[(at - MORNING - day * DAY) // HOUR] += 1
            if dice.random() > PHONES:
                continue
            end, model = at + int(dice.uniform(10, 40) * MINUTE), int(dice.integers(1, 120))
            ident = day * 10_000 + n + 1
            while at < end:
                rows.append((ident, at, model))
                at += int(dice.uniform(20, 90) * 1_000)
        if staff:
            rows += [(7, MORNING + day * DAY + k * MINUTE, 500) for k in range(0, 700, 2)]
        if day < counted:
            doors += [(day, hour, entries[hour]) for hour in range(12)]
    add(store, "identity.sighting", [
        {"ident": i, "ns": "wifi_mac" if i == 7 else "random_mac", "place": "mall", "model": m, "start": t,
         "end": t + 50, "frames": 3, "first": -1, "last": -1, "rssi": -65.0} for i, t, m in rows])
    add(store, "places.counted", [
        {"place": "mall", "door": "", "ts": MORNING + day * DAY + hour * HOUR, "entries": n, "exits": 0}
        for day, hour, n in doors])
    return truth


def span() -> tuple[dt.date, dt.date]:
    return dt.date(2026, 2, 2), dt.date(2026, 2, 2) + dt.timedelta(days=DAYS - 1)


def test_a_door_counter_teaches_what_the_uncounted_days_had(store: Store) -> None:
    truth = heard(store)
    found = attendance(store, "mall", *span())
    assert found.calibrated
    assert found.error is not None
    assert found.error < 0.15
    assert [d.counted is not None for d in found.days] == [True] * 6 + [False] * 2
    for day, true in zip(found.days[6:], truth[6:], strict=True):
        assert day.visits == pytest.approx(true, rel=0.2)
    assert sum(d.visits for d in found.days[6:]) == pytest.approx(sum(truth[6:]), rel=0.1)
    assert sum(d.low <= true <= d.high for d, true in zip(found.days, truth, strict=True)) >= 6
    assert all(f.low <= f.factor <= f.high for f in found.factors)
    assert found.days[0].counted == truth[0]


def test_without_a_counter_visits_are_what_was_heard(store: Store) -> None:
    truth = heard(store, counted=0)
    found = attendance(store, "mall", *span())
    assert (found.calibrated, found.error, found.factors) == (False, None, [])
    assert found.days[0].visits == found.days[0].heard
    assert found.days[0].low <= found.days[0].heard / 1.25  # phones alone do not tell better than that
    assert found.days[0].low <= truth[0] * PHONES <= found.days[0].high
    assert sum(d.heard for d in found.days) == pytest.approx(sum(truth) * PHONES, rel=0.15)
    told = report(store, "attendance", {"store": "mall", "from": "2026-02-02", "to": "2026-02-09"})
    assert len(told.rows) == DAYS
    assert any("no door counter" in note for note in told.notes)
    assert any("whole days count" in note for note in told.notes)


def test_registered_staff_does_not_count_and_unknown_staff_is_proposed(store: Store) -> None:
    heard(store, counted=0, staff=True)
    add(store, "places.visit", [
        {"ident": 7, "place": "mall", "zone": "", "start": MORNING + day * DAY, "end": MORNING + day * DAY + 8 * HOUR,
         "dwell": 8 * HOUR} for day in range(DAYS)])
    (proposed,) = staff_proposals(store, "mall")
    assert (proposed.ident, proposed.days, proposed.long, proposed.hours) == (7, DAYS, DAYS, 8.0)
    before = attendance(store, "mall", *span())
    add(store, "places.staff", [{"ident": 7, "place": "mall", "role": "staff", "since": 0, "until": None}])
    after = attendance(store, "mall", *span())
    assert after.staff == 1
    assert sum(d.heard for d in before.days) - sum(d.heard for d in after.days) > 2
    assert staff_proposals(store, "mall") == []
