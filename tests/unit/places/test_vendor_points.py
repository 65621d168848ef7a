"""Vendors' own points: the zone of the point where it is good enough, else that of the sensor."""

from __future__ import annotations

import math
from pathlib import Path

import msgspec
import pytest
from tests.unit.places.sightings import T0, VENUE, run

from datong.config import PlacesSettings
from datong.model import Event, Sightings
from datong.places import Places
from datong.storage import Store

EAST, NORTH = 121.4, 31.2
_DEGREE = 111_319.49
WALK = [(5.0, 5.0)] * 6 + [(25.0, 5.0)] * 6 + [(35.0, 5.0)] * 6
"""Six points in the hall, six in the shoe shop, six in the food court, one every ten seconds."""


def open_at(store: Store, origin: bool = False, worst: float = 10.0) -> Places:
    text = VENUE.replace("level: 1", f"level: 1\n        origin: {{lon: {EAST}, lat: {NORTH}}}") if origin else VENUE
    (Path(store.settings.root) / "venue.yaml").write_text(text, "utf-8")
    section = PlacesSettings(file="venue.yaml", vendor_accuracy=worst)
    store.settings = msgspec.structs.replace(store.settings, places=section)
    return Places(store)


def located(points: list[tuple[float, float]], accuracy: float = 3.0, lonlat: bool = False) -> list[Event]:
    """Frames of one device that only the hall's access point hears, each with where the vendor says it is."""
    events = []
    for at, (x, y) in enumerate(points):
        if lonlat:
            x, y = EAST + x / (_DEGREE * math.cos(math.radians(NORTH))), NORTH - y / _DEGREE
        time = T0 + at * 10_000
        events.append(Event(
            id=f"frame-{at}", source="cmx", channel="wifi", type="Devices Sighted", time=time, received=time,
            place="mall", sightings=Sightings(
                ("ap-hall",), ("wifi_mac",), (7, 8), (0, 0), (-60, -60), x=(x, math.nan), y=(y, math.nan),
                accuracy=(accuracy, math.nan), lonlat=lonlat)))
    return events


def ways(events: list[Event]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for event in events:
        if event.type == "Zone Entered":
            found.setdefault(event.ident, []).append(event.zone)
    return found


@pytest.mark.parametrize("lonlat", [False, True])
def test_the_zone_is_that_of_the_point(store: Store, lonlat: bool) -> None:
    """Device 7 is where the vendor says; device 8, which it cannot locate, where the sensor is."""
    places = open_at(store, origin=lonlat)
    assert ways(run(places, store, located(WALK, lonlat=lonlat))) == {7: ["hall", "shoes", "food"], 8: ["hall"]}


@pytest.mark.parametrize(("accuracy", "worst", "believed"), [
    (3.0, 10.0, True), (10.5, 10.0, False), (10.5, 20.0, True), (math.nan, 10.0, True), (3.0, 0.0, False),
])
def test_a_vague_point_is_passed_over(store: Store, accuracy: float, worst: float, believed: bool) -> None:
    found = ways(run(open_at(store, worst=worst), store, located(WALK, accuracy)))[7]
    assert found == (["hall", "shoes", "food"] if believed else ["hall"])


def test_degrees_say_nothing_on_a_plan_that_lies_nowhere(store: Store) -> None:
    assert ways(run(open_at(store), store, located(WALK, lonlat=True)))[7] == ["hall"]


def test_batches_and_restarts_change_nothing(store: Store) -> None:
    """One frame a batch, each by a stage that was opened anew, tells the same, the way at the end of the stay too."""
    frames = located(WALK)
    told = []
    for event in frames:
        told += run(open_at(store), store, [event])
    told += run(open_at(store), store, [], now=(frames[-1].time - T0) / 1000 + 200)
    assert ways(told)[7] == ["hall", "shoes", "food"]
    (way,) = [event for event in told if event.type == "Visit Retraced" and event.ident == 7]
    assert way.properties["zones"] == ["hall", "shoes", "food"]
