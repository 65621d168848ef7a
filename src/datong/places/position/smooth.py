"""Smoothing along a path: a Kalman filter for one device live, and both ways in time for analysis.

The walk is a Brownian motion, a point has the variance that its accuracy says. Rauch, Tung and Striebel, AIAA
Journal 3 (8), 1965.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from datong.places.position.scans import Floats

__all__ = ["HELD", "STROLL", "WALK", "Track", "smooth_path", "snap"]

WALK = 4.0
"""Variance (m²/s) per axis of somebody who walks on; cross-validated on the walks of a mall, 4 to 16 are alike."""
STROLL = 0.5
"""The same of a shopper, who stands most of the time; of .25 to 4 the best in `benchmarks/zones.py`."""
_LONGEST = 60.0
"""After so many seconds the past says nothing."""
HELD = 1.51
"""A round normal cloud holds 68 % within 1.51 σ: accuracy over this is σ per axis."""


class Track(msgspec.Struct, array_like=True):
    """What is remembered of a device: point (m), variance (m²) per axis, floor, time (ms), a floor it may have gone to.

    It changes its floor when two points in a row say so.
    """

    x: float
    y: float
    variance: float
    floor: str
    time: int
    other: str = ""

    @classmethod
    def begin(cls, x: float, y: float, accuracy_m: float, floor: str, time: int) -> Track:
        """Return the track of a device that was just found."""
        return cls(x, y, (accuracy_m / HELD) ** 2, floor, time)

    def move(self, x: float, y: float, accuracy_m: float, floor: str, time: int) -> None:
        """Take one point more; a late one counts less and does not turn time back."""
        if floor != self.floor:
            if self.other != floor:
                self.other = floor
                return
            self.x, self.y, self.variance, self.floor = x, y, (accuracy_m / HELD) ** 2, floor
            self.other, self.time = "", max(self.time, time)
            return
        self.other = ""
        gone = abs(time - self.time) / 1000
        if time < self.time:
            noise = (accuracy_m / HELD) ** 2 + STROLL * gone
        elif gone > _LONGEST:
            self.x, self.y, self.variance, self.time = x, y, (accuracy_m / HELD) ** 2, time
            return
        else:
            noise = (accuracy_m / HELD) ** 2
            self.variance += STROLL * gone
        share = self.variance / (self.variance + noise) if self.variance + noise > 0 else 1.0
        self.x += share * (x - self.x)
        self.y += share * (y - self.y)
        self.variance *= 1 - share
        self.time = max(self.time, time)

    @property
    def accuracy_m(self) -> float:
        """Return the radius (m) that should hold 68 %, were errors independent."""
        return float(HELD * self.variance**0.5)


def smooth_path(time: NDArray[Any], x: Floats, y: Floats, accuracy_m: Floats, *, both_ways: bool = True,
                walk: float = WALK) -> Floats:
    """Return the smoothed points (n × 2) of one device on one floor, `time` (ms) rising.

    `walk` is the variance of the walk (m²/s per axis). With `both_ways` each point takes in what came later as well;
    without, only what came before, as live.
    """
    at = np.stack([x, y], 1)
    noise = (np.maximum(accuracy_m, 0.5) / HELD) ** 2
    gone = np.diff(time, prepend=time[:1]) / 1000 * walk
    found, variance, expected = at.copy(), noise.copy(), noise.copy()
    for i in range(1, len(at)):
        expected[i] = variance[i - 1] + gone[i]
        share = expected[i] / (expected[i] + noise[i])
        found[i] = found[i - 1] + share * (at[i] - found[i - 1])
        variance[i] = (1 - share) * expected[i]
    if both_ways:
        for i in range(len(at) - 2, -1, -1):
            found[i] += variance[i] / expected[i + 1] * (found[i + 1] - found[i])
    return found


def snap(points: Floats, ground: Any, within: float = 5.0) -> Floats:
    """Return the points (n × 2) with those up to `within` metres outside of `ground` (a polygon) moved to its edge."""
    made = shapely.points(points)
    out = np.flatnonzero(~shapely.intersects(ground, made) & (shapely.distance(ground, made) <= within))
    found = points.copy()
    if len(out):
        found[out] = shapely.get_coordinates(shapely.get_point(shapely.shortest_line(made[out], ground), 1))
    return found
