"""The radio map: what a phone would hear anywhere in the walkable area, drawn from the points of the survey.

Gaussian process regression per floor with one kernel for all sensors (Matérn 3/2), so that one factorisation serves
them all; Ferris, Hähnel and Fox, "Gaussian processes for signal strength-based location estimation", RSS 2006. Far from
the survey the map knows little: its variance says so, and a cell is compared more mildly where it is large.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from datong.places.position.match import Weights
from datong.places.position.scans import Floats, Ints

__all__ = ["LENGTH", "RadioMap", "walkable_cells"]

LENGTH = 10.0
"""The kernel's length (m): how far signal strengths are alike."""
_NOISE = 0.3
"""The variance of one scan against that of the map."""
_REACH = 15.0
"""How far (m) from a surveyed point a cell may lie."""
_SQUARE = 1.5
"""Scans within a square of this side (m) are taken together."""


class RadioMap(msgspec.Struct, frozen=True, eq=False):
    """Cells with point, floor (a number), weights as `match.weigh` gives them, and variance (0 known, 1 unknown)."""

    x: Floats
    y: Floats
    floor: Ints
    rows: Weights
    variance: Floats

    @classmethod
    def draw(cls, at: Floats, floor: Ints, rows: Weights, cells: Mapping[int, Floats]) -> RadioMap:
        """Return the map of `cells` (points per floor) from scans at points `at` (n × 2) with weights `rows`."""
        parts = []
        for number in sorted(cells):
            here = floor == number
            if here.any():
                points, found, variance = _draw_floor(at[here], rows[here], cells[number])
                parts.append((points, np.full(len(points), number), found, variance))
        points, floors, found, variance = (np.concatenate(part) for part in zip(*parts, strict=True))
        return cls(points[:, 0], points[:, 1], floors, found, variance)


def _draw_floor(at: Floats, rows: Weights, cells: Floats) -> tuple[Floats, Weights, Floats]:
    square = np.unique(np.round(at / _SQUARE), axis=0, return_inverse=True)[1].ravel()
    count = np.bincount(square).astype(float)
    centre = np.stack([np.bincount(square, at[:, axis]) / count for axis in (0, 1)], 1)
    mean = np.zeros((len(count), rows.shape[1]), np.float32)
    np.add.at(mean, square, rows)
    mean /= count[:, None].astype(np.float32)
    apart = _apart(cells, centre)
    near = apart.min(1) <= _REACH
    cells, apart = cells[near], apart[near]
    among = _kernel(_apart(centre, centre))
    among[np.diag_indices(len(count))] += _NOISE / count
    cross = _kernel(apart)
    share = np.linalg.solve(among, cross.T).T
    variance = np.clip(1 - (share * cross).sum(1), 0, 1)
    return cells, np.maximum(share.astype(np.float32) @ mean, 0), variance


def _apart(a: Floats, b: Floats) -> Floats:
    return np.hypot(a[:, None, 0] - b[None, :, 0], a[:, None, 1] - b[None, :, 1])


def _kernel(apart: Floats) -> Floats:
    scaled = np.sqrt(3.0) / LENGTH * apart
    return np.asarray((1 + scaled) * np.exp(-scaled))


def walkable_cells(ground: Any, step: float = 2.0) -> NDArray[np.float64]:
    """Return the middles of the squares of `step` metres that lie in `ground`, a shapely polygon; n × 2."""
    left, top, right, bottom = ground.bounds
    gx, gy = np.meshgrid(np.arange(left + step / 2, right, step), np.arange(top + step / 2, bottom, step))
    cells = np.stack([gx.ravel(), gy.ravel()], 1)
    return np.asarray(cells[shapely.contains_xy(ground, cells[:, 0], cells[:, 1])])
