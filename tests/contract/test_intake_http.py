"""The intake's HTTP contract against a real server: keys, limits, error shapes, per-item results, durability."""

from __future__ import annotations

import gzip
import json
import socket
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.contract.intake_server import NOW, VAULT, Running, running_intake

from datong.model import sighted

pytestmark = pytest.mark.network

SHOP = ("k-shop", "")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    with running_intake(tmp_path) as running:
        yield running


@pytest.fixture
def client(server: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        yield client


def viewed(n: int, **change: Any) -> dict[str, Any]:
    return {"type": "track", "event": "Product Viewed", "messageId": f"m{n}", "userId": "u1",
            "properties": {"sku": "A", "price": 19.9}, **change}


def test_answered_means_on_disk(client: httpx.Client, server: Running) -> None:
    assert client.post("/v1/batch", json={"batch": [viewed(1), viewed(2)]}, auth=SHOP).json() == {"success": True}
    other = sqlite3.connect(server.store.settings.data / "log.sqlite")
    assert other.execute("SELECT count(*) FROM log").fetchone() == (2,)
    other.close()


def test_results_for_each(client: httpx.Client, server: Running) -> None:
    batch = {"batch": [viewed(1), viewed(1), viewed(1, userId="u2"), viewed(2, event="Product Veiwed"),
                       viewed(3, properties={"sku": "A", "price": -5}), viewed(4, padding="x" * 33_000)]}
    reply = client.post("/v1/batch", json=batch, auth=SHOP, headers={"X-Datong-Results": "each"})
    assert [(r["id"], r["status"], r.get("code"), r.get("field")) for r in reply.json()["results"]] == [
        ("m1", "stored", None, None), ("m1", "duplicate", None, None), ("m1", "conflict", "conflict", "messageId"),
        ("m2", "quarantined", "unknown_event", "event"),
        ("m3", "quarantined", "negative_price", "properties.price"), ("m4", "too_large", "too_large", None),
    ]
    assert len(server.events()) == 1
    assert sorted(r.code for r in server.rejected()) == ["conflict", "negative_price", "too_large", "unknown_event"]
    counts = server.intake.counts()
    assert [counts["shop", name] for name in ("accepted", "duplicate", "quarantined")] == [1, 1, 4]


@pytest.mark.parametrize(("path", "content", "status", "code"), [
    ("/v1/batch", b"", 400, "empty_body"), ("/v1/track", b"{", 400, "bad_json"),
    ("/v1/batch", b'{"batch":[]}', 400, "empty_batch"), ("/v1/batch", b" " * 600_000, 413, "too_large"),
    ("/v1/track", b" " * 40_000, 413, "too_large"), ("/v1/nothing", b"{}", 404, "not_found"),
    ("/touchpoints/till", b"{}", 404, "not_found"),
])
def test_one_error_shape(client: httpx.Client, path: str, content: bytes, status: int, code: str) -> None:
    reply = client.post(path, content=content, auth=SHOP)
    assert (reply.status_code, reply.json()["code"]) == (status, code)
    assert set(reply.json()) <= {"code", "message", "hint", "field"}


def test_keys(client: httpx.Client) -> None:
    call = viewed(1)
    assert client.post("/v1/track", json=call, headers={"Authorization": "Bearer k-shop"}).status_code == 200
    assert client.post("/v1/track", json={**call, "writeKey": "k-shop"}).status_code == 200
    wrong: tuple[Any, ...] = (("k", ""), ("", "k-shop"), None)
    for auth in wrong:
        reply = client.post("/v1/track", json=call, auth=auth)
        assert (reply.status_code, reply.json()["code"]) == (401, "bad_write_key")


def test_gzip(client: httpx.Client, server: Running) -> None:
    packed = gzip.compress(json.dumps({"batch": [viewed(n) for n in range(2_500)]}).encode())
    reply = client.post("/v1/batch", content=packed, auth=SHOP, headers={"Content-Encoding": "gzip"})
    assert (reply.status_code, len(server.events())) == (200, 2_500)
    bomb = gzip.compress(b" " * 20_000_000)
    reply = client.post("/v1/batch", content=bomb, auth=SHOP, headers={"Content-Encoding": "gzip"})
    assert (reply.status_code, reply.json()["code"]) == (413, "too_large")


def test_frames_of_each_kind(client: httpx.Client, server: Running) -> None:
    time = "2026-03-01T03:59:00Z"
    csv = ("till,business_day,sequence,time,member_card,sku,price\n1,2026-03-01,7,2026-03-01 11:59:00,8800,A,19.90\n"
           "1,2026-03-01,8,2026-03-01 11:59:30,,B,5\n")
    wifi = {"sensor": "ap-1", "sightings": [{"mac": "a4:83:e7:12:34:56", "rssi": -61, "time": time},
                                            {"mac": "a4:83", "rssi": -61, "time": time}]}
    ble = {"sensor": "gw-1", "sightings": [{"id": "F7:1:2", "rssi": -70, "time": time}]}
    answers = [
        client.post("/touchpoints/till", content=csv.encode(), auth=("k-till", "")).json(),
        client.post("/touchpoints/door", json=wifi, auth=("k-door", "")).json(),
        client.post("/touchpoints/gate", json=ble, auth=("k-gate", "")).json(),
    ]
    assert [(a["stored"], a["duplicate"], a["quarantined"]) for a in answers] == [(1, 0, 1), (1, 0, 1), (1, 0, 0)]
    receipt, phone, beacon = server.events()
    assert (receipt.type, receipt.id, receipt.place, receipt.amount) == (
        "Receipt Issued", "S1/1/2026-03-01/7", "S1", 1990,
    )
    assert receipt.time == NOW - 60_000
    (seen,), (tag,) = sighted(phone), sighted(beacon)
    assert seen.key not in {0, VAULT.key("wifi_mac", "a4:83:e7:12:34:56")}  # that of the day
    assert (seen.ns, seen.sensor, phone.place, phone.ident, phone.identifiers) == ("wifi_mac", "ap-1", "V1", 0, ())
    assert (tag.ns, tag.key, beacon.place, tag.rssi) == ("ble_id", VAULT.key("ble_id", "f7:1:2"), "V1", -70)
    assert [r.code for r in server.rejected()] == ["unknown_sku", "bad_identifier"]


def test_a_browser_may_send(client: httpx.Client) -> None:
    reply = client.options("/v1/batch", headers={"Origin": "https://shop.example"})
    assert (reply.status_code, reply.headers["access-control-allow-origin"]) == (204, "*")


def test_too_many_requests(tmp_path: Path) -> None:
    with running_intake(tmp_path, requests_per_s=1) as server:
        replies = [httpx.post(f"{server.url}/v1/track", json=viewed(n), auth=SHOP, trust_env=False) for n in range(3)]
    limited = [r for r in replies if r.status_code == 429]
    assert limited
    assert limited[0].json()["code"] == "too_many"
    assert limited[0].headers["retry-after"] == "1"


def test_many_senders_at_once(client: httpx.Client, server: Running) -> None:
    def send(worker: int) -> int:
        with httpx.Client(base_url=server.url, trust_env=False) as own:
            return sum(own.post("/v1/track", json=viewed(n), auth=SHOP).status_code for n in range(worker % 2, 40))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(send, range(8))) == 200 * (4 * 40 + 4 * 39)
    assert sorted(event.id for event in server.events()) == sorted(f"m{n}" for n in range(40))


def test_a_sender_that_hangs_up(server: Running, client: httpx.Client) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as half:
        half.sendall(b"POST /v1/track HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k-shop\r\n"
                     b"Content-Length: 500\r\n\r\n{\"userId\":")
    assert client.post("/v1/track", json=viewed(1), auth=SHOP).status_code == 200
    assert len(server.events()) == 1
