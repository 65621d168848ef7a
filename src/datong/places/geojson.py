"""Floor plans as GeoJSON: one FeatureCollection per floor, read and written.

Features have the properties `kind` (floor, zone, shop, door, sensor; anything else is a zone of that kind), `code`,
`name` (or `name_zh`, `name_en`), and where they fit `zone`, `shop`, `format`, `category`, `hours`, `level`, `sensor`.

Coordinates are metres or degrees. The collection says which in `units` (`metres`, `lonlat`); where it does not, they
are degrees when all lie on the globe and within a fifth of a degree. Degrees become metres on a plane that touches the
earth at the floor (equirectangular: off by 2 to 5 cm over 500 m), from `origin`, else from the upper left corner of the
outline. Metres have y downwards unless the collection says `"y": "up"`, as drawing programs write it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import shapely

from datong.errors import Rejected
from datong.places.geometry import METRES_PER_DEGREE, ZoneIndex
from datong.places.plan import Floor, Name, Origin, Point, Ring, Sensor, Shop, Venue, Zone

__all__ = ["FloorRead", "read_floor", "write_floor"]

_GLOBE = 0.2
"""A plan wider than so many degrees is no building: its numbers are metres."""
_MOST = 20_000
Raw = Sequence[Sequence[float]]


class FloorRead(msgspec.Struct):
    """What a file said: a floor, its sensors, in which unit it was read, what is wrong, and remarks."""

    floor: Floor
    sensors: tuple[Sensor, ...]
    units: str
    problems: list[str]
    remarks: list[str]


class _Plane(msgspec.Struct, frozen=True):
    """How the file's coordinates become metres from the upper left corner."""

    units: str
    origin: Origin | None
    point: Callable[[Sequence[float]], tuple[float, float]]

    def ring(self, corners: Raw) -> Ring:
        points = [self.point(corner) for corner in corners]
        return tuple(points[:-1] if len(points) > 1 and points[0] == points[-1] else points)


def read_floor(body: bytes, code: str = "", level: int | None = None) -> FloorRead:
    """Return the floor in a GeoJSON file; `code` and `level` win over what it says of itself.

    What cannot be used is told in `problems`, feature by feature; how the shapes fit together is for `venue_problems`.
    Raises Rejected (`bad_geojson`) for what is no FeatureCollection.
    """
    features, whole = _features(body)
    plane = _plane(features, whole)
    problems: list[str] = []
    remarks: list[str] = []
    about: dict[str, Any] = {key: whole[key] for key in ("code", "name", "level", "floor") if key in whole}
    outline: Ring = ()
    voids: tuple[Ring, ...] = ()
    annexes: tuple[Ring, ...] = ()
    zones: list[Zone] = []
    doors: list[tuple[str, Point]] = []
    sensors: list[Sensor] = []
    for number, feature in enumerate(features):
        said = feature.get("properties") or {}
        label = f"feature {number + 1} ({_text(said, 'code', 'id', 'name') or 'without a code'})"
        try:
            kind = _kind(said)
            if kind == "floor":
                polygons = _polygons(feature["geometry"])
                polygons.sort(key=lambda p: -shapely.Polygon(p[0]).area)
                annexes = tuple(plane.ring(p[0]) for p in polygons[1:])
                outline, voids = plane.ring(polygons[0][0]), tuple(plane.ring(hole) for hole in polygons[0][1:])
                about = {**said, **about}
            elif kind == "door":
                doors.append((_text(said, "zone"), Point(*_rounded(plane.point(_middle(feature["geometry"]))))))
            elif kind == "sensor":
                at = plane.point(_middle(feature["geometry"]))
                radio = _text(said, "sensor", "radio") or "wifi"
                sensors.append(msgspec.convert(
                    {"code": _text(said, "code", "id", "name"), "zone": _text(said, "zone"), "kind": radio,
                     "x": at[0], "y": at[1]}, Sensor))
            else:
                zones += _zones(said, kind, _polygons(feature["geometry"]), plane, number)
        except (KeyError, TypeError, ValueError, IndexError, msgspec.ValidationError) as error:
            problems.append(f"{label}: {_told(error)}")
    name = _name(about)
    own = code or _text(about, "floor", "code", "id", "name") or "f1"
    height = level if level is not None else _number(about.get("level", about.get("floor_num", 0)))
    floor = Floor(own[:64], name if name.zh or name.en else Name(own, own), tuple(_apart(zones, remarks)), height,
                  outline, voids, annexes, plane.origin)
    floor = _with_doors(floor, doors, remarks)
    on_floor = tuple(msgspec.structs.replace(sensor, floor=floor.code) for sensor in sensors)
    return FloorRead(floor, on_floor, plane.units, problems, remarks)


