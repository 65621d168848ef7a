"""`kill -9` of the whole platform while tills and shoppers go on: what was acknowledged is there once, to the fen."""

from __future__ import annotations

import json
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.contract.receivers import webhook_server

import datong
from datong.analytics import sales
from datong.model import SECOND, decode_event, to_iso
from datong.platform import Platform
from datong.storage import EVENTS, FACT_TABLES

KILLS, RECEIPTS, SHOPPERS = 4, 3, 2
CONFIG = """
[server]
port = {port}
[privacy]
require_consent = false
[intake]
unknown_goods = "accept"
[scenes]
files = ["scenes.yaml"]
[marketing]
files = ["campaigns.yaml"]
messages_per_day = 1000
quiet = "none"
[touchpoints.web]
kind = "web"
write_key = "key-web"
[touchpoints.tills]
kind = "pos"
write_key = "key-tills"
[delivery.channels.gate]
kind = "webhook"
url = "{hook}"
"""
SCENE = """
scene: asked_after_scan
title: {zh: 扫码后询问, en: Asked after a scan}
start: {on: Tag Scanned, bind: sku}
steps:
  - on: {on: Guide Contacted, within: 1h}
reentry: each
lateness: eager
"""
CAMPAIGN = {
    "code": "ask", "name": {"en": "Ask"}, "scene": "asked_after_scan", "holdout": 0.0, "channels": ["gate"],
    "offer": {"kind": "amount", "value": 1_000, "valid": "3d"}, "expires": "1d",
    "messages": {"en": {"title": "{{ offer }}", "body": "{{ coupon }}"}},
}


