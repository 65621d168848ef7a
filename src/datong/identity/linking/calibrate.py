"""Calibration: from the weight of a pair to the probability that it is one person, by the votes where there are enough.

With fewer than 50 votes a weight's own posterior counts, 2^w / (1 + 2^w). With more, the votes do: isotonic regression
by pooling adjacent violators (Ayer et al. 1955), between whose blocks the probability runs straight. Beyond the weights
voted upon the posterior goes on, but never back across what the votes said.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import groupby, pairwise
from operator import itemgetter

__all__ = ["ENOUGH", "Calibration", "posterior"]

ENOUGH = 50


def posterior(weight: float) -> float:
    """Return 2^w / (1 + 2^w)."""
    return 1 / (1 + math.pow(2.0, -max(-500.0, min(500.0, weight))))


class Calibration:
    """Maps weights to probabilities; `votes` are (weight, was it one person)."""

    def __init__(self, votes: Iterable[tuple[float, bool]] = ()) -> None:
        known = sorted(votes)
        self.votes = len(known)
        self._points: list[tuple[float, float]] = []
        if self.votes >= ENOUGH:
            self._points = _isotonic(known)

    def probability(self, weight: float) -> float:
        """Return the probability that a pair of this weight is one person; it never falls as the weight rises."""
        points = self._points
        if not points:
            return posterior(weight)
        if weight <= points[0][0]:
            return min(points[0][1], posterior(weight))
        if weight >= points[-1][0]:
            return max(points[-1][1], posterior(weight))
        for (low, p), (high, q) in pairwise(points):
            if weight <= high:
                return p + (q - p) * (weight - low) / (high - low) if high > low else q
        return points[-1][1]


def _isotonic(votes: list[tuple[float, bool]]) -> list[tuple[float, float]]:
    """Return (mean weight, share of yes) of the pooled blocks; a yes and a no more keep it off 0 and 1."""
    blocks: list[list[float]] = []  # sum of weights, yes, votes
    for _, equal in groupby(votes, key=itemgetter(0)):
        known = list(equal)
        blocks.append([sum(weight for weight, _ in known), float(sum(same for _, same in known)), float(len(known))])
        while len(blocks) > 1 and blocks[-2][1] * blocks[-1][2] >= blocks[-1][1] * blocks[-2][2]:
            last = blocks.pop()
            blocks[-1] = [x + y for x, y in zip(blocks[-1], last, strict=True)]
    points = [(total / count, (yes + 0.5) / (count + 1)) for total, yes, count in blocks]
    found: list[tuple[float, float]] = []
    for weight, share in points:
        found.append((weight, max(share, found[-1][1]) if found else share))
    return [point for point in found if math.isfinite(point[0])]
