"""Lines over changes of address, parts of the chain, and groups."""

from __future__ import annotations

import pytest
from tests.unit.analytics.ledger import MORNING, add
from tests.unit.analytics.test_flowlines import MIN, walk

from datong.analytics import Parties, Sites, flow_lines, read_hours, report, visits
from datong.errors import Rejected
from datong.storage import Store


def test_a_phone_that_changes_its_address_and_counts_on_is_one_line(store: Store) -> None:
    rows, stays = [], []
    zones = ["hall"] * 5 + ["shoes"] * 10 + ["hall"] * 3
    for n, zone in enumerate(zones):  # one scan a minute, each under another address
        at = MORNING + n * MIN
        rows.append({"ident": 100 + n, "ns": "random_mac", "place": "mall", "model": 5, "start": at, "end": at + 50,
                     "frames": 3, "first": 40 * n, "last": 40 * n + 5, "rssi": -60.0})
        stays += [{"id": f"{n}{z}", "ident": 100 + n, "place": "mall", "zone": z, "start": at, "end": at, "dwell": 0}
                  for z in ("", zone)]
    add(store, "identity.sighting", rows)
    add(store, "places.visit", stays)
    assert flow_lines(store, "mall", follow=False).visits == 0  # each address alone is heard for a moment
    found = flow_lines(store, "mall")
    assert (found.visits, found.addresses) == (1, 18)
    assert found.ways[0].zones == ["hall", "shoes", "hall"]
    notes = report(store, "flows", {"store": "mall"}).notes
    assert "18 addresses: phones that changed theirs on the way were followed" in notes


def test_a_short_silence_does_not_break_a_line_and_a_long_one_does(store: Store) -> None:
    walk(store, 1, ("hall", 2), ("shoes", 10))
    walk(store, 1, ("shoes", 5), ("hall", 1), at=18 * MIN)
    walk(store, 1, ("hall", 5), at=60 * MIN)
    found = flow_lines(store, "mall")
    assert {tuple(w.zones): w.visits for w in found.ways} == {("hall", "shoes", "hall"): 1, ("hall",): 1}
    assert flow_lines(store, "mall", follow=False).visits == 3


def test_groups_come_move_and_leave_together(store: Store) -> None:
    walk(store, 1, ("hall", 2), ("shoes", 10), ("food", 9))
    walk(store, 2, ("hall", 3), ("shoes", 9), ("food", 9))
    walk(store, 3, ("hall", 2), ("shoes", 10), ("food", 9), at=MIN)
    walk(store, 4, ("hall", 2), ("food", 10), ("shoes", 9))  # at once, but elsewhere
    walk(store, 5, ("hall", 2), ("shoes", 10), ("food", 9), at=30 * MIN)  # the same way, later
    walk(store, 6, ("shoes", 21))
    walk(store, 7, ("shoes", 21))  # one zone shows nothing
    found = flow_lines(store, "mall", parties=True)
    assert found.parties == Parties(1, 3, 3 / 5, {3: 1}, 3, 0.75)  # moved by half an hour, 5 goes with 1, 2 and 3
    assert flow_lines(store, "mall").parties is None
    notes = report(store, "flows", {"store": "mall", "parties": "yes"}).notes
    assert ("1 parties of two and more with 3 visits (60.0% of those that went through two zones); "
            "of their 3 pairs about 1 by chance") in notes


def test_a_part_of_the_chain_takes_zones_of_one_category_together(store: Store) -> None:
    for code, city, kind in (("a", "Wuhan", "shoes"), ("b", "Wuhan", "food"), ("c", "Xian", "shoes")):
        add(store, "places.store", [{"code": code, "name": code, "city": city, "format": kind, "region": "x"}])
        add(store, "places.zone", [
            {"place": code, "zone": f"{code}-1", "name": "Door", "floor": "g", "category": ""},
            {"place": code, "zone": f"{code}-2", "name": f"{code} racks", "floor": "g", "category": "racks"}])
        add(store, "places.visit", [
            {"id": f"{code}{z}", "ident": ord(code), "place": code, "zone": z, "start": MORNING + s * MIN,
             "end": MORNING + e * MIN, "dwell": (e - s) * MIN}
            for z, s, e in ((f"{code}-1", 0, 2), (f"{code}-2", 2, 9), ("", 0, 9))])
    whole = flow_lines(store, sites=Sites())
    assert (whole.venues, whole.visits) == (3, 3)
    assert [(t.origin, t.target, t.moves) for t in whole.transitions] == [("Door", "racks", 3)]
    wuhan = flow_lines(store, sites=Sites(city="Wuhan"))
    assert (wuhan.venues, wuhan.visits, wuhan.zones[0].stays) == (2, 2, 2)
    one = flow_lines(store, sites=Sites(city="Wuhan", format="shoes"))
    assert (one.place, one.transitions[0].target, one.transitions[0].target_name) == ("a", "a-2", "a racks")
    csv = report(store, "flows", {"store_format": "shoes", "region": "x"}).csv()
    assert "Door,Door,racks,racks,2" in csv
    assert {z.place for z in visits(store, sites=Sites(city="Wuhan")).zones} == {"a", "b"}
    assert [d.visits for d in visits(store, sites=Sites(format="shoes")).days] == [2]
    assert visits(store, sites=Sites(city="Nowhere")).zones == []


def test_hours_of_the_day(store: Store) -> None:
    walk(store, 1, ("hall", 2), ("shoes", 10))
    walk(store, 2, ("hall", 2), ("food", 10), at=180 * MIN)
    (early,) = report(store, "visits", {"by": "day", "hours": "0-24"}).rows
    assert early["visits"] == 2
    hour = store.facts.rows("SELECT min(hour) AS h FROM places.visit")[0]["h"]
    hours = f"{hour}-{hour + 1}"
    assert report(store, "visits", {"by": "day", "hours": hours}).rows[0]["visits"] == 1
    assert [r["target"] for r in report(store, "flows", {"store": "mall", "hours": hours}).rows] == ["shoes"]
    assert read_hours("") == (0, 24)
    for wrong in ("10", "14-10", "a-b", "-1-5", "20-25"):
        with pytest.raises(Rejected, match="are no hours"):
            read_hours(wrong)
