"""Sending: actions become requests to the public touchpoints, over kept connections, patiently."""

from __future__ import annotations

import csv
import http.client
import io
import json
import queue
import threading
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from datong.simulator.frames import Action

__all__ = ["Request", "Sender", "requests"]

_FRAMES = ("tills", "market")
_LONGEST = 400  # calls in one batch: under 500 KB
_COLUMNS = (
    "store", "till", "business_day", "sequence", "time", "kind", "currency", "total", "original",
    "member_card", "phone", "tender", "tender_amount", "coupon", "coupon_amount",
    "sku", "name", "category", "brand", "quantity", "price", "discount", "amount",
)


class Request(NamedTuple):
    """One POST: `to` is the touchpoint whose key is used, `events` how many events the body holds."""

    to: str
    path: str
    body: bytes
    events: int
    type: str = "application/json"


def requests(actions: Iterable[Action]) -> list[Request]:
    """Return the requests for a run of actions: calls and receipts in batches, one frame per sensor."""
    calls: dict[tuple[str, bool], list[dict[str, Any]]] = {}
    sensors: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for action in actions:
        if action.to in ("wifi", "ble"):
            sighting = {k: v for k, v in action.body.items() if k != "sensor"}
            sensors.setdefault((action.to, action.body["sensor"]), []).append(sighting)
        else:
            past = bool(action.body.get("context", {}).get("history"))
            calls.setdefault((action.to, past), []).append(action.body)
    made: list[Request] = []
    for (to, past), bodies in calls.items():
        made.extend(_batch(to, bodies[at : at + _LONGEST], past) for at in range(0, len(bodies), _LONGEST))
    for (to, sensor), sightings in sensors.items():
        body = json.dumps({"sensor": sensor, "sightings": sightings}).encode()
        made.append(Request(to, f"/touchpoints/{to}", body, len(sightings)))
    return made


def _batch(to: str, bodies: list[dict[str, Any]], past: bool) -> Request:
    if to not in _FRAMES:
        batch = {"batch": bodies, **({"context": {"history": True}} if past else {})}
        return Request(to, "/v1/batch", json.dumps(batch).encode(), len(bodies))
    if to == "market":
        return Request(to, f"/touchpoints/{to}", _csv(bodies), len(bodies), "text/csv")
    return Request(to, f"/touchpoints/{to}", json.dumps({"receipts": bodies}).encode(), len(bodies))


def _csv(receipts: list[dict[str, Any]]) -> bytes:
    out = io.StringIO(newline="")
    rows = csv.DictWriter(out, _COLUMNS, restval="", extrasaction="ignore")
    rows.writeheader()
    for receipt in receipts:
        tender = receipt["tenders"][0]
        whole = {**receipt, **receipt.get("customer", {}), "tender": tender["kind"], "tender_amount": tender["amount"]}
        for coupon in receipt.get("coupons", ()):
            whole |= {"coupon": coupon["code"], "coupon_amount": coupon["amount"]}
        rows.writerows({**whole, **line} for line in receipt["lines"])
    return out.getvalue().encode()


class Sender:
    """Posts requests on a few threads; `counts` tells what became of the events."""

    def __init__(self, url: str, keys: Mapping[str, str], threads: int = 4) -> None:
        """Start the threads; at most a few hundred requests wait, then `send` does."""
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._tls = parts.scheme == "https"
        self._keys = {name: b64encode(f"{key}:".encode()).decode() for name, key in keys.items()}
        self._queue: queue.Queue[Request | None] = queue.Queue(400)
        self._stop = threading.Event()
        self.counts: Counter[str] = Counter()
        self.refusal = ""
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def send(self, actions: Iterable[Action]) -> None:
        """Queue the actions; waits while the platform is behind."""
        for request in requests(actions):
            self._queue.put(request)

    def flush(self) -> None:
        """Wait until everything queued has been answered."""
        self._queue.join()

    def give_up(self) -> None:
        """Let everything go that has not been sent."""
        self._stop.set()

    def close(self) -> None:
        """Stop after the requests under way."""
        self._stop.set()
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join(5)

    def _run(self) -> None:
        link = self._connect()
        while (request := self._queue.get()) is not None:
            wait = 0.1
            while not self._stop.is_set():
                again, link = self._post(link, request)
                if again is None:
                    break
                self._stop.wait(max(again, wait))
                wait = min(wait * 2, 10.0)
            self._queue.task_done()
        link.close()

    def _post(
        self, link: http.client.HTTPConnection, request: Request
    ) -> tuple[float | None, http.client.HTTPConnection]:
        """Post once; return after how many seconds to try again (None: done) and the connection to use next."""
        headers = {"Content-Type": request.type, "Authorization": f"Basic {self._keys.get(request.to, '')}"}
        try:
            link.request("POST", request.path, request.body, headers)
            answer = link.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException):
            link.close()
            self.counts["away"] += 1
            return 0.2, self._connect()
        if answer.status in (429, 500, 502, 503, 504):
            self.counts["put off"] += 1
            return _seconds(answer.getheader("Retry-After")), link
        if answer.status >= 400:
            self.counts["refused"] += request.events
            self.refusal = f"{request.to}: {answer.status} {said[:300].decode('utf-8', 'replace')}"
        else:
            self.counts["sent"] += request.events
        return None, link

    def _connect(self) -> http.client.HTTPConnection:
        make = http.client.HTTPSConnection if self._tls else http.client.HTTPConnection
        return make(self._host, self._port, timeout=30)


def _seconds(text: str | None) -> float:
    try:
        return min(float(text or 0.5), 30.0)
    except ValueError:
        return 0.5
