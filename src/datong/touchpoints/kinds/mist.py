"""Mist: the webhooks of Juniper Mist: which access point heard a device, and how strongly, or where it is.

Source: mist.com API documentation, webhook topics `wifi-unconn-raw`, `discovered-raw-rssi` and `location` (x, y in
metres from the upper left corner of the map `map_id`).
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import msgspec

from datong.errors import ConfigError, Rejected
from datong.touchpoints.advert import ibeacon
from datong.touchpoints.call import Heard, Kind, Listening, Request
from datong.touchpoints.heard import Columns, moment, strength
from datong.touchpoints.json_frame import listed, number, objects, read_json, texts
from datong.touchpoints.located import Maps, check_maps

__all__ = ["Mist"]

_SHAPE = '{"topic": "wifi-unconn-raw", "events": [{"ap_id": …, "client_id": …, "packets": [{"rssi": -92}]}]}'
_LOCATION = "location"
_WIFI, _BLE = frozenset({"wifi-conn-raw", "wifi-unconn-raw"}), frozenset({"discovered-raw-rssi", "asset-raw-rssi"})


class Mist(Kind):
    """A frame is a webhook of one of the raw topics, or of `location`; `secret` in the settings is the webhook's.

    A sensor is an access point, named by the digits of its MAC address or its device id as Mist writes it. `location`
    tells of no access point: its sensor is the map, by `map_id`, and counts where `settings.maps` says how it lies on
    the floor. Of Bluetooth, beacons count; `addresses = true` takes bare addresses as well.
    """

    kind = "mist"
    hears = ("Devices Sighted",)
    secrets = ("secret",)

    def check(self, context: Listening) -> None:
        """Raise ConfigError without a secret: anybody could send; or where `maps` is of no use."""
        check_maps(context)
        if not context.secrets.get("secret"):
            field = f"touchpoints.{context.source}.settings.secret"
            raise ConfigError(f"{field} is missing", field=field, code="config_value",
                              hint="set the same secret here and in the webhook of the Mist portal")

    def admits(self, request: Request, frame: bytes, context: Listening) -> bool:
        """Return whether the body is signed with our secret (HMAC-SHA256, else the older HMAC-SHA1)."""
        key = context.secrets["secret"].encode()
        for header, digest in (("x-mist-signature-v2", hashlib.sha256), ("x-mist-signature", hashlib.sha1)):
            if (said := request.headers.get(header)) is not None:
                right = hmac.new(key, frame, digest).hexdigest()
                return hmac.compare_digest(said.strip().lower().encode(), right.encode())
        return False

    def open(self, request: Request, frame: bytes, context: Listening) -> bytes:  # noqa: ARG002
        """Return the frame with the time at which it came: packets of WiFi have none of their own."""
        found = read_json(frame, _SHAPE)
        return msgspec.json.encode({"received": request.at, **found})

    def listen(self, frame: bytes, context: Listening) -> list[Heard]:
        """Return one scan of all events."""
        found = read_json(frame, _SHAPE)
        topic = str(found.get("topic"))
        if topic not in _WIFI and topic not in _BLE and topic != _LOCATION:
            raise Rejected(f"the topic {topic[:40]!r} has no sightings", code="bad_type", field="topic",
                           hint=f"subscribe the webhook to {', '.join(sorted(_WIFI | _BLE))}, {_LOCATION}")
        received = found.get("received")
        kept = {"topic": topic, "received": received}
        columns = Columns(lambda item: msgspec.json.encode({**kept, "events": [item]}))
        bare, maps = context.settings.get("addresses") is True, Maps(context)
        columns.lonlat = maps.lonlat
        for item in listed(found, "events", _SHAPE):
            try:
                if topic in _WIFI:
                    _wifi(columns, item, received)
                elif topic == _LOCATION:
                    _location(columns, item, received, maps)
                else:
                    _ble(columns, item, received, bare)
            except Rejected as error:
                columns.refuse(item, error)
        return columns.heard()


def _wifi(columns: Columns, item: Any, received: Any) -> None:
    client, sensor = texts(item, "client_id", "ap_id")
    packets = objects(item.get("packets"), "packets")
    if not packets:
        raise Rejected("the event has no packets", code="missing_field", field="packets")
    heard = [(moment(_time(packet, item, received)), strength(number(packet, "rssi"))) for packet in packets]
    for at, rssi in heard:
        columns.add(item, "wifi_mac", client, at, rssi, _plain(sensor))


def _location(columns: Columns, item: Any, received: Any, maps: Maps) -> None:
    device, sensor = texts(item, "mac", "map_id")
    if item.get("type", "wifi") != "wifi":  # of an app or a tag, that tells by other topics
        columns.skipped += 1
        return
    rssi = strength(number(item, "rssi")) if item.get("rssi") is not None else 0
    point = maps.place(sensor, (item.get("x"), item.get("y")), (None, None), None)
    columns.add(item, "wifi_mac", device, moment(_time(item, item, received)), rssi, sensor.lower(), located=point)


def _ble(columns: Columns, item: Any, received: Any, bare: bool) -> None:
    (mac,) = texts(item, "mac")
    (sensor,) = texts(item, "device_id" if "ap_id" not in item else "ap_id")
    uuid = item.get("ibeacon_uuid")
    device = mac if bare else ""
    if isinstance(uuid, str) and uuid:
        device = ibeacon(uuid, item.get("ibeacon_major", 0), item.get("ibeacon_minor", 0))
    if not device:
        columns.skipped += 1
        return
    at, rssi = moment(_time(item, item, received)), strength(number(item, "rssi"))
    columns.add(item, "ble_id", device, at, rssi, _plain(sensor))


def _time(packet: dict[str, Any], item: dict[str, Any], received: Any) -> str | float:
    for value in (packet.get("timestamp"), item.get("timestamp"), received):
        if isinstance(value, str | int | float) and not isinstance(value, bool) and value:
            return value
    raise Rejected("the sighting has no timestamp", code="missing_field", field="timestamp")


def _plain(sensor: str) -> str:
    """Return a MAC address as Mist writes it elsewhere, without dashes; a device id (a UUID) stays what it is."""
    digits = sensor.replace("-", "").replace(":", "").lower()
    return digits if len(digits) == 12 else sensor.lower()
