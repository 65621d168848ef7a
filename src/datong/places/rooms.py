"""Rooms: the zones of a venue as a way sees them: where a doubtful point may truly be, and which zones touch.

Each floor is cut into cells once; a cell belongs to the zone that a point in its middle would be told in.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from datong.places.geometry import ZoneIndex
from datong.places.plan import Venue

__all__ = ["NEAR", "Rooms"]

NEAR = 5.0
"""How far (m) from a zone a point may lie and still belong to it: corridors are often in none."""
_CELL, _MOST = 0.5, 60_000
"""Edge (m) of a cell, larger where a floor would have more than so many."""
_SAMPLES = 64
_BESIDE = 1.5
"""How far (m) around a door the zones are looked for that it leads to."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class _Raster(NamedTuple):
    left: float
    top: float
    edge: float
    cells: Ints

    def at(self, x: Any, y: Any) -> Ints:
        """Return the zones at these points, -1 where there is none."""
        column = np.floor((np.asarray(x) - self.left) / self.edge).astype(np.int64)
        row = np.floor((np.asarray(y) - self.top) / self.edge).astype(np.int64)
        inside = (row >= 0) & (column >= 0) & (row < self.cells.shape[0]) & (column < self.cells.shape[1])
        return np.where(inside, self.cells[np.where(inside, row, 0), np.where(inside, column, 0)], -1)


class Rooms:
    """The zones of all floors of a venue, numbered as in `codes`; made when it is first asked for."""

    def __init__(self, venue: Venue, index: ZoneIndex) -> None:
        """Take the plan; nothing is worked out yet."""
        self._venue, self._index = venue, index
        self._rasters: dict[str, _Raster] = {}
        self.codes: list[str] = []
        self.area: Floats = np.zeros(0)
        """Square metres of each zone."""
        self.beside: NDArray[np.bool_] = np.zeros((0, 0), np.bool_)
        """Which zones touch: by a door where one of both has doors, by a wall otherwise."""
        self._ring = _sunflower(_SAMPLES)

    def mass(self, floor: str, x: Floats, y: Floats, sigma: Floats) -> Floats:
        """Return for each point (m) and zone how much of the normal cloud (σ in m per axis) around it lies there."""
        self.make()
        n, zones = len(x), len(self.codes)
        raster = self._rasters.get(floor)
        if raster is None:
            return np.zeros((n, zones))
        wide = sigma[:, None]
        spots = raster.at(x[:, None] + wide * self._ring[:, 0], y[:, None] + wide * self._ring[:, 1])
        of = np.where(spots >= 0, spots, zones) + (zones + 1) * np.arange(n)[:, None]
        found: Floats = np.bincount(of.ravel(), minlength=n * (zones + 1)).reshape(n, -1)[:, :zones] / _SAMPLES
        return found

    def make(self) -> None:
        """Work out cells, areas and what touches, once."""
        if self.codes:
            return
        for floor in self._venue.floors:
            self._rasters[floor.code] = self._raster(floor.code, floor.box, len(self.codes))
            self.codes += self._index.codes(floor.code)
        self.area, self.beside = np.full(len(self.codes), _CELL**2), np.zeros((len(self.codes),) * 2, np.bool_)
        for raster in self._rasters.values():
            known, counts = np.unique(raster.cells[raster.cells >= 0], return_counts=True)
            self.area[known] = counts * raster.edge**2
            for a, b in ((raster.cells[:, :-1], raster.cells[:, 1:]), (raster.cells[:-1], raster.cells[1:])):
                self._touch(a.ravel(), b.ravel(), raster.edge)
        self._open_doors()

    def _raster(self, floor: str, box: Any, first: int) -> _Raster:
        left, top, wide, deep = box.x - NEAR, box.y - NEAR, box.w + 2 * NEAR, box.h + 2 * NEAR
        edge = max(_CELL, (wide * deep / _MOST) ** 0.5)
        x = left + edge * (np.arange(int(np.ceil(wide / edge))) + 0.5)
        y = top + edge * (np.arange(int(np.ceil(deep / edge))) + 0.5)
        across, down = np.meshgrid(x, y)
        found = self._index.locate(floor, across.ravel(), down.ravel(), NEAR)
        return _Raster(left, top, edge, np.where(found >= 0, found + first, -1).reshape(across.shape))

    def _touch(self, a: Ints, b: Ints, edge: float) -> None:
        """Note the zones that share a metre of wall or more."""
        zones = len(self.codes)
        both = (a >= 0) & (b >= 0) & (a != b)
        pairs, counts = np.unique(a[both] * zones + b[both], return_counts=True)
        for one, other in (divmod(int(pair), zones) for pair in pairs[counts * edge >= 1.0]):
            self.beside[one, other] = self.beside[other, one] = True

    def _open_doors(self) -> None:
        """Where a zone has doors, let it touch only what they lead to."""
        number = {code: k for k, code in enumerate(self.codes)}
        leads: dict[int, set[int]] = {}
        turn = np.linspace(0, 2 * np.pi, 8, endpoint=False)
        for floor, zone in self._venue.zones():
            if zone.doors and zone.code in number:
                raster = self._rasters[floor.code]
                seen = {int(z) for door in zone.doors for z in raster.at(
                    door.x + _BESIDE * np.cos(turn), door.y + _BESIDE * np.sin(turn)) if z >= 0}
                leads[number[zone.code]] = seen - {number[zone.code]}
        for zone_number, to in leads.items():
            for other in range(len(self.codes)):
                if other != zone_number and other not in to and zone_number not in leads.get(other, ()):
                    self.beside[zone_number, other] = self.beside[other, zone_number] = False
            for other in to:
                self.beside[zone_number, other] = self.beside[other, zone_number] = True


def _sunflower(count: int) -> Floats:
    """Return points that stand for a round normal cloud with σ = 1, each for as much of it (Vogel's spiral)."""
    k = np.arange(count) + 0.5
    radius, turn = np.sqrt(-2 * np.log(1 - k / count)), k * np.pi * (3 - np.sqrt(5))
    return np.stack([radius * np.cos(turn), radius * np.sin(turn)], 1)
