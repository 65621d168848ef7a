"""No bytes crash a kind, and none vanish: hypothesis, and a fixed corpus of broken samples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fuzz.harness import corpus, listen
from tests.fuzz.samples import NOW, SAMPLES

from datong.config import FixedClock, Settings, TouchpointSettings
from datong.privacy import Vault
from datong.storage import open_store
from datong.touchpoints import Intake
from datong.touchpoints.transport.frames import Frame, take

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from((
        "sensor", "sightings", "mac", "rssi", "time", "data", "tags", "gw_mac", "events", "topic", "observations",
        "type", "clientMac", "device", "id", "uuid", "major", "minor", "phone", "consent", "seq", "ies", "adverts",
        "gateway",
    )), inner, max_size=5),
    max_leaves=25,
)


def test_broken_samples() -> None:
    heard = [listen(number, frame) for number, frame in corpus(seed=4, size=1_500)]
    assert sum(heard) > 100


@settings(max_examples=150, deadline=None)
@given(number=st.integers(0, len(SAMPLES) - 1), value=values)
def test_any_json(number: int, value: Any) -> None:
    listen(number, json.dumps(value).encode("utf-8", "replace"))


@settings(max_examples=100, deadline=None)
@given(number=st.integers(0, len(SAMPLES) - 1), frame=st.binary(max_size=200))
def test_any_bytes(number: int, frame: bytes) -> None:
    listen(number, frame)


def test_in_is_stored_known_and_quarantined(tmp_path: Path) -> None:
    """Through the intake: what a frame has is stored, known already or in quarantine, be it as broken as it may."""
    touchpoints = {s.kind: TouchpointSettings(s.kind) for s in SAMPLES if s.kind in {"wifi", "ble", "beacon_app"}}
    store = open_store(Settings(root=str(tmp_path), touchpoints=touchpoints), FixedClock(NOW))
    intake = Intake(store, Vault(b"0123456789abcdef0123456789abcdef"))
    for number, frame in corpus(seed=5, size=600):
        kind = SAMPLES[number % len(SAMPLES)].kind
        if kind in touchpoints:
            taken = take(intake, kind, [Frame(frame, {})])
            assert taken.stored + taken.known + taken.quarantined >= 1 or b'"sightings": []' in frame
    counts = intake.counts()
    for kind in touchpoints:
        assert counts[kind, "accepted"] > 0
        assert counts[kind, "quarantined"] > 0
    store.close()


@pytest.mark.parametrize("frame", [b'{"sensor": "a", "sightings": []}', b'{"device": "a", "sightings": []}'])
def test_nothing_in_nothing_out(frame: bytes) -> None:
    assert all(listen(number, frame) == 0 for number in range(len(SAMPLES)) if SAMPLES[number].kind in {"wifi", "ble"})
