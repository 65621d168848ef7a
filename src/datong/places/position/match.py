"""How alike two scans are: signal strengths as weights, compared so that phones of different gain still agree.

A strength becomes ((dBm + 105) / 105)^power (Torres-Sospedra et al. 2015, "powed" representation). `cosine` forgets a
common factor; `overlap` is Bray-Curtis (Sørensen): twice the common weight in the whole. With `gains` each comparison
may take the scan as that of a phone that hears so many dB more or less than that of the survey, whichever fits best.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

__all__ = ["SILENT", "Match", "Rows", "Weights", "nearest", "weigh"]

SILENT = -105.0
"""The strength (dBm) that weighs nothing."""
_TRIED = 1_000
"""With how many of the nearest rows gains are tried."""

Weights = NDArray[np.float32]


class Match(msgspec.Struct, frozen=True):
    """How to compare: the metric, the power of the weights, how many neighbours, and how much the nearest counts.

    A neighbour that is d farther than the nearest has the weight 1 / (d + 0.05)^`sharp`. `gains` are in dB and tried
    beside 0, by `overlap` only.
    """

    metric: Literal["cosine", "overlap"]
    power: float
    k: int
    sharp: float
    gains: tuple[float, ...] = ()

    def weight(self, near: NDArray[Any]) -> NDArray[Any]:
        """Return how much neighbours at these distances (per scan, nearest first) count."""
        return np.asarray(1 / (near - near[:, :1] + 0.05) ** self.sharp)


class Rows:
    """What scans are compared with: weights by row, kept by sensor, since a scan hears few of the sensors."""

    def __init__(self, weights: Weights, match: Match, factor: NDArray[np.float32] | None = None) -> None:
        """Take weights (rows × sensors); distances to a row are multiplied by its `factor`."""
        self.weights, self.match = weights, match
        self.factor = np.ones(len(weights), np.float32) if factor is None else factor
        length = np.maximum(np.linalg.norm(weights, axis=1), 1e-9) if match.metric == "cosine" else weights.sum(1)
        self._length = length.astype(np.float32)
        self._by_sensor = np.ascontiguousarray(weights.T)

    def distances(self, dbm: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the distance, 0 to 1, of each scan (a row of dBm, NaN where not heard) to each row."""
        scans = weigh(dbm, self.match.power)
        found = np.empty((len(scans), len(self.weights)), np.float32)
        for at, scan in enumerate(scans):
            heard = np.flatnonzero(scan)
            part, own = self._by_sensor[heard], scan[heard]
            if self.match.metric == "cosine":
                found[at] = 1 - own @ part / (self._length * max(float(np.linalg.norm(own)), 1e-9))
                continue
            found[at] = _apart(part, self._length, own)
            if self.match.gains:
                near = np.argpartition(found[at], min(_TRIED, len(self.weights)) - 1)[:_TRIED]
                part, length = part[:, near], self._length[near]
                for gain in self.match.gains:
                    louder = weigh(dbm[at, heard] + np.float32(gain), self.match.power)
                    found[at, near] = np.minimum(found[at, near], _apart(part, length, louder))
        return found * self.factor


def _apart(part: Weights, length: NDArray[np.float32], own: Weights) -> NDArray[np.float32]:
    """Return the Bray-Curtis distances of a scan of weights `own` to rows (columns of `part`) whose sum is `length`."""
    return np.asarray(1 - 2 * np.minimum(part, own[:, None]).sum(0) / (length + own.sum() + 1e-9), np.float32)


def weigh(dbm: NDArray[np.float32], power: float) -> Weights:
    """Return the weights of signal strengths; what was not heard (NaN) weighs 0, what was heard at least a bit."""
    share = np.clip((dbm - SILENT) / -SILENT, 0.01, 1)
    return np.asarray(np.nan_to_num(share**power), np.float32)


def nearest(distance: NDArray[Any], k: int) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Return per scan the k nearest rows and their distances, nearest first; equal ones by number."""
    k = min(k, distance.shape[1])
    rows = np.argpartition(distance, k - 1, axis=1)[:, :k] if k < distance.shape[1] else np.tile(
        np.arange(k), (len(distance), 1))
    rows.sort(axis=1)
    near = np.take_along_axis(distance, rows, 1)
    order = np.argsort(near, axis=1, kind="stable")
    return np.take_along_axis(rows, order, 1), np.take_along_axis(near, order, 1)
