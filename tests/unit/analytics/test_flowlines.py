from __future__ import annotations

import datetime as dt

from tests.unit.analytics.ledger import MORNING, add

from datong.analytics import FlowLines, Transition, Way, flow_lines, report
from datong.model import MINUTE
from datong.storage import Store

MIN = MINUTE


def walk(store: Store, ident: int, *zones: tuple[str, int], at: int = 0) -> None:
    """A visit through these zones, each for so many minutes."""
    rows, start = [], MORNING + at
    for zone, minutes in zones:
        rows.append((zone, start, start + minutes * MIN))
        start += minutes * MIN
    rows.append(("", MORNING + at, start))
    add(store, "places.visit", [
        {"id": f"{ident}-{at}-{n}", "ident": ident, "place": "mall", "zone": zone, "start": a, "end": b, "dwell": b - a}
        for n, (zone, a, b) in enumerate(rows)])


def mall(store: Store) -> FlowLines:
    add(store, "places.zone", [{"place": "mall", "zone": z, "name": z.title(), "floor": "f1"}
                               for z in ("hall", "shoes", "food", "attic")])
    add(store, "places.staff", [{"ident": 9, "place": "", "role": "staff", "since": 0, "until": None}])
    walk(store, 1, ("hall", 2), ("shoes", 10), ("hall", 1))
    walk(store, 2, ("hall", 2), ("shoes", 20), ("hall", 1))
    walk(store, 2, ("hall", 1), ("food", 30), at=300 * MIN)
    walk(store, 3, ("food", 5))
    walk(store, 9, ("shoes", 400), ("hall", 60))
    add(store, "places.visit", [{"id": "p", "ident": 4, "place": "mall", "zone": z, "start": MORNING,
                                 "end": MORNING + 9_000, "dwell": 9_000} for z in ("", "hall")])
    add(store, "places.silence", [{"place": "mall", "zone": "attic", "sensor": "s", "start": MORNING - MIN,
                                   "end": MORNING + 1_000 * MIN}])
    return flow_lines(store, "mall")


def test_transitions_entries_exits_and_ways_without_staff_and_passers(store: Store) -> None:
    found = mall(store)
    assert (found.visits, found.left_out, found.staff) == (4, 1, 1)
    assert found.transitions == [
        Transition("hall", "Hall", "shoes", "Shoes", 2, 2 / 3), Transition("shoes", "Shoes", "hall", "Hall", 2, 1.0),
        Transition("hall", "Hall", "food", "Food", 1, 1 / 3),
    ]
    zones = {z.zone: z for z in found.zones}
    assert {z: (f.stays, f.entries, f.exits) for z, f in zones.items()} == {
        "hall": (5, 3, 2), "shoes": (2, 0, 0), "food": (2, 1, 2), "attic": (0, 0, 0)}
    assert zones["shoes"].dwell_median_ms == 15 * MIN
    assert found.ways[0] == Way(["hall", "shoes", "hall"], ["Hall", "Shoes", "Hall"], 2, 0.5)


def test_a_zone_whose_sensor_was_dead_is_marked_and_not_simply_empty(store: Store) -> None:
    zones = {z.zone: z.silent for z in mall(store).zones}
    assert zones["attic"] == 1.0
    assert zones["hall"] == 0.0


def test_the_period_and_the_report(store: Store) -> None:
    mall(store)
    assert flow_lines(store, "mall", since=dt.date(2026, 2, 3)).visits == 0
    assert flow_lines(store, "elsewhere").transitions == []
    told = report(store, "flows", {"store": "mall", "by": "way"})
    assert told.rows[0]["way"] == "Hall → Shoes → Hall"
    assert told.notes == ["4 visits; 1 under 30 s and 1 devices of staff left out"]
    assert "origin,origin_name,target,target_name,moves,share" in report(store, "flows", {"store": "mall"}).csv()
    assert report(store, "flows", {"store": "mall", "by": "zone"}).rows[0]["zone"] == "hall"
