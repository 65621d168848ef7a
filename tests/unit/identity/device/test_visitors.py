"""From sightings in the log to visitors by the hour, through real facts."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.identity.device.air import T0

from datong.identity.device import Devices, Hour, visitors
from datong.model import HOUR, MINUTE, Batch, Event, Identifier, Sightings
from datong.privacy import Vault
from datong.storage import Store


def sighted(device: int, at: int, *, made_up: bool = True, place: str = "mall", **properties: Any) -> Event:
    identifier = Identifier("random_mac" if made_up else "wifi_mac", device)
    return Event(
        id=f"{device}-{at}", source="ap", channel="wifi", type="Device Sighted", time=T0 + at, received=T0 + at,
        identifiers=(identifier,), ident=device, place=place, value=-60.0, properties={"sensor": "ap-1", **properties},
    )


def fold(store: Store, vault: Vault, events: list[Event], size: int = 1_000) -> None:
    devices = Devices(store, vault)
    for at in range(0, len(events), size):
        with store.facts.write() as facts:
            devices.fold(Batch(events[at : at + size], 1, 1, T0), facts)


def test_frames_of_many_sensors_are_read_column_by_column(store: Store, vault: Vault) -> None:
    many = Sightings(("ap-1", "ap-2"), ("random_mac", "wifi_mac"), (5, 6, 5), (0, 100, 5_000), (-50, 0, -60),
                     (0, 1, 1), (0, 1, 0), ie=("ab", "", "ab"), seq=(7, -1, 9))
    few = Sightings(("ap-3",), ("wifi_mac",), (6, 5), (0, 0), (-70, -71))
    frames = [Event(n, "aps", "wifi", "Devices Sighted", T0 + at, T0, place=place, sightings=s)
              for n, at, place, s in (("a", 0, "mall", many), ("b", 60_000, "", few))]
    fold(store, vault, [*frames, sighted(8, 90_000, ie="cd", seq=3)])
    rows = store.facts.rows("SELECT ident, ns, place, model, start, first, rssi FROM identity.sighting "
                            "ORDER BY start, ident")
    one, other = vault.key("wifi_model", "ab"), vault.key("wifi_model", "cd")
    assert [(r["ident"], r["ns"], r["place"], r["model"], r["start"] - T0, r["first"], r["rssi"]) for r in rows] == [
        (5, "random_mac", "mall", one, 0, 7, -50.0), (6, "wifi_mac", "mall", 0, 100, -1, None),
        (5, "random_mac", "mall", one, 5_000, 9, -60.0), (5, "wifi_mac", "", 0, 60_000, -1, -71.0),
        (6, "wifi_mac", "", 0, 60_000, -1, -70.0), (8, "random_mac", "mall", other, 90_000, 3, -60.0)]


def test_a_row_per_scan(store: Store, vault: Vault) -> None:
    fold(store, vault, [
        sighted(5, 0, ie="ab", seq=10), sighted(5, 400, ie="ab", seq=11), sighted(5, 60_000, ie="ab", seq=80),
        sighted(6, 30_000, made_up=False), Event(id="x", source="web", channel="web", type="Page Viewed", time=T0,
                                                received=T0),
    ])
    rows = store.facts.rows("SELECT * EXCLUDE (rssi) FROM identity.sighting ORDER BY start")
    day = rows[0]["date"]
    model = vault.key("wifi_model", "ab")
    common = {"place": "mall", "date": day, "hour": 12}
    assert rows == [
        {"ident": 5, "ns": "random_mac", "model": model, "start": T0, "end": T0 + 400, "frames": 2, "first": 10,
         "last": 11, **common},
        {"ident": 6, "ns": "wifi_mac", "model": 0, "start": T0 + 30_000, "end": T0 + 30_000, "frames": 1, "first": -1,
         "last": -1, **common},
        {"ident": 5, "ns": "random_mac", "model": model, "start": T0 + 60_000, "end": T0 + 60_000, "frames": 1,
         "first": 80, "last": 80, **common},
    ]
    assert str(day) == "2026-03-01"
    assert "ab" not in str(rows)


def test_hours_with_nothing_known_but_addresses(store: Store, vault: Vault) -> None:
    events = [sighted(n, n * 5 * MINUTE + k * MINUTE) for n in range(1, 6) for k in range(3)]
    events += [sighted(90, k * MINUTE, made_up=False) for k in range(10)] + [sighted(7, 2 * HOUR + 5)]
    fold(store, vault, events)
    assert visitors(store.facts, "mall", T0, T0 + 3 * HOUR) == [
        Hour(T0, devices=6, low=2, high=6, known=1, members=0, addresses=6),
        Hour(T0 + HOUR, 0, 0, 0, 0, 0, 0),
        Hour(T0 + 2 * HOUR, devices=0, low=0, high=0, known=0, members=0, addresses=1),  # heard once: walked past
    ]
    assert visitors(store.facts, "elsewhere", T0, T0 + HOUR) == [Hour(T0, 0, 0, 0, 0, 0, 0)]


def test_rotating_addresses_are_one_visitor(store: Store, vault: Vault) -> None:
    fold(store, vault, [sighted(100 + n, n * MINUTE, ie="aa", seq=(4_090 + 7 * n) % 4_096) for n in range(30)])
    hour, = visitors(store.facts, "mall", T0, T0 + HOUR)
    assert (hour.devices, hour.low, hour.addresses) == (1, 1, 30)
    assert hour.high < 5


def test_members_among_the_known(store: Store, vault: Vault) -> None:
    fold(store, vault, [sighted(n, k * MINUTE, made_up=False) for n in (1, 2, 3) for k in range(3)])
    with store.facts.write() as facts:
        facts.execute("INSERT INTO identity.link VALUES (1, 77, 'wifi_mac'), (2, 77, 'wifi_mac')")
    hour, = visitors(store.facts, "mall", T0, T0 + HOUR)
    assert (hour.devices, hour.low, hour.high, hour.known, hour.members) == (3, 3, 3, 3, 1)


@pytest.mark.parametrize("size", [1, 3, 1_000])
def test_borders_of_batches_change_no_count(store: Store, vault: Vault, size: int) -> None:
    events = [sighted(100 + n, n * MINUTE + f * 200, ie="aa", seq=7 * n + f) for n in range(10) for f in range(3)]
    fold(store, vault, events, size)
    hour, = visitors(store.facts, "mall", T0, T0 + HOUR)
    assert (hour.devices, hour.low, hour.known, hour.addresses) == (1, 1, 0, 10)


def test_a_sensor_says_where(store: Store, vault: Vault) -> None:
    from tests.unit.places.sightings import open_places

    open_places(store)
    fold(store, vault, [sighted(1, 0, place="", sensor="ap-outlet"), sighted(2, 0, place="", sensor="unknown")])
    assert store.facts.rows("SELECT ident, place FROM identity.sighting ORDER BY ident") == [
        {"ident": 1, "place": "outlet"}, {"ident": 2, "place": ""}]
