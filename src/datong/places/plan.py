"""The plan of a venue: floors, zones as polygons or rectangles, shops, doors and sensors, all in metres.

Coordinates run from a floor's upper left corner, x to the right and y *down*, as on a screen. `Floor.origin` says where
on earth that corner lies, for plans that came from a map.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

__all__ = ["Floor", "Name", "Origin", "Picture", "Plan", "Point", "Rect", "Ring", "Sensor", "Shop", "TradeArea",
           "Venue", "Zone", "box_of", "spell_names"]

Ring = tuple[tuple[float, float], ...]
"""The corners of a polygon in order, the first one not repeated."""


class Name(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A name in the two languages of the console; either may stand for the other."""

    zh: str = ""
    en: str = ""

    def in_language(self, language: str) -> str:
        """Return the name in `zh-CN` or `en`, or in the other language where it is missing."""
        return (self.zh or self.en) if language.startswith("zh") else (self.en or self.zh)


class Point(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A point on a floor, in metres from its upper left corner."""

    x: float
    y: float


class Rect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rectangle on a floor, in metres."""

    x: float
    y: float
    w: float
    h: float


class Shop(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A shop that takes up a zone: its store code, retail format and main category (`shoes`, `food/bakery`).

    `hours` are its opening hours where they differ from the venue's, `gln` its Global Location Number.
    """

    code: str
    name: Name
    format: str = "general"
    category: str = ""
    hours: str = ""
    gln: str = ""


class Zone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The smallest area in which presence is told, as a `polygon` (with `holes`) or a `rect`.

    `category` is the shop's when it is not given; `kind` is free (hall, stairs, toilet), for maps and filters.
    """

    code: str
    name: Name
    rect: Rect | None = None
    shop: Shop | None = None
    category: str = ""
    doors: tuple[Point, ...] = ()
    polygon: Ring = ()
    holes: tuple[Ring, ...] = ()
    kind: str = ""

    @property
    def ring(self) -> Ring:
        """Return the corners, whether they were given as a polygon or as a rectangle."""
        if self.rect is None or self.polygon:
            return self.polygon
        x, y, w, h = self.rect.x, self.rect.y, self.rect.w, self.rect.h
        return ((x, y), (x + w, y), (x + w, y + h), (x, y + h))

    @property
    def box(self) -> Rect:
        """Return the smallest rectangle around the zone."""
        return box_of(self.ring)


class Origin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where on earth the upper left corner of a floor lies, in degrees (WGS 84)."""

    lon: float
    lat: float


class Picture(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A picture under a floor: the name of the stored file, and the rectangle in metres it covers."""

    file: str
    rect: Rect


class Floor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One floor; `level` orders floors from the lowest, `outline` is its area where it is known.

    `voids` are holes in the outline (an atrium), `annexes` further parts apart from it.
    """

    code: str
    name: Name
    zones: tuple[Zone, ...]
    level: int = 0
    outline: Ring = ()
    voids: tuple[Ring, ...] = ()
    annexes: tuple[Ring, ...] = ()
    origin: Origin | None = None
    picture: Picture | None = None

    @property
    def box(self) -> Rect:
        """Return the rectangle around outline and zones; 40 × 25 m where there is nothing yet."""
        rings = (self.outline, *self.annexes, *(zone.ring for zone in self.zones))
        corners = [corner for ring in rings for corner in ring]
        return box_of(tuple(corners)) if corners else Rect(0, 0, 40, 25)


class Sensor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An access point or a Bluetooth gateway; what hears a device best says in which zone it is.

    Without a `zone` it stands for the zone that holds its point on `floor`.
    """

    code: str
    zone: str = ""
    kind: Literal["wifi", "ble", "counter"] = "wifi"
    x: float = 0.0
    y: float = 0.0
    floor: str = ""


class TradeArea(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a store's customers come from: a `polygon` of (lon, lat), or a circle of `radius_m` around the store.

    `drive_minutes` at `speed_kmh` gives the radius as the crow flies: a circle, not the roads.
    """

    code: str
    polygon: Ring = ()
    radius_m: float = 0.0
    drive_minutes: float = 0.0
    speed_kmh: float = 30.0

    @property
    def radius(self) -> float:
        """Return the circle's radius in metres (0 for a polygon)."""
        return 0.0 if self.polygon else self.radius_m or self.drive_minutes / 60 * self.speed_kmh * 1_000


class Venue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mall, a department store, or a shop on its own that watches its own zones.

    `country`, `region`, `city` is its path in the tree of regions; `hours` are read by `Hours.parse`; `gln` is its
    Global Location Number.
    """

    code: str
    name: Name
    floors: tuple[Floor, ...]
    city: str = ""
    sensors: tuple[Sensor, ...] = ()
    region: str = ""
    country: str = ""
    lon: float | None = None
    lat: float | None = None
    format: str = ""
    hours: str = ""
    trade_areas: tuple[TradeArea, ...] = ()
    gln: str = ""

    def zones(self) -> Iterator[tuple[Floor, Zone]]:
        """Give every zone with its floor."""
        return ((floor, zone) for floor in self.floors for zone in floor.zones)


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that the venue file says."""

    venues: tuple[Venue, ...] = ()


def box_of(ring: Ring) -> Rect:
    """Return the smallest rectangle around these corners."""
    xs, ys = [c[0] for c in ring], [c[1] for c in ring]
    return Rect(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def spell_names(part: Any) -> Any:
    """Return the document with each plain `name: text` written out for both languages."""
    if isinstance(part, list):
        return [spell_names(p) for p in part]
    if not isinstance(part, dict):
        return part
    return {
        key: {"zh": value, "en": value} if key == "name" and isinstance(value, str) else spell_names(value)
        for key, value in part.items()
    }
