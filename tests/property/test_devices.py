"""In whatever order the frames come, the same devices, visits and counts come out."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.identity.device.air import Air

from datong.identity.device import cluster, v_measure


@st.composite
def airs(draw: st.DrawFn) -> Air:
    """Up to six phones of three models, with or without counters, strengths and elements, and some stray frames."""
    air = Air()
    for phone in range(draw(st.integers(1, 6))):
        air.phone(
            str(phone), model=draw(st.integers(0, 3)), start=draw(st.integers(0, 5_000)),
            scans=draw(st.integers(1, 8)), every=draw(st.sampled_from((1, 5, 61, 4_000))),
            seq=draw(st.sampled_from((-1, 0, 1_000, 4_090))), length=draw(st.sampled_from((0.0, 0.04, 1.5))),
            rssi=draw(st.sampled_from((float("nan"), -60.0, -80.0))), address=draw(st.sampled_from((0, 0, 0, 5, 6))),
        )
    for _ in range(draw(st.integers(0, 5))):
        air.hear("stray", draw(st.integers(0, 5_000)), address=draw(st.integers(0, 3)), model=draw(st.integers(0, 3)),
                 seq=draw(st.integers(-1, 4_095)))
    return air


@settings(max_examples=150, deadline=None)
@given(air=airs(), data=st.data())
def test_the_order_of_frames_changes_nothing(air: Air, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(air.rows))))
    straight, mixed = cluster(air.frames()), cluster(air.frames(order))
    assert mixed.visits == straight.visits
    back = dict(zip(order, mixed.device.tolist(), strict=True))
    same = [back[at] for at in range(len(air.rows))]
    # frames that are alike in every column are interchangeable; all others keep their device
    assert sorted(zip(map(repr, air.rows), same, strict=True)) == sorted(
        zip(map(repr, air.rows), straight.device.tolist(), strict=True))


@settings(max_examples=100, deadline=None)
@given(air=airs())
def test_counts_hold_together(air: Air) -> None:
    found = cluster(air.frames())
    assert sum(v.frames for v in found.visits) == len(air.rows)
    assert len(found.device) == len(air.rows)
    for count in (found.visitors(), found.devices(), *(v.counted for v in found.visits)):
        assert 0 <= count.low <= count.devices <= count.high
    assert found.visitors().devices <= found.devices().devices
    assert all(v.start <= v.end and v.frames >= 1 for v in found.visits)
    by_address: dict[int, set[int]] = {}
    for row, device in zip(air.rows, found.device.tolist(), strict=True):
        by_address.setdefault(row[1], set()).add(device)
    assert all(len(devices) == 1 for address, devices in by_address.items() if address)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=30))
def test_v_measure_is_a_share_and_has_two_equal_sides(pairs: list[tuple[int, int]]) -> None:
    truth, found = [p[0] for p in pairs], [p[1] for p in pairs]
    there, back = v_measure(truth, found), v_measure(found, truth)
    assert -1e-9 <= there.v <= 1 + 1e-9
    assert abs(there.v - back.v) < 1e-9
    assert abs(there.homogeneity - back.completeness) < 1e-9