def write_floor(venue: Venue, floor: Floor) -> dict[str, Any]:
    """Return the floor as GeoJSON: in degrees where its origin is known, else in metres with y downwards."""
    turn, features = _turn(floor.origin), []

    def add(kind: str, geometry: dict[str, Any], **about: Any) -> None:
        said = {key: value for key, value in about.items() if value not in ("", None)}
        features.append({"type": "Feature", "properties": {"kind": kind, **said}, "geometry": geometry})

    def closed(*rings: Ring) -> list[list[list[float]]]:
        return [[turn(c) for c in (*ring, ring[0])] for ring in rings]

    if floor.outline:
        parts = [closed(floor.outline, *floor.voids), *(closed(ring) for ring in floor.annexes)]
        outline = {"type": "MultiPolygon", "coordinates": parts}
        add("floor", outline, code=floor.code, **_names(floor.name), level=floor.level)
    zone_floor = {zone.code: floor.code for zone in floor.zones}
    for zone in floor.zones:
        shop = zone.shop
        more = {
            "shop": shop.code, "shop_name_zh": shop.name.zh, "shop_name_en": shop.name.en, "format": shop.format,
            "shop_category": shop.category, "hours": shop.hours, "zone_kind": zone.kind,
        } if shop else {}
        area = {"type": "Polygon", "coordinates": closed(zone.ring, *zone.holes)}
        add("shop" if shop else zone.kind or "zone", area, code=zone.code, **_names(zone.name), category=zone.category,
            **more)
        for door in zone.doors:
            add("door", {"type": "Point", "coordinates": turn((door.x, door.y))}, zone=zone.code)
    for sensor in venue.sensors:
        if sensor.floor == floor.code or (not sensor.floor and sensor.zone in zone_floor):
            add("sensor", {"type": "Point", "coordinates": turn((sensor.x, sensor.y))}, code=sensor.code,
                zone=sensor.zone, sensor=sensor.kind)
    found: dict[str, Any] = {
        "type": "FeatureCollection", "units": "lonlat" if floor.origin else "metres", "code": floor.code,
        **_names(floor.name), "level": floor.level, "features": features,
    }
    if floor.origin:
        found["origin"] = [floor.origin.lon, floor.origin.lat]
    return found


def _features(body: bytes) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    try:
        whole = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _bad(f"this is not JSON: {error}") from None
    if not isinstance(whole, dict) or not isinstance(whole.get("features"), list):
        raise _bad("this is no FeatureCollection: it has no list of features")
    features = [f for f in whole["features"] if isinstance(f, dict)]
    if not features:
        raise _bad("the FeatureCollection is empty")
    if len(features) > _MOST:
        raise _bad(f"{len(features):,} features are more than {_MOST:,}")
    return features, whole


def _bad(why: str) -> Rejected:
    return Rejected(why, code="bad_geojson", field="file", hint="export the floor as GeoJSON: a FeatureCollection of "
                    "polygons with the properties kind, code and name, in metres or degrees")


def _plane(features: Sequence[Mapping[str, Any]], whole: Mapping[str, Any]) -> _Plane:
    """Tell the unit, and return how coordinates are read."""
    outline = [f for f in features if _kind(f.get("properties") or {}) == "floor"]
    corners = [c for f in outline or features for c in _corners((f.get("geometry") or {}).get("coordinates"))]
    if not corners:
        raise _bad("no feature has coordinates")
    xs, ys = [c[0] for c in corners], [c[1] for c in corners]
    units = whole.get("units")
    if units not in (None, "metres", "lonlat"):
        raise _bad(f"units = {str(units)[:20]!r} is not known: metres or lonlat")
    if units is None:
        globe = max(map(abs, xs)) <= 180 and max(map(abs, ys)) <= 90
        units = "lonlat" if globe and max(xs) - min(xs) < _GLOBE and max(ys) - min(ys) < _GLOBE else "metres"
    if units == "metres":
        sign, base = (-1.0, max(ys)) if whole.get("y") == "up" else (1.0, 0.0)
        return _Plane("metres", None, lambda c: (round(float(c[0]), 3), round(base + sign * float(c[1]), 3)))
    given = whole.get("origin")
    lon, lat = (float(given[0]), float(given[1])) if isinstance(given, list) and len(given) == 2 else (min(xs), max(ys))
    east = METRES_PER_DEGREE * math.cos(math.radians(lat))
    return _Plane("lonlat", Origin(lon, lat), lambda c: (
        round((float(c[0]) - lon) * east, 3), round((lat - float(c[1])) * METRES_PER_DEGREE, 3)))


def _turn(origin: Origin | None) -> Callable[[tuple[float, float]], list[float]]:
    if origin is None:
        return lambda c: [c[0], c[1]]
    east = METRES_PER_DEGREE * math.cos(math.radians(origin.lat))
    return lambda c: [round(origin.lon + c[0] / east, 9), round(origin.lat - c[1] / METRES_PER_DEGREE, 9)]


