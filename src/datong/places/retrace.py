"""Retracing: which zones a stay went through, told after the fact by all of its points, before and after each moment.

A hidden Markov model whose states are the zones. A point says how likely each zone is: the share of its error's cloud
that lies there, per square metre. Neighbouring points share their error, so that each counts for less than one. From a
zone one moves to those beside it. The likeliest sequence is Viterbi's (IEEE Transactions on Information Theory 13,
1967). What presence tells live stays as it is; this is what the facts keep.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from datong.places.position import HELD
from datong.places.rooms import Rooms

__all__ = ["Stay", "Trail", "retrace"]

STAYS = 120.0
"""Mean stay (s) in a zone; of 60 to 200 alike (seed 11 of `benchmarks/zones.py`, no seed that is reported)."""
COUNTS = 0.4
"""What a point counts for beside its neighbours, which share half of its error; .3 to .45 are alike."""
ASTRAY, AWAY = 0.01, 1e-3
"""Share of points that lie anywhere, and of moves that lead to no zone beside."""
_STEPS = 6
"""Moves at most between two points that are looked at."""
_SETTLE, _KEEP = 96, 48
"""With more than so many points the older ones are decided, and as many kept as here."""
_CLOSE = 1_000
"""Points of one second (ms) are readings of one scan: the last one has them all."""

Floats = NDArray[np.float64]


class Stay(NamedTuple):
    """A stay in a zone from `start` to `end` (ms)."""

    zone: str
    start: int
    end: int


class Trail(msgspec.Struct, array_like=True):
    """The points of a stay as (time ms, x cm, y cm, accuracy cm, floor), and the changes of zone already decided."""

    points: list[tuple[int, int, int, int, str]] = []
    decided: list[tuple[int, str]] = []

    def add(self, time: int, x: float, y: float, accuracy_m: float, floor: str, rooms: Rooms) -> None:
        """Take a point (m); a late one finds its place."""
        points = self.points
        point = (time, round(100 * x), round(100 * y), round(100 * accuracy_m), floor)
        at = bisect_left(points, (time - _CLOSE + 1,))
        if at < len(points) and points[at][0] < time + _CLOSE:
            points[at] = point
        elif not self.decided or time > self.decided[-1][0]:
            points.insert(at, point)
        if len(points) > _SETTLE:
            self._settle(rooms)

    def _settle(self, rooms: Rooms) -> None:
        told, old = retrace(self.points, rooms, self.decided[-1][1] if self.decided else ""), len(self.points) - _KEEP
        last = self.points[old - 1][0]
        for stay in told:
            if stay.start <= last and (not self.decided or self.decided[-1][1] != stay.zone):
                self.decided.append((stay.start, stay.zone))
        del self.points[:old]

    def leave(self, since: int, end: int, rooms: Rooms) -> list[Stay]:
        """Return the stays by zone from `since` to `end` (ms), and keep only what came later."""
        own = [p for p in self.points if since <= p[0] <= end]
        changes = [(at, zone) for at, zone in self.decided if at <= end]
        before = changes[-1][1] if changes else ""
        for stay in retrace(own, rooms, before):
            if not changes or changes[-1][1] != stay.zone:
                changes.append((stay.start, stay.zone))
        self.points = [p for p in self.points if p[0] > end]
        self.decided = [(at, zone) for at, zone in self.decided if at > end]
        if not changes:
            return []
        starts = [since, *(max(since, at) for at, _ in changes[1:])]
        return [Stay(zone, start, until) for (_, zone), start, until in
                zip(changes, starts, [*starts[1:], end], strict=True)]


def retrace(points: Sequence[tuple[int, int, int, int, str]], rooms: Rooms, before: str = "") -> list[Stay]:
    """Return the likeliest stays behind points in order (ms and cm); `before` is the zone they come from, if known.

    A change of zone lies in the middle between the points on both sides of it.
    """
    if not points:
        return []
    times = np.array([p[0] for p in points])
    weight, zones = _likely(points, rooms)
    if not len(zones):
        return []
    codes = [rooms.codes[z] for z in zones]
    step = _moves(rooms.beside[np.ix_(zones, zones)])
    best = weight[0] + (np.array([0.0 if code == before else -2.0 for code in codes]) if before in codes else 0.0)
    came = np.zeros(weight.shape, np.int64)
    known: dict[int, Floats] = {}
    for n in range(1, len(points)):
        gone = round(float(times[n] - times[n - 1]) / 1000)
        if gone not in known:
            known[gone] = np.log(_after(step, gone))
        odds = best[:, None] + known[gone]
        came[n] = odds.argmax(axis=0)
        best = odds.max(axis=0) + weight[n]
    way = [int(best.argmax())]
    for n in range(len(points) - 1, 0, -1):
        way.append(int(came[n][way[-1]]))
    way.reverse()
    cuts = [0, *(n for n in range(1, len(way)) if way[n] != way[n - 1])]
    starts = [int(times[0]), *(int(times[n - 1] + times[n]) // 2 for n in cuts[1:])]
    return [Stay(codes[way[n]], start, end)
            for n, start, end in zip(cuts, starts, [*starts[1:], int(times[-1])], strict=True)]


def _likely(points: Sequence[tuple[int, int, int, int, str]], rooms: Rooms) -> tuple[Floats, NDArray[np.int64]]:
    """Return the logarithm of how likely each point is in each zone (rows: points), and the zones in question."""
    at = np.array([p[1:4] for p in points], np.float64) / 100
    sigma = np.maximum(at[:, 2], 0.5) / HELD
    floors = [p[4] for p in points]
    parts = {floor: np.array([f == floor for f in floors]) for floor in dict.fromkeys(floors)}
    rooms.make()
    mass = np.zeros((len(points), len(rooms.codes)))
    for floor, own in parts.items():
        mass[own] = rooms.mass(floor, at[own, 0], at[own, 1], sigma[own])
    zones = np.flatnonzero(mass.any(axis=0))
    area = rooms.area[zones]
    return COUNTS * np.log((mass[:, zones] + ASTRAY) / area), zones


def _moves(beside: NDArray[np.bool_]) -> Floats:
    """Return where one move leads from each zone: to one beside it, seldom anywhere."""
    n = len(beside)
    degree = beside.sum(axis=1, keepdims=True)
    found: Floats = (1 - AWAY) * np.where(degree > 0, beside / np.maximum(degree, 1), 1 / n) + AWAY / n
    return found


def _after(step: Floats, seconds: float) -> Floats:
    """Return the chance of each zone after so many seconds in which moves come by chance (Poisson, at most a few)."""
    moves = seconds / STAYS
    share, power = np.exp(-moves), np.eye(len(step))
    found = share * power
    for k in range(1, _STEPS):
        power = power @ step
        share = share * moves / k
        found = found + share * power
    return np.asarray(found / found.sum(axis=1, keepdims=True) + 1e-12)
