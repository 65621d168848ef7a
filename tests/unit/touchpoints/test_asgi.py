"""The intake over HTTP, called as an ASGI application: addresses, keys, limits and error shapes."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from datong.config import FixedClock, IntakeSettings, Settings, TouchpointSettings
from datong.errors import Unavailable
from datong.model import from_iso
from datong.privacy import Vault
from datong.storage import Store, open_store
from datong.touchpoints import Intake, IntakeApp
from datong.touchpoints.goods import Goods

NOW = from_iso("2026-03-01T04:00:00Z")
KEY = {"authorization": "Basic " + base64.b64encode(b"k-shop:").decode()}
TILL = {"authorization": "Bearer k-till"}
CALL = {"userId": "u", "event": "Cart Viewed", "messageId": "m1"}


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    body: Any


class Client:
    def __init__(self, app: IntakeApp) -> None:
        self.app = app

    def post(self, path: str, body: Any = b"", headers: dict[str, str] | None = None, **more: Any) -> Reply:
        return self.send("POST", path, body, KEY if headers is None else headers, **more)

    def send(
        self, method: str, path: str, body: Any = b"", headers: dict[str, str] | None = None, pieces: int = 1
    ) -> Reply:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        path, _, query = path.partition("?")
        scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(),
                 "headers": [(k.encode(), v.encode()) for k, v in (headers or {}).items()]}
        size = max(1, -(-len(content) // pieces))
        parts = [content[at : at + size] for at in range(0, len(content), size)] or [b""]
        incoming = [{"type": "http.request", "body": part, "more_body": at + 1 < len(parts)}
                    for at, part in enumerate(parts)]
        sent: list[Any] = []

        async def receive() -> Any:
            return incoming.pop(0)

        async def send(message: Any) -> None:
            sent.append(message)

        asyncio.run(self.app(scope, receive, send))
        start, end = sent
        answer = {k.decode(): v.decode() for k, v in start["headers"]}
        assert int(answer["content-length"]) == len(end["body"])
        said = json.loads if answer.get("content-type") == "application/json" else bytes.decode
        return Reply(start["status"], answer, said(end["body"]) if end["body"] else None)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    touchpoints = {"shop": TouchpointSettings("web", "k-shop"), "till": TouchpointSettings("pos", "k-till", "S1"),
                   "slow": TouchpointSettings("web", "k-slow")}
    settings = Settings(root=str(tmp_path), touchpoints=touchpoints, intake=IntakeSettings(requests_per_s=100))
    opened = open_store(settings, FixedClock(NOW))
    yield opened
    opened.close()


@pytest.fixture
def client(store: Store) -> Client:
    known = {"A", "S1"}
    goods = Goods(lambda skus: skus & known, lambda stores: stores & known)
    return Client(IntakeApp(Intake(store, Vault(b"0123456789abcdef0123456789abcdef"), goods)))


@pytest.mark.parametrize("name", ["track", "identify", "page", "screen", "group", "alias"])
def test_each_call_has_its_address(client: Client, store: Store, name: str) -> None:
    reply = client.post(f"/v1/{name}", {**CALL, "groupId": "g", "previousId": "p"})
    assert (reply.status, reply.body) == (200, {"success": True})
    assert reply.headers["access-control-allow-origin"] == "*"
    assert store.log.end() == 1


def test_results_on_request(client: Client) -> None:
    batch = {"batch": [{"type": "track", **CALL}, {"type": "track", **CALL}, {"type": "page", "messageId": "m2"}]}
    by_header = client.post("/v1/batch", batch, {**KEY, "x-datong-results": "each"})
    assert by_header.body["success"] is True
    assert [(r["id"], r["status"]) for r in by_header.body["results"]] == [
        ("m1", "stored"), ("m1", "duplicate"), ("m2", "quarantined"),
    ]
    assert set(by_header.body["results"][2]) == {"id", "status", "code", "message", "hint", "field"}
    assert client.post("/v1/batch?results=each", batch).body["results"][0] == {"id": "m1", "status": "duplicate"}
    assert client.post("/v1/batch", batch).body == {"success": True}


def test_the_key_in_the_body(client: Client) -> None:
    assert client.post("/v1/track", {**CALL, "writeKey": "k-shop"}, {}).status == 200
    reply = client.post("/v1/track", {**CALL, "writeKey": "k"}, {})
    assert (reply.status, reply.body["code"]) == (401, "bad_write_key")
    assert reply.headers["www-authenticate"] == 'Basic realm="datong"'


@pytest.mark.parametrize(("path", "body", "status", "code"), [
    ("/v1/batch", b"", 400, "empty_body"),
    ("/v1/batch", b"{", 400, "bad_json"),
    ("/v1/track", b"[1", 400, "bad_json"),
    ("/v1/batch", {"batch": []}, 400, "empty_batch"),
    ("/v1/batch", {"batch": [{}] * 2_501}, 413, "too_large"),
    ("/v1/batch", b" " * 512_001, 413, "too_large"),
    ("/v1/track", b" " * 32_769, 413, "too_large"),
    ("/v1/paint", CALL, 404, "not_found"),
    ("/v1/track/more", CALL, 404, "not_found"),
    ("/elsewhere", CALL, 404, "not_found"),
    ("/touchpoints/till", CALL, 404, "not_found"),
    ("/touchpoints/nothing", CALL, 404, "not_found"),
])
def test_bad_requests(client: Client, store: Store, path: str, body: Any, status: int, code: str) -> None:
    reply = client.post(path, body)
    assert (reply.status, reply.body["code"]) == (status, code)
    assert reply.body["message"]
    assert reply.headers["content-type"] == "application/json"
    assert store.log.end() == (code in {"bad_json", "empty_batch"})  # of which nothing can be read, quarantine has


def test_a_batch_at_its_limits(client: Client) -> None:
    assert client.post("/v1/batch", {"batch": [{}] * 2_500}).status == 200
    call = json.dumps({"batch": [{"type": "page", "userId": "u", "messageId": "x"}]}).encode()
    assert client.post("/v1/batch", call + b" " * (512_000 - len(call))).status == 200


def test_only_post(client: Client) -> None:
    reply = client.send("GET", "/v1/track", headers=KEY)
    assert (reply.status, reply.body["code"], reply.headers["allow"]) == (405, "bad_method", "POST, OPTIONS")


def test_a_browser_asks_first(client: Client) -> None:
    for path in ("/v1/batch", "/touchpoints/shop"):
        reply = client.send("OPTIONS", path, headers={"origin": "https://shop.example"})
        assert (reply.status, reply.headers["access-control-allow-origin"]) == (204, "*")
        assert "authorization" in reply.headers["access-control-allow-headers"]
    assert client.send("OPTIONS", "/touchpoints/till").status == 405
    assert client.post("/v1/track", CALL, {}).headers["access-control-allow-origin"] == "*"


def test_gzip_and_pieces(client: Client, store: Store) -> None:
    packed = {**KEY, "content-encoding": "gzip"}
    assert client.post("/v1/track", gzip.compress(json.dumps(CALL).encode()), packed, pieces=3).status == 200
    assert client.post("/v1/track", {**CALL, "messageId": "m2"}, pieces=7).status == 200
    assert store.log.end() == 2


def test_a_gzip_bomb(client: Client) -> None:
    packed = {**KEY, "content-encoding": "gzip"}
    bomb = gzip.compress(b" " * 50_000_000)
    assert len(bomb) < 100_000
    assert client.post("/v1/batch", bomb, packed).body["code"] == "too_large"
    twice = gzip.compress(b" " * 300_000) * 2
    assert client.post("/v1/batch", twice, packed).body["code"] == "too_large"


@pytest.mark.parametrize(("encoding", "body"), [
    ("gzip", b"plain"), ("gzip", gzip.compress(b"{}", mtime=0)[:-5]), ("br", b"{}"),
])
def test_bad_encodings(client: Client, encoding: str, body: bytes) -> None:
    reply = client.post("/v1/track", body, {**KEY, "content-encoding": encoding})
    assert (reply.status, reply.body["code"]) == (400, "bad_encoding")


def test_too_large_in_pieces(client: Client) -> None:
    assert client.post("/v1/batch", b" " * 600_000, pieces=10).body["code"] == "too_large"
    assert client.post("/v1/batch", b" " * 20_000_000, pieces=40).body["code"] == "too_large"


def test_frames(client: Client) -> None:
    receipt = {"till": 1, "business_day": "2026-03-01", "sequence": 1, "time": "2026-03-01T10:00:00+08:00",
               "lines": [{"sku": "A", "price": 5}]}
    frame = {"receipts": [receipt, {**receipt, "sequence": 2, "lines": [{"sku": "B", "price": 5}]}, {}]}
    reply = client.post("/touchpoints/till?results=each", frame, TILL)
    assert {k: v for k, v in reply.body.items() if k != "results"} == {
        "success": True, "stored": 1, "duplicate": 0, "quarantined": 2,
    }
    assert [r.get("code") for r in reply.body["results"]] == [None, "unknown_sku", "missing_field"]
    receipt["lines"] = [{"sku": "A", "price": 6}]
    assert client.post("/touchpoints/till", receipt, TILL).body == {
        "success": True, "stored": 0, "duplicate": 0, "quarantined": 1,
    }
    assert client.post("/touchpoints/till", b"neither", TILL).body["code"] == "bad_csv"


def test_slower_please(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    at = time.monotonic()
    monkeypatch.setattr(client.app._keys, "_now", lambda: at)
    slow = {"authorization": "Bearer k-slow"}
    assert [client.post("/v1/track", b"", slow).status for _ in range(101)] == [400] * 100 + [429]
    reply = client.post("/v1/track", b"", slow)
    assert (reply.body["code"], reply.headers["retry-after"]) == ("too_many", "1")
    assert client.post("/v1/track", CALL).status == 200


def test_unavailable_at_once(client: Client, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_records: Any) -> Any:
        raise Unavailable("the event log cannot be written", after=4.2)

    monkeypatch.setattr(store.log, "submit", fail)
    reply = client.post("/v1/track", CALL)
    assert (reply.status, reply.body["code"], reply.headers["retry-after"]) == (503, "unavailable", "5")


def test_our_own_fault_shows_nothing_inside(client: Client, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store.log, "submit", lambda _records: 1 / 0)
    reply = client.post("/v1/track", CALL)
    assert (reply.status, reply.body) == (
        500, {"code": "broken", "message": "the intake failed; see the platform's log"},
    )


def test_other_paths_go_elsewhere(client: Client) -> None:
    async def other(scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 299, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    app = Client(IntakeApp(client.app._intake, other))
    assert (app.send("GET", "/console").status, app.send("GET", "/v1").status) == (299, 299)
    assert app.post("/v1/track", CALL).status == 200
