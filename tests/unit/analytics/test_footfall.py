from __future__ import annotations

import datetime as dt

from tests.unit.analytics.ledger import DAY, MORNING, add, know

from datong.analytics import VisitDay, Visits, ZoneVisits, visits
from datong.storage import Store


def test_zones_and_days(store: Store) -> None:
    know(store, {1: "offline"})
    add(store, "places.store", [{"code": "mall", "name": "The mall"}])
    add(store, "places.zone", [{"place": "mall", "zone": "z1", "name": "Shoes"}])
    stays = [("", 1, 0, 100), ("", 2, 0, 200), ("", 2, DAY, 300), ("z1", 1, 0, 10), ("z2", 3, 0, 30)]
    add(store, "places.visit", [
        {"id": str(n), "ident": i, "place": "mall", "zone": z, "start": MORNING + at, "end": MORNING + at + d,
         "dwell": d}
        for n, (z, i, at, d) in enumerate(stays)
    ])
    found = visits(store)
    assert found.zones == [
        ZoneVisits("mall", "", "The mall", 3, 1 / 3, 200, 280), ZoneVisits("mall", "z1", "Shoes", 1, 1.0, 10, 10),
        ZoneVisits("mall", "z2", "", 1, 0.0, 30, 30),
    ]
    assert found.days == [VisitDay(dt.date(2026, 2, 2), 2, 2), VisitDay(dt.date(2026, 2, 3), 1, 1)]
    assert visits(store, until=dt.date(2026, 2, 2), place="mall").zones[0].visits == 2
    assert visits(store, place="elsewhere") == Visits([], [])
