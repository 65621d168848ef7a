"""Benchmark: durable intake over HTTP, beside bare appends to SQLite.

A real server (uvicorn, uvloop, httptools; `IntakeApp` on a real store) runs in one process, the load generator in
another on the same machine: raw sockets, requests made before the clock starts. Every answer 200 means that the events
are on disk; at the end they are counted in the log. The anchor appends rows of the same bytes to a table of the same
shape, in groups, with nothing around it: no HTTP, no JSON, no checks, no identifiers.

    python benchmarks/intake.py [--events 200000] [--singles 20000] [--connections 16]
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import gc
import json
import os
import random
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from line import print_line

KEY = "benchmark-write-key"
BATCH = 100
USERS, GOODS = 20_000, 2_000


def serve(path: str, port: int) -> None:
    """Serve the intake until the process is ended."""
    import uvicorn

    from datong.config import IntakeSettings, Settings, TouchpointSettings
    from datong.privacy import Vault
    from datong.storage import open_store
    from datong.touchpoints import Call, Intake, IntakeApp

    settings = Settings(
        root=path, touchpoints={"shop": TouchpointSettings("web", KEY)}, intake=IntakeSettings(requests_per_s=10**9)
    )
    store = open_store(settings)
    intake = Intake(store, Vault(b"a secret of the benchmark only."))
    goods = [
        Call("track", "Product Updated", f"goods-{n}", properties={"sku": f"SKU-{n}", "price": 10 + n / 100})
        for n in range(GOODS)
    ]
    intake.accept_calls("shop", goods)
    gc.freeze()  # as the platform does when it starts
    gc.set_threshold(20_000, 20, 50)
    uvicorn.run(
        IntakeApp(intake), port=port, loop="uvloop", http="httptools", access_log=False, log_level="warning",
        ws="none",
    )
    store.close()


def call(n: int, dice: random.Random) -> dict[str, Any]:
    """Return the n-th call: browsing for the most part, some carts, orders and identifications."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    user, sku, kind = dice.randrange(USERS), dice.randrange(GOODS), dice.random()
    body: dict[str, Any] = {
        "messageId": f"bench-{n:09d}-{dice.getrandbits(48):012x}", "anonymousId": f"visitor-{user}", "timestamp": now,
        "context": {"library": {"name": "analytics.js", "version": "4.1.0"}, "locale": "zh-CN"},
    }
    product = {"sku": f"SKU-{sku}", "price": 10 + sku / 100, "quantity": 1, "category": "shoes/sneakers"}
    if kind < 0.25:
        return body | {"type": "page", "name": "Home", "properties": {"path": "/", "url": "https://shop.example/"}}
    if kind < 0.80:
        return body | {"type": "track", "event": "Product Viewed", "properties": product}
    if kind < 0.90:
        return body | {"type": "track", "event": "Product Added", "properties": product | {"cart_id": f"cart-{user}"}}
    if kind < 0.98:
        second = product | {"sku": f"SKU-{(sku + 1) % GOODS}"}
        order = {"order_id": f"order-{n}", "revenue": 25.5, "currency": "CNY", "products": [product, second]}
        return body | {"type": "track", "event": "Order Completed", "userId": f"user-{user}", "properties": order}
    traits = {"phone": f"139{user:08d}", "city": "Shanghai"}
    return body | {"type": "identify", "userId": f"user-{user}", "traits": traits}


