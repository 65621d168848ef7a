"""Telling: devices that can be nobody's come and go in columns, which say what single events would."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.unit.places.sightings import T0, open_places, run, seen, told

from datong.config import IdentitySettings
from datong.model import Batch, Event, Identifier, decode_event, encode_event, moved
from datong.places import Places
from datong.storage import Store

WAY = (("ap-hall", 0), ("ap-hall", 20), ("ap-shoes", 60), ("ap-shoes", 90), ("ap-food", 95), ("ap-food", 120))


def made_up(event: Event) -> Event:
    """The same sighting of an address that the phone made up."""
    return msgspec.structs.replace(event, id=f"m{event.id}", identifiers=(Identifier("random_mac", event.ident),))


def walk(device: int, late: float = 0) -> list[Event]:
    return [seen(device, sensor, second + late) for sensor, second in WAY]


def plain(events: list[Event]) -> list[dict[str, Any]]:
    drop = ("identifiers", "date", "hour")
    return [{k: v for k, v in msgspec.structs.asdict(e).items() if k not in drop} for e in events]


def test_columns_say_what_single_events_say(store: Store) -> None:
    single = run(open_places(store), store, walk(7), now=600)
    assert len(single) == 8
    (many,) = run(open_places(store), store, list(map(made_up, walk(8))), now=600)
    assert (many.id, many.type, many.source, many.channel, many.ident, many.identifiers) == (
        "Devices Moved:1:0", "Devices Moved", "places", "wifi", 0, ())
    again = moved(decode_event(encode_event(many)))
    assert [(i.ns, i.key) for e in again for i in e.identifiers] == [("random_mac", 8)] * 8
    renamed = [msgspec.structs.replace(e, ident=7, id=e.id.replace(":8:", ":7:")) for e in again]
    assert plain(renamed) == plain(single)
    assert moved(single[0]) == [single[0]]


def test_who_may_be_somebody_s_is_told_one_by_one(store: Store) -> None:
    events = sorted([*walk(7), *map(made_up, walk(8, 1)), *map(made_up, walk(9, 2))], key=lambda e: e.received)
    derived = run(open_places(store), store, events, now=600)
    assert [e.type for e in derived if e.ident] == [e.type for e in derived[:-1]]
    assert {e.ident for e in derived[:-1]} == {7}
    by_device = {device: [m for m in moved(derived[-1]) if m.ident == device] for device in (8, 9)}
    assert [len(moves) for moves in by_device.values()] == [8, 8]
    assert told(by_device[9])[0] == ("Venue Entered", "", 2, 0)
    assert [m.ident for m in moved(derived[-1])][:4] == [8, 8, 9, 9]  # in the order in which it happened


def test_an_import_of_the_past_is_told_apart(store: Store) -> None:
    old = [msgspec.structs.replace(made_up(e), history=True) for e in walk(8)]
    derived = run(open_places(store), store, [*old, *map(made_up, walk(9))], now=600)
    assert [(e.history, {m.ident for m in moved(e)}) for e in derived] == [(False, {9}), (True, {8})]


def test_where_made_up_addresses_may_link_each_move_is_an_event(store: Store) -> None:
    named = {"random_mac": {"merges": "attach", "limit": 5}}
    store.settings = msgspec.structs.replace(store.settings, identity=IdentitySettings(namespaces=named))
    derived = run(open_places(store), store, list(map(made_up, walk(8))), now=600)
    assert {e.ident for e in derived} == {8}


def folded(store: Store, places: Places, events: list[Event]) -> list[dict[str, Any]]:
    with store.facts.write() as facts:
        facts.execute("DELETE FROM places.visit")
        places.fold(Batch(events, 1, 1, T0), facts)
    return store.facts.rows("SELECT * FROM places.visit ORDER BY start, zone, dwell")


@pytest.mark.parametrize("device", [8, (1 << 62) + 5])
def test_visits_are_the_same_facts_either_way(store: Store, device: int) -> None:
    places = open_places(store)
    (many,) = run(places, store, [made_up(e) for e in (*walk(device), *walk(device, 40_000))], now=50_000)
    rows = folded(store, places, [many])
    assert rows == folded(store, places, moved(many))
    assert [(r["zone"], r["dwell"], r["hour"]) for r in rows[:4]] == [
        ("", 120_000, 12), ("hall", 20_000, 12), ("shoes", 30_000, 12), ("food", 25_000, 12)]
    assert {str(r["date"]) for r in rows} == {"2026-03-01"}
    assert {r["hour"] for r in rows[4:]} == {23}
