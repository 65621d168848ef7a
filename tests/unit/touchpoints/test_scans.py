"""Scans: many sightings become one event; each is stored, known already or in quarantine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from datong.config import FixedClock, Settings, TouchpointSettings
from datong.model import HOUR, MINUTE, SECOND, Event, decode_event, from_iso, sighted, to_iso
from datong.privacy import Vault
from datong.storage import EVENTS, open_store
from datong.touchpoints import Intake, Result
from datong.touchpoints.call import Call, CallContext, ExternalId
from datong.touchpoints.quarantined import decode_quarantined

NOW = from_iso("2026-03-01T04:00:00Z")  # noon in Shanghai
VAULT = Vault(b"0123456789abcdef0123456789abcdef")
MAC, OTHER, MADE_UP = "a4:83:e7:12:34:56", "00:1b:44:11:3a:b7", "da:a1:19:01:02:03"


@pytest.fixture
def intake(tmp_path: Path) -> Iterator[Intake]:
    touchpoints = {"door": TouchpointSettings("wifi", "k", place="V1"),
                   "portal": TouchpointSettings("web", "k2", trusted=True)}
    store = open_store(Settings(root=str(tmp_path), touchpoints=touchpoints), FixedClock(NOW))
    yield Intake(store, VAULT)
    store.close()


def frame(*sightings: Any, sensor: str = "ap-1") -> bytes:
    return json.dumps({"sensor": sensor, "sightings": sightings}).encode()


def one(mac: str = MAC, before: int = 0, rssi: int = -60, **more: Any) -> dict[str, Any]:
    return {"mac": mac, "rssi": rssi, "time": to_iso(NOW - before), **more}


def send(intake: Intake, body: bytes) -> list[Result]:
    return intake.accept_calls("door", intake.listen("door", body))


def stored(intake: Intake) -> list[Event]:
    return [decode_event(e.body) for e in intake.store.log.read(0, 100) if e.topic == EVENTS]


def login(intake: Intake, mac: str, at: int = 0) -> None:
    ids = [ExternalId("wifi_mac", mac), ExternalId("phone", "13912345678", verified=True)]
    call = Call("identify", timestamp=to_iso(NOW - at), context=CallContext(external_ids=ids))
    (result,) = intake.accept_calls("portal", [call])
    assert result.status == "stored"


def test_a_frame_is_one_event(intake: Intake) -> None:
    results = send(intake, frame(one(before=2_000), one(OTHER, 1_000, -70, seq=5), one(MADE_UP, 0, -80)))
    assert [(r.status, r.count) for r in results] == [("stored", 3)]
    (event,) = stored(intake)
    assert (event.type, event.ident, event.identifiers, event.place) == ("Devices Sighted", 0, (), "V1")
    assert (event.time, event.id, len(event.id)) == (NOW - 2_000, results[0].id, 32)
    seen = sighted(event)
    assert [(s.ns, s.time - NOW, s.rssi, s.sensor, s.seq) for s in seen] == [
        ("wifi_mac", -2_000, -60, "ap-1", -1), ("wifi_mac", -1_000, -70, "ap-1", 5), ("random_mac", 0, -80, "ap-1", -1),
    ]
    assert len({s.key for s in seen}) == 3
    assert intake.counts()["door", "accepted"] == 3


def test_a_frame_that_comes_again_is_known(intake: Intake) -> None:
    body = frame(one(), one(OTHER))
    assert [(r.status, r.count) for r in send(intake, body)] == [("stored", 2)]
    assert [(r.status, r.count) for r in send(intake, body)] == [("duplicate", 2)]
    assert [(r.status, r.count) for r in send(intake, frame(one(), one(OTHER), one(OTHER)))] == [
        ("stored", 2), ("duplicate", 1)]
    assert (intake.counts()["door", "accepted"], intake.counts()["door", "duplicate"]) == (4, 3)


@pytest.mark.parametrize(("bad", "code"), [
    ({"mac": "a4:83"}, "bad_identifier"), ({"mac": "00:00:00:00:00:00"}, "missing_identifier"),
    ({"time": to_iso(NOW + HOUR)}, "future_time"), ({"time": "1970-02-01"}, "bad_time"),
    ({"time": "later"}, "bad_time"), ({"rssi": None}, "missing_field"),
])
def test_one_bad_sighting_is_quarantined_alone(intake: Intake, bad: dict[str, Any], code: str) -> None:
    results = send(intake, frame(one(), {**one(OTHER), **bad}, one(MADE_UP)))
    assert [(r.status, r.count, r.code) for r in results] == [("stored", 2, ""), ("quarantined", 1, code)]
    kept = [decode_quarantined(e.body) for e in intake.store.log.read(0, 100) if e.topic != EVENTS]
    assert [(k.code, k.form, k.kind) for k in kept] == [(code, "frame", "wifi")]
    again = send(intake, VAULT.unseal(kept[0].raw).encode("utf-8", "surrogatepass"))
    assert [r.code for r in again] == [code]


def test_nothing_good_is_no_event(intake: Intake) -> None:
    assert [r.code for r in send(intake, frame({}, 5, one("x")))] == ["bad_identifier", "missing_field", "bad_type"]
    assert send(intake, frame()) == []
    assert stored(intake) == []


def test_an_address_has_another_key_every_day(intake: Intake) -> None:
    days = (0, 8 * HOUR - MINUTE, 8 * HOUR + MINUTE)  # the day began at four in the morning, eight hours ago
    send(intake, frame(*(one(before=at) for at in days), *(one(MADE_UP, at) for at in days)))
    keys = [[s.key for s in sighted(stored(intake)[0])][at:at + 3] for at in (0, 3)]
    for today, early, yesterday in keys:
        assert today == early != yesterday
    assert VAULT.key("wifi_mac", MAC) not in keys[0]
    assert VAULT.key("random_mac", MADE_UP) not in keys[1]


def test_who_logged_in_has_one_key_from_the_next_frame_on(intake: Intake) -> None:
    send(intake, frame(one(before=MINUTE), one(OTHER, MINUTE), one(MADE_UP, MINUTE)))
    login(intake, MAC)
    login(intake, MADE_UP)
    send(intake, frame(one(), one(OTHER), one(MADE_UP)))
    first, portal, other, second = stored(intake)
    before, after = sighted(first), sighted(second)
    assert after[0].key == VAULT.key("wifi_mac", MAC) != before[0].key
    assert after[1].key == before[1].key
    assert after[2].key == before[2].key  # a made-up one stays that of the day, also for who logged in with it
    assert {i.key for i in portal.identifiers} >= {after[0].key}
    assert {i.key for i in other.identifiers} >= {after[2].key}


def test_a_restart_keeps_the_salt_of_the_day(intake: Intake) -> None:
    send(intake, frame(one(before=5 * SECOND)))
    again = Intake(intake.store, VAULT)
    again.accept_calls("door", again.listen("door", frame(one())))
    assert len({sighted(event)[0].key for event in stored(intake)}) == 1


def test_sightings_are_no_calls(intake: Intake) -> None:
    (result,) = intake.accept_calls("portal", [Call("track", "Devices Sighted", user_id="u")])
    assert (result.code, "touchpoints/NAME" in result.hint) == ("unknown_event", True)