def request(path: str, body: bytes) -> bytes:
    """Return the bytes of one HTTP request."""
    key = base64.b64encode(f"{KEY}:".encode()).decode()
    head = (f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Authorization: Basic {key}\r\nContent-Length: {len(body)}\r\n\r\n")
    return head.encode() + body


def make(events: int, singles: int, first: int = 0) -> tuple[list[bytes], list[bytes]]:
    """Return the requests: batches of 100, and single calls; numbered from `first`."""
    dice = random.Random(7)
    batches = []
    for at in range(first, first + events, BATCH):
        body = {"batch": [call(at + n, dice) for n in range(BATCH)],
                "sentAt": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")}
        batches.append(request("/v1/batch", json.dumps(body, separators=(",", ":")).encode()))
    each = []
    for n in range(first + events, first + events + singles):
        body = call(n, dice)
        each.append(request(f"/v1/{body['type']}", json.dumps(body, separators=(",", ":")).encode()))
    return batches, each


class Sender(asyncio.Protocol):
    """One connection: sends the next request when the last one was answered."""

    def __init__(self, todo: list[bytes], times: list[float], done: asyncio.Future[None]) -> None:
        self.todo, self.times, self.done, self.began, self.answer = todo, times, done, 0.0, b""

    def connection_made(self, transport: Any) -> None:
        """Begin."""
        self.transport = transport
        self.next()

    def data_received(self, data: bytes) -> None:
        """Take the answer, which may come in two pieces."""
        self.answer += data
        if not self.answer.endswith(b'{"success":true}'):
            if not self.answer.startswith(b"HTTP/1.1 200"):
                self.done.set_exception(RuntimeError(self.answer.decode()))
            return
        self.answer = b""
        self.times.append(time.perf_counter() - self.began)
        self.next()

    def next(self) -> None:
        """Send."""
        if self.todo:
            self.began = time.perf_counter()
            self.transport.write(self.todo.pop())
        else:
            self.transport.close()
            self.done.set_result(None)


async def drive(port: int, requests: list[bytes], connections: int) -> dict[str, float]:
    """Send the requests over some connections and return the figures."""
    loop = asyncio.get_running_loop()
    times: list[float] = []
    count = len(requests)
    finished = [loop.create_future() for _ in range(connections)]
    began, cpu = time.perf_counter(), time.process_time()
    for done in finished:
        await loop.create_connection(lambda done=done: Sender(requests, times, done), "127.0.0.1", port)
    await asyncio.gather(*finished)
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    times.sort()
    return {
        "requests_per_s": count / wall, "p50_ms": times[len(times) // 2] * 1000,
        "p99_ms": times[int(len(times) * 0.99)] * 1000, "generator_cpu_share": cpu / wall / (os.cpu_count() or 1),
        "seconds": wall,
    }


def generate(port: int, events: int, singles: int, connections: int) -> None:
    """Run the load generator and print its figures as JSON."""
    import uvloop

    batches, each = make(events, singles)
    warm, _ = make(BATCH * 50, 0, first=events + singles)
    uvloop.run(drive(port, warm, connections))
    batched = uvloop.run(drive(port, batches, connections))
    single = uvloop.run(drive(port, each, connections * 2))
    print(json.dumps({"batched": batched, "single": single, "warm": BATCH * 50}))


def anchor(path: str, events: int, group: int) -> float:
    """Return how many rows a second SQLite itself appends durably, in groups of `group`."""
    db = sqlite3.connect(str(Path(path, "anchor.sqlite")), isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536", "wal_autocheckpoint=8000"):
        db.execute(f"PRAGMA {pragma}")
    db.execute("CREATE TABLE log (offset INTEGER PRIMARY KEY, topic INTEGER NOT NULL, key BLOB NOT NULL UNIQUE, "
               "digest INTEGER NOT NULL, body BLOB NOT NULL)")
    rows = [(n + 1, 0, blake2b(str(n).encode(), digest_size=16).digest(), n, os.urandom(220)) for n in range(events)]
    began = time.perf_counter()
    for at in range(0, events, group):
        db.execute("BEGIN IMMEDIATE")
        db.executemany("INSERT OR IGNORE INTO log VALUES (?, ?, ?, ?, ?)", rows[at : at + group])
        db.execute("COMMIT")
    wall = time.perf_counter() - began
    db.close()
    return events / wall


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int) -> None:
    """Wait until somebody listens on the port."""
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server did not start")


def main() -> None:
    """Run server and generator, count what lies in the log, run the anchor, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--singles", type=int, default=20_000)
    parser.add_argument("--connections", type=int, default=16)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="datong-intake-") as path:
        port = free_port()
        server = subprocess.Popen([sys.executable, __file__, "serve", path, str(port)])
        try:
            wait_for(port)
            numbers = [str(n) for n in (port, given.events, given.singles, given.connections)]
            out = subprocess.run([sys.executable, __file__, "generate", *numbers], check=True, stdout=subprocess.PIPE)
        finally:
            server.terminate()
            server.wait()
        found = json.loads(out.stdout)
        log = sqlite3.connect(str(Path(path, "data", "log.sqlite")))
        stored = log.execute("SELECT count(*) FROM log WHERE topic = 0").fetchone()[0]
        log.close()
        sent = found["warm"] + given.events + given.singles + GOODS
        assert stored == sent, f"{stored} of {sent} events lie in the log"
        bare, bare_single = anchor(path, given.events, BATCH * given.connections), 0.0
        Path(path, "anchor.sqlite").unlink()
        bare_single = anchor(path, given.singles, given.connections * 2)
    batched, single = found["batched"], found["single"]
    ours = {
        "batch_events_per_s": round(batched["requests_per_s"] * BATCH), "batch_p50_ms": round(batched["p50_ms"], 2),
        "batch_p99_ms": round(batched["p99_ms"], 2), "single_req_per_s": round(single["requests_per_s"]),
        "p50_ms": round(single["p50_ms"], 2), "p99_ms": round(single["p99_ms"], 2),
        "generator_cpu_share": round(batched["generator_cpu_share"], 3),
        "single_generator_cpu_share": round(single["generator_cpu_share"], 3), "events_in_log": stored,
    }
    base = {"batch_events_per_s": round(bare), "single_req_per_s": round(bare_single)}
    print_line("intake", ours, base, {name: round(ours[name] / base[name], 3) for name in base})


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(sys.argv[2], int(sys.argv[3]))
    elif sys.argv[1:2] == ["generate"]:
        generate(*(int(n) for n in sys.argv[2:6]))
    else:
        main()
