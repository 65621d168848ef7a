"""`kill -9` of a relay at random moments: nothing is lost, and a receiver that honours keys gets nothing twice."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from tests.contract.receivers import webhook_server
from tests.crash.relay_process import settings
from tests.unit.marketing.shop import Shop

from datong.config import FixedClock
from datong.delivery import Relay
from datong.model import decode_event, from_iso
from datong.privacy import Vault
from datong.storage import EVENTS, open_store

NOW = from_iso("2026-03-01T04:00:00Z")
MESSAGES, KILLS = 400, 5


@pytest.mark.network
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_killed_at_any_moment_it_loses_nothing(tmp_path: Path) -> None:
    with webhook_server() as hook:
        wanted = settings(str(tmp_path), hook.url)
        store = open_store(wanted, FixedClock(NOW))
        shop = Shop(store, Vault(b"0" * 32), marketing={"messages_per_day": 99}, delivery={
            "channels": wanted.delivery.channels})
        shop.campaign(channels=["gate"], expires="1d")
        members = [shop.meet(phone=f"138{20_000_001 + n}") for n in range(20)]
        for n in range(MESSAGES):
            shop.fire(members[n % 20], pump=False)
        shop.pump()
        ids = {row["id"] for row in shop.rows("delivery_outbox", "id")}
        assert len(ids) == MESSAGES
        store.close()

        dice = random.Random(5)
        for _ in range(KILLS):
            command = [sys.executable, "-m", "tests.crash.relay_process", str(tmp_path), hook.url, str(NOW)]
            relay = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
            assert relay.stdout is not None
            assert relay.stdout.readline() == b"ready\n"
            enough = min(len(hook.bodies) + dice.randrange(1, 90), MESSAGES)
            while len(hook.bodies) < enough and relay.poll() is None:
                time.sleep(0.001)
            relay.kill()
            relay.wait()
            relay.stdout.close()
        assert len(hook.by_key) < MESSAGES  # it was killed in the midst of it

        store = open_store(wanted, FixedClock(NOW))
        relay_ = Relay(store, Vault(b"0" * 32))
        while relay_.run_once():
            pass
        relay_.stop()
        try:
            shop.store = store
            assert Counter(row["state"] for row in shop.rows("delivery_outbox", "id")) == {"sent": MESSAGES}
            events = [decode_event(entry.body) for entry in store.log.read(0, 100_000) if entry.topic == EVENTS]
        finally:
            store.close()
        told = Counter(event.ref for event in events if event.type == "Message Sent")
    assert told == dict.fromkeys(ids, 1)
    assert set(hook.by_key) == ids
    assert all(body["id"] == key for key, body in hook.by_key.items())
    repeats = len(hook.bodies) - MESSAGES
    assert 0 <= repeats <= KILLS * 20  # at most the batch in hand at each kill
