from __future__ import annotations

from tests.unit.places.sightings import T0, VENUE, open_places, run, seen

from datong.model import HOUR, MINUTE, Batch, Event
from datong.places import Places, SensorState, sensors
from datong.storage import Store


def noise(minutes: range, *heard: str) -> list[Event]:
    """One device by each of these sensors in every minute."""
    return [seen(7, sensor, minute * 60 + at) for minute in minutes for at, sensor in enumerate(heard)]


def state(store: Store, now_s: float) -> dict[str, SensorState]:
    with store.state.read() as tx:
        return {s.code: s for s in sensors(tx, T0 + int(now_s * 1000))}


def test_a_dead_sensor_is_noticed_by_what_the_others_hear_and_told_when_it_is_back(store: Store) -> None:
    places = open_places(store)
    both = ("ap-hall", "ap-shoes")
    run(places, store, noise(range(60), *both))
    found = state(store, 3_600)
    assert (found["ap-hall"].state, found["ap-shoes"].state, found["ap-food"].state) == ("heard", "heard", "never")
    run(places, store, noise(range(60, 140), "ap-hall"))
    assert state(store, 140 * 60)["ap-shoes"].state == "heard"  # 80 sightings of the others may be chance
    run(places, store, noise(range(140, 200), "ap-hall"))
    dead = state(store, 200 * 60)["ap-shoes"]
    assert (dead.state, dead.since, dead.sightings) == ("silent", T0 + 59 * MINUTE + 1_000, 60)
    back = [e for e in run(places, store, noise(range(200, 202), *both)) if e.type == "Sensor Recovered"]
    assert [(e.zone, e.properties["sensor"], e.value) for e in back] == [("shoes", "ap-shoes", 141.0 * MINUTE)]
    assert state(store, 202 * 60)["ap-shoes"].state == "heard"
    assert not [e for e in run(places, store, noise(range(202, 300), *both)) if e.type == "Sensor Recovered"]


def test_a_silent_night_is_no_dead_sensor(store: Store) -> None:
    places = open_places(store)
    run(places, store, noise(range(60), "ap-hall", "ap-shoes"))
    run(places, store, noise(range(60 + 600, 60 + 660), "ap-hall", "ap-shoes"))
    assert {s.state for s in state(store, 720 * 60).values() if s.sightings} == {"heard"}
    assert state(store, (720 + 3 * 660) * 60)["ap-hall"].state == "silent"  # the whole venue, for three nights


def test_a_closed_venue_is_silent_with_reason_and_an_open_one_is_not(store: Store) -> None:
    venue = VENUE.replace("    city: Shanghai\n", "    city: Shanghai\n    hours: Mo-Su 10:00-22:00\n")
    places = open_places(store, venue=venue)
    run(places, store, noise(range(60), "ap-hall", "ap-shoes"))  # from noon on

    def at(hours: float) -> str:
        with store.state.read() as tx:
            return {s.code: s.state for s in sensors(tx, T0 + round(hours * HOUR), "Asia/Shanghai")}["ap-hall"]

    assert [at(3.9), at(4.1)] == ["heard", "silent"]
    run(places, store, noise(range(560, 600), "ap-hall", "ap-shoes"))  # until closing time
    assert [at(21), at(24.9), at(25.1), at(24 * 40)] == ["heard", "heard", "silent", "silent"]


def test_silences_are_told_the_same_however_the_batches_were_cut(store: Store) -> None:
    events = [*noise(range(60), "ap-hall", "ap-shoes"), *noise(range(60, 200), "ap-hall"),
              *noise(range(200, 202), "ap-hall", "ap-shoes")]
    places = open_places(store)
    whole = [e.id for e in run(places, store, events) if e.type == "Sensor Recovered"]
    assert len(whole) == 1
    assert whole[0].startswith("Sensor Recovered:ap-shoes:")


def test_a_sensor_that_no_plan_has_is_named(store: Store) -> None:
    run(open_places(store), store, [seen(7, "ap-attic", 0)])
    attic = state(store, 1)["ap-attic"]
    assert (attic.state, attic.place, attic.sightings) == ("unknown", "", 1)


def test_facts_of_doors_and_silences(store: Store) -> None:
    places: Places = open_places(store)
    counted = Event(id="c", source="counters", channel="file", type="Door Counted", time=T0, received=T0, place="mall",
                    properties={"entries": 42, "exits": 40, "door": "north"})
    silent = Event(id="s", source="places", channel="system", type="Sensor Recovered", time=T0, received=T0,
                   place="mall", zone="shoes", value=60_000.0, properties={"sensor": "ap-shoes"})
    with store.facts.write() as facts:
        places.fold(Batch([counted, silent], 1, 2, 0), facts)
        facts.move(2)
    assert store.facts.rows("SELECT place, door, hour, entries, exits FROM places.counted") == [
        {"place": "mall", "door": "north", "hour": 12, "entries": 42, "exits": 40}]
    assert store.facts.rows('SELECT zone, sensor, "end" - start AS n FROM places.silence') == [
        {"zone": "shoes", "sensor": "ap-shoes", "n": 60_000}]
