"""The whole loop: HTTP → log → settle → recognise → describe → sense (10 scenes) → decide → outbox, and the facts.

python benchmarks/loop.py [--events 60000] [--seconds 20] [--rate 1000]

The platform runs in a process of its own, as `datong serve` does; this process is the load generator. Sustained speed:
events sent in batches of 100 as fast as they are taken, until the spine has passed the last one. Latency: `rate`
events/s for `seconds`, one in fifty of them firing an eager scene; the time from sending the request to the moment the
message can be read in the outbox by another process (polled every 2 ms). The anchor is what the same log, dedupe and
state rows cost without any thinking: one SQLite transaction with an insert into a deduplicated log and an upsert of one
row per event, in batches of 1,000.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import random
import resource
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from line import print_line

with socket.socket() as _probe:
    _probe.bind(("127.0.0.1", 0))
    PORT = _probe.getsockname()[1]
TOML = """
[retailer]
currency = "CNY"
[server]
port = {port}
[privacy]
key = {{ file = "secret.key" }}
require_consent = false
[intake]
unknown_goods = "accept"
[touchpoints.web]
kind = "web"
write_key = "bench"
[scenes]
files = [{scenes}]
[marketing]
files = ["campaign.yaml"]
messages_per_day = 1000000
quiet = ""
[delivery.channels.inbox]
kind = "inbox"
"""
SCENE = """
scene: {name}
version: 1
title: {{en: "{name}", zh: "{name}"}}
lateness: eager
start: {{on: ["{event}"], where: '{where}'}}
{steps}
"""
CAMPAIGN = """
campaigns:
  - code: bench
    name: {en: Bench, zh-CN: 测试}
    scene: trigger
    holdout: 0.0
    channels: [inbox]
    offer: {kind: percent, value: 10, valid: 7d}
    quiet: none
    messages:
      en: {title: "Hello", body: "Take {{ coupon }}"}
      zh-CN: {title: "你好", body: "{{ coupon }}"}
