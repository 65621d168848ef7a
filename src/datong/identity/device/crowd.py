"""How many devices sent a run of scans nobody can tell apart: counted by how often two of them overlap.

A device never talks over itself. Of n scans with mean length L in a time T, (n - 1) * n * L / T pairs would overlap if
all came from different devices at random times; from k equally busy devices only the share 1 - 1/k of them can. So the
overlaps seen are a Poisson count with mean expected * (1 - 1/k): the birthday (inverse Simpson) estimate of a
population. Before anything is seen, k devices of one model have the odds 1/k^2; the answer is the median of what is
likely afterwards, and its 90 % interval. k is how many were there together, not how many came one after the other.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from datong.identity.device.frames import Ints

__all__ = ["Count", "Z", "crowd", "overlaps", "total"]

Z = 1.645
"""The normal quantile of a two-sided interval of 90 %."""
SLOWEST = 300_000
"""A device that is there scans at least once in so many ms; the slowest of the design captures did every 270 s."""

PAUSE = 1_000
"""Bursts at most this many ms apart may belong to one scan over the channels."""
STRETCHES = (30_000, 120_000, 600_000)
"""Stretches (ms) in which a crowd may be taken to be the same."""
MOST = 10_000
"""More identical devices than this are not told apart from this many."""


class Count(NamedTuple):
    """How many devices: the estimate, and between what two numbers it lies in nine of ten cases."""

    devices: float
    low: float
    high: float


def total(counts: list[Count]) -> Count:
    """Return the sum of independent counts; their errors add as squares, not as they are."""
    found = sum(c.devices for c in counts)
    below = math.sqrt(sum((c.devices - c.low) ** 2 for c in counts))
    above = math.sqrt(sum((c.high - c.devices) ** 2 for c in counts))
    return Count(found, max(0.0, found - below), found + above)


def overlaps(start: Ints, end: Ints) -> tuple[int, int]:
    """Return how many pairs of these intervals overlap, and how many hold at one moment at most; sorted by start."""
    later = np.searchsorted(start, end, "left")  # what begins just when the other ends does not overlap
    pairs = int(np.maximum(later - np.arange(1, len(start) + 1), 0).sum())
    running = np.arange(1, len(start) + 1) - np.searchsorted(np.sort(end), start, "right")
    return pairs, max(1, int(running.max())) if len(start) else 0


def crowd(start: Ints, end: Ints, anchors: int = 0) -> Count:
    """Return how many devices sent these bursts (sorted by start, ms); `anchors` are known to be different devices.

    The upper end is also held by the pace: so many scans come from no more devices than there are scans in SLOWEST.
    """
    if not len(start):
        return Count(0, 0, 0)
    first, last = _scans(start, end)
    pairs, at_once = overlaps(first, last)
    expected = _expected(first, last)
    least = max(1, anchors, at_once)
    most = max(float(least), len(first) / max(1.0, int(last.max() - first[0]) / SLOWEST))
    choices = np.arange(least, max(least, min(MOST, math.floor(most))) + 1)
    mean = np.maximum(expected * (1 - 1 / choices), 1e-9)
    weight = pairs * np.log(mean) - mean - 2 * np.log(choices)
    share = np.cumsum(np.exp(weight - weight.max()))
    low, middle, high = choices[np.searchsorted(share / share[-1], (0.05, 0.5, 0.95))].tolist()
    return Count(float(middle), float(low), float(high))


def _scans(start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Return start and end of each scan: bursts a device may have sent one after the other, a second apart at most.

    Some phones take a new address for every channel, so one scan is many bursts. What overlaps is never joined.
    """
    open_: list[list[int]] = []
    scans: list[list[int]] = []
    for begin, stop in zip(start.tolist(), end.tolist(), strict=True):
        open_ = [scan for scan in open_ if begin - scan[1] <= PAUSE]
        ended = [scan for scan in open_ if scan[1] <= begin]
        if ended:
            max(ended, key=lambda scan: scan[1])[1] = stop
        else:
            open_.append([begin, stop])
            scans.append(open_[-1])
    bounds = np.array(scans, np.int64)
    return bounds[:, 0], bounds[:, 1]


def _expected(start: Ints, end: Ints) -> float:
    """Return how many pairs would overlap if every scan came from another device at a random time of its stretch.

    A crowd comes and goes, and a phone in use scans in fits; so the largest figure over stretches of several lengths
    is taken, which rather counts too few devices than too many.
    """
    most = 0.0
    for length in STRETCHES:
        _, stretch = np.unique((start - start[0]) // length, return_inverse=True)
        n = np.bincount(stretch)
        most = max(most, float(((n - 1) * np.bincount(stretch, end - start) / length).sum()))
    return most
