"""Ways told after the fact: likely zones of doubtful points, walls and doors, and what becomes of the facts."""

from __future__ import annotations

import itertools

import msgspec
import numpy as np
import pytest
from tests.unit.places.test_survey import open_mall, step, survey_text, walk

from datong.model import Batch, decode_event
from datong.places import Floor, Name, Places, Point, Rect, Venue, Zone, ZoneIndex, import_survey
from datong.places.retrace import Trail
from datong.places.rooms import Rooms
from datong.storage import Store

SECOND = 1_000


def row_of_shops(doors: bool = False) -> Rooms:
    """Return three shops of 10 m side by side, below them an alley; with doors each opens to the alley alone."""
    zones = [Zone(code, Name("", code), Rect(10.0 * n, 0, 10, 10), doors=(Point(10.0 * n + 5, 10),) if doors else ())
             for n, code in enumerate("abc")]
    zones.append(Zone("alley", Name("", "alley"), Rect(0, 10, 30, 5)))
    venue = Venue("m", Name("", "m"), (Floor("f", Name("", "f"), tuple(zones)),))
    return Rooms(venue, ZoneIndex(venue))


def follow(points: list[tuple[int, float, float]], rooms: Rooms) -> list[tuple[str, int, int]]:
    trail = Trail()
    for second, x, y in points:
        trail.add(second * SECOND, x, y, 6.0, "f", rooms)
    found = trail.leave(points[0][0] * SECOND, points[-1][0] * SECOND, rooms)
    assert trail.points == []
    return [(s.zone, s.start // SECOND, s.end // SECOND) for s in found]


def test_one_point_astray_is_no_visit_next_door() -> None:
    at = [(10 * n, 5.0, 5.0) for n in range(12)]
    at[6] = (60, 14.0, 5.0)
    assert follow(at, row_of_shops()) == [("a", 0, 110)]


def test_a_change_is_dated_to_where_the_points_turn() -> None:
    at = [(10 * n, 5.0 if n < 12 else 25.0, 4.0) for n in range(24)]
    found = follow(at, row_of_shops())
    assert (found[0][0], found[-1][0]) == ("a", "c")
    assert abs(found[-1][1] - 120) <= 15
    assert all(one[2] == two[1] for one, two in itertools.pairwise(found))


def test_doors_say_where_one_can_go() -> None:
    walls, doors = row_of_shops(), row_of_shops(doors=True)
    for rooms in (walls, doors):
        rooms.make()
    a, b, alley = (walls.codes.index(code) for code in ("a", "b", "alley"))
    assert walls.beside[a, b]
    assert walls.beside[a, alley]
    assert not doors.beside[a, b]
    assert doors.beside[a, alley]
    assert walls.area[a] == pytest.approx(100 + 3 * 50 / 2, rel=0.35)  # and what is near it outside


def test_the_cloud_of_a_point_is_shared_out() -> None:
    rooms = row_of_shops()
    share = rooms.mass("f", np.array([10.0, 5.0]), np.array([5.0, 5.0]), np.array([2.0, 1.0]))
    a, b = rooms.codes.index("a"), rooms.codes.index("b")
    assert share[0, a] == pytest.approx(0.5, abs=0.05)
    assert share[0, b] == pytest.approx(0.5, abs=0.05)
    assert share[1, a] > 0.98
    assert not rooms.mass("roof", np.array([5.0]), np.array([5.0]), np.array([1.0])).any()


def test_late_points_find_their_place_and_long_stays_stay_small() -> None:
    rooms, dice = row_of_shops(), np.random.default_rng(5)
    truth = [("a", 5.0)] * 200 + [("c", 25.0)] * 200 + [("a", 5.0)] * 200
    at = [(10 * n, x + dice.normal(0, 3), 4.0 + dice.normal(0, 3)) for n, (_, x) in enumerate(truth)]
    at[10], at[11] = at[11], at[10]
    trail = Trail()
    for second, x, y in at:
        trail.add(second * SECOND, x, y, 6.0, "f", rooms)
        assert len(trail.points) <= 96
    again = msgspec.msgpack.decode(msgspec.msgpack.encode(trail), type=Trail)
    found = again.leave(0, at[-1][0] * SECOND, rooms)
    right = sum(s.zone == truth[min(599, t // 10_000)][0] for s in found for t in range(s.start, s.end, SECOND))
    assert right > 0.97 * 5_990
    assert trail.leave(0, at[-1][0] * SECOND, rooms) == found


def test_the_facts_hold_the_way_found_afterwards_however_it_is_cut(store: Store) -> None:
    places = open_mall(store)
    import_survey(store, "mall", survey_text(1), actor="user:t")
    step(places, store, [decode_event(r.body) for r in store.log.read(0, 10)], 0, 1)
    events, truth = walk()
    late = events[-1].received + 600_000
    told = step(places, store, events, 1, events[-1].received) + step(places, store, [], len(events) + 1, late)
    (way,) = [e for e in told if e.type == "Visit Retraced"]
    with store.state.write() as tx:
        tx.exec_driver_sql("DELETE FROM places_presence")
    again, cut = Places(store), []
    for n in range(0, len(events), 9):
        cut += step(again, store, events[n : n + 9], 1 + n, events[min(n + 8, len(events) - 1)].received)
    cut += step(again, store, [], len(events) + 1, late)
    assert [e.properties for e in cut if e.type == "Visit Retraced"] == [way.properties]
    first, begin = told.index(way), way.time - int(way.value)
    with store.facts.write() as facts:
        places.fold(Batch(told[:first], 1, 50, late), facts)
        places.fold(Batch(told[first:], 51, 100, late), facts)
    rows = store.facts.rows("SELECT zone, start, \"end\", dwell FROM places.visit ORDER BY zone = '', start")
    assert rows[-1] == {"zone": "", "start": begin, "end": way.time, "dwell": way.time - begin}
    assert [r["zone"] for r in rows[:-1]] == way.properties["zones"]
    assert (rows[0]["zone"], rows[-2]["zone"]) == ("ga", "gd")
    assert sum(r["dwell"] for r in rows[:-1]) == way.time - begin
    right = sum(r["zone"] == truth[(t - begin) // 10_000] for r in rows[:-1]
                for t in range(r["start"], r["end"], SECOND))
    assert right > 0.85 * (way.time - begin) / SECOND
