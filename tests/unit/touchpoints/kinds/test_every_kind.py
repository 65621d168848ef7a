"""One suite for every kind: samples are taken, unknown fields passed over, and nothing that is broken vanishes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.fuzz.samples import NOW, SAMPLES, Sample

from datong.config import FixedClock, IntakeSettings, Settings, TouchpointSettings
from datong.errors import ConfigError, Rejected
from datong.privacy import Vault
from datong.storage import open_store
from datong.touchpoints import Intake
from datong.touchpoints.call import Heard, Listening, Scan, Secrets, Unread
from datong.touchpoints.kinds import kinds

RADIO = [s for s in SAMPLES if kinds()[s.kind].hears == ("Devices Sighted",)]
PAGES = Path(__file__).parents[4] / "docs" / "how-to"
NAMES = [f"{s.kind}-{at}" for at, s in enumerate(SAMPLES)]
RADIO_NAMES = [f"{s.kind}-{at}" for at, s in enumerate(RADIO)]


def listen(sample: Sample, frame: bytes) -> list[Heard]:
    context = Listening("x", "V1", "Asia/Shanghai", sample.settings or {}, sample.secrets or Secrets())
    return kinds()[sample.kind].listen(frame, context)


@pytest.fixture
def intake(tmp_path: Path) -> Iterator[Intake]:
    touchpoints = {"x": TouchpointSettings("web", place="S1", trusted=True, verified=("phone",))}
    settings = Settings(root=str(tmp_path), touchpoints=touchpoints, intake=IntakeSettings(unknown_goods="accept"))
    store = open_store(settings, FixedClock(NOW))
    yield Intake(store, Vault(b"0123456789abcdef0123456789abcdef"))
    store.close()


def count(heard: list[Heard]) -> int:
    return sum(len(one.device) if isinstance(one, Scan) else 1 for one in heard)


def test_every_kind_is_here() -> None:
    assert {sample.kind for sample in SAMPLES} == set(kinds())


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_every_kind_has_a_page_that_shows_its_settings(kind: str) -> None:
    """A page says how to declare it, and names each of its secrets."""
    pages = [page.read_text("utf-8") for page in PAGES.glob("*.md")]
    found = [page for page in pages if f'kind = "{kind}"' in page]
    assert found, f'no page of docs/how-to has kind = "{kind}"'
    assert all(any(f"{secret} =" in page for page in found) for secret in kinds()[kind].secrets)


@pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)
def test_the_settings_of_samples_are_good_and_odd_ones_are_refused(sample: Sample) -> None:
    kind = kinds()[sample.kind]
    context = Listening("x", "V1", "Asia/Shanghai", sample.settings or {}, sample.secrets or Secrets())
    kind.check(context)
    if sample.secrets:
        with pytest.raises(ConfigError, match=r"touchpoints\.x\.settings\."):
            kind.check(Listening("x", "V1", "Asia/Shanghai", sample.settings or {}))
    if sample.kind in {"meraki", "mist", "cmx", "aruba"}:
        for maps in ({"*": {"x": "left"}}, {"*": 7}, [1], {"*": {"scale": 0}}, {"*": {"nearby": 1}}):
            with pytest.raises(ConfigError, match=r"settings\.maps"):
                kind.check(Listening("x", "V1", "Asia/Shanghai", {"maps": maps}, context.secrets))


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


def test_a_vendor_s_point_is_brought_to_the_floor() -> None:
    """Degrees as they are; with a map stated, metres from the floor's corner, and a radius that holds 68 %."""
    points = {}
    for sample in SAMPLES:
        for heard in listen(sample, sample.frame):
            if isinstance(heard, Scan) and heard.x:
                made = zip(heard.x, heard.y, heard.accuracy, strict=True)
                points[sample.kind, heard.lonlat] = [[round(v, 2) for v in p] for p in made if p[0] == p[0]]
    assert points["meraki", True] == [[0.0, 51.5, 1.2]]  # of the last sample: version 2
    assert points["cmx", True] == [[121.4, 31.2, 4.53]]  # 24 feet hold 95 %, 4.53 m hold 68 %
    assert points["cmx", False] == [[-13.24, 33.48, 4.53]]  # turned by a quarter
    assert points["aruba", True] == [[121.4, 31.2, 9]]
    (mist,) = points["mist", False]
    assert mist[:2] == [71.4, -41.9]


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
