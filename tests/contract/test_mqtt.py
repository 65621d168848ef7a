"""MQTT against a real Mosquitto: nothing is lost or doubled, a flood is held back, and what is wrong is told."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from scripts.servers import mosquitto
from tests.absent import absent

from datong.config import FixedClock, MqttSettings, Secret, Settings, TouchpointSettings
from datong.errors import Unavailable
from datong.model import decode_event, from_iso
from datong.privacy import Vault
from datong.storage import EVENTS, open_store
from datong.touchpoints import Intake
from datong.touchpoints.quarantined import decode_quarantined
from datong.touchpoints.transport.mqtt import Mqtt

pytestmark = pytest.mark.network

NOW = from_iso("2026-03-01T04:00:00Z")
HAVE = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")


@pytest.fixture(scope="module")
def broker() -> Iterator[str]:
    if given := os.environ.get("DATONG_TEST_MQTT"):
        yield given
        return
    _needs_mosquitto()
    with mosquitto() as address:
        yield address


def _needs_mosquitto() -> None:
    if not HAVE:
        absent("no Mosquitto on this machine; scripts/test installs Debian's")


@pytest.fixture
def intake(tmp_path: Path) -> Iterator[Intake]:
    settings = Settings(root=str(tmp_path), touchpoints={"air": TouchpointSettings("wifi", place="V1")})
    store = open_store(settings, FixedClock(NOW))
    yield Intake(store, Vault(b"0123456789abcdef0123456789abcdef"))
    store.close()


def line(intake: Intake, address: str, **more: Any) -> Mqtt:
    host, _, port = address.partition(":")
    topic = more.pop("topic", intake.settings.root)
    settings = MqttSettings(host, (f"{topic}/#",), int(port), client=f"datong{topic}", **more)
    return Mqtt(intake, "air", settings, intake.settings)


def frame(n: int) -> bytes:
    mac = f"a4:83:e7:00:{n // 256:02x}:{n % 256:02x}"
    return json.dumps({"sensor": "ap-1", "sightings": [{"mac": mac, "rssi": -60, "time": NOW - 1_000}]}).encode()


def publish(address: str, topic: str, bodies: list[bytes]) -> None:
    host, _, port = address.partition(":")
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.max_queued_messages_set(0)
    client.connect(host, int(port))
    client.loop_start()
    sent = [client.publish(f"{topic}/ap-1", body, qos=1) for body in bodies]
    for one in sent:
        one.wait_for_publish(20)
    client.disconnect()
    client.loop_stop()


def wait(until: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not until():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.02)


def stored(intake: Intake) -> int:
    events = [decode_event(e.body) for e in intake.store.log.read(0, 10_000) if e.topic == EVENTS]
    return sum(len(event.sightings) for event in events if event.sightings is not None)


def test_what_is_published_reaches_the_log_once(intake: Intake, broker: str) -> None:
    air = line(intake, broker)
    air.start()
    wait(lambda: air.state.state == "ok")
    publish(broker, intake.settings.root, [frame(n) for n in range(50)] + [b"{", frame(7)])
    wait(lambda: air.state.frames == 52)
    air.stop()
    counts = intake.counts()
    assert (counts["air", "accepted"], counts["air", "duplicate"], counts["air", "quarantined"]) == (50, 1, 1)
    assert stored(intake) == 50
    (bad,) = [decode_quarantined(e.body) for e in intake.store.log.read(0, 100) if e.topic != EVENTS]
    assert (bad.source, bad.code, bad.form) == ("air", "bad_json", "frame")
    assert air.state.state == "stopped"


def test_a_flood_waits_at_the_broker(intake: Intake, broker: str, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, real = threading.Event(), intake.accept_calls
    heard: list[int] = []

    def slow(*args: Any, **more: Any) -> Any:
        gate.wait()
        heard.append(len(args[1]))
        return real(*args, **more)

    monkeypatch.setattr(intake, "accept_calls", slow)
    air = line(intake, broker, queue=10)
    air.start()
    wait(lambda: air.state.state == "ok")
    publish(broker, intake.settings.root, [frame(n) for n in range(1_500)])
    time.sleep(0.3)
    assert air._waiting.qsize() <= 10
    assert stored(intake) == 0
    gate.set()
    wait(lambda: air.state.frames == 1_500)
    air.stop()
    assert max(heard) <= 64
    assert stored(intake) == 1_500


def test_what_is_not_on_disk_is_not_acknowledged(
    intake: Intake, broker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = intake.accept_calls

    def full(*_args: Any, **_more: Any) -> Any:
        raise Unavailable("the disk is full", after=0.05)

    monkeypatch.setattr(intake, "accept_calls", full)
    first = line(intake, broker)
    first.start()
    wait(lambda: first.state.state == "ok")
    publish(broker, intake.settings.root, [frame(n) for n in range(5)])
    wait(lambda: first.state.state == "failing")
    assert first.state.reason == "the disk is full"
    first.stop()
    assert (first.state.frames, stored(intake)) == (0, 0)
    monkeypatch.setattr(intake, "accept_calls", real)
    second = line(intake, broker)
    second.start()  # the broker has kept them for us
    wait(lambda: second.state.frames == 5)
    second.stop()
    assert stored(intake) == 5


def test_a_broker_that_goes_away_and_comes_back(intake: Intake, tmp_path: Path) -> None:
    _needs_mosquitto()
    home = tmp_path / "broker"
    home.mkdir()
    with mosquitto(home) as address:
        air = line(intake, address, topic="t")
        air.start()
        wait(lambda: air.state.state == "ok")
    wait(lambda: air.state.state == "failing")
    assert "lost" in air.state.reason or "does not answer" in air.state.reason
    with mosquitto(home, port=int(address.partition(":")[2])):
        wait(lambda: air.state.state == "ok")
        publish(address, "t", [frame(1)])
        wait(lambda: air.state.frames == 1)
        air.stop()


def test_a_wrong_password_is_told(intake: Intake, tmp_path: Path) -> None:
    _needs_mosquitto()
    home = tmp_path / "broker"
    home.mkdir()
    (tmp_path / "password").write_text("wrong")
    with mosquitto(home, user="shop", password="right") as address:
        air = line(intake, address, topic="t", user="shop", password=Secret(file="password"))
        air.start()
        wait(lambda: "[touchpoints.air.mqtt]" in air.state.reason)
        reason = air.state.reason
        air.stop()
    assert reason == (
        "the broker says: Not authorized; check user and password of [touchpoints.air.mqtt], and what the broker "
        "allows this user"
    )
