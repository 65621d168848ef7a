"""BLE gateways: what Minew, Ruuvi and Ingics gateways send, and any that hands on raw adverts in hex."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from datong.errors import Rejected
from datong.touchpoints.advert import beacon_of, ibeacon, raw_advert
from datong.touchpoints.call import Heard, Kind, Listening, Request
from datong.touchpoints.heard import Columns, moment, strength
from datong.touchpoints.json_frame import number, texts

__all__ = ["BleGateway"]

_SHAPE = '{"gateway": "ac233fc00001", "received": ms, "adverts": [{"mac": …, "rssi": -70, "time": …, "data": hex}, …]}'
_decode = msgspec.json.Decoder().decode


class _Advert(NamedTuple):
    """One advert, as far as any gateway tells it: `beacon` where it was read already, else `data` in hex."""

    mac: str
    rssi: float
    time: Any
    data: str
    beacon: str


_Told = _Advert | tuple[Any, Rejected]
"""An advert, or what of the frame is none and why."""


class BleGateway(Kind):
    """A frame is JSON of a Minew gateway (a list), of a Ruuvi gateway (`data.tags`, or one tag per MQTT message), lines
    of an Ingics gateway (`$GPRP,tag,gateway,rssi,data`), or the form of our own that these are brought to.

    The sensor is the gateway's address, twelve small hex digits. iBeacon, AltBeacon and Eddystone-UID are read from the
    raw advert; other adverts (phones, headsets) are passed over and counted, unless the settings say
    `addresses = true`.
    """

    kind = "ble_gateway"
    hears = ("Devices Sighted",)

    def open(self, request: Request, frame: bytes, context: Listening) -> bytes:  # noqa: ARG002
        """Return the frame with when it came, and its MQTT topic: some gateways tell neither time nor tag in it."""
        about = {"received": request.at, "topic": request.headers.get("topic", "")}
        try:
            return msgspec.json.encode({"datong": about, "frame": msgspec.Raw(_checked(frame))})
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return msgspec.json.encode({"datong": about, "text": frame.decode("utf-8", "replace")})

    def listen(self, frame: bytes, context: Listening) -> list[Heard]:
        """Return one scan of the beacons that were heard."""
        about, found = _opened(frame)
        gateway, adverts = _adverts(found, about)
        received = about.get("received")
        columns = Columns(lambda item: msgspec.json.encode(
            {"gateway": gateway, "received": received, "adverts": [item]}))
        bare = context.settings.get("addresses") is True
        for advert in adverts:
            if not isinstance(advert, _Advert):
                columns.refuse(*advert)
                continue
            item = {"mac": advert.mac, "rssi": advert.rssi, "time": advert.time, "data": advert.data,
                    "beacon": advert.beacon}
            try:
                device = advert.beacon or (beacon_of(raw_advert(advert.data)) if advert.data else "")
                if not device and not bare:
                    columns.skipped += 1
                    continue
                at, rssi = moment(_time(advert.time, received)), strength(advert.rssi)
                columns.add(item, "ble_id", device or advert.mac, at, rssi, gateway)
            except Rejected as error:
                columns.refuse(item, error)
        return columns.heard()


def _checked(frame: bytes) -> bytes:
    _decode(frame)
    return frame


def _opened(frame: bytes) -> tuple[dict[str, Any], Any]:
    """Return what is known beside the frame, and the frame; also of one that was never opened, as from quarantine."""
    try:
        found = _decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}, frame.decode("utf-8", "replace")
    if isinstance(found, dict) and isinstance(found.get("datong"), dict):
        return found["datong"], found.get("frame", found.get("text", ""))
    return {"received": found.get("received")} if isinstance(found, dict) else {}, found


def _adverts(found: Any, about: dict[str, Any]) -> tuple[str, list[_Told]]:
    if isinstance(found, str):
        return _ingics(found)
    if isinstance(found, list):
        return _minew(found)
    if isinstance(found, dict) and isinstance(found.get("data"), dict) and isinstance(found["data"].get("tags"), dict):
        return _ruuvi(found["data"])
    if isinstance(found, dict) and isinstance(found.get("gw_mac"), str):
        return _ruuvi_tag(found, str(about.get("topic") or ""))
    if isinstance(found, dict) and isinstance(found.get("adverts"), list) and isinstance(found.get("gateway"), str):
        return _plain(found["gateway"]), [_own(item) for item in found["adverts"]]
    raise Rejected("no gateway that is known sends this", code="bad_json",
                   hint=f"send JSON of Minew or Ruuvi, lines of Ingics, or {_SHAPE}")


def _own(item: Any) -> _Told:
    try:
        (mac,) = texts(item, "mac")
        data, beacon = item.get("data") or "", item.get("beacon") or ""
        if not isinstance(data, str) or not isinstance(beacon, str):
            raise Rejected("data is not hex", code="bad_type", field="data")
        return _Advert(mac, number(item, "rssi"), item.get("time"), data, beacon)
    except Rejected as error:
        return item, error


def _minew(found: list[Any]) -> tuple[str, list[_Told]]:
    """Read `[{"type": "Gateway", "mac": …}, {"type": "iBeacon", "mac": …, "rssi": …, "timestamp": …, …}, …]`."""
    gateway = next((one.get("mac") for one in found if isinstance(one, dict) and one.get("type") == "Gateway"), None)
    if not isinstance(gateway, str) or not gateway:
        raise Rejected("the frame does not name its gateway", code="missing_field", field="mac",
                       hint='a Minew gateway begins with {"type": "Gateway", "mac": …}')
    adverts: list[_Told] = []
    for item in found:
        if isinstance(item, dict) and item.get("type") == "Gateway":
            continue
        try:
            (mac,) = texts(item, "mac")
            beacon = ""
            if isinstance(item.get("ibeaconUuid"), str) and item["ibeaconUuid"]:
                beacon = ibeacon(item["ibeaconUuid"], item.get("ibeaconMajor", 0), item.get("ibeaconMinor", 0))
            data = item.get("rawData")
            adverts.append(_Advert(mac, number(item, "rssi"), item.get("timestamp"),
                                   data if isinstance(data, str) else "", beacon))
        except Rejected as error:
            adverts.append((item, error))
    return _plain(gateway), adverts


def _ruuvi(data: dict[str, Any]) -> tuple[str, list[_Told]]:
    """Read `{"data": {"gw_mac": …, "tags": {MAC: {"rssi": …, "timestamp": …, "data": hex}, …}}}`."""
    (gateway,) = texts(data, "gw_mac")
    adverts: list[_Told] = []
    for mac, item in data["tags"].items():
        try:
            (raw,) = texts(item, "data")
            adverts.append(_Advert(str(mac), number(item, "rssi"), item.get("timestamp"), raw, ""))
        except Rejected as error:
            adverts.append(({"mac": mac, "told": item}, error))
    return _plain(gateway), adverts


def _ruuvi_tag(found: dict[str, Any], topic: str) -> tuple[str, list[_Told]]:
    """Read one tag's message, `{"gw_mac": …, "rssi": …, "ts": …, "data": hex}`; its address ends the topic."""
    gateway, raw = texts(found, "gw_mac", "data")
    mac = topic.rpartition("/")[2] or "unknown"
    return _plain(gateway), [_Advert(mac, number(found, "rssi"), found.get("ts") or found.get("gwts"), raw, "")]


