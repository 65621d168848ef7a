"""Located: where a vendor says that a device is, brought to the venue's own metres, or left in degrees."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from datong.errors import ConfigError
from datong.touchpoints.call import Listening
from datong.touchpoints.heard import NOWHERE

__all__ = ["FEET", "Maps", "check_maps"]

FEET = 0.3048
_ANY = "*"


class _Map(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a vendor's map lies on the floor: its origin at `x`, `y` (m from the upper left corner, y down), `turn`ed
    clockwise (degrees), its y axis pointing `up` or down; `scale` makes metres of its unit."""

    x: float = 0.0
    y: float = 0.0
    turn: float = 0.0
    up: bool = False
    scale: float = 1.0

    def point(self, u: float, v: float) -> tuple[float, float]:
        """Return where a point of the vendor's map lies on the floor."""
        u, v, turn = u * self.scale, v * self.scale * (-1 if self.up else 1), math.radians(self.turn)
        return (self.x + u * math.cos(turn) - v * math.sin(turn), self.y + u * math.sin(turn) + v * math.cos(turn))


class Maps:
    """The `settings.maps` of a touchpoint, by the vendor's name of a map, or `*` for every other one.

    Without any, points are taken in degrees (`lonlat`), and places finds them by the origin of the floor's plan.
    """

    def __init__(self, context: Listening) -> None:
        given = context.settings.get("maps") or {}
        self._maps = {str(name): msgspec.convert(one, _Map) for name, one in given.items()}
        self.lonlat = not self._maps

    def place(
        self, name: Any, point: tuple[Any, Any], degrees: tuple[Any, Any], accuracy: Any, unit: float = 1.0
    ) -> tuple[float, float, float]:
        """Return (x, y, accuracy) of a device: `point` on the vendor's map `name` in units of so many metres, or
        `degrees` (lon, lat); the accuracy (same unit, nan where unknown) is a radius. Nowhere where neither is known.
        """
        within = float(accuracy) * unit if _number(accuracy) and accuracy > 0 else math.nan
        if self.lonlat:
            lon, lat = degrees
            on_earth = _number(lon) and _number(lat) and abs(lon) <= 180 and abs(lat) <= 90 and (lon or lat)
            return (float(lon), float(lat), within) if on_earth else NOWHERE
        found = self._maps.get(str(name)) or self._maps.get(_ANY)
        if found is None or not (_number(point[0]) and _number(point[1])):
            return NOWHERE
        x, y = found.point(point[0] * unit, point[1] * unit)
        return round(x, 3), round(y, 3), within


def check_maps(context: Listening) -> None:
    """Raise ConfigError where `settings.maps` is of no use."""
    field = f"touchpoints.{context.source}.settings.maps"
    hint = f"write [{field}.MAP] with x, y, turn, up, scale; MAP is the vendor's name of the map, or *"
    given = context.settings.get("maps", {})
    if not isinstance(given, dict):
        raise ConfigError(f"{field} is not a table", hint=hint, field=field, code="config_value")
    for name, one in given.items():
        try:
            found = msgspec.convert(one, _Map)
        except msgspec.ValidationError as error:
            raise ConfigError(f"{field}.{name}: {error}", hint=hint, field=f"{field}.{name}",
                              code="config_value") from None
        if not (math.isfinite(found.x + found.y + found.turn + found.scale) and found.scale > 0):
            raise ConfigError(f"{field}.{name} cannot be used", hint=hint, field=f"{field}.{name}", code="config_value")


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e7
