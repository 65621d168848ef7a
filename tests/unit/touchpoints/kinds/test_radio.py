"""Wifi and ble: sightings become events; a made-up address never gets a linking namespace."""

from __future__ import annotations

import json
from typing import Any

import pytest

from datong.errors import ConfigError, Rejected
from datong.touchpoints.call import Call, Kind, Listening, Unread
from datong.touchpoints.kinds import find_kind, kinds
from datong.touchpoints.kinds.ble import Ble
from datong.touchpoints.kinds.wifi import Wifi

TIME = "2026-03-01T10:00:00Z"


def frame(*sightings: Any) -> bytes:
    return json.dumps({"sensor": "ap-12", "sightings": sightings}).encode()


@pytest.mark.parametrize(("mac", "namespace"), [
    ("a4:83:e7:12:34:56", "wifi_mac"), ("aa:83:e7:12:34:56", "random_mac"), ("D2-83-E7-12-34-56", "random_mac"),
    ("06:83:e7:12:34:56", "random_mac"), ("0E83E7123456", "random_mac"), ("00:83:e7:12:34:56", "wifi_mac"),
])
def test_made_up_addresses(mac: str, namespace: str) -> None:
    heard = Wifi().listen(frame({"mac": mac, "rssi": -61, "time": TIME}), Listening())
    call = heard[0]
    assert isinstance(call, Call)
    assert (call.event, call.timestamp, call.message_id) == ("Device Sighted", TIME, None)
    assert call.properties == {"sensor": "ap-12", "rssi": -61}
    assert call.context is not None
    assert call.context.external_ids is not None
    assert (call.context.external_ids[0].type, call.context.external_ids[0].id) == (namespace, mac)


def test_a_probe_request_says_more() -> None:
    ssid, ht = "0004686f6d65", "2d1a2d0017ff" + "00" * 22
    sighting = {"mac": "aa:83:e7:12:34:56", "rssi": -61, "time": TIME, "seq": 4_095, "ies": ssid + ht}
    plain = {**sighting, "ies": ht.upper(), "seq": 0}
    nothing = {**sighting, "ies": ssid, "seq": None}
    calls = Wifi().listen(frame(sighting, plain, nothing), Listening())
    told = [call.properties for call in calls if isinstance(call, Call)]
    assert told[0] is not None
    model = told[0]["ie"]
    assert told == [
        {"sensor": "ap-12", "rssi": -61, "ie": model, "seq": 4_095},
        {"sensor": "ap-12", "rssi": -61, "ie": model, "seq": 0}, {"sensor": "ap-12", "rssi": -61},
    ]
    assert len(model) == 16
    assert "home" not in str(told)


@pytest.mark.parametrize(("change", "field"), [
    ({"ies": "zz"}, "ies"), ({"ies": 5}, "ies"), ({"ies": "2d1"}, "ies"), ({"seq": 4_096}, "seq"), ({"seq": -1}, "seq"),
    ({"seq": "7"}, "seq"), ({"seq": True}, "seq"),
])
def test_a_probe_request_that_cannot_be_read(change: dict[str, Any], field: str) -> None:
    sighting = {"mac": "aa:83:e7:12:34:56", "rssi": -61, "time": TIME, **change}
    bad = Wifi().listen(frame(sighting), Listening())[0]
    assert isinstance(bad, Unread)
    assert (bad.code, bad.field) == ("bad_type", field)
    assert "leave them out" in bad.hint
    assert Wifi().listen(bad.raw, Listening()) == [bad]


def test_beacons() -> None:
    call = Ble().listen(frame({"id": "F7826DA6:1:2", "rssi": -70.5, "time": TIME}), Listening())[0]
    assert isinstance(call, Call)
    assert call.context is not None
    assert call.context.external_ids is not None
    assert call.context.external_ids[0].type == "ble_id"


@pytest.mark.parametrize(("kind", "name"), [(Wifi(), "mac"), (Ble(), "id")])
@pytest.mark.parametrize(("change", "code", "field"), [
    ({"time": None}, "missing_field", "time"), ({"rssi": "loud"}, "missing_field", "rssi"),
    ({"rssi": True}, "missing_field", "rssi"),
])
def test_a_bad_sighting_stands_alone(kind: Kind, name: str, change: dict[str, Any], code: str, field: str) -> None:
    good = {name: "a4:83:e7:12:34:56", "rssi": -61, "time": TIME}
    heard = kind.listen(frame({**good, **change}, good, 5, {**good, name: ""}), Listening())
    assert [type(one).__name__ for one in heard] == ["Unread", "Call", "Unread", "Unread"]
    bad = heard[0]
    assert isinstance(bad, Unread)
    assert (bad.code, bad.field) == (code, field)
    assert kind.listen(bad.raw, Listening()) == [bad]


@pytest.mark.parametrize("kind", [Wifi(), Ble()])
@pytest.mark.parametrize("bad", [b"", b"[]", b'{"sensor": 5, "sightings": []}', b"\xff"])
def test_bad_frames(kind: Kind, bad: bytes) -> None:
    with pytest.raises(Rejected) as caught:
        kind.listen(bad, Listening())
    assert caught.value.code == "bad_json"


def test_every_kind_is_found_by_name() -> None:
    assert set(kinds()) >= {"web", "pos", "wifi", "ble"}
    assert "Receipt Issued" in find_kind("pos", "tills").hears
    with pytest.raises(ConfigError) as caught:
        find_kind("fax", "office")
    assert caught.value.field == "touchpoints.office.kind"
    assert caught.value.hint.endswith(", ".join(sorted(kinds())))
