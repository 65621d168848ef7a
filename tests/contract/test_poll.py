"""Poll against a real HTTP server: what has not changed is not sent again, and a failing address is asked less."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from datong.config import FixedClock, PollSettings, Secret, Settings, TouchpointSettings
from datong.errors import ConfigError
from datong.model import from_iso
from datong.privacy import Vault
from datong.storage import open_store
from datong.touchpoints import Intake
from datong.touchpoints.transport.poll import Poll

pytestmark = pytest.mark.network

NOW = from_iso("2026-03-01T04:00:00Z")
FRAME = json.dumps({"sensor": "ap", "sightings": [{"mac": "a4:83:e7:00:00:01", "rssi": -60, "time": NOW}]}).encode()


class Site(ThreadingHTTPServer):
    """Answers with what the test says, and remembers what it was asked."""

    status, body, packed, after = 200, FRAME, False, ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.asked: list[dict[str, str]] = []


class Answer(BaseHTTPRequestHandler):
    """One answer."""

    def do_GET(self) -> None:
        """Answer 304 where the asker has it already."""
        site: Any = self.server
        site.asked.append(dict(self.headers))
        same = self.headers.get("If-None-Match") == '"1"' and site.status == 200 and site.body == FRAME
        self.send_response(304 if same else site.status)
        body = b"" if same else gzip.compress(site.body) if site.packed else site.body
        if site.packed:
            self.send_header("Content-Encoding", "gzip")
        if site.after:
            self.send_header("Retry-After", site.after)
        if site.body == FRAME:
            self.send_header("ETag", '"1"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def intake(tmp_path: Path) -> Iterator[Intake]:
    store = open_store(Settings(root=str(tmp_path), touchpoints={"air": TouchpointSettings("wifi")}), FixedClock(NOW))
    yield Intake(store, Vault(b"0123456789abcdef0123456789abcdef"))
    store.close()


def poll(intake: Intake, site: Site, **more: Any) -> Poll:
    address = f"http://127.0.0.1:{site.server_address[1]}/sightings?key=1"
    return Poll(intake, "air", PollSettings(address, every="10s", **more), intake.settings)


def test_what_has_not_changed_is_not_sent_again(intake: Intake, site: Site, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t0ken")
    air = poll(intake, site, token=Secret(file="token"), headers={"X-Shop": "S1"})
    assert [air.turn(), air.turn()] == [10.0, 10.0]
    assert (air.state.state, air.state.frames) == ("ok", 1)
    assert intake.counts()["air", "accepted"] == 1
    first, second = site.asked
    assert (first["Authorization"], first["X-Shop"], "If-None-Match" in first) == ("Bearer t0ken", "S1", False)
    assert second["If-None-Match"] == '"1"'


def test_a_packed_answer(intake: Intake, site: Site) -> None:
    site.packed = True
    assert poll(intake, site).turn() == 10.0
    assert intake.counts()["air", "accepted"] == 1


def test_a_failing_address_is_asked_less_and_less_often(intake: Intake, site: Site) -> None:
    air = poll(intake, site)
    site.status = 503
    assert [air.turn() for _ in range(3)] == [20.0, 40.0, 80.0]
    assert air.state.reason.startswith("the answer is 503")
    assert "[touchpoints.air.poll]" in air.state.reason
    site.after = "300"
    assert air.turn() == 300.0
    site.status, site.after = 200, ""
    assert air.turn() == 10.0
    assert air.state.state == "ok"


def test_an_answer_that_is_no_frame_is_quarantined_and_told(intake: Intake, site: Site) -> None:
    site.body = b"<html>Log in</html>"
    air = poll(intake, site)
    assert air.turn() == 20.0
    assert air.state.reason.startswith("the frame cannot be read")
    assert intake.counts()["air", "quarantined"] == 1


def test_nobody_there(intake: Intake, site: Site) -> None:
    air = poll(intake, site, timeout="1s")
    site.shutdown()
    site.server_close()
    assert air.turn() == 20.0
    assert air.state.reason.startswith("no answer")


def test_an_address_that_is_none(intake: Intake) -> None:
    with pytest.raises(ConfigError) as caught:
        Poll(intake, "air", PollSettings("file:///etc/passwd"), intake.settings)
    assert caught.value.field == "touchpoints.air.poll.url"
