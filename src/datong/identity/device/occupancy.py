"""Occupancy: how much time phones spent inside in all, and how many visits that makes, whatever addresses they made up.

A phone that is there scans at a pace r. Scans of one model come from any number of its phones, but a scan a few minutes
after another is one *more* than chance would have it wherever both are of one phone: the excess of such pairs over all
scans is r (the pair correlation of a cluster process; Diggle, Statistical Analysis of Spatial and Spatio-Temporal Point
Patterns, 2013). Scans over r is time spent inside, and time over the mean stay is visits. The mean stay is that of
addresses that last: those their maker gave, and those of models that do not change them within a stay. Who walks past
has next to no part in the time.

Staff are heard before and after the customers: what of a model is heard in the quarter of an hour before opening and
after closing is taken for the first and the last shift of eight hours, and its scans are taken away.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from datong.identity.device.frames import Bursts, Ints
from datong.model import HOUR, MINUTE

__all__ = ["BIN", "Occupancy", "occupancy"]

Floats = NDArray[np.float64]

BIN = 30_000
"""Length (ms) of a bin of time; pairs are counted by bins."""
_LAGS = np.arange(4, 24)
"""How far apart (bins) pairs are counted: two to twelve minutes, longer than a pause and shorter than a stay."""
_EDGE = 30
"""Bins before opening and after closing in which only the staff is inside; also the bins of a quarter of an hour."""
_SHIFT = 8 * HOUR // BIN
_SCANS, _STAYS, _LONGEST = 150, 30, 5 * HOUR
"""Scans that tell a model's pace, stays that tell the mean one; and who stays longer works there."""
_HANDOVER = 4 * MINUTE
"""An address was changed where the next one of its model begins within this time (ms) more often than by chance ..."""
_CHANGES = 0.12
"""... in so great a share of cases."""
_SMOOTH = 121
"""Bins over which the coming and going of the crowd is smoothed."""
_SYSTEMATIC = 0.06
"""Relative error that no data of the venue shows: shifts that are not of eight hours, passers-by who wait."""


class Occupancy(NamedTuple):
    """Visits by bin for each window, the mean stay (ms), and the relative standard error of all together."""

    visits: list[Floats]
    stay: float
    error: float


class _Counts(NamedTuple):
    """Scans of one model by bin for each window, `edge` bins on both sides of it included."""

    bins: list[Floats]
    outside: float
    total: float


