from __future__ import annotations

import numpy as np
import pytest

from datong.places import Floor, Name, Rect, Sensor, TradeArea, Venue, Zone, ZoneIndex, spots_of, trade_ring
from datong.places.geometry import METRES_PER_DEGREE

L = ((0.0, 0.0), (20.0, 0.0), (20.0, 10.0), (10.0, 10.0), (10.0, 20.0), (0.0, 20.0))


def venue(*zones: Zone, sensors: tuple[Sensor, ...] = ()) -> Venue:
    return Venue("v", Name("v", "v"), (Floor("f", Name(), zones),), sensors=sensors)


def test_a_point_lies_in_its_polygon_and_the_inner_zone_wins() -> None:
    index = ZoneIndex(venue(
        Zone("hall", Name(), polygon=L), Zone("kiosk", Name(), Rect(2, 2, 2, 2)),
        Zone("ring", Name(), Rect(30, 0, 10, 10), holes=(((32, 2), (38, 2), (38, 8), (32, 8)),)),
    ))
    asked = [(15.0, 5.0), (15.0, 15.0), (3.0, 3.0), (31.0, 5.0), (35.0, 5.0)]
    assert [index.zone_at("f", x, y) for x, y in asked] == ["hall", "", "kiosk", "ring", ""]
    xs, ys = np.array(asked).T
    assert [index.codes("f")[at] if at >= 0 else "" for at in index.locate("f", xs, ys)] == [
        "hall", "", "kiosk", "ring", ""]
    assert index.zone_at("g", 1, 1) == ""


def test_a_point_beside_the_zones_belongs_to_the_nearest_within_reach() -> None:
    index = ZoneIndex(venue(Zone("a", Name(), Rect(0, 0, 10, 10)), Zone("b", Name(), Rect(14, 0, 10, 10))))
    assert [index.zone_at("f", x, 5, within=3) for x in (11, 13, 30)] == ["a", "b", ""]


def test_a_sensor_without_a_zone_stands_where_it_is() -> None:
    plan = venue(Zone("a", Name(), Rect(0, 0, 10, 10)), Zone("b", Name(), Rect(10, 0, 10, 10)), sensors=(
        Sensor("named", "a", x=15, y=5), Sensor("there", x=15, y=5), Sensor("out", floor="f", x=50, y=5)))
    assert spots_of(plan) == {"named": "a", "there": "b"}


def test_a_drive_time_is_a_circle_with_its_speed() -> None:
    area = TradeArea("near", drive_minutes=10, speed_kmh=30)
    assert area.radius == pytest.approx(5_000)
    ring = np.array(trade_ring(area, 121.5, 31.2))
    away = np.hypot((ring[:, 0] - 121.5) * np.cos(np.radians(31.2)), ring[:, 1] - 31.2) * METRES_PER_DEGREE
    assert away == pytest.approx(np.full(64, 5_000), abs=1)
    assert trade_ring(area, None, None) == ()
