from __future__ import annotations

import msgspec
import numpy as np
import pytest
import shapely

from datong.places.position import Track, smooth_path, snap
from datong.places.position.smooth import STROLL


def test_smoothing_helps_and_knowing_the_future_helps_more() -> None:
    dice = np.random.default_rng(1)
    time = np.arange(60) * 2_000
    truth = np.stack([np.arange(60) * 1.5, np.zeros(60)], 1)
    heard = truth + dice.normal(0, 4, (60, 2))
    error = {}
    for both in (True, False):
        found = smooth_path(time, heard[:, 0], heard[:, 1], np.full(60, 6.0), both_ways=both)
        error[both] = np.hypot(*(found - truth).T).mean()
    assert error[True] < error[False] < np.hypot(*(heard - truth).T).mean()


def test_a_track_is_what_the_causal_filter_gives_and_survives_being_stored() -> None:
    x, y = np.array([0.0, 3, 2, 8]), np.array([0.0, 1, 1, 1])
    time = np.array([0, 2_000, 4_000, 30_000])
    track = Track.begin(0, 0, 6, "g", 0)
    for n in range(1, 4):
        track = msgspec.msgpack.decode(msgspec.msgpack.encode(track), type=Track)
        track.move(float(x[n]), float(y[n]), 6, "g", int(time[n]))
    expected = smooth_path(time, x, y, np.full(4, 6.0), both_ways=False, walk=STROLL)[-1]
    assert (track.x, track.y) == pytest.approx(tuple(expected))
    assert track.accuracy_m < 6


def test_a_floor_changes_when_two_points_say_so() -> None:
    track = Track.begin(5, 5, 5, "g", 0)
    track.move(9, 9, 5, "1", 1_000)
    assert (track.floor, track.x) == ("g", 5)
    track.move(5, 5, 5, "g", 2_000)
    track.move(9, 9, 5, "1", 3_000)
    assert track.floor == "g"
    track.move(9, 9, 5, "1", 4_000)
    assert (track.floor, track.x, track.y) == ("1", 9, 9)


def test_a_late_point_does_not_turn_back_time_and_an_old_past_is_forgotten() -> None:
    track = Track.begin(0, 0, 3, "g", 100_000)
    track.move(30, 0, 3, "g", 60_000)
    assert track.time == 100_000
    assert track.x < 5
    track.move(30, 0, 3, "g", 200_000)
    assert track.x == 30


def test_points_outside_go_to_the_edge_if_it_is_near() -> None:
    found = snap(np.array([[5.0, 5.0], [12.0, 5.0], [40.0, 5.0]]), shapely.box(0, 0, 10, 10))
    assert found.tolist() == [[5, 5], [10, 5], [40, 5]]