def occupancy(bursts: Bursts, among: Ints, windows: Sequence[tuple[int, int]], passing: int) -> Occupancy | None:
    """Return the visits that the bursts `among` show in the windows (ms), None where they show too little.

    `passing` is how long (ms) somebody must be heard to be no passer-by. Bursts without a model are left out.
    """
    among = among[bursts.model[among] != 0]
    spans = [(a, b) for a, b in windows if b - a >= 4 * HOUR]
    if len(spans) < 2 or len(among) < 10 * _SCANS:
        return None
    stays = _stays(bursts, among, spans, passing)
    if len(stays) < _STAYS:
        return None
    edge = _EDGE if all(b[0] - a[1] > 2 * _EDGE * BIN for a, b in pairwise(spans)) else 0
    models = _counted(bursts, among, spans, edge)
    crowd = _crowd(models, edge)
    stay = float(stays.mean())
    seen = float(np.mean([np.maximum(stays - lag * BIN, 0).mean() for lag in _LAGS])) / stay
    time, time_of_day, excess = [], [], []
    rest = [np.zeros_like(day) for day in crowd]
    paced = 0.0
    for counts in models:
        visitors = _without_staff(counts, crowd, edge) if edge and not _free(counts) else counts.bins
        pairs = _pairs(visitors, crowd, edge)
        scans = np.array([_inner(day, edge).sum() for day in visitors])
        if counts.total < _SCANS or pairs.sum() <= 0 or scans.sum() <= 0:
            rest = [a + b for a, b in zip(rest, visitors, strict=True)]
            continue
        time.append(scans.sum() ** 2 * seen / pairs.sum())
        time_of_day.append([day / scans.sum() * time[-1] for day in visitors])
        excess.append((scans, pairs))
        paced += scans.sum()
    if not time:
        return None
    whole = sum(time)
    days = [sum((m[k] for m in time_of_day), rest[k] * (whole / paced)) for k in range(len(spans))]
    early = round(stay / 2 / BIN)
    visits = dict(zip(spans, (_earlier(np.maximum(_inner(day, edge), 0), early) * BIN / stay for day in days),
                      strict=True))
    error = float(np.hypot(stays.std() / stay / len(stays) ** 0.5, _jackknife(excess)))
    return Occupancy([visits.get(w, np.zeros(-(-(w[1] - w[0]) // BIN))) for w in windows], stay,
                     float(np.hypot(error, _SYSTEMATIC)))


def _stays(bursts: Bursts, among: Ints, spans: Sequence[tuple[int, int]], passing: int) -> Floats:
    """Return how long (ms) those stayed who can be followed by their address; what is cut off at the ends is added."""
    order = among[np.lexsort((bursts.start[among], bursts.address[among]))]
    _, at = np.unique(bursts.address[order], return_index=True)
    first, last = bursts.start[order][at], np.maximum.reduceat(bursts.end[order], at)
    scans = np.diff(np.append(at, len(order)))
    own, model = bursts.assigned[order][at], bursts.model[order][at]
    lasting = own.copy()
    for one in np.unique(model[~own]):
        of = np.flatnonzero((model == one) & ~own)
        lasting[of] = len(of) >= 8 and (last[of] - first[of] >= MINUTE).mean() > 0.3 and _kept(first[of], last[of])
    inside = np.zeros(len(at), np.bool_)
    for a, b in spans:
        inside |= (first >= a) & (first < b)
    length = (last - first) * (scans / np.maximum(scans - 1, 1))
    found: Floats = length[lasting & inside & (scans >= 2) & (length >= max(MINUTE, passing)) & (length < _LONGEST)]
    return found


def _kept(first: Ints, last: Ints) -> bool:
    """Return whether phones of a model keep an address while they stay: the next begins no sooner than by chance."""
    begins = np.sort(first)

    def followed(by: int) -> float:
        return float((np.searchsorted(begins, last + _HANDOVER + by, "right")
                      > np.searchsorted(begins, last + by, "right")).mean())

    chance = float(np.mean([followed(by * MINUTE) for by in (-60, -40, 40, 60)]))
    return (followed(0) - chance) / (1 - chance + 1e-9) < _CHANGES


def _counted(bursts: Bursts, among: Ints, spans: Sequence[tuple[int, int]], edge: int) -> list[_Counts]:
    names, model = np.unique(bursts.model[among], return_inverse=True)
    start = bursts.start[among]
    days = []
    for a, b in spans:
        begin, size = a - edge * BIN, -(-(b - a) // BIN) + 2 * edge
        here = (start >= begin) & (start < begin + size * BIN)
        at = model[here] * size + (start[here] - begin) // BIN
        days.append(np.bincount(at, minlength=len(names) * size).reshape(len(names), size).astype(np.float64))
    found = []
    for k in range(len(names)):
        bins = [day[k] for day in days]
        inner = sum(float(_inner(day, edge).sum()) for day in bins)
        found.append(_Counts(bins, sum(float(day.sum()) for day in bins) - inner, inner))
    return found


def _free(counts: _Counts) -> bool:
    """Return whether hardly any scan of the model lies outside of the opening hours."""
    return counts.outside <= max(2.0, 0.0005 * counts.total)


def _crowd(models: list[_Counts], edge: int) -> list[Floats]:
    """Return how visitors come and go, as all models without staff show it, smoothed over an hour."""
    among = [m for m in models if _free(m)] or models
    found = []
    for k in range(len(models[0].bins)):
        day = np.convolve(_inner(np.sum([m.bins[k] for m in among], axis=0), edge), np.ones(_SMOOTH) / _SMOOTH, "same")
        found.append(np.pad(day, edge))
    return found


def _inner(day: Floats, edge: int) -> Floats:
    return day[edge : len(day) - edge]


def _earlier(day: Floats, bins: int) -> Floats:
    """Return presence moved back by half a stay: that is when people came; what would lie before opening is at it."""
    bins = min(bins, len(day) - 1)
    moved = np.append(day[bins:], np.zeros(bins))
    moved[0] += day[:bins].sum()
    return moved


def _without_staff(counts: _Counts, crowd: list[Floats], edge: int) -> list[Floats]:
    """Return the model's scans less those of the staff: a first and a last shift a day, fitted beside the crowd."""
    shapes = []
    for day in crowd:
        early, late = np.zeros(len(day)), np.zeros(len(day))
        shift = min(_SHIFT, len(day) - 2 * edge)
        early[: edge + shift], late[len(day) - edge - shift :] = 1.0, 1.0
        shapes.append((_quarters(day), _quarters(early), _quarters(late), early, late))
    said = [_quarters(day) for day in counts.bins]
    share, shifts = counts.total / max(1.0, sum(float(day.sum()) for day in crowd)), [(0.0, 0.0)] * len(crowd)
    weights = [np.append(np.append(10.0, np.ones(len(day) - 2)), 10.0) for day in said]
    for _ in range(40):  # in turn: the days' shifts, given the crowd's share, and the share, given the shifts
        shifts = [_two(w, early, late, day - share * people, pair) for w, (people, early, late, *_), day, pair in
                  zip(weights, shapes, said, shifts, strict=True)]
        above = below = 0.0
        for w, (people, early, late, *_), day, (a, b) in zip(weights, shapes, said, shifts, strict=True):
            above += float((w * people * (day - a * early - b * late)).sum())
            below += float((w * people * people).sum())
        share = max(0.0, above / below) if below else 0.0
    return [day - a * early - b * late
            for day, (*_, early, late), (a, b) in zip(counts.bins, shapes, shifts, strict=True)]


def _two(weight: Floats, early: Floats, late: Floats, told: Floats, now: tuple[float, float]) -> tuple[float, float]:
    """Return how many scans a bin the two shifts make, none below zero (least squares, one after the other)."""
    a, b = now
    for _ in range(4):
        a = max(0.0, float((weight * early * (told - b * late)).sum() / (weight * early * early).sum()))
        b = max(0.0, float((weight * late * (told - a * early)).sum() / (weight * late * late).sum()))
    return a, b


def _quarters(day: Floats) -> Floats:
    """Return sums by a quarter of an hour; a last one that is not full is left out of the middle."""
    size = len(day) // _EDGE
    found: Floats = np.add.reduceat(day, np.arange(size) * _EDGE)
    return found


def _pairs(visitors: list[Floats], crowd: list[Floats], edge: int) -> Floats:
    """Return for each window the pairs of scans `_LAGS` apart beyond those that chance makes, on average over the lags.

    Chance is the crowd of that window times the model's part in it on all other days: its own would hide the excess.
    """
    inner = [_inner(day, edge) for day in visitors]
    people = [_inner(day, edge) for day in crowd]
    own, all_ = sum(float(d.sum()) for d in inner), sum(float(d.sum()) for d in people)
    found = np.zeros(len(inner))
    for k, (day, others) in enumerate(zip(inner, people, strict=True)):
        part = max(0.0, own - float(day.sum())) / max(1.0, all_ - float(others.sum()))
        odd = day - part * others
        found[k] = float(np.mean([odd[:-lag] @ odd[lag:] for lag in _LAGS]))
    return found


def _jackknife(excess: list[tuple[Floats, Floats]]) -> float:
    """Return the relative standard error of the time spent inside, by leaving out one window after another."""
    times = []
    n = len(excess[0][0])
    for left in range(n):
        time = 0.0
        for scans, pairs in excess:
            s, p = float(scans.sum() - scans[left]), float(pairs.sum() - pairs[left])
            time += s * s / p if p > 0 else 0.0
        times.append(time * n / (n - 1))
    mean = sum(times) / n
    spread = (n - 1) / n * sum((t - mean) ** 2 for t in times)
    return float(min(1.0, spread**0.5 / mean)) if mean else 1.0
