"""Aruba: where Aruba's Analytics and Location Engine (ALE) says devices are.

Source: Aruba ALE API guide, Location API (`GET /api/v1/location`, and the same messages as JSON from its feed):
`{"Location_result": [{"msg": {"sta_eth_mac": {"addr": …}, "sta_location_x": …, "unit": "METERS", …}, "ts": …}]}`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from datong.errors import Rejected
from datong.touchpoints.call import Heard, Kind, Listening
from datong.touchpoints.heard import Columns, moment
from datong.touchpoints.json_frame import listed, read_json, texts
from datong.touchpoints.located import FEET, Maps, check_maps

__all__ = ["Aruba"]

_SHAPE = '{"Location_result": [{"msg": {"sta_eth_mac": {"addr": …}, "sta_location_x": …, "floor_id": …}, "ts": …}]}'
_STATIONS = {"TARGET_TYPE_STATION", "TARGET_TYPE_UNKNOWN", "TARGET_TYPE_TAG", ""}


class Aruba(Kind):
    """A frame is `{"Location_result": […]}`: what ALE answers when it is polled, or hands on.

    ALE tells no access point but a floor, so the floor is the sensor: hang one sensor named by its `floor_id` on that
    floor of the venue. `settings.maps` says how ALE's floors lie on yours; without it points count in degrees.
    """

    kind = "aruba"
    hears = ("Devices Sighted",)
    limit = 10 * 1024 * 1024

    def check(self, context: Listening) -> None:
        """Raise ConfigError where `maps` is of no use."""
        check_maps(context)

    def listen(self, frame: bytes, context: Listening) -> list[Heard]:
        """Return one scan of all locations; rogue access points among them are passed over."""
        found = read_json(frame, _SHAPE)
        columns, maps = Columns(lambda item: msgspec.json.encode({"Location_result": [item]})), Maps(context)
        columns.lonlat = maps.lonlat
        for item in listed(found, "Location_result", _SHAPE):
            try:
                _location(columns, item, maps)
            except Rejected as error:
                columns.refuse(item, error)
        return columns.heard()


def _location(columns: Columns, item: Any, maps: Maps) -> None:
    said = item.get("msg") if isinstance(item, dict) else None
    if not isinstance(said, dict):
        raise Rejected("the location has no msg", code="missing_field", field="msg", hint=f"send {_SHAPE}")
    if str(said.get("target_type") or "") not in _STATIONS:
        columns.skipped += 1
        return
    (device,) = texts(said.get("sta_eth_mac"), "addr")
    (floor,) = texts(said, "floor_id")
    time = item.get("ts", said.get("timestamp"))
    if not isinstance(time, str | int | float) or isinstance(time, bool):
        raise Rejected("the location has no ts", code="missing_field", field="ts", hint=f"send {_SHAPE}")
    unit = FEET if str(said.get("unit") or "METERS").upper() == "FEET" else 1.0
    point = maps.place(floor, (said.get("sta_location_x"), said.get("sta_location_y")),
                       (said.get("longitude"), said.get("latitude")), said.get("error_level"), unit)
    columns.add(item, "wifi_mac", device, moment(time), 0, floor, located=point)
