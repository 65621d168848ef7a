"""Surveys imported, and devices located by them, through the stage."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from tests.unit.places.position.air import ANCHORS, scans_at
from tests.unit.places.sightings import T0, told

from datong.config import PlacesSettings
from datong.errors import NotFound, Rejected
from datong.model import Batch, Event, Identifier, decode_event
from datong.places import Places, import_survey, surveys
from datong.places.presence import Presence
from datong.storage import Store

PLAN = """
venues:
  - code: mall
    name: Mall
    floors:
{floors}
    sensors:
{sensors}
"""


def plan_text() -> str:
    """Return two floors, each cut into four zones of 10 × 20 m, and the sensors, none of which stands for its zone."""
    floors = "".join(
        f"      - {{code: '{code}', name: Floor {code}, zones: [" + ", ".join(
            f"{{code: {code}{letter}, name: {letter}, rect: {{x: {n * 10}, y: 0, w: 10, h: 20}}}}"
            for n, letter in enumerate("abcd")) + "]}\n" for code in ANCHORS.floors)
    sensors = "".join(
        f"      - {{code: '{code}', floor: '{code[0]}', x: {ANCHORS.x[n]}, y: {ANCHORS.y[n]}}}\n"
        for n, code in enumerate(ANCHORS.sensors))
    return PLAN.format(floors=floors, sensors=sensors)


def survey_text(walks: int = 3) -> str:
    """Return the file of a survey: three aisles on two floors, a scan every two metres."""
    lines = ["scan,x,y,floor,sensor,rssi,walk"]
    for walk in range(walks):
        x = np.tile(np.arange(1, 40, 2.0), 6)
        y = np.repeat([3.0, 10.0, 17.0, 3.0, 10.0, 17.0], 20)
        floor = np.repeat([0, 1], 60)
        dbm = scans_at(x, y, floor, seed=walk + 1).table(ANCHORS.sensors)
        for n in range(len(x)):
            lines += [f"{walk}-{n},{x[n]},{y[n]},{ANCHORS.floors[floor[n]]},{code},{dbm[n, s]:.0f},w{walk}"
                      for s, code in enumerate(ANCHORS.sensors) if not np.isnan(dbm[n, s])]
    return "\n".join(lines)


def open_mall(store: Store, trilaterate: bool = False) -> Places:
    Path(store.settings.root, "mall.yaml").write_text(plan_text(), "utf-8")
    settings = type(store.settings)(
        root=store.settings.root, places=PlacesSettings(file="mall.yaml", trilaterate=trilaterate))
    store.settings = settings
    return Places(store)


def step(places: Places, store: Store, events: list[Event], first: int, now: int) -> list[Event]:
    batch = Batch(events, first, first + len(events), now)
    with store.state.write() as tx:
        places.step(batch, tx)
    return batch.derived


def walk(seed: int = 4) -> tuple[list[Event], list[str]]:
    """Return the sightings of a phone that stays 100 s in zone a, walks to d and stays, and its zone at each second."""
    x = np.concatenate([np.full(10, 4.0), np.linspace(4, 36, 8), np.full(10, 36.0)])
    heard = scans_at(x, np.full(28, 9.0), np.zeros(28, np.int64), seed)
    events = []
    for scan, sensor, rssi in zip(heard.scan, heard.sensor, heard.rssi, strict=True):
        at = T0 + int(scan) * 10_000 + int(sensor) * 50
        events.append(Event(
            id=f"{scan}-{sensor}", source="wifi", channel="wifi", type="Device Sighted", time=at, received=at, ident=7,
            identifiers=(Identifier("wifi_mac", 7),), value=float(int(rssi)),
            properties={"sensor": ANCHORS.sensors[sensor]},
        ))
    return events, [f"g{'abcd'[min(3, int(at // 10))]}" for at in x]


def test_a_walk_is_told_by_its_zones_and_however_it_is_cut(store: Store) -> None:
    places = open_mall(store)
    import_survey(store, "mall", survey_text(), actor="user:t")
    imported = [decode_event(r.body) for r in store.log.read(0, 10)]
    assert step(places, store, imported, 0, T0 - 1) == []
    with store.state.read() as tx:
        row = surveys(tx)["mall"]
    assert (row.scans, row.sensors, row.actor) == (360, 16, "user:t")
    assert row.accuracy.rows[0].mean_m < 3.5
    events, _ = walk()
    whole = step(places, store, events, 1, events[-1].received)
    entered = [e.zone for e in whole if e.type == "Zone Entered"]
    assert entered[0] == "ga"
    assert entered[-1] == "gd"
    assert len(entered) <= 4
    assert {zone[0] for zone in entered} == {"g"}
    with store.state.write() as tx:
        tx.exec_driver_sql("DELETE FROM places_presence")
    again, cut = Places(store), []
    for n in range(0, len(events), 7):
        cut += step(again, store, events[n : n + 7], 1 + n, events[min(n + 6, len(events) - 1)].received)
    assert told(cut) == told(whole)


def test_without_a_survey_the_sensor_s_zone_counts_and_trilateration_must_be_asked_for(store: Store) -> None:
    events, _ = walk()
    plain = step(open_mall(store), store, events, 0, events[-1].received)
    with store.state.write() as tx:
        tx.exec_driver_sql("DELETE FROM places_presence")
    located = step(open_mall(store, trilaterate=True), store, events, 0, events[-1].received)
    for told_ in (plain, located):
        entered = [e.zone for e in told_ if e.type == "Zone Entered"]
        assert (entered[0], entered[-1]) == ("ga", "gd")
    assert told(plain) != told(located)


def test_a_lost_model_falls_back_to_the_strongest_sensor(store: Store) -> None:
    places = open_mall(store)
    import_survey(store, "mall", survey_text(2), actor="user:t")
    step(places, store, [decode_event(r.body) for r in store.log.read(0, 10)], 0, T0 - 1)
    for file in (store.settings.data / "surveys").iterdir():
        file.unlink()
    events, _ = walk()
    entered = [e.zone for e in step(Places(store), store, events, 1, events[-1].received) if e.type == "Zone Entered"]
    assert (entered[0], entered[-1]) == ("ga", "gd")


def test_mistakes_are_named(store: Store) -> None:
    open_mall(store)
    with pytest.raises(NotFound, match="there is no venue 'hall'"):
        import_survey(store, "hall", survey_text(1), actor="user:t")
    with pytest.raises(Rejected, match="the venue has no floor 'roof'"):
        import_survey(store, "mall", "scan,x,y,floor,sensor,rssi\na,1,1,roof,g0,-50\n", actor="user:t")
    with pytest.raises(Rejected, match="no sensor of the survey is one of the venue's"):
        import_survey(store, "mall", "scan,x,y,floor,sensor,rssi\na,1,1,g,other,-50\n", actor="user:t")
    assert store.log.end() == 0


def test_sensors_that_the_plan_lacks_are_told(store: Store) -> None:
    open_mall(store)
    _, accuracy = import_survey(store, "mall", survey_text(1) + "\nq,1,1,g,other,-50", actor="user:t")
    assert accuracy.remarks[-1].startswith("1 sensors of the survey are not in the plan")


def test_an_old_row_of_presence_is_read() -> None:
    old = msgspec.msgpack.encode([7, "mall", "ga", 1, 1, 1, 1, 1, True, None, 0, 0, {}, "wifi", [], False])
    assert msgspec.msgpack.decode(old, type=Presence).track is None
