"""Wifi: sightings of devices by access points and probe sensors, in a format of Datong's own."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec

from datong.errors import Rejected
from datong.touchpoints.call import Heard, Kind, Listening, Scan
from datong.touchpoints.elements import fingerprint, read_elements
from datong.touchpoints.heard import Columns, moment, strength
from datong.touchpoints.json_frame import path_of

__all__ = ["Wifi"]

_HINT = 'a sighting is {"mac": "aa:bb:cc:dd:ee:ff", "rssi": -61, "time": ISO}'
_MORE = 'a probe request may add "seq": 1234 and "ies": "2d1aef09…", or leave them out'
_SEQUENCE = 4_096


class _Sighting(msgspec.Struct, omit_defaults=True, gc=False):
    mac: str
    rssi: int | float
    time: str | int | float
    ies: str | None = None
    seq: int | None = None


class _Frame(msgspec.Struct, gc=False):
    sensor: str
    sightings: list[_Sighting]


class _Parts(msgspec.Struct):
    sensor: str
    sightings: list[Any]


_frame = msgspec.json.Decoder(_Frame).decode
_parts = msgspec.json.Decoder(_Parts).decode


class Wifi(Kind):
    """A frame is `{"sensor": "ap-12", "sightings": [{"mac": …, "rssi": -61, "time": ISO}, …]}`.

    A time is ISO 8601, or seconds or ms since 1970. A sighting of a probe request may say more: `ies`, its information
    elements in hex, and `seq`, its sequence number. Of the elements only a fingerprint of the model leaves this
    function; names of networks and the like are never kept.
    """

    kind = "wifi"
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
                if not s.mac:
                    raise Rejected("the sighting has no mac", code="missing_field", field="mac", hint=_HINT)
                model = _model(s.ies) if s.ies else ""
                columns.add(
                    s, "wifi_mac", s.mac, moment(s.time), strength(s.rssi), sensor, model,
                    -1 if s.seq is None else _sequence(s.seq),
                )
            except Rejected as error:
                columns.refuse(sighting, error)
        return columns.heard()


def _scan(sensor: str, sightings: list[_Sighting]) -> Scan:
    """Return the scan of sightings none of which is wrong; raises Rejected for the first that is."""
    device = [s.mac for s in sightings]
    if not all(device):
        raise Rejected("a sighting has no mac", code="missing_field", field="mac", hint=_HINT)
    scan = Scan(
        device, "wifi_mac", [moment(s.time) for s in sightings], [strength(s.rssi) for s in sightings], sensor,
        lambda at: msgspec.json.encode({"sensor": sensor, "sightings": [sightings[at]]}),
    )
    ies, numbers = [s.ies for s in sightings], [s.seq for s in sightings]
    if any(ies):
        scan.ie = [_model(said) if said else "" for said in ies]
    if numbers.count(None) < len(numbers):
        scan.seq = [-1 if seq is None else _sequence(seq) for seq in numbers]
    return scan


def _in_parts(frame: bytes) -> tuple[str, list[Any]]:
    try:
        parts = _parts(frame)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        hint = 'send {"sensor": "ap-12", "sightings": [{"mac": …, "rssi": …, "time": …}]}'
        raise Rejected(f"the frame cannot be read: {error}", code="bad_json", hint=hint, field=path_of(error)) from None
    return parts.sensor, parts.sightings


def _checked(part: Any) -> _Sighting:
    if not isinstance(part, dict):
        raise Rejected("a sighting must be an object", code="bad_type", field="sightings", hint=_HINT)
    for field in ("mac", "time"):
        if not part.get(field) or not isinstance(part[field], str if field == "mac" else str | int | float):
            raise Rejected(f"the sighting has no {field}", code="missing_field", field=field, hint=_HINT)
    rssi = part.get("rssi")
    if not isinstance(rssi, int | float) or isinstance(rssi, bool):
        raise Rejected("the sighting has no rssi (dBm)", code="missing_field", field="rssi", hint=_HINT)
    seq = part.get("seq")
    if seq is not None and type(seq) is not int:
        raise _no_sequence()
    if not isinstance(part.get("ies"), str | None):
        raise Rejected("ies is not hex", code="bad_type", field="ies", hint=_MORE)
    return _Sighting(part["mac"], rssi, part["time"], part.get("ies"), seq)


def _sequence(seq: int) -> int:
    if not 0 <= seq < _SEQUENCE:
        raise _no_sequence()
    return seq


def _no_sequence() -> Rejected:
    return Rejected("seq is not a whole number from 0 to 4095", code="bad_type", field="seq", hint=_MORE)


@lru_cache(maxsize=4_096)
def _model(ies: str) -> str:
    try:
        return fingerprint(read_elements(bytes.fromhex(ies)))
    except ValueError:
        raise Rejected("ies is not hex", code="bad_type", field="ies", hint=_MORE) from None

