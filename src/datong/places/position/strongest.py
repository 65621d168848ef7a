"""The strongest sensor: a device is where it is heard best; all that is known of a venue without a survey."""

from __future__ import annotations

import msgspec
import numpy as np

from datong.places.position.locator import Located
from datong.places.position.scans import Floats, Ints, Scans

__all__ = ["Anchors", "StrongestSensor"]


class Anchors(msgspec.Struct, frozen=True, eq=False):
    """Sensors whose point is known: metres on a floor, a number in `floors`."""

    sensors: tuple[str, ...]
    x: Floats
    y: Floats
    floor: Ints
    floors: tuple[str, ...]

    def apart(self) -> Floats:
        """Return for each sensor how far (m) the nearest other one of its floor is; infinite where it is alone."""
        distance = np.hypot(self.x[:, None] - self.x[None], self.y[:, None] - self.y[None])
        distance[self.floor[:, None] != self.floor[None]] = np.inf
        np.fill_diagonal(distance, np.inf)
        return np.asarray(distance.min(1, initial=np.inf))


class StrongestSensor:
    """Locates at the sensor that hears a device best; the radius is half the way to the next sensor of the floor."""

    def __init__(self, anchors: Anchors) -> None:
        """Take the sensors; those of a floor with one sensor only are given 15 m."""
        self._anchors = anchors
        half = anchors.apart() / 2
        self._radius = np.where(np.isfinite(half), half, 15.0)

    @property
    def floors(self) -> tuple[str, ...]:
        """Return the floors it knows."""
        return self._anchors.floors

    def locate(self, scans: Scans) -> Located:
        """Return one point per scan: that of the strongest known sensor, the first named where several are equal."""
        a = self._anchors
        found = Located.nowhere(len(scans), a.floors)
        dbm = scans.table(a.sensors)
        rows = np.flatnonzero(~np.isnan(dbm).all(1)) if dbm.size else np.zeros(0, np.int64)
        best = np.nan_to_num(dbm[rows], nan=-np.inf).argmax(1) if len(rows) else rows
        found.put(rows, Located(a.x[best], a.y[best], a.floor[best], self._radius[best], a.floors))
        return found
