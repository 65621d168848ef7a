from __future__ import annotations

import numpy as np
import pytest

from datong.identity.device import Frames, fit_dwell
from datong.identity.device.arrivals import arrivals
from datong.identity.device.frames import in_bursts
from datong.model import HOUR, MINUTE

DAY = 12 * HOUR


def crowd(people: int, models: int, assigned: float, seed: int = 1, passers: int = 0) -> Frames:
    """People who come at random over twelve hours for 20 to 40 minutes; each scan has a new address unless assigned."""
    dice = np.random.default_rng(seed)
    rows = []
    for n in range(people + passers):
        inside = n < people
        at, own = dice.uniform(0, DAY - HOUR), dice.random() < assigned
        end = at + (dice.uniform(20, 40) * MINUTE if inside else dice.uniform(5, 20) * 1_000)
        model, address = int(dice.integers(1, models + 1)), int(dice.integers(1, 1 << 40))
        while at < end:
            if not own:
                address = int(dice.integers(1, 1 << 40))
            rows.append((int(at), address, own, model, -65 + dice.normal(0, 3) if inside else -84 + dice.normal(0, 2)))
            at += dice.uniform(20, 100) * 1_000 if inside else 12_000
    times, addresses, owned, of, strength = (np.array(c) for c in zip(*rows, strict=True))
    return Frames.of(times, address=addresses, assigned=owned, model=of, rssi=strength)


def told(frames: Frames) -> tuple[float, float, float]:
    found = arrivals(in_bursts(frames), [(0, DAY)])
    hours = found.hours
    return sum(h.visits for h in hours), sum(h.low for h in hours), sum(h.high for h in hours)


def test_addresses_of_their_own_are_counted_one_by_one() -> None:
    visits, low, _ = told(crowd(200, 40, 1.0))
    assert visits == 200
    assert low == pytest.approx(200)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_made_up_addresses_of_many_models_are_counted_by_the_silence_between(seed: int) -> None:
    visits, low, high = told(crowd(300, 100, 0.05, seed))
    assert visits == pytest.approx(300, rel=0.12)
    assert low < 300 < high


def test_a_model_that_is_never_silent_widens_the_interval() -> None:
    visits, low, high = told(crowd(400, 6, 0.2))
    assert high - low > 0.5 * visits
    assert low < 400 < high


def test_who_walks_past_is_told_from_who_visits() -> None:
    frames = crowd(200, 100, 0.3, passers=300)
    found = arrivals(in_bursts(frames), [(0, DAY)])
    assert found.dwell.fitted
    assert -82 < found.dwell.strength < -68
    assert sum(h.visits for h in found.hours) == pytest.approx(200, rel=0.15)
    assert 250 < sum(h.passers for h in found.hours) < 450  # a scan here and there looks like one more of them


def test_few_stays_of_one_kind_keep_the_fixed_border() -> None:
    long = np.full(80, 20.0 * MINUTE)
    assert not fit_dwell(long, np.full(80, -60.0)).fitted
    assert not fit_dwell(long[:10], np.full(10, -60.0)).fitted
    assert fit_dwell(np.array([]), np.array([])).threshold == 30_000


def test_nothing_heard_is_hours_of_nothing() -> None:
    found = arrivals(in_bursts(Frames.of([])), [(0, 2 * HOUR)])
    assert [(h.start, h.visits, h.scans) for h in found.hours] == [(0, 0.0, 0), (HOUR, 0.0, 0)]
