"""No bytes crash a kind, and none vanish: hypothesis, and a fixed corpus of broken samples."""

from __future__ import annotations

import copy
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


def _deep(kind: str, depth: int) -> Any:
    found: Any = 1
    for _ in range(depth):
        found = [found] if kind == "[" else {"a": found}
    return found


def _names(value: Any) -> set[str]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return (set(value) if isinstance(value, dict) else set()).union(*(_names(one) for one in inner))


DOCUMENTS = [(n, json.loads(s.frame)) for n, s in enumerate(SAMPLES) if s.frame[:1] in b"{["]
NAMES = sorted(set().union(*(_names(document) for _, document in DOCUMENTS)))
ODD = st.sampled_from([
    None, True, "", " ", 0, -1, 10**400, 2**63, -(2**63) - 1, 1e308, -1e-308, 5e-324, 1e16, "9" * 400, "1e999", "NaN",
    "\ud800", "\u202e\u0661\u0662", "👩‍👩‍👧", "\0", "a" * 5_000, [], {}, [[]], {"": {}}, [None], "<![CDATA[", "%", "-",
    "9999-12-31T23:59:59Z", "0001-01-01", "24:00", *(_deep(kind, 200) for kind in ("[", "{")),
])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from((
        "sensor", "mac", "rssi", "time", "data", "device", "id", "uuid", "phone", "consent", "seq", "ies", *NAMES,
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


@settings(max_examples=200, deadline=None)
@given(which=st.sampled_from(DOCUMENTS), odd=ODD, data=st.data())
def test_a_frame_with_one_odd_value(which: tuple[int, Any], odd: Any, data: st.DataObject) -> None:
    """Huge numbers, odd text, deep nesting, at any one place of a frame that is good otherwise."""
    number, document = which
    made = copy.deepcopy(document)
    at, key = made, data.draw(st.sampled_from(sorted(made) if isinstance(made, dict) else range(len(made))))
    while isinstance(at[key], dict | list) and at[key] and data.draw(st.booleans()):
        at = at[key]
        key = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
    at[key] = odd
    listen(number, json.dumps(made).encode())


@settings(max_examples=100, deadline=None)
@given(xml=st.sampled_from([s for s in enumerate(SAMPLES) if s[1].frame[:1] == b"<"]), data=st.data())
def test_xml_with_one_odd_text(xml: tuple[int, Any], data: st.DataObject) -> None:
    number, sample = xml
    parts = sample.frame.split(b">")
    at = data.draw(st.integers(0, len(parts) - 1))
    odd = data.draw(st.sampled_from([b"9" * 400, b"&lt;", b"&#x0;", b"&a;", b"\xff", b"<a>" * 300, "\u0661".encode(),
                                     b"<![CDATA[]]>", b"1e999", b"", b"<extension>"]))
    parts[at] = odd + parts[at]
    listen(number, b">".join(parts))


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
