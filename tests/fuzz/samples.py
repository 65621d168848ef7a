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
_CMX = {"notifications": [
    {"notificationType": "locationupdate", "subscriptionName": "Datong", "entity": "WIRELESS_CLIENTS",
     "deviceId": "a4:83:e7:12:34:56", "apMacAddress": "2c:57:41:00:00:01", "floorRefId": "720582563218976008",
     "maxDetectedRssi": {"apMacAddress": "2C:57:41:00:00:02", "rssi": -62, "band": "IEEE_802_11_B"},
     "locationCoordinate": {"x": 100.0, "y": 50.0, "z": 0, "unit": "FEET"}, "confidenceFactor": 24,
     "geoCoordinate": {"latitude": 31.2, "longitude": 121.4, "unit": "DEGREES"}, "timestamp": _EPOCH * 1000},
    {"notificationType": "locationupdate", "entity": "WIRELESS_CLIENTS", "deviceId": "da:a1:19:01:02:03",
     "apMacAddress": "2c:57:41:00:00:01", "geoCoordinate": {"latitude": -999, "longitude": -999},
     "locationCoordinate": {"x": -999, "y": -999, "unit": "FEET"}, "lastSeen": "2026-03-01 03:59:24.468+0000"},
    {"notificationType": "locationupdate", "entity": "ROGUE_AP", "deviceId": "2c:57:41:00:00:09",
     "apMacAddress": "2c:57:41:00:00:01", "timestamp": _EPOCH * 1000}]}
_ALE = {"Location_result": [{"msg": {
    "sta_eth_mac": {"addr": "A483E7123456"}, "sta_location_x": 17.033, "sta_location_y": 16.5164, "error_level": 9,
    "associated": True, "campus_id": "08FB", "building_id": "24C7", "floor_id": "D635A61B", "unit": "METERS",
    "hashed_sta_eth_mac": "A09B", "loc_algorithm": "ALGORITHM_CALIBRATION", "longitude": 121.4, "latitude": 31.2,
    "altitude": 5}, "ts": _EPOCH}]}
_UNIFI = {"meta": {"rc": "ok"}, "data": [
    {"mac": "a4:83:e7:12:34:56", "ap_mac": "74:83:C2:00:00:01", "signal": -61, "rssi": 34, "last_seen": _EPOCH,
     "is_wired": False, "essid": "mall", "hostname": "phone"},
    {"mac": "00:11:32:aa:bb:cc", "is_wired": True, "sw_mac": "74:83:c2:00:00:09", "last_seen": _EPOCH}]}
_MIST_MAP = {"topic": "location", "events": [
    {"mac": "a483e7123456", "map_id": "63EDA950-0000", "rssi": -70.2, "site_id": "s", "timestamp": _EPOCH,
     "type": "wifi", "x": 66.4, "y": 41.9},
    {"id": "5f0c", "mac": "6fa474be7ae5", "map_id": "63eda950-0000", "timestamp": _EPOCH, "type": "sdk", "x": 1,
     "y": 2}]}
_WECHAT = (
    f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[oAbc]]></FromUserName><CreateTime>{_EPOCH}"
    "</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[subscribe]]></Event>"
    "<EventKey><![CDATA[qrscene_s=S1&c=spring]]></EventKey></xml>").encode()
_WECHAT_SENT = {
    "ToUserName": "gh_1", "FromUserName": "oAbc", "CreateTime": _EPOCH, "MsgType": "event",
    "Event": "subscribe_msg_popup_event", "List": [
        {"TemplateId": "t1", "SubscribeStatusString": "accept", "PopupScene": "0"},
        {"TemplateId": "t2", "SubscribeStatusString": "reject", "PopupScene": "0"}]}
_WECHAT_SETTINGS = {"app_id": "wx0123456789abcdef", "scenes": {"door": {"store": "S1"}}, "keywords": ["hours"]}
_WEIBO = {"type": "event", "receiver_id": 1902538057, "sender_id": 2489518277,
          "created_at": "Sun Mar 01 11:59:30 +0800 2026",
          "data": {"subtype": "scan_follow", "key": "QR_SCENE_door", "ticket": "gQH"}}
_WEIBO_PLACE = {**_WEIBO, "type": "position", "text": "", "data": {"longitude": "121.4737", "latitude": "31.2304"}}
_WEBHOOK = {"topic": "order.paid", "shop": "s-7", "orders": [
    {"id": 7, "mail": "ada@example.com", "at": _EPOCH, "total": "12.5", "lines": [{"sku": "A", "n": 1, "price": 12.5}]},
    {"id": 8, "mail": "bob@example.com", "at": _TIME, "total": 5, "lines": [{"sku": "B", "n": 1, "price": 5}]}]}
