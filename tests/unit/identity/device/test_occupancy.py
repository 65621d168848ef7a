"""Time spent inside as the measure of visits, against a simulated air that knows who was there."""

from __future__ import annotations

import numpy as np
import pytest

from datong.identity.device.arrivals import arrivals
from datong.identity.device.frames import Bursts, Frames, in_bursts
from datong.identity.device.occupancy import occupancy
from datong.model import DAY, HOUR, MINUTE
from datong.simulator.radio import Air, Scenery, simulate

SCENE = Scenery({"hall": (0, 10, 40, 6), "a": (0, 0, 20, 10), "b": (20, 0, 20, 10)}, ("hall",),
                {"s1": (10.0, 8.0), "s2": (30.0, 8.0)})
FIRST, DAYS, OFFSET = 20_514, 4, 8 * HOUR


def window(day: int) -> tuple[int, int]:
    midnight = (FIRST + day) * DAY - OFFSET
    return midnight + SCENE.opens, midnight + SCENE.closes


WINDOWS = [window(day) for day in range(DAYS)]


def heard(air: Air, elements: bool = True) -> Bursts:
    names: dict[str, int] = {}
    frames = air.frames
    return in_bursts(Frames.of(
        [f.time for f in frames], address=[f.address for f in frames], assigned=[f.given for f in frames],
        model=[names.setdefault(f.elements, len(names) + 1) if elements else 0 for f in frames],
        seq=[f.seq for f in frames], rssi=[f.rssi for f in frames]))


@pytest.fixture(scope="module")
def air() -> Air:
    return simulate(SCENE, FIRST, DAYS, 90, seed=31, staff=4)


def test_visits_are_told_from_the_time_spent_inside_with_the_staff_left_out(air: Air) -> None:
    found, true = arrivals(heard(air), WINDOWS), len(air.visits())
    told = sum(h.visits for h in found.hours)
    assert found.stay == pytest.approx(np.mean([p.end - p.start for p in air.visits()]), rel=0.25)
    assert 0.75 * true < told < 1.3 * true
    plain = sum(h.visits for h in arrivals(heard(air, elements=False), WINDOWS).hours)
    assert abs(told - true) < abs(plain - true) / 3  # addresses alone are far off
    for day, (opens, closes) in enumerate(WINDOWS):
        hours = [h for h in found.hours if opens <= h.start < closes]
        came = [p for p in air.visits() if opens <= p.start < closes]
        assert sum(h.visits for h in hours) == pytest.approx(len(came), rel=0.45), day
        assert all(h.low <= h.visits <= h.high for h in hours)


def test_the_interval_is_that_of_few_phones_and_days(air: Air) -> None:
    bursts = heard(air)
    whole = occupancy(bursts, np.arange(len(bursts.start)), WINDOWS, 30_000)
    assert whole is not None
    assert 0.06 <= whole.error < 0.6
    assert [len(day) for day in whole.visits] == [12 * HOUR // 30_000] * DAYS


def test_what_shows_too_little_is_left_to_the_count_of_stays(air: Air) -> None:
    bursts = heard(air)
    all_ = np.arange(len(bursts.start))
    assert occupancy(bursts, all_, WINDOWS[:1], 30_000) is None
    assert occupancy(bursts, all_[:500], WINDOWS, 30_000) is None
    assert occupancy(heard(air, elements=False), all_, WINDOWS, 30_000) is None
    assert occupancy(bursts, all_, [(a, a + HOUR) for a, _ in WINDOWS], 30_000) is None
    assert arrivals(bursts, WINDOWS[:1]).stay == 0.0


def test_whole_days_without_opening_hours_and_windows_of_other_lengths_are_taken(air: Air) -> None:
    bursts = heard(air)
    days = [(a - SCENE.opens, a - SCENE.opens + DAY) for a, _ in WINDOWS]
    whole = arrivals(bursts, days)
    assert whole.stay > 0
    assert len(whole.hours) == 24 * DAYS
    odd = [(a, b - day * 17 * MINUTE) for day, (a, b) in enumerate(WINDOWS)]
    found = arrivals(bursts, odd)
    assert found.stay > 0
    assert sum(h.visits for h in found.hours) > 0.6 * len(air.visits())
