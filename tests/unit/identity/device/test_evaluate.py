"""V-measure, against values worked out by hand from Rosenberg and Hirschberg's definition."""

from __future__ import annotations

from math import log

import pytest

from datong.identity.device import Agreement, v_measure


def test_perfect_and_useless() -> None:
    assert v_measure(["a", "a", "b"], [5, 5, 9]) == Agreement(1, 1, 1)
    assert v_measure(["a", "b"], [1, 1]) == Agreement(0, 1, 0)
    assert v_measure(["a", "a"], [1, 2]) == Agreement(1, 0, 0)
    assert v_measure([], []) == Agreement(1, 1, 1)


def test_one_class_split() -> None:
    found = v_measure(["a", "a", "b", "b"], [0, 1, 2, 2])
    by_cluster = log(2) * 1.5  # entropy of shares 1/4, 1/4, 1/2
    assert found.homogeneity == pytest.approx(1)
    assert found.completeness == pytest.approx(log(2) / by_cluster)
    assert found.v == pytest.approx(0.8)


def test_names_do_not_matter() -> None:
    truth, found = [1, 1, 2, 2, 3], [1, 2, 2, 2, 1]
    assert v_measure(truth, found) == v_measure(["x", "x", "q", "q", "z"], ["c", "a", "a", "a", "c"])
