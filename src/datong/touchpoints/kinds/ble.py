"""Ble: sightings of Bluetooth beacons and tags by gateways, in a format of Datong's own."""

from __future__ import annotations

from typing import Any

import msgspec

from datong.errors import Rejected
from datong.touchpoints.call import Heard, Kind, Listening, Scan
from datong.touchpoints.heard import Columns, moment, strength
from datong.touchpoints.json_frame import path_of

__all__ = ["Ble"]

_HINT = 'a sighting is {"id": "uuid:major:minor", "rssi": -70, "time": ISO}'


class _Sighting(msgspec.Struct):
    id: str
    rssi: int | float
    time: str | int | float


class _Frame(msgspec.Struct):
    sensor: str
    sightings: list[_Sighting]


class _Parts(msgspec.Struct):
    sensor: str
    sightings: list[Any]


_frame = msgspec.json.Decoder(_Frame).decode
_parts = msgspec.json.Decoder(_Parts).decode


class Ble(Kind):
    """A frame is `{"sensor": "gw-3", "sightings": [{"id": "uuid:major:minor", "rssi": -70, "time": ISO}, …]}`."""

    kind = "ble"
    hears = ("Devices Sighted",)

    def listen(self, frame: bytes, context: Listening) -> list[Heard]:  # noqa: ARG002
        """Return one scan of the frame's sightings, and why each of the others cannot be read."""
        try:
            found = _frame(frame)
            sensor, sightings = found.sensor, found.sightings
            return [_scan(sensor, sightings)] if sightings else []
        except Rejected:
            pass  # one of them is wrong: which?
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            sensor, sightings = _in_parts(frame)
        columns = Columns(lambda item: msgspec.json.encode({"sensor": sensor, "sightings": [item]}))
        for sighting in sightings:
            try:
                s = sighting if type(sighting) is _Sighting else _checked(sighting)
                if not s.id:
                    raise Rejected("the sighting has no id", code="missing_field", field="id", hint=_HINT)
                columns.add(s, "ble_id", s.id, moment(s.time), strength(s.rssi), sensor)
            except Rejected as error:
                columns.refuse(sighting, error)
        return columns.heard()


def _scan(sensor: str, sightings: list[_Sighting]) -> Scan:
    """Return the scan of sightings none of which is wrong; raises Rejected for the first that is."""
    device = [s.id for s in sightings]
    if not all(device):
        raise Rejected("a sighting has no id", code="missing_field", field="id", hint=_HINT)
    return Scan(
        device, "ble_id", [moment(s.time) for s in sightings], [strength(s.rssi) for s in sightings], sensor,
        lambda at: msgspec.json.encode({"sensor": sensor, "sightings": [sightings[at]]}),
    )


def _in_parts(frame: bytes) -> tuple[str, list[Any]]:
    try:
        parts = _parts(frame)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        hint = 'send {"sensor": "gw-3", "sightings": [{"id": …, "rssi": …, "time": …}]}'
        raise Rejected(f"the frame cannot be read: {error}", code="bad_json", hint=hint, field=path_of(error)) from None
    return parts.sensor, parts.sightings


def _checked(part: Any) -> _Sighting:
    if not isinstance(part, dict):
        raise Rejected("a sighting must be an object", code="bad_type", field="sightings", hint=_HINT)
    for field in ("id", "time"):
        if not part.get(field) or not isinstance(part[field], str if field == "id" else str | int | float):
            raise Rejected(f"the sighting has no {field}", code="missing_field", field=field, hint=_HINT)
    rssi = part.get("rssi")
    if not isinstance(rssi, int | float) or isinstance(rssi, bool):
        raise Rejected("the sighting has no rssi (dBm)", code="missing_field", field="rssi", hint=_HINT)
    return _Sighting(part["id"], rssi, part["time"])
