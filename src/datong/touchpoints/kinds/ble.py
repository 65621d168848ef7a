"""Ble: sightings of Bluetooth beacons and tags by gateways."""

from __future__ import annotations

from typing import Any

import msgspec

from datong.errors import Rejected
from datong.touchpoints.call import Call, CallContext, ExternalId, Heard, Kind, Listening, Unread

__all__ = ["Ble"]


class _Frame(msgspec.Struct):
    sensor: str
    sightings: list[Any]


_frame = msgspec.json.Decoder(_Frame)


class Ble(Kind):
    """A frame is `{"sensor": "gw-3", "sightings": [{"id": "uuid:major:minor", "rssi": -70, "time": ISO}, …]}`."""

    kind = "ble"
    hears = ("Device Sighted",)

    def listen(self, frame: bytes, context: Listening) -> list[Heard]:  # noqa: ARG002
        """Return one Device Sighted per sighting."""
        try:
            found = _frame.decode(frame)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            hint = 'send {"sensor": "gw-3", "sightings": [{"id": …, "rssi": …, "time": …}]}'
            raise Rejected(f"the frame cannot be read: {error}", code="bad_json", hint=hint) from None
        return [_sighting(found.sensor, sighting) for sighting in found.sightings]


def _sighting(sensor: str, sighting: Any) -> Heard:
    if not isinstance(sighting, dict):
        return _unread(sensor, sighting, "bad_type", "a sighting must be an object", "sightings")
    for field in ("id", "time"):
        if not isinstance(sighting.get(field), str) or not sighting[field]:
            return _unread(sensor, sighting, "missing_field", f"the sighting has no {field}", field)
    rssi = sighting.get("rssi")
    if not isinstance(rssi, int | float) or isinstance(rssi, bool):
        return _unread(sensor, sighting, "missing_field", "the sighting has no rssi (dBm)", "rssi")
    return Call(
        type="track", event="Device Sighted", timestamp=sighting["time"],
        context=CallContext(external_ids=[ExternalId("ble_id", sighting["id"])]),
        properties={"sensor": sensor, "rssi": rssi},
    )


def _unread(sensor: str, sighting: Any, code: str, message: str, field: str) -> Unread:
    raw = msgspec.json.encode({"sensor": sensor, "sightings": [sighting]})
    return Unread(raw, code, message, 'a sighting is {"id": "uuid:major:minor", "rssi": -70, "time": ISO}', field)