class Shoppers(threading.Thread):
    """Sends numbered receipts and events without end, each bundle again until it is acknowledged."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.url, self.halt = url, threading.Event()
        self.receipts: dict[str, int] = {}
        self.calls: set[str] = set()
        self.phones: list[str] = []
        self.repeats = 0
        self._dice = random.Random(3)
        self._client = httpx.Client(timeout=10)

    def run(self) -> None:
        number = 0
        while not self.halt.is_set():
            slips = [self._slip(number * RECEIPTS + at) for at in range(RECEIPTS)]
            self._send("/touchpoints/tills", "key-tills", {"receipts": slips})
            self.receipts |= {f"S1/1/{s['business_day']}/{s['sequence']}": round(float(s["total"]) * 100)
                              for s in slips}
            phones = [f"138{20_000_000 + number * SHOPPERS + at}" for at in range(SHOPPERS)]
            calls = [call for phone in phones for call in self._asking(phone)]
            self._send("/v1/batch", "key-web", {"batch": calls})
            self.calls |= {call["messageId"] for call in calls}
            self.phones += phones
            number += 1
            time.sleep(0.01)
        self._client.close()

    def _slip(self, number: int) -> dict[str, Any]:
        now, total = int(time.time() * 1000), f"{self._dice.randrange(1, 99_999) / 100:.2f}"
        return {
            "store": "S1", "till": "1", "business_day": "2026-03-07", "sequence": number, "time": to_iso(now),
            "customer": {"phone": f"139{20_000_000 + number % 50}"}, "total": total,
            "lines": [{"sku": f"sku-{number % 7}", "quantity": 1, "price": total}],
        }

    def _asking(self, phone: str) -> list[dict[str, Any]]:
        now, who = int(time.time() * 1000), {"externalIds": [{"type": "phone", "id": phone}]}
        return [
            {"type": "track", "event": event, "messageId": f"{phone}-{event}", "timestamp": to_iso(now - ago),
             "properties": {"sku": "sku-1"}, "context": who}
            for event, ago in (("Tag Scanned", 2 * SECOND), ("Guide Contacted", SECOND))
        ]

    def _send(self, path: str, key: str, body: Any) -> None:
        content = json.dumps(body).encode()
        while True:
            try:
                url = f"{self.url}{path}?results=each"
                answer = self._client.post(url, content=content, headers={"Authorization": f"Bearer {key}"})
            except httpx.TransportError:
                time.sleep(0.05)
                continue
            if answer.status_code == 200:
                found = [r["status"] for r in answer.json()["results"]]
                assert set(found) <= {"stored", "duplicate"}, answer.text
                self.repeats += found.count("duplicate")
                return
            time.sleep(0.05)


def serve(folder: Path, url: str) -> subprocess.Popen[bytes]:
    """Start the platform and return when it answers."""
    command = [sys.executable, "-m", "datong", "serve", "--config", str(folder / "datong.toml")]
    with (folder / "serve.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert process.poll() is None, (folder / "serve.log").read_text()
        try:
            if httpx.get(f"{url}/healthz").status_code == 200:
                return process
        except httpx.TransportError:
            time.sleep(0.02)
    raise TimeoutError("the platform does not come up")


def facts(platform: Platform) -> dict[str, Counter[str]]:
    """Return every row of every fact table."""
    return {
        name: Counter(map(repr, platform.store.facts.rows(f"SELECT * FROM {name}"))) for name in sorted(FACT_TABLES)
    }


@pytest.mark.network
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_what_was_acknowledged_survives_every_kill(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url, dice = f"http://127.0.0.1:{port}", random.Random(8)
    (tmp_path / "secret.key").write_text("5a" * 32)
    (tmp_path / "scenes.yaml").write_text(SCENE, "utf-8")
    (tmp_path / "campaigns.yaml").write_text(json.dumps({"campaigns": [CAMPAIGN]}))
    with webhook_server() as hook:
        (tmp_path / "datong.toml").write_text(CONFIG.format(port=port, hook=hook.url))
        shoppers = Shoppers(url)
        shoppers.start()
        for _ in range(KILLS):
            process = serve(tmp_path, url)
            time.sleep(dice.uniform(0.2, 1.5))
            process.send_signal(signal.SIGKILL)
            process.wait()
        process = serve(tmp_path, url)
        shoppers.halt.set()
        shoppers.join(60)
        assert not shoppers.is_alive()
        until = time.monotonic() + 90
        while len(hook.by_key) < len(shoppers.phones) and time.monotonic() < until:
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        process.wait(30)
        sent = hook.by_key
    check(tmp_path, shoppers, sent)


def check(folder: Path, shoppers: Shoppers, sent: dict[str, dict[str, Any]]) -> None:
    """Compare what is in the platform with what was acknowledged and what the webhook got."""
    with datong.open(str(folder / "datong.toml")) as platform:
        platform.flow.drain()
        events = [decode_event(e.body) for e in platform.store.log.read(0, 1_000_000) if e.topic == EVENTS]
        ids = {source: Counter(e.id for e in events if e.source == source) for source in ("web", "tills", "delivery")}
        assert ids["tills"] == dict.fromkeys(shoppers.receipts, 1)
        assert ids["web"] == dict.fromkeys(shoppers.calls, 1)
        assert len(shoppers.receipts) > KILLS * RECEIPTS  # it did go on between the kills
        totals = sales(platform.store).totals
        assert (totals.amount, totals.receipts) == (sum(shoppers.receipts.values()), len(shoppers.receipts))
        with platform.store.state.read() as tx:
            fired = [row[0] for row in tx.exec_driver_sql("SELECT id FROM scenes_firing")]
            out = tx.exec_driver_sql("SELECT id, state, coupon FROM delivery_outbox").all()
        assert len(set(fired)) == len(fired) == len(shoppers.phones)
        assert {row.state for row in out} == {"sent"}
        assert {row.id for row in out} == sent.keys()
        assert len(out) == len(fired)
        assert {row.coupon for row in out} == {body["coupon"] for body in sent.values()}
        assert len({row.coupon for row in out}) == len(out)
        assert ids["delivery"] == {f"sent:{key}": 1 for key in sent}
        before = facts(platform)
        assert before["commerce.receipt"]
        platform.store.facts.rebuild()
        platform.flow.drain()
        after = facts(platform)
        assert {name: sum(rows.values()) for name, rows in after.items()} == {
            name: sum(rows.values()) for name, rows in before.items()}
        assert after == before