def _ingics(text: str) -> tuple[str, list[_Told]]:
    """Read lines `$GPRP,tag,gateway,rssi,data[,seconds]`; other reports than adverts are left out."""
    gateway, adverts = "", list[_Told]()
    for line in text.splitlines():
        parts = line.strip().split(",")
        if len(parts) < 5 or parts[0] not in {"$GPRP", "$RSPR", "$LRAD", "$1MAD", "$LRSR", "$1MSR"}:
            continue
        gateway = gateway or _plain(parts[2])
        try:
            time = next(_seconds(parts[5:]), None)
            adverts.append(_Advert(parts[1], number({"rssi": parts[3]}, "rssi"), time, parts[4], ""))
        except Rejected as error:
            adverts.append(({"line": line}, error))
    if not adverts:
        raise Rejected("the frame is neither JSON nor lines of a gateway", code="bad_json",
                       hint=f"send JSON of Minew or Ruuvi, lines of Ingics, or {_SHAPE}")
    return gateway, adverts


def _seconds(rest: list[str]) -> Iterator[str]:
    return (part.lstrip("*") for part in rest if part.lstrip("*").replace(".", "", 1).isdecimal())


def _time(said: Any, received: Any) -> str | float:
    for value in (said, received):
        if isinstance(value, str | int | float) and not isinstance(value, bool) and value:
            return value
    raise Rejected("the advert has no time", code="missing_field", field="time")


def _plain(address: str) -> str:
    return address.replace(":", "").replace("-", "").lower()