_WEBHOOK_SETTINGS = {
    "event": "^.topic", "events": {"order.paid": "Order Completed"}, "each": "$.orders", "id": "$.id", "time": "$.at",
    "identifiers": {"email": "$.mail"}, "properties": {
        "order_id": "$.id", "total": "$.total", "products": {
            "each": "$.lines", "sku": "$.sku", "quantity": "$.n", "price": "$.price"}}}
_EPCIS = {
    "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"], "type": "EPCISDocument",
    "schemaVersion": "2.0", "creationDate": "2026-03-01T11:30:47.0Z", "epcisBody": {"eventList": [
        {"type": "ObjectEvent", "eventID": "urn:uuid:1", "action": "OBSERVE", "bizStep": "receiving",
         "epcList": ["urn:epc:id:sgtin:9521141.001234.1", "https://id.gs1.org/01/09521141012345/21/2"],
         "quantityList": [{"epcClass": "urn:epc:class:lgtin:9521141.001234.L1", "quantity": 3}],
         "eventTime": _TIME, "eventTimeZoneOffset": "+08:00", "bizLocation": {"id": "urn:epc:id:sgln:9521141.11111.0"}},
        {"type": "AggregationEvent", "action": "ADD", "bizStep": "packing",
         "parentID": "urn:epc:id:sscc:9521141.1234567890", "childEPCs": ["urn:epc:id:sgtin:9521141.001234.3"],
         "eventTime": _TIME, "eventTimeZoneOffset": "+08:00"}]}}
_EPCIS_XML = (
    '<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2" schemaVersion="2.0"><EPCISBody><EventList>'
    f"<ObjectEvent><eventTime>{_TIME}</eventTime><eventTimeZoneOffset>+08:00</eventTimeZoneOffset>"
    "<epcList><epc>urn:epc:id:sgtin:9521141.001234.7</epc></epcList><action>OBSERVE</action>"
    "<bizStep>urn:epcglobal:cbv:bizstep:receiving</bizStep><readPoint><id>urn:epc:id:sgln:9521141.11111.0</id></readPoint>"
    "<quantityList><quantityElement><epcClass>urn:epc:class:lgtin:9521141.001234.L1</epcClass><quantity>3</quantity>"
    "</quantityElement></quantityList></ObjectEvent></EventList></EPCISBody></epcis:EPCISDocument>").encode()
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
    Sample("mist", _json(_MIST_MAP), 1, 1, {"maps": {"*": {"x": 5, "up": True}}}, Secrets(secret="s3cret")),
    Sample("cmx", _json(_CMX), 2, 1),
    Sample("cmx", _json(_CMX), 2, 1, {"maps": {"720582563218976008": {"x": 2, "y": 3, "turn": 90}}}),
    Sample("aruba", _json(_ALE), 1),
    Sample("unifi", _json(_UNIFI), 1, 1),
    Sample("ble_gateway", _json(_MINEW), 2, 1),
    Sample("ble_gateway", _json(_MINEW), 3, 0, {"addresses": True}),
    Sample("ble_gateway", _json(_RUUVI), 1),
    Sample("ble_gateway", _json(_RUUVI_TAG), 1),
    Sample("ble_gateway", _json({"datong": {"received": NOW - 1_000, "topic": ""}, "text": _INGICS}), 1, 1),
    Sample("beacon_app", _json(_APP), 2),
    Sample("portal", _json(_PORTAL), 3),
    Sample("portal", b"mac=d8%3A30%3A62%3A01%3A02%3A03&phone=13912345678&consent_marketing=true", 2),
    Sample("wechat", _WECHAT, 1, 0, _WECHAT_SETTINGS, Secrets(token="t")),
    Sample("wechat", _json(_WECHAT_SENT), 2, 0, _WECHAT_SETTINGS, Secrets(token="t")),
    Sample("weibo", _json(_WEIBO), 1, 0, {}, Secrets(app_secret="s")),
    Sample("weibo", _json(_WEIBO_PLACE), 1, 0, {}, Secrets(app_secret="s")),
    Sample("webhook", _json(_WEBHOOK), 2, 0, _WEBHOOK_SETTINGS),
    Sample("epcis", _json(_EPCIS), 2, 0, {"locations": {"9521141111116": "S1"}}),
    Sample("epcis", _EPCIS_XML, 1, 0, {"locations": {"9521141111116": "S1"}}),
]
"""At least one frame of each kind."""
