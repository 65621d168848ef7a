"""Visits: what is one device, what is several, and what cannot be told."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.identity.device.air import T0, Air

from datong.errors import Rejected
from datong.identity.device import Count, Frames, cluster


def test_one_phone_under_many_addresses_is_one_visit() -> None:
    air = Air()
    air.phone("a", model=7, start=0, scans=20, every=60)
    found = cluster(air.frames())
    assert set(found.device.tolist()) == {0}
    visit, = found.visits
    assert (visit.start, visit.end) == (T0, T0 + 19 * 60_000 + 500)
    assert (visit.frames, visit.addresses, visit.model, visit.anchor, visit.passing) == (60, 20, 7, 0, False)
    assert visit.counted.devices == 1
    assert visit.counted.low == 1


def test_models_are_apart() -> None:
    air = Air()
    air.phone("a", model=7, start=0, scans=5, every=60)
    air.phone("b", model=8, start=20, scans=5, every=60)
    found = cluster(air.frames())
    assert len(found.visits) == 2
    assert [len({d for d, o in zip(found.device.tolist(), air.owner, strict=True) if o == w}) for w in "ab"] == [1, 1]
    assert found.visitors().devices == 2
    assert found.visitors().low < 2  # the two models may be one phone after all


def test_an_hour_of_silence_ends_the_visit_not_the_device() -> None:
    air = Air()
    air.phone("a", model=7, start=0, scans=3, every=60)
    air.phone("a", model=7, start=2 * 3_600, scans=3, every=60)
    found = cluster(air.frames())
    assert set(found.device.tolist()) == {0}
    assert [(v.start - T0, v.end - T0) for v in found.visits] == [(0, 120_500), (7_200_000, 7_320_500)]


def test_a_season_of_silence_ends_the_device() -> None:
    air = Air()
    air.phone("a", model=7, start=0, scans=3, every=60)
    air.phone("a", model=7, start=91 * 86_400, scans=3, every=60)
    assert [v.device for v in cluster(air.frames()).visits] == [0, 1]


def test_identical_phones_are_told_apart_by_their_counters() -> None:
    air = Air()
    air.phone("a", model=7, start=0, scans=12, every=10, seq=100)
    air.phone("b", model=7, start=4, scans=12, every=10, seq=2_900)
    found = cluster(air.frames())
    by_owner = {o: {d for d, x in zip(found.device.tolist(), air.owner, strict=True) if x == o} for o in "ab"}
    assert len(by_owner["a"]) == len(by_owner["b"]) == 1
    assert by_owner["a"] != by_owner["b"]
    assert found.visitors().devices == 2


def test_a_counter_goes_round() -> None:
    air = Air()
    air.phone("a", model=7, start=0, scans=10, every=10, seq=4_085)
    assert set(cluster(air.frames()).device.tolist()) == {0}


def test_identical_phones_without_counters_are_counted_by_their_overlaps() -> None:
    air = Air()
    dice = np.random.default_rng(3)
    for phone in range(4):
        for at in np.arange(0, 3_600, 40) + dice.uniform(0, 35, 90):
            air.phone(str(phone), model=7, start=float(at), scans=1, every=1, length=1.5)
    found = cluster(air.frames())
    visit, = found.visits
    assert visit.counted.low <= 4 <= visit.counted.high
    assert 2 <= visit.counted.devices <= 8


def test_counters_that_begin_anew_join_nothing_and_part_nothing() -> None:
    air = Air()
    dice = np.random.default_rng(5)
    for scan in range(30):
        air.phone("a", model=7, start=scan * 20, scans=1, every=1, seq=int(dice.integers(0, 4_096)))
    found = cluster(air.frames())
    assert set(found.device.tolist()) == {0}
    assert found.visits[0].counted.devices == 1


def test_one_address_joins_the_variants_it_shows() -> None:
    air = Air()
    air.phone("a", model=7, start=0, scans=4, every=60, address=55)
    air.phone("a", model=8, start=30, scans=4, every=60, address=55)
    air.phone("a", model=8, start=300, scans=4, every=60)
    found = cluster(air.frames())
    assert set(found.device.tolist()) == {0}
    assert found.visits[0].anchor == 55
    assert found.visits[0].model == 7


def test_variants_of_one_scan_are_one_model() -> None:
    air = Air()
    dice = np.random.default_rng(4)
    for at in np.sort(dice.uniform(0, 3_600, 25)):
        air.phone("a", model=7, start=float(at), scans=1, every=1, length=0.2)
        air.phone("a", model=8, start=float(at) + 0.3, scans=1, every=1, length=0.2)
        air.phone("b", model=9, start=float(dice.uniform(0, 3_600)), scans=1, every=1, length=0.2)
    found = cluster(air.frames())
    assert sorted({(o, d) for o, d in zip(air.owner, found.device.tolist(), strict=True)}) in (
        [("a", 0), ("b", 1)], [("a", 1), ("b", 0)])


def test_a_clock_of_whole_seconds_tells_no_scan() -> None:
    air = Air()
    for minute in range(10):  # two phones that a sensor reports once a minute
        air.hear("a", minute * 60, address=100 + minute, model=7)
        air.hear("b", minute * 60, address=200 + minute, model=8)
    assert len(cluster(air.frames()).visits) == 2


def test_bare_addresses_are_devices_and_perhaps_fewer() -> None:
    air = Air()
    for phone in range(6):
        air._address = phone
        for scan in range(3):
            air.hear(str(phone), phone * 200 + scan * 60, address=phone + 1)
    found = cluster(air.frames())
    assert len(found.visits) == 6
    assert found.visitors() == Count(6, 1, 6)


def test_who_passes_is_no_visitor() -> None:
    air = Air()
    air.phone("a", model=7, start=0, scans=2, every=5)
    found = cluster(air.frames())
    assert (found.visitors().devices, found.devices().devices) == (0, 1)


def test_nothing_heard() -> None:
    found = cluster(Frames.of([]))
    assert (found.device.tolist(), found.visits, found.visitors()) == ([], [], Count(0, 0, 0))


def test_frames_that_say_nothing_are_one() -> None:
    found = cluster(Frames.of([T0, T0 + 40_000, T0 + 80_000]))
    assert found.device.tolist() == [0, 0, 0]
    assert found.visitors() == Count(1, 1, 1)


def test_columns_of_another_length() -> None:
    with pytest.raises(Rejected) as caught:
        Frames.of([1, 2], seq=[1])
    assert caught.value.field == "seq"
