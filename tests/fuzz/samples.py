"""Frames as each kind's senders write them, with the settings they need; values are invented."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from datong.model import from_iso
from datong.touchpoints.call import Secrets

__all__ = ["NOW", "SAMPLES", "Sample"]

NOW = from_iso("2026-03-01T04:00:00Z")
_TIME, _EPOCH = "2026-03-01T03:59:30Z", 1_772_337_570
_IBEACON = "0201061aff4c000215f7826da64fa24e988024bc5b71e0893e00010007c5"
_EDDYSTONE = "0201060303aafe1516aafe00e800112233445566778899aabbccddeeff"
_PHONE = "1eff4c001005011806f2d80201060b09506978656c"


class Sample(NamedTuple):
    """One frame of a kind, how many calls and sightings it has, how many it passes over, and the settings."""

    kind: str
    frame: bytes
    heard: int
    skipped: int = 0
    settings: dict[str, Any] | None = None
    secrets: Secrets | None = None


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


_V3 = {"version": "3.0", "secret": "s3cret", "type": "WiFi", "data": {"networkId": "N_1", "observations": [
    {"clientMac": "a4:83:e7:12:34:56", "ssid": None, "manufacturer": "Apple", "locations": [
        {"time": _TIME, "lat": 31.2, "lng": 121.4, "x": 3.1, "y": 4.2, "variance": 2.0, "floorPlanId": "g_1",
         "nearestApTags": ["hall"], "rssiRecords": [{"apMac": "AC:17:C8:00:00:01", "rssi": -52},
                                                    {"apMac": "ac:17:c8:00:00:02", "rssi": -71}]}],
     "latestRecord": {"time": _TIME, "nearestApMac": "ac:17:c8:00:00:01", "nearestApRssi": -52}},
    {"clientMac": "da:a1:19:01:02:03", "locations": [],
     "latestRecord": {"time": _TIME, "nearestApMac": "ac:17:c8:00:00:02", "nearestApRssi": "-80"}},
]}}
_V2 = {"version": "2.1", "secret": "s3cret", "type": "DevicesSeen", "data": {
    "apMac": "ac:17:c8:00:00:01", "apFloors": [], "apTags": [], "observations": [
        {"clientMac": "18:fe:34:fc:5a:7f", "seenTime": _TIME, "seenEpoch": _EPOCH, "rssi": 47, "ipv4": None,
         "location": {"lat": 51.5, "lng": 0.0, "unc": 1.2, "x": [], "y": []}}]}}
_MERAKI_BLE = {"version": "3.0", "secret": "s3cret", "type": "Bluetooth", "data": {"networkId": "N_1", "observations": [
    {"clientMac": "fa:00:00:00:00:01", "bleBeacons": [
        {"bleType": "ibeacon", "uuid": "f7826da64fa24e988024bc5b71e0893e", "major": 1, "minor": 7}],
     "latestRecord": {"time": _TIME, "nearestApMac": "ac:17:c8:00:00:01", "nearestApRssi": -60}},
    {"clientMac": "fa:00:00:00:00:02", "bleBeacons": [], "latestRecord": {
        "time": _TIME, "nearestApMac": "ac:17:c8:00:00:01", "nearestApRssi": -60}}]}}
_MINEW = [
    {"timestamp": _TIME, "type": "Gateway", "mac": "AC233FC00001", "gatewayFree": 96, "gatewayLoad": 0.14},
    {"timestamp": _TIME, "type": "iBeacon", "mac": "AC233F000001", "bleName": "", "rssi": -41, "ibeaconMajor": 1,
     "ibeaconUuid": "F7826DA64FA24E988024BC5B71E0893E", "ibeaconMinor": 7, "ibeaconTxPower": -59, "battery": 0},
    {"timestamp": _TIME, "type": "Unknown", "mac": "AC233F000002", "bleName": "", "rssi": -62, "rawData": _EDDYSTONE},
    {"timestamp": _TIME, "type": "Unknown", "mac": "5B2A3F000003", "bleName": "", "rssi": -80, "rawData": _PHONE},
]
_RUUVI = {"data": {"coordinates": "", "timestamp": str(_EPOCH), "nonce": "2636366621", "gw_mac": "C8:25:2D:8E:9C:2C",
                   "tags": {"F4:1F:0C:28:CB:D6": {"rssi": -39, "timestamp": str(_EPOCH), "data": _IBEACON}}}}
_RUUVI_TAG = {"gw_mac": "C8:25:2D:8E:9C:2C", "rssi": -39, "aoa": [], "gwts": str(_EPOCH), "ts": str(_EPOCH),
              "data": _IBEACON, "coords": ""}
_MIST_WIFI = {"topic": "wifi-unconn-raw", "received": NOW - 1_000, "events": [
    {"ap_id": "ac-23-16-ec-a7-0b", "ap_loc": [36.03, 43.57, 2.75], "client_id": "28-f0-76-2d-22-1e",
     "connected_site": False, "packets": [{"band": "5GHz", "rssi": -92}, {"band": "2.4GHz", "rssi": -80}]}]}
_MIST_BLE = {"topic": "discovered-raw-rssi", "events": [
    {"device_id": "00000000-0000-0000-1000-5c5b350e0060", "mac": "6fa474be7ae5", "rssi": -60, "timestamp": _EPOCH,
     "ibeacon_uuid": "f7826da6-4fa2-4e98-8024-bc5b71e0893e", "ibeacon_major": 1, "ibeacon_minor": 7, "beam": 3},
    {"device_id": "00000000-0000-0000-1000-5c5b350e0060", "mac": "6fa474be7ae6", "rssi": -70, "timestamp": _EPOCH}]}
_APP = {"device": "app-1f2e3d", "sightings": [
    {"uuid": "F7826DA6-4FA2-4E98-8024-BC5B71E0893E", "major": 1, "minor": 7, "rssi": -70, "time": _TIME},
    {"beacon": "00112233445566778899:AABBCCDDEEFF", "rssi": -64.5, "time": _EPOCH}]}
_PORTAL = {"mac": "d8:30:62:01:02:03", "phone": "13912345678", "name": "Li Wei", "time": _TIME, "ssid": "mall",
           "consent": {"marketing": True, "analytics": False}}
_WIFI = {"sensor": "ap-12", "sightings": [
    {"mac": "a4:83:e7:12:34:56", "rssi": -61, "time": _TIME},
    {"mac": "da:a1:19:01:02:03", "rssi": -70.5, "time": _EPOCH, "seq": 12, "ies": "2d1a2d0017ff" + "00" * 22}]}
_BLE = {"sensor": "gw-3", "sightings": [{"id": "f7826da6-4fa2-4e98-8024-bc5b71e0893e:1:7", "rssi": -70, "time": _TIME}]}
_RECEIPT = {"store": "S1", "till": "1", "business_day": "2026-03-01", "sequence": 17, "time": _TIME, "currency": "CNY",
            "lines": [{"sku": "A", "quantity": 1, "price": "4.99"}], "total": "4.99"}
_INGICS = f"$GPRP,CCB97E7361A4,CB412F0C8EDC,-49,{_IBEACON},{_EPOCH}\r\n$GPRP,E5A706E3923A,CB412F0C8EDC,-87,{_PHONE}\r\n"
_MERAKI_SECRETS = Secrets(secret="s3cret", validator="914732")

SAMPLES = [
    Sample("web", _json({"batch": [{"type": "page", "messageId": "m1", "anonymousId": "c1", "name": "Home"}]}), 1),
    Sample("pos", _json(_RECEIPT), 1),
    Sample("wifi", _json(_WIFI), 2),
    Sample("ble", _json(_BLE), 1),
    Sample("meraki", _json(_V3), 3, 0, None, _MERAKI_SECRETS),
    Sample("meraki", _json(_V2), 1, 0, None, _MERAKI_SECRETS),
    Sample("meraki", _json(_MERAKI_BLE), 1, 1, None, _MERAKI_SECRETS),
    Sample("mist", _json(_MIST_WIFI), 2, 0, None, Secrets(secret="s3cret")),
    Sample("mist", _json(_MIST_BLE), 1, 1, None, Secrets(secret="s3cret")),
    Sample("ble_gateway", _json(_MINEW), 2, 1),
    Sample("ble_gateway", _json(_MINEW), 3, 0, {"addresses": True}),
    Sample("ble_gateway", _json(_RUUVI), 1),
    Sample("ble_gateway", _json(_RUUVI_TAG), 1),
    Sample("ble_gateway", _json({"datong": {"received": NOW - 1_000, "topic": ""}, "text": _INGICS}), 1, 1),
    Sample("beacon_app", _json(_APP), 2),
    Sample("portal", _json(_PORTAL), 3),
    Sample("portal", b"mac=d8%3A30%3A62%3A01%3A02%3A03&phone=13912345678&consent_marketing=true", 2),
]
"""At least one frame of each kind that this file covers."""
