"""Beacon app: the beacons that a member's own app heard; the beacon is the sensor here, and the phone the device."""

from __future__ import annotations

from typing import Any

import msgspec

from datong.errors import Rejected
from datong.touchpoints.advert import ibeacon
from datong.touchpoints.call import Heard, Kind, Listening
from datong.touchpoints.heard import Columns, moment, strength
from datong.touchpoints.json_frame import listed, number, read_json, texts

__all__ = ["BeaconApp"]

_SHAPE = '{"device": "app-1f…", "sightings": [{"uuid": …, "major": 1, "minor": 7, "rssi": -70, "time": …}]}'


class BeaconApp(Kind):
    """A frame is `{"device": …, "sightings": [{"uuid", "major", "minor", "rssi", "time"}, …]}`.

    `device` is the app's id of this installation, the same as in `context.device.advertisingId` of the app's other
    calls: by these it belongs to a member. A beacon hangs in the venue file as a sensor with the code
    `uuid:major:minor`, or `namespace:instance` of Eddystone (send it as `beacon`).
    """

    kind = "beacon_app"
    hears = ("Devices Sighted",)
    trusted = False  # the key of an app is there for all to read

    def listen(self, frame: bytes, context: Listening) -> list[Heard]:  # noqa: ARG002
        """Return one scan: the phone, heard by each beacon."""
        found = read_json(frame, _SHAPE)
        device = found.get("device")
        if not isinstance(device, str) or not device:
            raise Rejected("the frame has no device", code="missing_field", field="device", hint=f"send {_SHAPE}")
        columns = Columns(lambda item: msgspec.json.encode({"device": device, "sightings": [item]}))
        for item in listed(found, "sightings", _SHAPE):
            try:
                beacon = _beacon(item)
                at, rssi = item.get("time"), strength(number(item, "rssi"))
                if not isinstance(at, str | int | float) or isinstance(at, bool) or not at:
                    raise Rejected("the sighting has no time", code="missing_field", field="time")
                columns.add(item, "app_device", device, moment(at), rssi, beacon)
            except Rejected as error:
                columns.refuse(item, error)
        return columns.heard()


def _beacon(item: Any) -> str:
    if isinstance(item, dict) and isinstance(item.get("beacon"), str) and item["beacon"]:
        return str(item["beacon"]).lower()
    (uuid,) = texts(item, "uuid")
    return ibeacon(uuid, item.get("major", 0), item.get("minor", 0))
