"""Tracks: bursts of one model joined into devices by their sequence numbers, strength and time.

As in Espresso (Tan and Chan, INFOCOM 2021) each possible successor of a burst has a cost; here it is the log odds that
both came from one radio, and the best links are taken first, each burst having one successor and one predecessor at
most. That is the greedy path cover; their exact min-cost flow gives the same where counters are few and clear.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from datong.identity.device.frames import Bursts, Ints

__all__ = ["SILENCE", "Links", "counts_on", "link"]

SILENCE = 3_600_000
"""A device silent for so many ms has ended its visit; the design captures pause for 48 minutes at most."""
_AHEAD = 64
"""How many later bursts of the model are looked at as a successor: about as many devices at once can be kept apart."""
_FRAMES_PER_SCAN, _FRAMES_PER_S = 40.0, 2.0
"""How many numbers a device uses up from one scan to the next, heard or not: a scan over channels, and the pause."""
_NUMBERS = 4_096
_RESET = 0.01
"""How often a counter that goes on over changes of address begins anew all the same."""
_ROUNDS = 2
_DECADES = math.log(SILENCE / 1_000)
_SPREAD, _NEAR = 14.0, 6.0
"""Standard deviation (dB) of the strength among devices, and of one device within half a minute."""


class Links(NamedTuple):
    """Accepted links `before` → `after` (burst numbers) and the probability that each is right."""

    before: Ints
    after: Ints
    right: NDArray[np.float64]


def counts_on(bursts: Bursts, among: Ints) -> bool:
    """Return whether this model's sequence numbers go on when the address changes.

    Many phones begin at a random number with each made-up address (since 2020 most do). Small steps between bursts of
    different addresses within 30 s are counted and held against how many would be small by chance.
    """
    if not (bursts.first[among] >= 0).any():
        return False
    small = pairs = 0
    for step in range(1, min(_AHEAD, len(among))):
        i, j = among[:-step], among[step:]
        usable = (bursts.start[j] - bursts.end[i] <= 30_000) & (bursts.first[j] >= 0) & (bursts.last[i] >= 0)
        usable &= (bursts.address[i] != bursts.address[j]) & (bursts.address[i] != 0) & (bursts.address[j] != 0)
        delta = (bursts.first[j] - bursts.last[i]) % _NUMBERS
        pairs += int(usable.sum())
        small += int((usable & (delta > 0) & (delta <= 64)).sum())
    if not pairs:  # nobody was seen to change address: a counter then says what it says
        return True
    by_chance = pairs * 64 / _NUMBERS
    return small > 1.25 * by_chance + 4 * math.sqrt(by_chance) + 1


def link(bursts: Bursts, among: Ints) -> Links:
    """Return the links among the bursts `among` of one model, which are sorted by start.

    After a pause g the odds that it is the same device and not a new one are f(g) / a, where a new devices of the model
    come per ms and f is the density of a device's pauses, every order of magnitude alike. At first one device an hour
    comes, then as many as were found.
    """
    span = max(SILENCE, int(bursts.end[among].max() - bursts.start[among[0]]))
    devices = 1
    for _ in range(_ROUNDS):
        found = _link(bursts, among, devices / span)
        if len(among) - len(found.before) <= devices:
            break
        devices = len(among) - len(found.before)
    return found


def _link(bursts: Bursts, among: Ints, arrival: float) -> Links:
    before, after, odds = _candidates(bursts, among, arrival)
    order = np.lexsort((after, before, -odds))
    taken_out: set[int] = set()
    taken_in: set[int] = set()
    kept: list[int] = []
    for k, i, j in zip(order.tolist(), before[order].tolist(), after[order].tolist(), strict=True):
        if i not in taken_out and j not in taken_in:
            taken_out.add(i)
            taken_in.add(j)
            kept.append(k)
    chosen = np.array(sorted(kept), np.int64)
    right = 1 / (1 + np.exp(-np.clip(odds[chosen], -50, 50)))
    return Links(before[chosen], after[chosen], right)


def _candidates(
    bursts: Bursts, among: Ints, arrival: float
) -> tuple[Ints, Ints, NDArray[np.float64]]:
    """Return the pairs whose log odds are above zero, only such that do not overlap in time."""
    parts: list[tuple[Ints, Ints, NDArray[np.float64]]] = []
    for step in range(1, min(_AHEAD + 1, len(among))):
        i, j = among[:-step], among[step:]
        gap = bursts.start[j] - bursts.end[i]
        fits = (gap >= 0) & (gap <= SILENCE)
        if not fits.any():
            if (gap > SILENCE).all():
                break
            continue
        i, j, gap = i[fits], j[fits], gap[fits]
        odds = -np.log(_DECADES * arrival * np.maximum(gap, 1_000))
        odds += _by_number(bursts, i, j, gap) + _by_strength(bursts, i, j, gap)
        likely = odds > 0
        parts.append((i[likely], j[likely], odds[likely]))
    if not parts:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    columns = tuple(np.concatenate(column) for column in zip(*parts, strict=True))
    return columns[0], columns[1], columns[2]


def _by_number(bursts: Bursts, i: Ints, j: Ints, gap: Ints) -> NDArray[np.float64]:
    """Return the log likelihood ratio of the step between sequence numbers: geometric with the pause, or uniform."""
    delta = (bursts.first[j] - bursts.last[i]) % _NUMBERS
    mean = _FRAMES_PER_SCAN + _FRAMES_PER_S * gap / 1_000
    same = np.exp(-delta / mean) / (mean * -np.expm1(-_NUMBERS / mean))
    ratio = np.log((1 - _RESET) * same * _NUMBERS + _RESET)
    return np.where((bursts.first[j] >= 0) & (bursts.last[i] >= 0), ratio, 0.0)


def _by_strength(bursts: Bursts, i: Ints, j: Ints, gap: Ints) -> NDArray[np.float64]:
    """Return the log likelihood ratio of the change in strength: small within one device, wider with the pause."""
    change = bursts.rssi[j] - bursts.rssi[i]
    near = np.minimum(_NEAR * np.sqrt(1 + gap / 30_000), _SPREAD)
    ratio = np.log(_SPREAD / near) - 0.5 * change**2 * (1 / near**2 - 1 / _SPREAD**2)
    return np.where(np.isnan(change), 0.0, ratio)
