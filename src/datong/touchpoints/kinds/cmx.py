"""Cmx: location updates of Cisco CMX and Cisco Spaces, which locate devices themselves.

Source: Cisco CMX Location REST API guide, northbound notifications (`LocationUpdate`): `confidenceFactor` is the radius
that holds 95 %, in the unit of the coordinate; a coordinate of -999 is none.
"""

from __future__ import annotations

from typing import Any

import msgspec

from datong.errors import Rejected
from datong.touchpoints.call import Heard, Kind, Listening
from datong.touchpoints.heard import Columns, moment, strength
from datong.touchpoints.json_frame import listed, number, read_json, texts
from datong.touchpoints.located import FEET, Maps, check_maps

__all__ = ["Cmx"]

_SHAPE = '{"notifications": [{"notificationType": "locationupdate", "deviceId": …, "apMacAddress": …, "timestamp": …}]}'
_DEVICES = {"WIRELESS_CLIENTS", "TAGS", "ROGUE_CLIENTS", ""}
_TYPES = {"locationupdate", "movement", "association"}
_HELD = 1.515 / 2.448
"""Of the radius that holds 95 % of a normal cloud, the share that holds 68 %."""
_NONE = -999


class Cmx(Kind):
    """A frame is `{"notifications": […]}`, or one notification.

    A sensor is an access point, named by its MAC address in small letters with colons: the one that heard the device
    best. `settings.maps` says how the vendor's maps lie on the floors; without it points count in degrees.
    """

    kind = "cmx"
    hears = ("Devices Sighted",)

    def check(self, context: Listening) -> None:
        """Raise ConfigError where `maps` is of no use."""
        check_maps(context)

    def listen(self, frame: bytes, context: Listening) -> list[Heard]:
        """Return one scan of all notifications; access points and interferers among them are passed over."""
        found = read_json(frame, _SHAPE)
        items = [found] if "deviceId" in found else listed(found, "notifications", _SHAPE)
        columns, maps = Columns(lambda item: msgspec.json.encode({"notifications": [item]})), Maps(context)
        columns.lonlat = maps.lonlat
        for item in items:
            try:
                _notification(columns, item, maps)
            except Rejected as error:
                columns.refuse(item, error)
        return columns.heard()


def _notification(columns: Columns, item: Any, maps: Maps) -> None:
    (device,) = texts(item, "deviceId")
    if str(item.get("entity") or "") not in _DEVICES:
        columns.skipped += 1
        return
    about = str(item.get("notificationType") or "locationupdate").lower()
    if about not in _TYPES:
        raise Rejected(f"the notification {about[:40]!r} says not where a device is", code="bad_type",
                       field="notificationType", hint="let CMX notify of LocationUpdate only")
    best = item.get("maxDetectedRssi")
    if isinstance(best, dict) and best.get("apMacAddress"):
        (sensor,), rssi = texts(best, "apMacAddress"), strength(number(best, "rssi"))
    else:
        (sensor,), rssi = texts(item, "apMacAddress"), 0
    columns.add(item, "wifi_mac", device, moment(_time(item)), rssi, sensor.lower(), located=_located(item, maps))


def _located(item: dict[str, Any], maps: Maps) -> tuple[float, float, float]:
    at, earth = item.get("locationCoordinate"), item.get("geoCoordinate")
    at, earth = at if isinstance(at, dict) else {}, earth if isinstance(earth, dict) else {}
    unit = 1.0 if str(at.get("unit") or "FEET").upper().startswith("MET") else FEET
    name = item.get("floorRefId") or item.get("floorId") or item.get("locationMapHierarchy")
    lat = earth.get("latitude", earth.get("lattitude"))  # CMX 10 and older spell it so
    point = (at.get("x"), at.get("y")) if at.get("x") != _NONE else (None, None)
    within = item.get("confidenceFactor")
    held = within * _HELD if isinstance(within, int | float) and not isinstance(within, bool) else None
    return maps.place(name, point, (earth.get("longitude"), lat), held, unit)


def _time(item: dict[str, Any]) -> str | float:
    for name in ("timestamp", "lastSeen"):
        value = item.get(name)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and value:
            return value
    raise Rejected("the notification has no timestamp", code="missing_field", field="timestamp")
