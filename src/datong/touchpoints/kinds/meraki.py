"""Meraki: the Scanning API of Cisco Meraki's access points, versions 3 (by client) and 2 (by access point)."""

from __future__ import annotations

from hmac import compare_digest
from typing import Any

import msgspec

from datong.errors import ConfigError, Rejected
from datong.touchpoints.advert import ibeacon
from datong.touchpoints.call import Heard, Kind, Listening, Reply, Request
from datong.touchpoints.heard import NOWHERE, Columns, moment, strength
from datong.touchpoints.json_frame import listed, number, objects, read_json, texts
from datong.touchpoints.located import Maps, check_maps

__all__ = ["Meraki"]

_SHAPE = '{"version": "3.0", "type": "WiFi", "secret": …, "data": {"networkId": …, "observations": […]}}'
_TYPES = {"WiFi": "wifi", "DevicesSeen": "wifi", "Bluetooth": "ble", "BLE": "ble", "BluetoothDevicesSeen": "ble"}
_NOISE = -95
"""Version 2 tells the strength as dB above a noise floor of so many dBm."""


class _Secret(msgspec.Struct):
    secret: str = ""


_secret = msgspec.json.Decoder(_Secret).decode


class Meraki(Kind):
    """A frame is what Meraki posts. Settings: `secret` (in its bodies), `validator` (its answer to the first GET).

    A sensor is an access point, named by its MAC address in small letters with colons. Each location of a client tells
    by which access points it was heard, and where it was, in degrees, or in metres of a floor plan that
    `settings.maps` names; without a recent location its `latestRecord` does. Of Bluetooth, beacons count; `addresses =
    true` takes bare addresses as well.
    """

    kind = "meraki"
    hears = ("Devices Sighted",)
    secrets = ("secret", "validator")
    methods = ("GET", "POST")
    limit = 10 * 1024 * 1024

    def check(self, context: Listening) -> None:
        """Raise ConfigError without a secret: anybody could send; or where `maps` is of no use."""
        check_maps(context)
        for name in self.secrets:
            if not context.secrets.get(name):
                field = f"touchpoints.{context.source}.settings.{name}"
                raise ConfigError(f"{field} is missing", field=field, code="config_value",
                                  hint="copy it from Network-wide > General > Location and scanning")

    def admits(self, request: Request, frame: bytes, context: Listening) -> bool:
        """Return whether the body has our secret; Meraki's first GET only asks for the validator."""
        if request.method == "GET":
            return True
        try:
            said = _secret(frame).secret
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return False
        return compare_digest(said.encode("utf-8", "replace"), context.secrets["secret"].encode())

    def reply(self, request: Request, frame: bytes, context: Listening) -> Reply | None:  # noqa: ARG002
        """Answer the GET with which Meraki checks that the address is ours."""
        return Reply(200, context.secrets["validator"].encode()) if request.method == "GET" else None

    def listen(self, frame: bytes, context: Listening) -> list[Heard]:
        """Return one scan of all observations."""
        found = read_json(frame, _SHAPE)
        about = _TYPES.get(str(found.get("type")))
        if about is None:
            raise Rejected(f"the type {str(found.get('type'))[:40]!r} is not known", code="bad_type", field="type",
                           hint=f"known: {', '.join(_TYPES)}")
        data = found.get("data")
        if not isinstance(data, dict):
            raise Rejected("the frame has no data", code="bad_json", hint=f"send {_SHAPE}", field="data")
        observations = listed(data, "observations", _SHAPE)
        kept = {name: found[name] for name in ("version", "type") if name in found}
        ap = {"apMac": data["apMac"]} if "apMac" in data else {}
        columns = Columns(lambda item: msgspec.json.encode({**kept, "data": {**ap, "observations": [item]}}))
        bare, maps = context.settings.get("addresses") is True, Maps(context)
        columns.lonlat = maps.lonlat
        for item in observations:
            try:
                _observation(columns, item, about, str(ap.get("apMac", "")), bare, maps)
            except Rejected as error:
                columns.refuse(item, error)
        return columns.heard()


def _observation(columns: Columns, item: Any, about: str, ap: str, bare: bool, maps: Maps) -> None:
    (mac,) = texts(item, "clientMac")
    ns, device = ("wifi_mac", mac) if about == "wifi" else ("ble_id", _beacon(item) or (mac if bare else ""))
    if not device:
        columns.skipped += 1
        return
    heard: list[tuple[int, int, str, tuple[float, float, float]]] = []
    if ap:  # version 2
        rssi = number(item, "rssi")
        at = item.get("seenEpoch") or item.get("seenTime")
        heard.append((moment(_time(at)), strength(rssi + _NOISE if rssi > 0 else rssi), ap,
                      _located(item.get("location"), maps)))
    for location in objects(item.get("locations"), "locations"):
        at, point = moment(_time(location.get("time"))), _located(location, maps)
        for record in objects(location.get("rssiRecords"), "rssiRecords"):
            (sensor,) = texts(record, "apMac")
            heard.append((at, strength(number(record, "rssi")), sensor, point))
    latest = item.get("latestRecord")
    if not heard and isinstance(latest, dict):
        (sensor,) = texts(latest, "nearestApMac")
        heard.append((moment(_time(latest.get("time"))), strength(number(latest, "nearestApRssi")), sensor,
                      NOWHERE))
    if not heard:
        raise Rejected("no access point is said to have heard it", code="missing_field", field="latestRecord")
    for at, rssi, sensor, point in heard:
        columns.add(item, ns, device, at, rssi, sensor.lower(), located=point)


def _located(said: Any, maps: Maps) -> tuple[float, float, float]:
    """Return where a location says the device was; version 2 has a list of x and y, one for each floor plan."""
    if not isinstance(said, dict):
        return NOWHERE
    x, y = said.get("x"), said.get("y")
    if isinstance(x, list) and isinstance(y, list):
        x, y = (x[0], y[0]) if len(x) == len(y) == 1 else (None, None)
    return maps.place(said.get("floorPlanId"), (x, y), (said.get("lng"), said.get("lat")),
                      said.get("variance", said.get("unc")))


def _beacon(item: dict[str, Any]) -> str:
    for beacon in objects(item.get("bleBeacons"), "bleBeacons"):
        if beacon.get("uuid"):
            uuid, major, minor = beacon["uuid"], beacon.get("major", 0), beacon.get("minor", 0)
            return ibeacon(str(uuid), int(major), int(minor)) if _whole(major) and _whole(minor) else ""
    return ""


def _whole(value: Any) -> bool:
    return (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, str) and value.isdecimal())


def _time(value: Any) -> str | float:
    if isinstance(value, str | int | float) and not isinstance(value, bool) and value:
        return value
    raise Rejected("the sighting has no time", code="missing_field", field="time")
