from __future__ import annotations

import msgspec
import pytest
from tests.unit.places.sightings import T0, open_places, run, seen, told

from datong.errors import Rejected
from datong.model import Event, decode_event
from datong.places import (
    Places,
    Point,
    Rect,
    Sensor,
    Venue,
    Zone,
    drop_venue,
    plan_change,
    plan_history,
    stores,
    update_venue,
    venue_at,
    venues,
    zones,
)
from datong.storage import Store


def appended(store: Store) -> Event:
    return decode_event(store.log.read(store.log.end() - 1, 1)[0].body)


def mall(store: Store) -> Venue:
    with store.state.read() as tx:
        return next(v for v in venues(tx) if v.code == "mall")


def moved(venue: Venue) -> Venue:
    """The shoe shop grows to the right over what was food, which is gone; its sensor now stands in it."""
    first = venue.floors[0]
    shoes = msgspec.structs.replace(first.zones[1], rect=None, polygon=((20, 0), (40, 0), (40, 10), (20, 10)))
    floor = msgspec.structs.replace(first, zones=(first.zones[0], shoes))
    sensors = (*venue.sensors[:2], Sensor("ap-food", floor="f1", x=35, y=5))
    return msgspec.structs.replace(venue, floors=(floor,), sensors=sensors, hours="10:00-22:00")


def ask(store: Store, venue: Venue, base: int | None = None) -> Event:
    update_venue(store, venue, actor="user:ann", base=base, note="rebuilt")
    return appended(store)


def test_a_new_plan_is_taken_up_without_a_restart_from_its_event_on(store: Store) -> None:
    places = open_places(store)
    event = ask(store, moved(mall(store)), 0)
    event = msgspec.structs.replace(event, received=T0 + 60_000)
    events = run(places, store, [seen(7, "ap-food", 0), event, seen(8, "ap-food", 61)])
    assert [(e.ident, e.zone) for e in events if e.type == "Zone Entered"] == [(7, "food"), (8, "shoes")]
    with store.state.read() as tx:
        plan, version = venue_at(tx, "mall")
        assert (version, plan and plan.hours) == (1, "10:00-22:00")
        assert [z.zone for z in zones(tx) if z.place == "mall"] == ["hall", "shoes"]
        done = plan_change(tx, event.id)
        assert (done.state, done.version, done.actor, done.note) == ("done", 1, "user:ann", "rebuilt")
        assert plan_change(tx, "unheard").state == "waiting"
    assert told(run(Places(store), store, [seen(9, "ap-food", 70)]))[1][1] == "shoes"  # the file no longer says it


def test_the_same_batch_twice_makes_one_version(store: Store) -> None:
    places = open_places(store)
    event = ask(store, moved(mall(store)))
    run(places, store, [event])
    run(places, store, [event])
    with store.state.read() as tx:
        assert [c.version for c in plan_history(tx, "mall")] == [1]


def test_who_began_from_an_older_version_is_told(store: Store) -> None:
    places = open_places(store)
    old = mall(store)
    run(places, store, [ask(store, moved(old), 0)])
    late = ask(store, old, 0)
    run(places, store, [late])
    with store.state.read() as tx:
        change = plan_change(tx, late.id)
        assert (change.state, change.reason) == (
            "refused", "the plan was changed meanwhile: it is at version 1, yours began at 0")
        assert venue_at(tx, "mall")[1] == 1
    run(places, store, [ask(store, old, 1)])  # going back is a new version
    with store.state.read() as tx:
        assert venue_at(tx, "mall") == (old, 2)
        assert venue_at(tx, "mall", 1)[0] == moved(old)


def test_a_venue_taken_away_keeps_its_history_and_may_come_again(store: Store) -> None:
    places = open_places(store)
    plan = mall(store)
    run(places, store, [ask(store, plan)])
    drop_venue(store, "mall", actor="user:ann")
    run(places, store, [appended(store)])
    assert run(places, store, [seen(7, "ap-hall", 0)]) == []
    with store.state.read() as tx:
        assert [v.code for v in venues(tx)] == ["outlet"]
        assert venue_at(tx, "mall", 1)[0] == plan
    run(places, store, [ask(store, plan)])
    with store.state.read() as tx:
        assert [c.version for c in plan_history(tx, "mall")] == [3, 2, 1]
        assert venue_at(tx, "mall")[1] == 3


def test_a_wrong_plan_is_refused_before_it_is_written(store: Store) -> None:
    open_places(store)
    plan = mall(store)
    zone = Zone("new", plan.name, Rect(5, 0, 15, 10), doors=(Point(5, 5),))
    twice = Zone("hall", plan.name, Rect(0, 20, 0, 5))
    floor = msgspec.structs.replace(plan.floors[0], zones=(*plan.floors[0].zones, zone, twice))
    end = store.log.end()
    with pytest.raises(Rejected, match=r"zone hall is there twice \(and 1 more\)") as error:
        update_venue(store, msgspec.structs.replace(plan, floors=(floor,)), actor="user:ann")
    assert error.value.code == "bad_plan"
    assert store.log.end() == end


def test_a_sensor_of_another_venue_is_not_taken(store: Store) -> None:
    places = open_places(store)
    plan = msgspec.structs.replace(mall(store), sensors=(Sensor("ap-outlet", "hall"),))
    event = ask(store, plan)
    run(places, store, [event])
    with store.state.read() as tx:
        assert plan_change(tx, event.id).reason == "sensor ap-outlet belongs to venue outlet; give it another code"


def test_a_store_update_keeps_what_it_does_not_name(store: Store) -> None:
    places = open_places(store)

    def updated(number: int, **about: object) -> Event:
        return Event(id=f"s{number}", source="erp", channel="erp", type="Store Updated", time=T0, received=T0,
                     place="S9", properties=about)

    run(places, store, [updated(1, name="Nine", region="East", lon=121.5, lat=31.2, hours="10:00-22:00")])
    run(places, store, [updated(2, city="Suzhou")])
    with store.state.read() as tx:
        row = next(s for s in stores(tx) if s.code == "S9")
    assert (row.name, row.region, row.city, row.lon, row.lat, row.hours) == (
        "Nine", "East", "Suzhou", 121.5, 31.2, "10:00-22:00")
