"""Whatever is sent, everything is stored, known already or quarantined, exactly once, and nothing crashes."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datong.config import FixedClock, Settings
from datong.errors import Rejected
from datong.model import EVENT_TYPES, decode_event, from_iso
from datong.privacy import Vault
from datong.storage import EVENTS, open_store
from datong.touchpoints import Intake, Listening, kinds
from datong.touchpoints.goods import Goods
from datong.touchpoints.kinds.web import read_batch
from datong.touchpoints.quarantined import decode_quarantined

NOW = from_iso("2026-03-01T04:00:00Z")

junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
amount = st.one_of(st.floats(), st.integers(-100, 10**20), st.sampled_from(["19.90", "-1", "x", ""]), junk)
line = st.fixed_dictionaries({}, optional={
    "sku": st.sampled_from(["A", "B", "", 7]) | junk, "price": amount, "quantity": amount, "discount": amount,
    "amount": amount, "name": junk, "category": junk,
})
properties = st.dictionaries(
    st.sampled_from([
        "products", "sku", "price", "currency", "revenue", "total", "value", "order_id", "store_id", "coupon",
        "campaign_id", "code", "zone_id", "rssi", "tenders", "coupons", "discount", "granted", "email", "sensor",
    ]),
    amount | st.lists(line, max_size=3) | st.sampled_from(["CNY", "RMB", "S1", "r1"]) | junk, max_size=6,
)
call = st.fixed_dictionaries({}, optional={
    "type": st.sampled_from(["track", "identify", "page", "screen", "group", "alias", "trak"]) | junk,
    "event": st.sampled_from([*EVENT_TYPES, "Nonsense"]) | junk,
    "messageId": st.sampled_from(["1", "2", "3", 4]) | junk,
    "userId": st.sampled_from(["u1", 5, "null"]) | junk, "anonymousId": junk, "properties": properties | junk,
    "traits": st.dictionaries(st.sampled_from(["phone", "email", "name", "city"]), junk, max_size=3) | junk,
    "timestamp": st.sampled_from(["2026-03-01T03:00:00Z", "0001-01-01", "9999-12-31T23:59:59Z"]) | junk,
    "sentAt": st.sampled_from(["2026-03-01T03:00:01Z", "1970-01-01"]) | junk, "context": junk,
    "groupId": junk, "previousId": junk, "name": junk,
})


class Bench:
    def __init__(self, folder: str) -> None:
        self.store = open_store(Settings(root=folder), FixedClock(NOW))
        known = {"A", "S1"}
        goods = Goods(lambda skus: skus & known, lambda stores: stores & known)
        self.vault = Vault(b"0123456789abcdef0123456789abcdef")
        self.intake = Intake(self.store, self.vault, goods)
        self.end = 0

    def new(self) -> tuple[int, int]:
        """Return how many events and how many rejected calls came to the log since the last time."""
        entries = self.store.log.read(self.end, 10_000)
        self.end = self.store.log.end()
        for entry in entries:
            if entry.topic == EVENTS:
                decode_event(entry.body)
            else:
                self.vault.unseal(decode_quarantined(entry.body).raw)
        events = sum(entry.topic == EVENTS for entry in entries)
        return events, len(entries) - events


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with tempfile.TemporaryDirectory() as folder:
        made = Bench(folder)
        yield made
        made.store.close()


@given(st.lists(call | junk, min_size=1, max_size=6))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_in_is_stored_duplicate_or_quarantined(bench: Bench, calls: list[Any]) -> None:
    heard = read_batch(json.dumps({"batch": calls}).encode())
    before = bench.intake.counts()
    results = bench.intake.accept_calls("web", heard)
    after = bench.intake.counts()
    stored = sum(r.status == "stored" for r in results)
    duplicate = sum(r.status == "duplicate" for r in results)
    rejected = [r for r in results if r.status not in {"stored", "duplicate"}]
    assert len(results) == len(calls)
    assert all(r.code and r.message for r in rejected)
    gained = [after["web", name] - before.get(("web", name), 0) for name in ("accepted", "duplicate", "quarantined")]
    assert gained == [stored, duplicate, len(rejected)]
    events, kept = bench.new()
    assert events == stored
    assert kept <= len(rejected)
    again = bench.intake.accept_calls("web", read_batch(json.dumps({"batch": calls}).encode()))
    if all(isinstance(c, dict) and (c.get("messageId") or c.get("timestamp")) for c in calls):
        assert not any(r.status == "stored" for r in again)
        assert bench.new() == (0, 0)
    else:
        bench.new()


@given(
    st.sampled_from(["web", "pos", "wifi", "ble"]),
    st.binary(max_size=200) | junk.map(lambda value: json.dumps(value).encode()),
)
@settings(max_examples=300, deadline=None)
def test_any_frame_is_read_or_refused(kind: str, frame: bytes) -> None:
    try:
        heard = kinds()[kind].listen(frame, Listening("t", "S1", "Asia/Shanghai"))
    except Rejected as error:
        refused = error.code
    else:
        refused = "" if isinstance(heard, list) else "not a list"
    assert refused in {"", "bad_json", "bad_csv", "empty_batch"}
