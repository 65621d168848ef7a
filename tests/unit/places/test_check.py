from __future__ import annotations

import msgspec
import pytest

from datong.places import Floor, Name, Rect, Sensor, Shop, TradeArea, Venue, Zone, venue_problems, venue_remarks

A, B = Zone("a", Name(), Rect(0, 0, 10, 10)), Zone("b", Name(), Rect(10, 0, 10, 10))
BOW = ((0.0, 0.0), (10.0, 10.0), (10.0, 0.0), (0.0, 10.0))
OUTLINE = ((0.0, 0.0), (20.0, 0.0), (20.0, 10.0), (0.0, 10.0))


def venue(*zones: Zone, **more: object) -> Venue:
    return msgspec.structs.replace(Venue("v", Name(), (Floor("f", Name(), zones, outline=OUTLINE),)), **more)


def test_a_sound_plan_has_no_problems_also_where_a_kiosk_stands_in_the_hall() -> None:
    assert list(venue_problems(venue(A, B, Zone("kiosk", Name(), Rect(2, 2, 2, 2))))) == []
    assert list(venue_problems(venue(A, Zone("b", Name(), Rect(9.99, 0, 10, 10))))) == []  # drawing is not exact


@pytest.mark.parametrize(("plan", "told"), [
    (venue(A, Zone("b", Name(), polygon=BOW)), "zone b: Self-intersection[5 5] (x, y in metres); its sides must not"),
    (venue(A, Zone("b", Name(), Rect(4, 0, 10, 10))), "floor f: zones a and b overlap by 60.0 m²; move their corners"),
    (venue(A, Zone("b", Name(), Rect(0, 0, 10, 10))), "zones a and b are the same area"),
    (venue(A, Zone("b", Name(), Rect(16, 0, 10, 10))), "zone b: 60.0 m² of it lie outside the outline of floor f"),
    (venue(A, Zone("b", Name(), polygon=((0, 0), (1, 1)))), "zone b has 2 corners"),
    (venue(A, Zone("b", Name())), "zone b has 0 corners; give rect, or a polygon"),
    (venue(A, Zone("b", Name(), Rect(11, 0, 0.1, 0.1))), "zone b covers 0.01 m²"),
    (venue(A, sensors=(Sensor("s", floor="f", x=15, y=5),)), "sensor s stands in no zone; name its zone"),
    (venue(A, sensors=(Sensor("s", floor="g"),)), "sensor s: there is no floor 'g'"),
    (venue(A, hours="always"), "hours of v: hours 'always' cannot be read: it names no times; write it as Mo-Fr"),
    (venue(msgspec.structs.replace(A, shop=Shop("S", Name(), hours="25:00-26:00"))), "hours of S: "),
    (venue(A, lon=31.2), "give lon and lat together"),
    (venue(A, lon=31.2, lat=121.5), "lon 31.2, lat 121.5 is nowhere on earth"),
    (venue(A, trade_areas=(TradeArea("t"),)), "trade area t: give a polygon, radius_m or drive_minutes"),
    (venue(A, code="x" * 65), "a venue needs a code of 1 to 64 characters"),
])
def test_each_mistake_is_told_with_the_next_step(plan: Venue, told: str) -> None:
    found = list(venue_problems(plan))
    assert len(found) == 1
    assert told in found[0]


def test_a_floor_on_which_nothing_is_drawn_yet_is_a_plan() -> None:
    assert list(venue_problems(venue())) == []
    assert list(venue_remarks(venue())) == []


def test_small_faults_are_remarks() -> None:
    plan = venue(A, Zone("b", Name(), Rect(8, 0, 10, 10)), Zone("c", Name(), Rect(18, 0, 3, 10)))
    assert list(venue_problems(plan)) == []
    assert [told.partition(": ")[2] for told in venue_remarks(plan)] == [
        "10.0 m² of it lie outside the outline of floor f; move its corners inside, or draw the outline wider",
        "zones a and b overlap by 20.0 m²; move their corners apart",
    ]
