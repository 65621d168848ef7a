"""Wifi: sightings of devices by access points."""

from __future__ import annotations

from typing import Any

import msgspec

from datong.errors import Rejected
from datong.touchpoints.call import Call, CallContext, ExternalId, Heard, Kind, Listening, Unread
from datong.touchpoints.elements import fingerprint, read_elements

__all__ = ["Wifi"]


class _Frame(msgspec.Struct):
    sensor: str
    sightings: list[Any]


_frame = msgspec.json.Decoder(_Frame)
_HINT = 'a sighting is {"mac": "aa:bb:cc:dd:ee:ff", "rssi": -61, "time": ISO}'
_MORE = 'a probe request may add "seq": 1234 and "ies": "2d1aef09…", or leave them out'
_SEQUENCE = 4_096


class Wifi(Kind):
    """A frame is `{"sensor": "ap-12", "sightings": [{"mac": …, "rssi": -61, "time": ISO}, …]}`.

    A sighting of a probe request may say more: `ies`, its information elements in hex, and `seq`, its sequence number.
    Of the elements only a fingerprint of the model leaves this function; names of networks and the like are never kept.
    """

    kind = "wifi"
    hears = ("Device Sighted",)

    def listen(self, frame: bytes, context: Listening) -> list[Heard]:  # noqa: ARG002
        """Return one Device Sighted per sighting; made-up (locally administered) addresses never link."""
        try:
            found = _frame.decode(frame)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            hint = 'send {"sensor": "ap-12", "sightings": [{"mac": …, "rssi": …, "time": …}]}'
            raise Rejected(f"the frame cannot be read: {error}", code="bad_json", hint=hint) from None
        return [_sighting(found.sensor, sighting) for sighting in found.sightings]


def _sighting(sensor: str, sighting: Any) -> Heard:
    if not isinstance(sighting, dict):
        return _unread(sensor, sighting, "bad_type", "a sighting must be an object", "sightings")
    for field in ("mac", "time"):
        if not isinstance(sighting.get(field), str) or not sighting[field]:
            return _unread(sensor, sighting, "missing_field", f"the sighting has no {field}", field)
    rssi = sighting.get("rssi")
    if not isinstance(rssi, int | float) or isinstance(rssi, bool):
        return _unread(sensor, sighting, "missing_field", "the sighting has no rssi (dBm)", "rssi")
    properties: dict[str, Any] = {"sensor": sensor, "rssi": rssi}
    try:
        if (ies := sighting.get("ies")) and (model := fingerprint(read_elements(bytes.fromhex(ies)))):
            properties["ie"] = model
    except (ValueError, TypeError):
        return _unread(sensor, sighting, "bad_type", "ies is not hex", "ies", _MORE)
    if (seq := sighting.get("seq")) is not None:
        if type(seq) is not int or not 0 <= seq < _SEQUENCE:
            return _unread(sensor, sighting, "bad_type", "seq is not a whole number from 0 to 4095", "seq", _MORE)
        properties["seq"] = seq
    mac = sighting["mac"]
    # second digit of a made-up address: the locally administered bit (IEEE 802c) is set
    namespace = "random_mac" if mac[1:2].lower() in {"2", "6", "a", "e"} else "wifi_mac"
    return Call(
        type="track", event="Device Sighted", timestamp=sighting["time"],
        context=CallContext(external_ids=[ExternalId(namespace, mac)]),
        properties=properties,
    )


def _unread(sensor: str, sighting: Any, code: str, message: str, field: str, hint: str = _HINT) -> Unread:
    return Unread(msgspec.json.encode({"sensor": sensor, "sightings": [sighting]}), code, message, hint, field)
