from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from datong.simulator.clock import FollowedClock
from datong.simulator.frames import Action
from datong.simulator.gateway import Gateway
from datong.simulator.sender import Sender

pytestmark = pytest.mark.network


@contextmanager
def platform(statuses: list[int]) -> Iterator[tuple[str, list[tuple[str, str, Any]]]]:
    """A server that answers with the given statuses in turn, then 200, and keeps what it was sent."""
    got: list[tuple[str, str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status = statuses.pop(0) if statuses else 200
            if status == 200:
                got.append((self.path, self.headers["Authorization"], body))
            self.answer(status, b'{"success": true}')

        def do_GET(self) -> None:
            self.answer(200, b'{"now": 1000000, "speed": 60}')

        def answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Retry-After", "0.01")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", got
    finally:
        server.shutdown()
        server.server_close()


def test_busy_answers_are_tried_again_until_taken() -> None:
    with platform([503, 429, 503]) as (url, got):
        sender = Sender(url, {"web": "key"}, threads=1)
        sender.send([Action(1, "web", {"type": "track", "event": "Product Viewed"})])
        sender.flush()
        sender.close()
    assert got == [("/v1/batch", "Basic a2V5Og==", {"batch": [{"type": "track", "event": "Product Viewed"}]})]
    assert sender.counts == {"put off": 3, "sent": 1}


def test_a_refusal_is_counted_and_told() -> None:
    with platform([401]) as (url, got):
        sender = Sender(url, {}, threads=1)
        sender.send([Action(1, "web", {}), Action(2, "web", {})])
        sender.flush()
        sender.close()
    assert got == []
    assert sender.counts == {"refused": 2}
    assert sender.refusal == 'web: 401 {"success": true}'


def test_the_clock_follows_the_platform() -> None:
    with platform([]) as (url, _):
        clock = FollowedClock(url)
    first = clock.now()
    assert 1_000_000 <= first < 1_060_000
    assert clock.now() >= first
    assert clock.speed == 60


def test_the_gateway_hands_a_message_on_once() -> None:
    heard: list[dict[str, Any]] = []
    gateway = Gateway(0, heard.append)
    link = HTTPConnection("127.0.0.1", gateway.port)

    def post(body: str, key: str) -> int:
        link.request("POST", "/messages", body, {"Idempotency-Key": key})
        answer = link.getresponse()
        answer.read()
        return answer.status

    said = [post('{"id": "m1"}', "m1"), post('{"id": "m1"}', "m1"), post('{"id": "m2"}', "m2"), post("{", "m3")]
    link.close()
    gateway.close()
    assert said == [204, 204, 204, 400]
    assert heard == [{"id": "m1"}, {"id": "m2"}]
