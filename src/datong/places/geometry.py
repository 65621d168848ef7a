"""Where a point lies: the polygons of a plan, indexed, for many points at once."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from datong.places.plan import Floor, Ring, TradeArea, Venue

__all__ = ["METRES_PER_DEGREE", "ZoneIndex", "ground_of", "polygon_of", "spots_of", "trade_ring"]

METRES_PER_DEGREE = 111_319.49
"""Metres of one degree of latitude (WGS 84 equator, 2πa / 360); of longitude times the cosine of the latitude."""


def polygon_of(ring: Ring, holes: tuple[Ring, ...] = ()) -> Any | None:
    """Return the shapely polygon, None where ring or a hole has fewer than three corners."""
    if len(ring) < 3 or any(len(hole) < 3 for hole in holes):
        return None
    return shapely.Polygon(ring, holes)


def ground_of(floor: Floor) -> Any | None:
    """Return the floor's outline with all its parts as one shape, None where none is drawn."""
    main = polygon_of(floor.outline, floor.voids)
    parts = [p for ring in floor.annexes if (p := polygon_of(ring)) is not None]
    return shapely.unary_union([main, *parts]) if parts and main is not None and main.is_valid else main


class ZoneIndex:
    """The zones of a venue by floor, for asking in which zone points lie; a zone within another wins over it."""

    def __init__(self, venue: Venue) -> None:
        """Index every zone that has a shape."""
        self._floors: dict[str, tuple[list[str], NDArray[Any], NDArray[np.float64], shapely.STRtree]] = {}
        for floor in venue.floors:
            shaped = [(z.code, p) for z in floor.zones if (p := polygon_of(z.ring, z.holes)) is not None]
            shaped.sort(key=lambda pair: (pair[1].area, pair[0]))  # the smallest first: it wins
            shapes = np.array([p for _, p in shaped], dtype=object)
            areas = np.array([p.area for _, p in shaped])
            self._floors[floor.code] = ([code for code, _ in shaped], shapes, areas, shapely.STRtree(shapes))

    def codes(self, floor: str) -> list[str]:
        """Return the zones of a floor, smallest first: what the numbers of `locate` stand for."""
        return self._floors[floor][0] if floor in self._floors else []

    def locate(self, floor: str, x: ArrayLike, y: ArrayLike, within: float = 0.0) -> NDArray[np.int64]:
        """Return for each point (metres) the number of its zone in `codes(floor)`, -1 where it is in none.

        With `within`, a point in no zone belongs to the nearest one at most so many metres away.
        """
        points = shapely.points(np.asarray(x, np.float64), np.asarray(y, np.float64))
        points = np.atleast_1d(points)
        found = np.full(len(points), -1, np.int64)
        if floor not in self._floors or not self._floors[floor][0]:
            return found
        _, shapes, _, tree = self._floors[floor]
        point, zone = tree.query(points, "intersects")
        best = np.full(len(points), len(shapes), np.int64)
        np.minimum.at(best, point, zone)
        inside = best < len(shapes)
        found[inside] = best[inside]
        if within > 0 and not inside.all():
            lost = np.flatnonzero(~inside)
            near, zone = tree.query_nearest(points[lost], max_distance=within, all_matches=False)
            found[lost[near]] = zone
        return found

    def zone_at(self, floor: str, x: float, y: float, within: float = 0.0) -> str:
        """Return the zone of one point, or empty."""
        at = int(self.locate(floor, [x], [y], within)[0])
        return self._floors[floor][0][at] if at >= 0 else ""


def spots_of(venue: Venue, index: ZoneIndex | None = None) -> dict[str, str]:
    """Return the zone of every sensor: the one it names, else the one it stands in; those in none are left out."""
    found = {}
    for sensor in venue.sensors:
        zone = sensor.zone
        if not zone:
            index = index or ZoneIndex(venue)
            floors = [sensor.floor] if sensor.floor else [floor.code for floor in venue.floors]
            zone = next((z for floor in floors if (z := index.zone_at(floor, sensor.x, sensor.y))), "")
        if zone:
            found[sensor.code] = zone
    return found


def trade_ring(area: TradeArea, lon: float | None, lat: float | None, corners: int = 64) -> Ring:
    """Return the trade area as a polygon of (lon, lat): a circle is drawn by its corners; empty without a place."""
    if area.polygon or lon is None or lat is None or area.radius <= 0:
        return area.polygon
    dy = area.radius / METRES_PER_DEGREE
    dx = dy / max(0.01, math.cos(math.radians(lat)))
    turn = [2 * math.pi * k / corners for k in range(corners)]
    return tuple((round(lon + dx * math.cos(a), 6), round(lat + dy * math.sin(a), 6)) for a in turn)