def _corners(part: Any, depth: int = 0) -> list[tuple[float, float]]:
    if not isinstance(part, list) or depth > 4:
        return []
    if len(part) >= 2 and all(isinstance(v, (int, float)) for v in part[:2]):
        return [(float(part[0]), float(part[1]))]
    return [corner for inner in part for corner in _corners(inner, depth + 1)]


def _kind(said: Mapping[str, Any]) -> str:
    for key in ("kind", "type", "category"):
        value = said.get(key)
        if isinstance(value, str) and (key == "kind" or value in ("floor", "zone", "shop", "door", "sensor")):
            return value.strip().casefold()
    return "zone"


def _polygons(geometry: Mapping[str, Any]) -> list[list[Raw]]:
    kind, parts = geometry.get("type"), geometry.get("coordinates")
    if kind == "Polygon" and parts:
        return [list(parts)]
    if kind == "MultiPolygon" and parts:
        return [list(p) for p in parts]
    raise ValueError(f"its geometry is {str(kind)[:20]}, not a Polygon")


def _middle(geometry: Mapping[str, Any]) -> tuple[float, float]:
    corners = _corners(geometry.get("coordinates"))
    if not corners:
        raise ValueError("it has no coordinates")
    return sum(c[0] for c in corners) / len(corners), sum(c[1] for c in corners) / len(corners)


def _zones(said: Mapping[str, Any], kind: str, polygons: list[list[Raw]], plane: _Plane, number: int) -> list[Zone]:
    code = _text(said, "code", "id", "zone", "display", "name") or f"z{number + 1}"
    name, category = _name(said), _text(said, "category") if isinstance(said.get("category"), str) else ""
    shop = None
    if kind == "shop":
        own = Name(_text(said, "shop_name_zh") or name.zh, _text(said, "shop_name_en") or name.en)
        shop = Shop(_text(said, "shop") or code, own, _text(said, "format") or "general",
                    _text(said, "shop_category") or category, _text(said, "hours"))
    rest = "" if kind in ("zone", "shop") else kind
    found = []
    for at, rings in enumerate(polygons):
        part = code if len(polygons) == 1 else f"{code}-{at + 1}"
        found.append(Zone(
            part[:64], name if name.zh or name.en else Name(code, code), None, shop if at == 0 else None, category, (),
            plane.ring(rings[0]), tuple(plane.ring(hole) for hole in rings[1:]), _text(said, "zone_kind") or rest,
        ))
    return found


def _apart(zones: list[Zone], remarks: list[str]) -> list[Zone]:
    """Number codes that are there twice: many plans have ten toilets of one name and no code."""
    taken: dict[str, int] = {}
    found = []
    for zone in zones:
        taken[zone.code] = seen = taken.get(zone.code, 0) + 1
        if seen > 1:
            remarks.append(f"zone {zone.code} is there {seen} times: the later one became {zone.code}~{seen}")
            zone = msgspec.structs.replace(zone, code=f"{zone.code[:58]}~{seen}")
        found.append(zone)
    return found


def _with_doors(floor: Floor, doors: list[tuple[str, Point]], remarks: list[str]) -> Floor:
    if not doors:
        return floor
    index = ZoneIndex(Venue("", Name(), (floor,)))
    at: dict[str, list[Point]] = {}
    for zone, point in doors:
        home = zone or index.zone_at(floor.code, point.x, point.y, within=2.0)
        if home in {z.code for z in floor.zones}:
            at.setdefault(home, []).append(point)
        else:
            remarks.append(f"the door at {point.x:g}, {point.y:g} is at no zone and was left out")
    zones = tuple(msgspec.structs.replace(z, doors=tuple(at.get(z.code, ()))) for z in floor.zones)
    return msgspec.structs.replace(floor, zones=zones)


def _name(said: Mapping[str, Any]) -> Name:
    name = said.get("name")
    if isinstance(name, dict):
        return Name(_text(name, "zh"), _text(name, "en"))
    plain = _text(said, "name", "display")
    return Name(_text(said, "name_zh") or plain, _text(said, "name_en") or plain)


def _names(name: Name) -> dict[str, str]:
    return {"name": name.en} if name.zh == name.en else {"name_zh": name.zh, "name_en": name.en}


def _text(said: Mapping[str, Any], *keys: str) -> str:
    for key in keys:
        value = said.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return ""


def _number(value: Any) -> int:
    return int(value) if isinstance(value, (int, float)) and math.isfinite(value) else 0


def _rounded(point: tuple[float, float]) -> tuple[float, float]:
    return round(point[0], 3), round(point[1], 3)


def _told(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"it has no {error.args[0]}"
    return str(error)[:200] or "it cannot be read"
