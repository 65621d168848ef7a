"""Passers-by told from visitors: a mixture of two kinds of stays, short and weak, long and strong.

Stays are points (logarithm of their length, mean strength). Two normal distributions with their own means and spreads
are fitted by expectation maximisation (Dempster, Laird and Rubin 1977). Where they do not part clearly, only who is
heard for less than `PASSING` is taken to pass.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from datong.identity.device.visits import PASSING

__all__ = ["Dwell", "fit_dwell"]

Floats = NDArray[np.float64]
_LEAST, _ROUNDS = 60, 60
_APART = 0.9
"""The two kinds are taken for two when their mean lengths differ by a factor of e to this, and by 3 dB."""
_WEAKER = 3.0
_MOST = 300_000
"""Nobody who stays for five minutes is taken to pass, however weakly a phone is heard."""


class Dwell(NamedTuple):
    """The border between passing and visiting: length (ms) and strength (dBm); `fitted` false where they are fixed.

    `passing` is the share of stays on the near side of it.
    """

    threshold: int
    strength: float
    fitted: bool
    passing: float

    def passes(self, length: Floats, strength: Floats) -> NDArray[np.bool_]:
        """Return which stays of these lengths (ms) and strengths (dBm) only pass: short, and weak where it is known."""
        weak = np.isnan(strength) | (strength < self.strength)
        found: NDArray[np.bool_] = (length < PASSING) & weak if self.fitted else length < PASSING
        return found | (self.fitted & (length < self.threshold) & weak)


def fit_dwell(length: Floats, strength: Floats) -> Dwell:
    """Return the border for stays of these lengths (ms) and strengths (dBm, NaN unknown)."""
    plain = Dwell(PASSING, 0.0, False, float((length < PASSING).mean()) if len(length) else 0.0)
    known = ~np.isnan(strength)
    if known.sum() < _LEAST:
        return plain
    points = np.column_stack((np.log(length[known] + 15_000), strength[known]))
    near = points[:, 0] > np.log(105_000)
    if not 3 <= near.sum() <= len(points) - 3:
        return plain
    share = np.column_stack((~near, near)).astype(float)
    for _ in range(_ROUNDS):
        weight = share.sum(axis=0) + 1e-9
        mean = share.T @ points / weight[:, None]
        spread = np.sqrt(np.stack([share[:, k] @ (points - mean[k]) ** 2 / weight[k] for k in (0, 1)])) + 0.15
        logs = np.log(weight / weight.sum()) - np.log(spread).sum(axis=1) - 0.5 * np.stack(
            [(((points - mean[k]) / spread[k]) ** 2).sum(axis=1) for k in (0, 1)], axis=1)
        share = np.exp(logs - logs.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
    if mean[1, 0] - mean[0, 0] < _APART or mean[1, 1] - mean[0, 1] < _WEAKER or weight.min() < 0.03 * len(points):
        return plain
    border = [_border(mean[0, k], spread[0, k], mean[1, k], spread[1, k]) for k in (0, 1)]
    threshold = int(min(max(np.exp(border[0]) - 15_000, PASSING), _MOST))
    found = Dwell(threshold, float(border[1]), True, 0.0)
    return found._replace(passing=float(found.passes(length, strength).mean()))


def _border(low: float, low_spread: float, high: float, high_spread: float) -> float:
    """Return the point between two normal distributions that lies as many standard deviations from both."""
    return float((low * high_spread + high * low_spread) / (low_spread + high_spread))
