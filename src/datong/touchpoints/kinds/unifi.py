"""Unifi: which access point of a UniFi network hears which of its clients.

UniFi pushes no sightings, so its controller is asked (`[touchpoints.NAME.poll]`). Source: the local API of the UniFi
Network application as its users have written it down (ubntwiki.com, Art-of-WiFi/UniFi-API-client): `GET
/api/s/SITE/stat/sta` (on UniFi OS under `/proxy/network`).
"""

from __future__ import annotations

from typing import Any

import msgspec

from datong.errors import Rejected
from datong.touchpoints.call import Heard, Kind, Listening
from datong.touchpoints.heard import Columns, moment, strength
from datong.touchpoints.json_frame import listed, number, read_json, texts

__all__ = ["Unifi"]

_SHAPE = '{"meta": {"rc": "ok"}, "data": [{"mac": …, "ap_mac": …, "signal": -61, "last_seen": 1772337570}]}'


class Unifi(Kind):
    """A frame is the answer of `stat/sta`. A sensor is an access point, named by its MAC address in small letters.

    Only clients of the network are in it, phones that pass by are not; those by cable are passed over.
    """

    kind = "unifi"
    hears = ("Devices Sighted",)
    limit = 10 * 1024 * 1024

    def listen(self, frame: bytes, context: Listening) -> list[Heard]:  # noqa: ARG002
        """Return one scan of the clients on the air; raises Rejected where the controller says no."""
        found = read_json(frame, _SHAPE)
        meta = found.get("meta")
        if isinstance(meta, dict) and meta.get("rc", "ok") != "ok":
            raise Rejected(f"the controller says {str(meta.get('msg') or meta.get('rc'))[:60]!r}", code="bad_json",
                           field="meta.rc", hint="check url and token of [touchpoints.NAME.poll]")
        columns = Columns(lambda item: msgspec.json.encode({"data": [item]}))
        for item in listed(found, "data", _SHAPE):
            try:
                _client(columns, item)
            except Rejected as error:
                columns.refuse(item, error)
        return columns.heard()


def _client(columns: Columns, item: Any) -> None:
    (device,) = texts(item, "mac")
    if item.get("is_wired") is True:
        columns.skipped += 1
        return
    (sensor,) = texts(item, "ap_mac")
    seen = item.get("last_seen")
    if not isinstance(seen, str | int | float) or isinstance(seen, bool):
        raise Rejected("the client has no last_seen", code="missing_field", field="last_seen")
    columns.add(item, "wifi_mac", device, moment(seen), strength(number(item, "signal")), sensor.lower())
