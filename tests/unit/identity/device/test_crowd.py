"""Counting by overlaps."""

from __future__ import annotations

import numpy as np
import pytest

from datong.identity.device.crowd import Count, crowd, overlaps, total


def test_pairs_that_overlap() -> None:
    start, end = np.array([0, 5, 10, 11]), np.array([6, 10, 20, 12])
    assert overlaps(start, end) == (2, 2)  # 0-6 with 5-10, 10-20 with 11-12; 5-10 ends as 10-20 begins
    assert overlaps(np.array([0, 1, 2]), np.array([9, 9, 9])) == (3, 3)
    assert overlaps(np.array([0, 9]), np.array([0, 9])) == (0, 1)


def test_one_scan_is_one_device() -> None:
    assert crowd(np.array([5]), np.array([9])) == Count(1, 1, 1)
    assert crowd(np.array([], np.int64), np.array([], np.int64)) == Count(0, 0, 0)


def test_a_regular_scanner_is_surely_one() -> None:
    start = np.arange(13) * 300_000
    assert crowd(start, start + 1_000) == Count(1, 1, 1)


def test_addresses_by_channel_are_one_scan() -> None:
    start = np.concatenate([np.arange(20) * 50 + scan * 40_000 for scan in range(10)])
    counted = crowd(start, start + 20)
    assert (counted.devices, counted.low) == (1, 1)
    assert counted.high <= 10


def test_anchors_are_the_least() -> None:
    start = np.arange(12) * 60_000
    assert crowd(start, start + 1_000, anchors=3).low == 3


@pytest.mark.parametrize("phones", [1, 2, 4, 8])
def test_the_interval_holds_the_truth_nine_times_in_ten(phones: int) -> None:
    dice = np.random.default_rng(phones)
    held = 0
    for _ in range(40):
        scans = []
        for _ in range(phones):
            at = np.sort(dice.uniform(0, 3_600_000, 90)).astype(np.int64)
            at = at[np.append(True, np.diff(at) > 3_000)]  # one phone does not scan twice at once
            scans.append(at)
        start = np.sort(np.concatenate(scans))
        counted = crowd(start, start + 1_500)
        held += counted.low <= phones <= counted.high
    assert held >= 34


def test_errors_add_as_squares() -> None:
    assert total([Count(5, 2, 9), Count(10, 6, 13)]) == Count(15, 10, 20)
    assert total([]) == Count(0, 0, 0)
