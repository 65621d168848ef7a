from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from tests.unit.places.sightings import T0, open_places, run, seen, told

from datong.config import PlacesSettings
from datong.errors import ConfigError
from datong.model import Batch, Event
from datong.places import Places, Spot, known_stores, presence_of, present, stores, venues, zones
from datong.places.tables import PRESENCE
from datong.storage import Store


def test_first_sight_enters_venue_and_zone(store: Store) -> None:
    places = open_places(store)
    events = run(places, store, [seen(7, "ap-hall", 0)])
    assert told(events) == [("Venue Entered", "", 0, 0), ("Zone Entered", "hall", 0, 0)]
    assert [e.id for e in events] == [f"Venue Entered:mall::7:{T0}", f"Zone Entered:mall:hall:7:{T0}"]
    first = events[0]
    assert (first.source, first.channel, first.place, first.ident, first.hour) == ("places", "wifi", "mall", 7, 12)
    assert [(i.ns, i.key) for i in first.identifiers] == [("wifi_mac", 7)]


def test_one_stray_sighting_of_another_zone_changes_nothing(store: Store) -> None:
    places = open_places(store)
    events = run(places, store, [seen(7, "ap-hall", 0), seen(7, "ap-shoes", 30), seen(7, "ap-hall", 60)])
    assert [e.zone for e in events] == ["", "hall"]


def test_second_sighting_changes_zone_at_its_first_sight(store: Store) -> None:
    places = open_places(store)
    events = run(places, store, [
        seen(7, "ap-hall", 0), seen(7, "ap-hall", 20), seen(7, "ap-shoes", 60), seen(7, "ap-shoes", 90),
    ])
    assert told(events)[2:] == [("Zone Exited", "hall", 20, 20), ("Zone Entered", "shoes", 60, 0)]


def test_clearly_stronger_sensor_is_believed_at_once(store: Store) -> None:
    places = open_places(store)
    events = run(places, store, [
        seen(7, "ap-hall", 0, -50), seen(7, "ap-hall", 28, -80), seen(7, "ap-shoes", 30, -72),
    ])
    assert told(events)[2:] == [("Zone Exited", "hall", 28, 28), ("Zone Entered", "shoes", 30, 0)]


def test_slightly_stronger_sensor_is_not_believed_at_once(store: Store) -> None:
    places = open_places(store)
    events = run(places, store, [
        seen(7, "ap-hall", 0, -50), seen(7, "ap-hall", 28, -80), seen(7, "ap-shoes", 30, -73),
    ])
    assert len(events) == 2


def test_silence_ends_the_visit_at_the_last_sight_without_any_event(store: Store) -> None:
    places = open_places(store)
    run(places, store, [seen(7, "ap-shoes", 0), seen(7, "ap-shoes", 400, received=405), ])
    run(places, store, [seen(7, "ap-shoes", 450, received=455)])
    with store.state.read() as tx:
        assert places.wake(tx) == T0 + (455 + 180) * 1000
    assert run(places, store, [], now=634) == []
    events = run(places, store, [], now=635)
    assert told(events) == [("Zone Exited", "shoes", 450, 50), ("Venue Exited", "", 450, 50)]
    with store.state.read() as tx:
        assert places.wake(tx) is None


def test_long_gap_in_a_backlog_makes_two_visits(store: Store) -> None:
    places = open_places(store)
    events = run(places, store, [
        seen(7, "ap-shoes", 0, received=900), seen(7, "ap-shoes", 100, received=900),
        seen(7, "ap-shoes", 281, received=900),
    ])
    assert told(events)[2:] == [
        ("Zone Exited", "shoes", 100, 100), ("Venue Exited", "", 100, 100),
        ("Venue Entered", "", 281, 0), ("Zone Entered", "shoes", 281, 0),
    ]


def test_late_sighting_of_a_finished_visit_is_not_a_second_visit(store: Store) -> None:
    places = open_places(store)
    run(places, store, [seen(7, "ap-shoes", 0), seen(7, "ap-shoes", 100)])
    run(places, store, [], now=300)
    assert run(places, store, [seen(7, "ap-hall", 90, received=301)]) == []
    assert told(run(places, store, [seen(7, "ap-hall", 302)])) == [
        ("Venue Entered", "", 302, 0), ("Zone Entered", "hall", 302, 0)]


