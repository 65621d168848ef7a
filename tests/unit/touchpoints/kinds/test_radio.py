"""Wifi and ble: sightings become events; a made-up address never gets a linking namespace."""

from __future__ import annotations

import json
from typing import Any

import pytest

from datong.errors import ConfigError, Rejected
from datong.model import from_iso
from datong.touchpoints.call import Kind, Listening, Scan, Unread
from datong.touchpoints.kinds import find_kind, kinds
from datong.touchpoints.kinds.ble import Ble
from datong.touchpoints.kinds.wifi import Wifi

TIME = "2026-03-01T10:00:00Z"


def frame(*sightings: Any) -> bytes:
    return json.dumps({"sensor": "ap-12", "sightings": sightings}).encode()


def test_sightings_become_one_scan() -> None:
    sightings = [{"mac": f"a4:83:e7:12:34:{n:02}", "rssi": -61.4 - n, "time": TIME} for n in range(3)]
    (scan,) = Wifi().listen(frame(*sightings), Listening())
    assert isinstance(scan, Scan)
    assert (scan.device, scan.ns) == ([s["mac"] for s in sightings], "wifi_mac")
    assert (scan.time, scan.rssi, scan.sensor) == ([from_iso(TIME)] * 3, [-61, -62, -63], "ap-12")
    assert (scan.ie, scan.seq, scan.x) == ([], [], [])
    assert Wifi().listen(scan.part(1), Listening())[0].device == ["a4:83:e7:12:34:01"]  # type: ignore[union-attr]


@pytest.mark.parametrize("time", [TIME, 1_772_359_200, 1_772_359_200_000, "1772359200000", 1_772_359_200.0])
def test_times_as_sensors_write_them(time: Any) -> None:
    (scan,) = Wifi().listen(frame({"mac": "a4:83:e7:12:34:56", "rssi": -61, "time": time}), Listening())
    assert isinstance(scan, Scan)
    assert scan.time == [from_iso(TIME)]


def test_a_probe_request_says_more() -> None:
    ssid, ht = "0004686f6d65", "2d1a2d0017ff" + "00" * 22
    sighting = {"mac": "aa:83:e7:12:34:56", "rssi": -61, "time": TIME, "seq": 4_095, "ies": ssid + ht}
    plain = {**sighting, "ies": ht.upper(), "seq": 0}
    nothing = {**sighting, "ies": ssid, "seq": None}
    (scan,) = Wifi().listen(frame(sighting, plain, nothing), Listening())
    assert isinstance(scan, Scan)
    model = scan.ie[0]
    assert (scan.ie, scan.seq) == ([model, model, ""], [4_095, 0, -1])
    assert len(model) == 16
    assert "home" not in str(scan.ie)


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
    (scan,) = Ble().listen(frame({"id": "F7826DA6:1:2", "rssi": -70.5, "time": TIME}), Listening())
    assert isinstance(scan, Scan)
    assert (scan.device, scan.ns, scan.rssi) == (["F7826DA6:1:2"], "ble_id", [-70])


@pytest.mark.parametrize(("kind", "name"), [(Wifi(), "mac"), (Ble(), "id")])
@pytest.mark.parametrize(("change", "code", "field"), [
    ({"time": None}, "missing_field", "time"), ({"rssi": "loud"}, "missing_field", "rssi"),
    ({"rssi": True}, "missing_field", "rssi"), ({"time": {}}, "missing_field", "time"),
    ({"time": "noon"}, "bad_time", "time"), ({"rssi": 500}, "bad_type", "rssi"),
])
def test_a_bad_sighting_stands_alone(kind: Kind, name: str, change: dict[str, Any], code: str, field: str) -> None:
    good = {name: "a4:83:e7:12:34:56", "rssi": -61, "time": TIME}
    heard = kind.listen(frame({**good, **change}, good, 5, {**good, name: ""}), Listening())
    assert [type(one).__name__ for one in heard] == ["Scan", "Unread", "Unread", "Unread"]
    bad = heard[1]
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
