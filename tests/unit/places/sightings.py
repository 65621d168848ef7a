"""Sightings for the tests of places: three zones of one venue, one of another, one sensor each."""

from __future__ import annotations

from pathlib import Path

import msgspec

from datong.config import PlacesSettings
from datong.model import Batch, Event, Identifier, Sightings
from datong.places import Places
from datong.storage import Store

VENUE = """
venues:
  - code: mall
    name: {zh: 大同城, en: Datong City}
    city: Shanghai
    floors:
      - code: f1
        name: Ground floor
        level: 1
        zones:
          - {code: hall, name: {zh: 大厅, en: Hall}, rect: {x: 0, y: 0, w: 20, h: 10}, doors: [{x: 0, y: 5}]}
          - code: shoes
            name: {zh: 鞋区, en: Shoes}
            rect: {x: 20, y: 0, w: 10, h: 10}
            shop: {code: S1, name: {zh: 步履, en: Stride}, format: fashion, category: shoes}
          - {code: food, name: Food, category: food, rect: {x: 30, y: 0, w: 10, h: 10}}
    sensors:
      - {code: ap-hall, zone: hall, kind: wifi, x: 10, y: 5}
      - {code: ap-shoes, zone: shoes, kind: wifi, x: 25, y: 5}
      - {code: ap-food, zone: food, kind: ble, x: 35, y: 5}
  - code: outlet
    name: Outlet
    floors:
      - code: g
        name: Ground
        zones: [{code: floor, name: Floor, rect: {x: 0, y: 0, w: 5, h: 5}}]
    sensors: [{code: ap-outlet, zone: floor}]
"""

T0 = 1_772_337_600_000  # 2026-03-01T04:00:00Z, noon in Shanghai


def open_places(store: Store, exit_after: str = "3m", venue: str = VENUE) -> Places:
    folder = Path(store.settings.root)
    (folder / "venue.yaml").write_text(venue, "utf-8")
    section = PlacesSettings(file="venue.yaml", exit_after=exit_after)
    store.settings = msgspec.structs.replace(store.settings, places=section)
    return Places(store)


def seen(device: int, sensor: str, second: float, rssi: int = -60, received: float | None = None) -> Event:
    """A sighting of `device` by `sensor`, `second` seconds after T0."""
    time = T0 + int(second * 1000)
    arrived = time if received is None else T0 + int(received * 1000)
    key = Identifier("wifi_mac", device)
    return Event(
        id=f"{device}-{sensor}-{time}-{rssi}", source="aps", channel="wifi", type="Device Sighted", time=time,
        received=arrived, identifiers=(key,), ident=device, place="mall", value=float(rssi),
        properties={"sensor": sensor},
    )


def frame(events: list[Event]) -> Event:
    """The same sightings, which came in at one time, as one event of many."""
    start, sensors = min(e.time for e in events), sorted({e.properties["sensor"] for e in events})
    return Event(
        id="+".join(e.id for e in events), source="aps", channel="wifi", type="Devices Sighted", time=start,
        received=events[0].received, place="mall", sightings=Sightings(
            tuple(sensors), ("wifi_mac",), tuple(e.ident for e in events), tuple(e.time - start for e in events),
            tuple(int(e.value) for e in events), tuple(sensors.index(e.properties["sensor"]) for e in events),
        ),
    )


def run(places: Places, store: Store, events: list[Event], now: float | None = None) -> list[Event]:
    """Take one batch through the stage and return what it derived."""
    time = max([e.received for e in events] or [0])
    batch = Batch(events, 1, max(len(events), 1), time if now is None else T0 + int(now * 1000))
    with store.state.write() as tx:
        places.step(batch, tx)
    return batch.derived


def told(events: list[Event]) -> list[tuple[str, str, float, float]]:
    """Return (type, zone, seconds after T0, dwell in seconds) of each event."""
    return [(e.type, e.zone, (e.time - T0) / 1000, e.value / 1000) for e in events]
