"""The venue file: venues, floors, zones with rectangles in metres, shops, doors and sensors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from datong.errors import ConfigError

__all__ = ["Floor", "Name", "Plan", "Point", "Rect", "Sensor", "Shop", "Venue", "Zone", "read_venue"]


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
    """A shop that takes up a zone: its store code, retail format and main category (`shoes`, `food/bakery`)."""

    code: str
    name: Name
    format: str = "general"
    category: str = ""


class Zone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The smallest area in which presence is told; `category` is the shop's when it is not given."""

    code: str
    name: Name
    rect: Rect
    shop: Shop | None = None
    category: str = ""
    doors: tuple[Point, ...] = ()


class Floor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One floor; `level` orders floors from the lowest."""

    code: str
    name: Name
    zones: tuple[Zone, ...]
    level: int = 0


class Sensor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An access point or a Bluetooth gateway; what hears a device best says in which zone it is."""

    code: str
    zone: str
    kind: Literal["wifi", "ble"] = "wifi"
    x: float = 0.0
    y: float = 0.0


class Venue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mall, a department store, or a shop on its own that watches its own zones."""

    code: str
    name: Name
    floors: tuple[Floor, ...]
    city: str = ""
    sensors: tuple[Sensor, ...] = ()

    def zones(self) -> Iterator[tuple[Floor, Zone]]:
        """Give every zone with its floor."""
        return ((floor, zone) for floor in self.floors for zone in floor.zones)


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that the venue file says."""

    venues: tuple[Venue, ...] = ()


def read_venue(path: Path | str) -> Plan:
    """Return the plan in the YAML file at `path`.

    A name may be one text or `{zh, en}`. Raises ConfigError naming file, place in it and what is wrong.
    """
    file = Path(path)
    try:
        raw = yaml.load(file.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except FileNotFoundError:
        hint = "set places.file to your venue file, or leave it out"
        raise ConfigError(f"there is no {file}", hint=hint, field="places.file", code="venue_missing") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} is not YAML: {error}", field="places.file", code="venue_syntax") from None
    try:
        plan = msgspec.convert(_spell_names(raw), Plan, strict=True)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{file}: {error}", field="places.file", code="venue_value") from None
    for problem in _problems(plan):
        raise ConfigError(f"{file}: {problem}", field="places.file", code="venue_value")
    return plan


def _spell_names(part: Any) -> Any:
    """Return the document with each plain `name: text` written out for both languages."""
    if isinstance(part, list):
        return [_spell_names(p) for p in part]
    if not isinstance(part, dict):
        return part
    return {
        key: {"zh": value, "en": value} if key == "name" and isinstance(value, str) else _spell_names(value)
        for key, value in part.items()
    }


def _problems(plan: Plan) -> Iterator[str]:
    yield from _repeated("venue", (v.code for v in plan.venues))
    yield from _repeated("sensor", (s.code for v in plan.venues for s in v.sensors))
    yield from _repeated("shop", (z.shop.code for v in plan.venues for _, z in v.zones() if z.shop))
    for venue in plan.venues:
        where = f"venue {venue.code}"
        if not venue.floors:
            yield f"{where} has no floors"
        yield from _repeated(f"{where}: floor", (f.code for f in venue.floors))
        yield from _repeated(f"{where}: zone", (z.code for _, z in venue.zones()))
        codes = {z.code for _, z in venue.zones()}
        for _, zone in venue.zones():
            if zone.rect.w <= 0 or zone.rect.h <= 0:
                yield f"{where}, zone {zone.code}: rect needs w and h above 0 (metres)"
        for sensor in venue.sensors:
            if sensor.zone not in codes:
                yield f"{where}, sensor {sensor.code}: there is no zone {sensor.zone!r}"


def _repeated(what: str, codes: Iterator[str]) -> Iterator[str]:
    seen: set[str] = set()
    for code in codes:
        if not code:
            yield f"{what} without a code"
        if code in seen:
            yield f"{what} {code} is there twice"
        seen.add(code)