"""


def installation(folder: Path) -> Path:
    """Make a configuration with ten scenes; one fires on a product of the category `trigger`."""
    scenes = [("trigger", "Product Viewed", 'category == "trigger"', "")]
    scenes += [(f"viewed{n}", "Product Viewed", f'category == "c{n}" and amount > 90000', "") for n in range(5)]
    scenes += [(f"cart{n}", "Product Added", f'category == "c{n}"',
                'steps: [{absent: {on: ["Order Completed"], for: 30m}}]') for n in range(4)]
    names = []
    for name, event, where, steps in scenes:
        names.append(f'"{name}.yaml"')
        (folder / f"{name}.yaml").write_text(SCENE.format(name=name, event=event, where=where, steps=steps))
    (folder / "campaign.yaml").write_text(CAMPAIGN)
    (folder / "secret.key").write_text(base64.b64encode(os.urandom(32)).decode())
    (folder / "datong.toml").write_text(TOML.format(port=PORT, scenes=", ".join(names)))
    return folder / "datong.toml"


def call(dice: random.Random, number: int, trigger: bool = False) -> dict[str, Any]:
    """Return one event of one of 20,000 shoppers."""
    kinds = ("Product Viewed", "Product Added", "Order Completed", "Product List Viewed")
    kind = dice.choices(kinds, (60, 15, 5, 20))[0]
    shopper = 1_000_000 + number if trigger else dice.randrange(20_000)
    product = {"product_id": f"s{dice.randrange(2000)}", "category": f"c{dice.randrange(40)}",
               "brand": f"b{dice.randrange(30)}", "price": dice.randrange(100, 90_000) / 100, "quantity": 1}
    properties: dict[str, Any] = {**product}
    if trigger:
        kind, properties["category"] = "Product Viewed", "trigger"
    elif kind == "Order Completed":
        properties = {"order_id": f"o{number}", "revenue": product["price"], "products": [product]}
    body = {"type": "track", "event": kind, "messageId": f"m{number}", "properties": properties,
            "anonymousId": f"a{shopper}"}
    if trigger or dice.random() < 0.5:
        body["userId"] = f"u{shopper}"
    return body


class Sender:
    """One kept connection to the intake."""

    def __init__(self) -> None:
        self.http = HTTPConnection("127.0.0.1", PORT, timeout=60)
        self.head = {"Content-Type": "application/json",
                     "Authorization": "Basic " + base64.b64encode(b"bench:").decode()}

    def send(self, calls: list[dict[str, Any]] | bytes) -> None:
        """Send one batch and wait until it is on disk."""
        body = calls if isinstance(calls, bytes) else json.dumps({"batch": calls}).encode()
        self.http.request("POST", "/v1/batch", body, self.head)
        answer = self.http.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"the intake answered {answer.status}")


def behind() -> int:
    """Return how far the spine is behind the log."""
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/healthz", timeout=30) as answer:
        return int(json.load(answer)["behind"])


def sustained(events: int, start: int) -> float:
    """Return the events per second that went through every stage; message numbers begin at `start`."""
    dice = random.Random(start)
    work = [
        json.dumps({"batch": [call(dice, n) for n in range(first, first + 100)]}).encode()
        for first in range(start, start + events, 100)
    ]
    began = time.perf_counter()

    def post(part: list[bytes]) -> None:
        sender = Sender()
        for body in part:
            sender.send(body)

    threads = [threading.Thread(target=post, args=(work[n::4],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while behind():
        time.sleep(0.02)
    return events / (time.perf_counter() - began)


def latency(state: Path, rate: int, seconds: int, first: int) -> list[float]:
    """Return, sorted, the milliseconds from request to outbox of every firing event."""
    dice, sender = random.Random(2), Sender()
    sent: list[float] = []
    seen: list[float] = []
    stop = threading.Event()

    def watch() -> None:
        db = sqlite3.connect(f"file:{state}?mode=ro", uri=True)
        base = db.execute("SELECT count(*) FROM delivery_outbox").fetchone()[0]
        while not stop.is_set() or len(seen) < len(sent):
            found = db.execute("SELECT count(*) FROM delivery_outbox").fetchone()[0] - base
            seen.extend([time.perf_counter()] * (found - len(seen)))
            if stop.is_set() and time.perf_counter() > sent[-1] + 10:
                break
            time.sleep(0.002)

    watcher = threading.Thread(target=watch)
    watcher.start()
    time.sleep(0.2)
    began, number, size = time.perf_counter(), first, 10
    for step in range(rate * seconds // size):
        calls = [call(dice, n, trigger=n % 50 == 0) for n in range(number + 1, number + size + 1)]
        number += size
        due = began + step * size / rate
        time.sleep(max(0.0, due - time.perf_counter()))
        sent += [time.perf_counter()] * sum(n % 50 == 0 for n in range(number - size + 1, number + 1))
        sender.send(calls)
    stop.set()
    watcher.join()
    if len(seen) < len(sent):
        raise RuntimeError(f"{len(sent)} events fired, {len(seen)} messages came")
    return sorted((b - a) * 1000 for a, b in zip(sent, seen, strict=False))


def anchor(folder: Path, events: int) -> float:
    """Return events per second of the bare rows in one SQLite transaction per 1,000 events."""
    db = sqlite3.connect(folder / "anchor.sqlite", isolation_level=None)
    db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                     "CREATE TABLE log (o INTEGER PRIMARY KEY, k TEXT UNIQUE, b BLOB);"
                     "CREATE TABLE state (m INTEGER PRIMARY KEY, b BLOB);")
    dice = random.Random(1)
    began = time.perf_counter()
    for first in range(0, events, 1000):
        db.execute("BEGIN IMMEDIATE")
        calls = [json.dumps(call(dice, n)) for n in range(first, first + 1000)]
        rows = [(f"m{first + n}", b) for n, b in enumerate(calls)]
        db.executemany("INSERT OR IGNORE INTO log (k, b) VALUES (?, ?)", rows)
        db.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", [(dice.randrange(20_000), b) for b in calls])
        db.execute("COMMIT")
    return events / (time.perf_counter() - began)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser()
    options.add_argument("--events", type=int, default=60_000)
    options.add_argument("--seconds", type=int, default=20)
    options.add_argument("--rate", type=int, default=1_000)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = installation(folder)
        server = subprocess.Popen([sys.executable, "-m", "datong", "serve", "--config", str(config)])
        try:
            for _ in range(300):
                if server.poll() is not None:
                    raise SystemExit("the platform did not start")
                try:
                    behind()
                    break
                except OSError:
                    time.sleep(0.1)
            sustained(10_000, 0)  # so that members and caches are there
            speed = sustained(chosen.events, 1_000_000)
            times = latency(folder / "data" / "state.sqlite", chosen.rate, chosen.seconds, 50_000_000)
        finally:
            server.terminate()
            server.wait(30)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        bare = anchor(folder, chosen.events)
    ours = {"events_per_s": round(speed), "p50_ms": round(times[len(times) // 2], 1),
            "p99_ms": round(times[int(len(times) * 0.99)], 1), "peak_mb": round(peak), "firings": len(times),
            "rate_events_per_s": chosen.rate}
    print_line("loop", ours, {"events_per_s": round(bare)}, {"events_per_s": round(speed / bare, 3)})


if __name__ == "__main__":
    main()
