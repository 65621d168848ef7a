from __future__ import annotations

import pytest

from datong.identity.linking.calibrate import ENOUGH, Calibration, posterior


def test_without_enough_votes_the_posterior_counts() -> None:
    votes = [(float(weight % 7), weight % 2 == 0) for weight in range(ENOUGH - 1)]
    assert Calibration(votes).probability(1.0) == posterior(1.0) == pytest.approx(2 / 3)
    assert posterior(10_000) == 1.0
    assert posterior(-10_000) == pytest.approx(0.0)


def test_votes_pull_the_probability_to_the_share_of_yes() -> None:
    """At a weight of 2 the posterior says .8; of the votes there only a tenth said yes."""
    votes = [(2.0, number == 0) for number in range(10)] + [(6.0, number > 0) for number in range(40)]
    found = Calibration(votes)
    assert found.votes == 50
    assert found.probability(2.0) == pytest.approx(1.5 / 11)
    assert found.probability(4.0) == pytest.approx((1.5 / 11 + 39.5 / 41) / 2)
    assert found.probability(6.0) == posterior(6.0) > 39.5 / 41


def test_it_never_falls_as_the_weight_rises() -> None:
    votes = [(weight / 10, (weight * 7919) % 11 > 5) for weight in range(-100, 100)]
    found = Calibration(votes)
    known = [found.probability(weight / 20) for weight in range(-400, 400)]
    assert known == sorted(known)
    assert 0 < known[0] < known[-1] < 1
