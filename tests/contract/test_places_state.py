"""Places keeps the same state on every engine."""

from __future__ import annotations

from tests.unit.places.sightings import open_places, run, seen, told

from datong.model import Event
from datong.places import known_stores, present, zones
from datong.storage import Store


def test_presence_lives_on_every_engine(state_store: Store) -> None:
    places = open_places(state_store)
    sightings = [seen(device, "ap-hall", 0) for device in range(1, 300)]
    assert len(run(places, state_store, sightings)) == 598
    assert told(run(places, state_store, [seen(1, "ap-shoes", 30), seen(1, "ap-shoes", 60)])) == [
        ("Zone Exited", "hall", 0, 0), ("Zone Entered", "shoes", 30, 0)]
    with state_store.state.read() as tx:
        assert sorted(present(tx).counts.values()) == [1, 298]
        assert places.wake(tx) == sightings[0].received + 180_000
    assert len(run(places, state_store, [], now=180)) == 596
    assert len(run(places, state_store, [], now=240)) == 2
    assert run(places, state_store, [], now=90_000) == []


def test_the_venue_file_is_loaded_again_over_the_old_one(state_store: Store) -> None:
    open_places(state_store)
    places = open_places(state_store)
    at = state_store.clock.now()
    stores = [Event(id=str(n), source="erp", channel="erp", type="Store Updated", time=at, received=at, place="S1",
                    properties={"name": name}) for n, name in enumerate(("Old", "New"))]
    run(places, state_store, stores)
    with state_store.state.read() as tx:
        assert len(zones(tx)) == 4
        assert known_stores(tx, {"S1", "outlet", "x"}) == {"S1", "outlet"}
