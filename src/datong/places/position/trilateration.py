"""Trilateration: the point whose distances to the sensors explain best how strongly each hears the device.

Log-distance path loss (Rappaport, "Wireless Communications", 4.9): dBm = P - 10 n log10(d), d in metres and at least 1.
P, the strength at 1 m, differs from phone to phone and is estimated together with the point; n is the venue's. Least
squares by Levenberg-Marquardt with Cauchy weights, so that one reading through a wall does not pull the point; many
devices at once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from datong.places.position.locator import Located
from datong.places.position.scans import Floats, Ints, Scans
from datong.places.position.strongest import Anchors, StrongestSensor

__all__ = ["Anchors", "Trilateration"]

LOSS = 2.5
"""The path-loss exponent n of a sales floor; 2 is free space, 3 and more is behind walls."""
AT_ONE_METRE = -45.0
"""The strength (dBm) at 1 m that phones have on average, and by how much (dB) they differ: a weak prior."""
_DIFFER = 6.0
_SHADOW = 5.0
"""How much (dB) a reading differs from the path loss, by walls and bodies."""
_NEAREST = 8
"""How many sensors are used: the strongest ones tell most."""
_STEPS = 15


class Trilateration:
    """Locates by path loss from three sensors of one floor on; by the strongest sensor where fewer hear a device."""

    def __init__(self, anchors: Anchors, loss: float = LOSS) -> None:
        """Take the sensors and the path-loss exponent."""
        self._anchors, self._loss = anchors, loss
        self._strongest = StrongestSensor(anchors)

    @property
    def floors(self) -> tuple[str, ...]:
        """Return the floors it knows."""
        return self._anchors.floors

    def locate(self, scans: Scans) -> Located:
        """Return one point per scan; `accuracy_m` is what the geometry and 5 dB of shadowing let expect, not measured.

        The floor is the one whose sensors hear it best, by the sum of received power.
        """
        a = self._anchors
        found = self._strongest.locate(scans)
        if not len(a.sensors):
            return found
        dbm = scans.table(a.sensors).astype(np.float64)
        power = np.nan_to_num(10 ** (dbm / 10))
        floor = np.stack([power[:, a.floor == n].sum(1) for n in range(len(a.floors))], 1).argmax(1)
        dbm[a.floor[None] != floor[:, None]] = np.nan
        order = np.argsort(np.nan_to_num(-dbm, nan=np.inf), axis=1, kind="stable")[:, :_NEAREST]
        heard = np.take_along_axis(dbm, order, 1)
        rows = np.flatnonzero((~np.isnan(heard)).sum(1) >= 3)
        if len(rows):
            order, heard = order[rows], heard[rows]
            point, radius = _solve(a.x[order], a.y[order], heard, self._loss)
            found.put(rows, Located(point[:, 0], point[:, 1], _ints(floor[rows]), radius, a.floors))
        return found


def _solve(x: Floats, y: Floats, dbm: Floats, loss: float) -> tuple[Floats, Floats]:
    """Return points (n × 2) and radii (m) from sensors at x, y (n × m) that hear dbm (NaN: not heard)."""
    known = ~np.isnan(dbm)
    dbm, weight = np.where(known, dbm, 0.0), np.where(known, 10 ** (np.nan_to_num(dbm, nan=-200.0) / 20), 0.0)
    share = weight / weight.sum(1, keepdims=True)
    left, right = _bounds(x, known)
    top, bottom = _bounds(y, known)
    state = np.stack([(share * x).sum(1), (share * y).sum(1), np.full(len(x), AT_ONE_METRE)], 1)
    damping = np.full(len(x), 1e-2)
    cost, gradient, curve = _expand(state, x, y, dbm, known, loss)
    for _ in range(_STEPS):
        damped = curve + (damping[:, None] * np.einsum("nii->ni", curve))[:, :, None] * np.eye(3)
        step = np.linalg.solve(damped, gradient[..., None])[..., 0]
        tried = state + step
        tried[:, 0] = np.clip(tried[:, 0], left, right)
        tried[:, 1] = np.clip(tried[:, 1], top, bottom)
        new_cost, new_gradient, new_curve = _expand(tried, x, y, dbm, known, loss)
        better = new_cost < cost
        state[better], cost[better] = tried[better], new_cost[better]
        gradient[better], curve[better] = new_gradient[better], new_curve[better]
        damping = np.where(better, damping / 5, damping * 4).clip(1e-6, 1e6)
    spread = np.linalg.inv(curve + 1e-9 * np.eye(3))
    radius = np.sqrt(np.maximum(spread[:, 0, 0] + spread[:, 1, 1], 0.25))
    return state[:, :2], 1.07 * radius  # 68 % of a round normal cloud lie within 1.51 σ = 1.07 √(σx² + σy²)


def _expand(state: Floats, x: Floats, y: Floats, dbm: Floats, known: NDArray[np.bool_],
            loss: float) -> tuple[Floats, Floats, Floats]:
    """Return cost, downhill gradient and curvature (Gauss-Newton) of each device at its state (x, y, P)."""
    dx, dy = state[:, :1] - x, state[:, 1:2] - y
    square = np.maximum(dx * dx + dy * dy, 1.0)
    error = (dbm - (state[:, 2:] - 5 * loss * np.log10(square))) / _SHADOW
    slope = 10 * loss / np.log(10) / square / _SHADOW
    slopes = np.stack([-slope * dx, -slope * dy, np.full_like(dx, 1 / _SHADOW)], 2)
    trust = np.where(known, 1 / (1 + (error / 2) ** 2), 0.0)  # Cauchy, 2 σ
    off = (AT_ONE_METRE - state[:, 2]) / _DIFFER
    cost = (np.where(known, 2 * np.log1p((error / 2) ** 2), 0.0)).sum(1) + off**2 / 2
    gradient = np.einsum("nm,nmi->ni", trust * error, slopes)
    curve = np.einsum("nm,nmi,nmj->nij", trust, slopes, slopes)
    gradient[:, 2] += off / _DIFFER
    curve[:, 2, 2] += 1 / _DIFFER**2
    curve[:, [0, 1], [0, 1]] += 1e-4  # far from all sensors the distance says nothing: stay
    return cost, gradient, curve


def _bounds(at: Floats, known: NDArray[np.bool_], margin: float = 10.0) -> tuple[Floats, Floats]:
    return (np.where(known, at, np.inf).min(1) - margin, np.where(known, at, -np.inf).max(1) + margin)


def _ints(values: NDArray[np.intp]) -> Ints:
    return values.astype(np.int64)
