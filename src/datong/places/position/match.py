"""How alike two scans are: signal strengths as weights, compared so that phones of different gain still agree.

A strength becomes ((dBm + 105) / 105)^power (Torres-Sospedra et al. 2015, "powed" representation). `cosine` forgets a
common factor, and with it a phone's gain; `overlap` is Bray-Curtis (Sørensen): twice the common weight in the whole;
`share` is the same of the shares that sensors have in the weight of a scan, and forgets a common factor too.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

__all__ = ["SILENT", "Match", "Rows", "Weights", "nearest", "shares", "weigh"]

SILENT = -105.0
"""The strength (dBm) that weighs nothing."""

Weights = NDArray[np.float32]


class Match(msgspec.Struct, frozen=True):
    """How to compare: the metric, the power of the weights, how many neighbours, and how much the nearest counts.

    A neighbour that is d farther than the nearest has the weight 1 / (d + 0.05)^`sharp`.
    """

    metric: Literal["cosine", "overlap", "share"]
    power: float
    k: int
    sharp: float

    def weight(self, near: NDArray[Any]) -> NDArray[Any]:
        """Return how much neighbours at these distances (per scan, nearest first) count."""
        return np.asarray(1 / (near - near[:, :1] + 0.05) ** self.sharp)


class Rows:
    """What scans are compared with: weights by row, kept by sensor, since a scan hears few of the sensors."""

    def __init__(self, weights: Weights, match: Match, factor: NDArray[np.float32] | None = None) -> None:
        """Take weights (rows × sensors); distances to a row are multiplied by its `factor`."""
        self.weights, self.match = weights, match
        self.factor = np.ones(len(weights), np.float32) if factor is None else factor
        compared = shares(weights) if match.metric == "share" else weights
        length = np.maximum(np.linalg.norm(weights, axis=1), 1e-9) if match.metric == "cosine" else compared.sum(1)
        self._length = length.astype(np.float32)
        self._by_sensor = np.ascontiguousarray(compared.T)

    def distances(self, dbm: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the distance, 0 to 1, of each scan (a row of dBm, NaN where not heard) to each row."""
        scans = weigh(dbm, self.match.power)
        if self.match.metric == "share":
            scans = shares(scans)
        common = np.empty((len(scans), len(self.weights)), np.float32)
        cosine = self.match.metric == "cosine"
        for at, scan in enumerate(scans):
            heard = np.flatnonzero(scan)
            part, own = self._by_sensor[heard], scan[heard]
            if cosine:
                common[at] = own @ part / (self._length * max(float(np.linalg.norm(own)), 1e-9))
            else:
                np.minimum(part, own[:, None], out=part)
                common[at] = 2 * part.sum(0) / (self._length + own.sum() + 1e-9)
        return np.asarray((1 - common) * self.factor)


def weigh(dbm: NDArray[np.float32], power: float) -> Weights:
    """Return the weights of signal strengths; what was not heard (NaN) weighs 0, what was heard at least a bit."""
    share = np.clip((dbm - SILENT) / -SILENT, 0.01, 1)
    return np.asarray(np.nan_to_num(share**power), np.float32)


def shares(weights: Weights) -> Weights:
    """Return the weights of each row as shares of their sum; a row of nothing stays nothing."""
    return np.asarray(weights / np.maximum(weights.sum(1, keepdims=True), 1e-9), np.float32)


def nearest(distance: NDArray[Any], k: int) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Return per scan the k nearest rows and their distances, nearest first; equal ones by number."""
    k = min(k, distance.shape[1])
    rows = np.argpartition(distance, k - 1, axis=1)[:, :k] if k < distance.shape[1] else np.tile(
        np.arange(k), (len(distance), 1))
    rows.sort(axis=1)
    near = np.take_along_axis(distance, rows, 1)
    order = np.argsort(near, axis=1, kind="stable")
    return np.take_along_axis(rows, order, 1), np.take_along_axis(near, order, 1)
