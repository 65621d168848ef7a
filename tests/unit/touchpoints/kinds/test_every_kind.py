"""One suite for every kind: samples are taken, unknown fields passed over, and nothing that is broken vanishes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.fuzz.samples import NOW, SAMPLES, Sample

from datong.config import FixedClock, IntakeSettings, Settings, TouchpointSettings
from datong.errors import Rejected
from datong.privacy import Vault
from datong.storage import open_store
from datong.touchpoints import Intake
from datong.touchpoints.call import Heard, Listening, Scan, Secrets, Unread
from datong.touchpoints.kinds import kinds

RADIO = [s for s in SAMPLES if s.kind not in {"web", "pos", "portal"}]
NAMES = [f"{s.kind}-{at}" for at, s in enumerate(SAMPLES)]
RADIO_NAMES = [f"{s.kind}-{at}" for at, s in enumerate(RADIO)]


def listen(sample: Sample, frame: bytes) -> list[Heard]:
    context = Listening("x", "V1", "Asia/Shanghai", sample.settings or {}, sample.secrets or Secrets())
    return kinds()[sample.kind].listen(frame, context)


@pytest.fixture
def intake(tmp_path: Path) -> Iterator[Intake]:
    touchpoints = {"x": TouchpointSettings("web", trusted=True, verified=("phone",))}
    settings = Settings(root=str(tmp_path), touchpoints=touchpoints, intake=IntakeSettings(unknown_goods="accept"))
    store = open_store(settings, FixedClock(NOW))
    yield Intake(store, Vault(b"0123456789abcdef0123456789abcdef"))
    store.close()


def count(heard: list[Heard]) -> int:
    return sum(len(one.device) if isinstance(one, Scan) else 1 for one in heard)


@pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)
def test_samples_are_stored(sample: Sample, intake: Intake) -> None:
    heard = listen(sample, sample.frame)
    results = intake.accept_calls("x", heard)
    assert [(r.status, r.code) for r in results] == [("stored", "")] * len(results)
    assert sum(r.count for r in results) == count(heard) == sample.heard
    assert sum(one.skipped for one in heard if isinstance(one, Scan)) == sample.skipped
    again = intake.accept_calls("x", listen(sample, sample.frame))
    named = [r for r in again if r.status == "duplicate"]
    assert len(named) == len(again) or sample.frame.startswith(b"mac=")  # a form without a time is said anew


@pytest.mark.parametrize("sample", [s for s in SAMPLES if s.frame[:1] in b"{["])
def test_unknown_fields_are_passed_over(sample: Sample) -> None:
    more = _with_more(json.loads(sample.frame))
    assert count(listen(sample, json.dumps(more).encode())) == sample.heard


def _with_more(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_more(one) for one in value]
    if not isinstance(value, dict):
        return value
    more = {key: _with_more(one) for key, one in value.items()}
    if not _is_table(value):
        more["vendor_extension"] = {"a": [1, None, "x"]}
    return more


def _is_table(value: dict[str, Any]) -> bool:
    """Return whether the names in an object are values: addresses of tags, purposes of consent."""
    return any(":" in key for key in value) or bool(value.keys() & {"marketing"})


@pytest.mark.parametrize("sample", RADIO, ids=RADIO_NAMES)
def test_a_part_alone_says_the_same(sample: Sample) -> None:
    (scan,) = listen(sample, sample.frame)
    assert isinstance(scan, Scan)
    for at in range(len(scan.device)):
        again = listen(sample, scan.part(at))
        assert len(again) == 1
        assert isinstance(again[0], Scan)
        assert scan.device[at] in again[0].device
        assert scan.time[at] in again[0].time


@pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)
@pytest.mark.parametrize("bad", [b"", b"\xff\xfe", b"null", b"7", b'"text"', b"[]", b"{}", b"[[[[", b'{"a":' * 2_000])
def test_bytes_that_say_nothing_are_refused_whole(sample: Sample, bad: bytes) -> None:
    try:
        heard = listen(sample, bad)
    except Rejected:
        return
    assert not any(isinstance(one, Scan) for one in heard)


@pytest.mark.parametrize("sample", RADIO, ids=RADIO_NAMES)
def test_one_broken_sighting_is_told_alone(sample: Sample) -> None:
    """Whatever is taken out of a frame: what can be read is, the rest is refused, and together they are as many."""
    whole = json.loads(sample.frame)
    for path in list(_leaves(whole)):
        broken = json.loads(sample.frame)
        _set(broken, path, {"not": "this"})
        try:
            heard = listen(sample, json.dumps(broken).encode())
        except Rejected:
            continue
        for one in heard:
            if isinstance(one, Unread):
                assert one.code
                assert one.raw
        assert count(heard) + sum(one.skipped for one in heard if isinstance(one, Scan)) >= 1, path


def _leaves(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list) and value:
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(one, (*at, key))
    else:
        yield at


def _set(value: Any, path: tuple[Any, ...], new: Any) -> None:
    for key in path[:-1]:
        value = value[key]
    value[path[-1]] = new
