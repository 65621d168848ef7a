"""Drop: a file is taken when it is finished, once, and lies afterwards where it says what became of it."""

from __future__ import annotations

import gzip
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from datong.config import DropSettings, FixedClock, Settings, TouchpointSettings
from datong.errors import ConfigError, Unavailable
from datong.model import decode_event, from_iso
from datong.privacy import Vault
from datong.storage import open_store
from datong.touchpoints import Intake
from datong.touchpoints.transport import Transports
from datong.touchpoints.transport.drop import Drop

NOW = from_iso("2026-03-01T04:00:00Z")
VAULT = Vault(b"0123456789abcdef0123456789abcdef")


@pytest.fixture
def intake(tmp_path: Path) -> Iterator[Intake]:
    touchpoints = {"air": TouchpointSettings("wifi", drop=DropSettings("in", settle="1s", every="1s"))}
    store = open_store(Settings(root=str(tmp_path), touchpoints=touchpoints), FixedClock(NOW))
    yield Intake(store, VAULT)
    store.close()


@pytest.fixture
def drop(intake: Intake) -> Drop:
    settings = intake.settings.touchpoints["air"].drop
    assert settings is not None
    return Drop(intake, "air", settings, intake.settings)


def frame(n: int = 0) -> bytes:
    sighting = {"mac": f"a4:83:e7:00:00:{n:02x}", "rssi": -60, "time": NOW - 1_000}
    return json.dumps({"sensor": "ap-1", "sightings": [sighting]}).encode()


def put(drop: Drop, name: str, body: bytes, age: float = 5.0) -> Path:
    path = drop.folder / name
    path.write_bytes(body)
    os.utime(path, (time.time() - age,) * 2)
    return path


def names(drop: Drop, where: str = ".") -> list[str]:
    return sorted(path.name for path in (drop.folder / where).iterdir() if path.is_file())


def test_a_finished_file_is_taken_and_moved(drop: Drop, intake: Intake) -> None:
    put(drop, "b.json", frame(1))
    put(drop, "a.json.gz", gzip.compress(frame(2)))
    assert drop.turn() == 0  # it is looked at twice: it may still grow
    assert drop.turn() == 2
    assert (names(drop), names(drop, "done"), names(drop, "failed")) == ([], ["a.json.gz", "b.json"], [])
    assert intake.counts()["air", "accepted"] == 2
    assert drop.state.frames == 2


def test_half_written_files_are_left_alone(drop: Drop) -> None:
    put(drop, "growing.json", frame()[:20])
    for name in ("x.json.part", ".hidden.json", "y.tmp", "~lock.json"):
        put(drop, name, frame())
    fresh = put(drop, "fresh.json", frame(), age=0)
    drop.turn()
    put(drop, "growing.json", frame())
    assert drop.turn() == 0
    os.utime(fresh, (time.time() - 5,) * 2)
    drop.turn()
    drop.turn()
    assert names(drop, "done") == ["fresh.json", "growing.json"]
    assert names(drop) == [".hidden.json", "x.json.part", "y.tmp", "~lock.json"]


def test_a_file_that_cannot_be_read_says_why(drop: Drop, intake: Intake) -> None:
    put(drop, "a.json", b"{")
    put(drop, "empty.json", b"")
    put(drop, "torn.gz", gzip.compress(frame())[:-9])
    drop.turn()
    drop.turn()
    assert [name for name in names(drop, "failed") if "reason" not in name] == ["a.json", "empty.json", "torn.gz"]
    reason = (drop.folder / "failed/a.json.reason.txt").read_text()
    assert reason.startswith("bad_json: the frame cannot be read")
    assert 'send {"sensor"' in reason
    assert intake.counts()["air", "quarantined"] == 2  # what is not even gzip is no frame, and lies in failed/ only
    put(drop, "a.json", b"{")
    drop.turn()
    drop.turn()
    assert {"a.json", "a.2.json"} <= set(names(drop, "failed"))


def test_a_file_with_one_bad_sighting_is_done(drop: Drop, intake: Intake) -> None:
    body = json.loads(frame())
    body["sightings"].append({"mac": "nobody"})
    put(drop, "a.json", json.dumps(body).encode())
    drop.turn()
    drop.turn()
    assert names(drop, "done") == ["a.json"]
    assert (intake.counts()["air", "accepted"], intake.counts()["air", "quarantined"]) == (1, 1)


def test_a_full_disk_leaves_the_file_where_it_is(
    drop: Drop, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise Unavailable("the disk is full")

    monkeypatch.setattr(intake, "accept_calls", full)
    put(drop, "a.json", frame())
    drop.turn()
    with pytest.raises(Unavailable):
        drop.turn()
    assert names(drop) == ["a.json"]


@pytest.fixture
def lines(intake: Intake) -> Drop:
    return Drop(intake, "air", DropSettings("many", lines=True), intake.settings)


def test_each_line_of_a_file_is_a_frame(lines: Drop, intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datong.touchpoints.transport.drop._AT_ONCE", 2)
    put(lines, "day.jsonl", b"\n".join([frame(1), frame(2), b"", frame(3), frame(1), frame(4)]) + b"\n")
    lines.turn()
    assert lines.turn() == 1
    assert names(lines, "done") == ["day.jsonl"]
    found = intake.counts()
    assert (found["air", "accepted"], found["air", "duplicate"], lines.state.frames) == (4, 1, 5)
    assert len(intake.store.log.read(0, 10)) == 4
    assert {event.sightings.sensors for event in (decode_event(e.body) for e in intake.store.log.read(0, 10))
            if event.sightings} == {("ap-1",)}


def test_a_bad_line_is_named_and_the_others_are_kept(lines: Drop, intake: Intake) -> None:
    put(lines, "day.jsonl", b"\n".join([frame(1), b"{", frame(2), b"[]"]))
    put(lines, "none.jsonl", b"\n \n")
    lines.turn()
    lines.turn()
    reason = (lines.folder / "failed/day.jsonl.reason.txt").read_text()
    assert reason.startswith("bad_json: line 2: the frame cannot be read")
    assert "2 of 4 lines lie in quarantine, the others are stored" in reason
    assert (lines.folder / "failed/none.jsonl.reason.txt").read_text().startswith("empty_body: ")
    assert (intake.counts()["air", "accepted"], intake.counts()["air", "quarantined"]) == (2, 2)


@pytest.mark.parametrize(("change", "field"), [
    ({"every": "soon"}, "touchpoints.air.drop.every"), ({"settle": "0s"}, "touchpoints.air.drop.settle"),
    ({"folder": "/proc/none"}, "touchpoints.air.drop.folder"),
])
def test_wrong_settings(intake: Intake, change: dict[str, Any], field: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Drop(intake, "air", DropSettings(**{"folder": "in", **change}), intake.settings)
    assert caught.value.field == field


def test_all_lines_run_and_stop_together(intake: Intake) -> None:
    transports = Transports(intake)
    transports.start()
    transports.stop()
    assert [(s.name, s.transport, s.state) for s in transports.states()] == [("air", "drop", "stopped")]