def test_another_venue_ends_the_visit_of_the_first(store: Store) -> None:
    places = open_places(store)
    events = run(places, store, [seen(7, "ap-hall", 0), seen(7, "ap-outlet", 60), seen(7, "ap-outlet", 80)])
    assert [(e.type, e.place) for e in events[2:]] == [
        ("Zone Exited", "mall"), ("Venue Exited", "mall"), ("Venue Entered", "outlet"), ("Zone Entered", "outlet")]


def test_unknown_sensors_and_weak_signals_are_passed_over(store: Store) -> None:
    places = open_places(store)
    assert run(places, store, [seen(7, "ap-attic", 0), seen(7, "ap-hall", 1, -91)]) == []
    with store.state.read() as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(PRESENCE)).scalar() == 0


def test_departed_devices_are_forgotten_after_a_day(store: Store) -> None:
    places = open_places(store)
    run(places, store, [seen(7, "ap-hall", 0)])
    run(places, store, [], now=200)
    with store.state.read() as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(PRESENCE)).scalar() == 1
    run(places, store, [], now=86_400)
    with store.state.read() as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(PRESENCE)).scalar() == 0


def test_questions_about_who_is_present(store: Store) -> None:
    places = open_places(store)
    run(places, store, [seen(7, "ap-hall", 0), seen(8, "ap-shoes", 1), seen(9, "ap-shoes", 2)])
    with store.state.read() as tx:
        now = present(tx)
        here = presence_of(tx, [8, 99])
    assert now.counts == {Spot("mall", "hall"): 1, Spot("mall", "shoes"): 2}
    assert now.idents[9] == ("mall", "shoes")
    assert {i: (h.zone, h.since, h.last) for i, h in here.items()} == {8: ("shoes", T0 + 1000, T0 + 1000)}


def test_the_plan_is_in_the_state_and_stores_can_be_updated(store: Store) -> None:
    places = open_places(store)
    updated = Event(id="s", source="erp", channel="erp", type="Store Updated", time=T0, received=T0, place="S2",
                    properties={"name": "Corner", "format": "food", "city": "Suzhou"})
    run(places, store, [updated])
    with store.state.read() as tx:
        assert known_stores(tx, ["S1", "S2", "S3", "mall"]) == {"S1", "S2", "mall"}
        assert [(s.code, s.name, s.format, s.city, s.venue) for s in stores(tx)] == [
            ("S1", "Stride", "fashion", "Shanghai", "mall"), ("S2", "Corner", "food", "Suzhou", "")]
        assert [(z.zone, z.name, z.floor, z.shop, z.category) for z in zones(tx) if z.place == "mall"] == [
            ("food", "Food", "f1", "", "food"), ("hall", "Hall", "f1", "", ""),
            ("shoes", "Shoes", "f1", "S1", "shoes")]
        mall = venues(tx)[0]
    assert (mall.code, mall.floors[0].zones[1].box.x, mall.sensors[2].kind) == ("mall", 20, "ble")


def test_facts_hold_visits_and_dimensions_also_after_a_rebuild(store: Store) -> None:
    places = open_places(store)
    run(places, store, [seen(7, "ap-shoes", 0), seen(7, "ap-shoes", 120)])
    exits = run(places, store, [], now=500)
    for _ in range(2):
        with store.facts.write() as facts:
            places.fold(Batch(exits, 1, 2, 0), facts)
            facts.move(2)
        visits = store.facts.rows('SELECT zone, start, "end", dwell, date, hour, ident FROM places.visit ORDER BY zone')
        assert visits == [
            {"zone": zone, "start": T0, "end": T0 + 120_000, "dwell": 120_000, "date": date(2026, 3, 1), "hour": 12,
             "ident": 7} for zone in ("", "shoes")]
        assert store.facts.rows("SELECT code, name FROM places.store") == [{"code": "S1", "name": "Stride"}]
        assert store.facts.rows("SELECT count(*) AS n FROM places.zone") == [{"n": 4}]
        store.facts.rebuild()


def test_a_bad_exit_time_names_the_setting(store: Store) -> None:
    store.settings = type(store.settings)(root=store.settings.root, places=PlacesSettings(exit_after="soon"))
    with pytest.raises(ConfigError, match=r"places\.exit_after: not a duration: 'soon'"):
        Places(store)
