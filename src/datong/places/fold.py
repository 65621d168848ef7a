"""Facts: finished visits from the log, and the dimensions of stores and zones from the state."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from datong.model import MINUTE, MOVES, Event, Traffic, local_parts
from datong.places.health import RECOVERED
from datong.places.plan import Venue
from datong.places.tables import (
    COUNTED,
    SILENCE,
    STAFF,
    STAFF_FACT,
    STORE,
    STORE_FACT,
    VENUE,
    VENUE_FACT,
    VISIT_FACT,
    ZONE,
    ZONE_FACT,
)
from datong.storage import FactsTx

__all__ = ["RETRACED", "append_told", "append_visits", "replace_dimensions", "replace_ways"]

RETRACED = "Visit Retraced"

_FIRST_END = MOVES.index("Zone Exited")
_QUARTER = 15 * MINUTE
_EPOCH = date(1970, 1, 1)
_decoder = msgspec.json.Decoder(Venue)


def append_visits(events: Iterable[Event], facts: FactsTx, timezone: str) -> None:
    """Append one visit per Zone Exited, and one with an empty zone per Venue Exited; date and hour are its start's."""
    for event in events:
        if event.traffic is not None:
            _append_traffic(event, event.traffic, facts, timezone)
    rows = [e for e in events if e.type in ("Zone Exited", "Venue Exited")]
    if not rows:
        return
    starts = [e.time - int(e.value) for e in rows]
    local = [local_parts(start, timezone) for start in starts]
    facts.append(VISIT_FACT, {
        "id": [e.id for e in rows], "ident": [e.ident for e in rows], "place": [e.place for e in rows],
        "zone": [e.zone for e in rows], "start": starts, "end": [e.time for e in rows],
        "dwell": [int(e.value) for e in rows], "date": [_EPOCH + timedelta(days=day) for day, _ in local],
        "hour": [hour for _, hour in local],
    })


def replace_ways(events: Iterable[Event], facts: FactsTx, timezone: str) -> None:
    """Put the zones that a finished visit was found to have gone through in the place of those that were told live."""
    told = [e for e in events if e.type == RETRACED]
    if not told:
        return
    starts = [e.time - int(e.value) for e in told]
    facts.execute("""
        DELETE FROM places.visit v USING (
            SELECT unnest($idents) AS ident, unnest($places) AS place, unnest($starts) AS start, unnest($ends) AS "end"
        ) r WHERE v.start >= $first AND v.zone <> '' AND v.ident = r.ident AND v.place = r.place
            AND v.start >= r.start AND v."end" <= r."end"
    """, {"idents": [e.ident for e in told], "places": [e.place for e in told], "starts": starts,
          "ends": [e.time for e in told], "first": min(starts)})
    rows = [(f"{e.id}:{n}", e.ident, e.place, zone, start, end)
            for e in told for n, (zone, start, end) in enumerate(zip(
                e.properties["zones"], e.properties["starts"], [*e.properties["starts"][1:], e.time], strict=True))]
    local = [local_parts(row[4], timezone) for row in rows]
    facts.append(VISIT_FACT, {
        **{name: [row[k] for row in rows] for k, name in enumerate(("id", "ident", "place", "zone", "start", "end"))},
        "dwell": [row[5] - row[4] for row in rows], "date": [_EPOCH + timedelta(days=day) for day, _ in local],
        "hour": [hour for _, hour in local],
    })


def _append_traffic(event: Event, found: Traffic, facts: FactsTx, timezone: str) -> None:
    """Append the visits that ended with these moves, column by column."""
    kind = np.array(found.type, np.int8)
    ends = np.flatnonzero(kind >= _FIRST_END)
    if not len(ends):
        return
    name, place, zone, key, start, end = (
        pa.array(MOVES).take(kind[ends]), pa.array(found.places).take(_at(found.place, ends)),
        pa.array(found.zones).take(_at(found.zone, ends)), _at(found.key, ends),
        event.time + _at(found.start, ends), event.time + _at(found.time, ends))
    quarter, back = np.unique(start // _QUARTER, return_inverse=True)
    local = np.array([local_parts(at * _QUARTER, timezone) for at in quarter.tolist()], np.int64)[back]
    texts = [pa.array(numbers).cast(pa.string()) for numbers in (key, start)]
    facts.append(VISIT_FACT, pa.table({
        "id": pc.binary_join_element_wise(name, place, zone, *texts, ":"), "ident": key, "place": place, "zone": zone,
        "start": start, "end": end, "dwell": end - start,
        "date": pa.array(local[:, 0].astype(np.int32)).cast(pa.date32()), "hour": local[:, 1].astype(np.int8),
    }))


def _at(column: tuple[int, ...], where: Any) -> Any:
    return np.array(column, np.int64)[where]


def append_told(events: Iterable[Event], facts: FactsTx, timezone: str) -> None:
    """Append what door counters counted, and the silences of sensors that are over."""
    doors = [e for e in events if e.type == "Door Counted"]
    if doors:
        local = [local_parts(e.time, timezone) for e in doors]
        facts.append(COUNTED, {
            "place": [e.place for e in doors], "door": [str(e.properties.get("door") or "") for e in doors],
            "ts": [e.time for e in doors], "date": [_EPOCH + timedelta(days=day) for day, _ in local],
            "hour": [hour for _, hour in local], "entries": [_count(e, "entries") for e in doors],
            "exits": [_count(e, "exits") for e in doors],
        })
    over = [e for e in events if e.type == RECOVERED]
    if over:
        facts.append(SILENCE, {
            "place": [e.place for e in over], "zone": [e.zone for e in over],
            "sensor": [str(e.properties["sensor"]) for e in over],
            "start": [e.time - int(e.value) for e in over], "end": [e.time for e in over],
        })


def _count(event: Event, name: str) -> int:
    given = event.properties.get(name, 0)
    return int(given) if isinstance(given, (int, float)) and given > 0 else 0


def replace_dimensions(tx: sa.Connection, facts: FactsTx) -> None:
    """Make the dimensions what the state says."""
    for table, fact in ((STORE, STORE_FACT), (ZONE, ZONE_FACT), (STAFF, STAFF_FACT)):
        names = list(fact.columns)
        rows = tx.execute(sa.select(*(table.c[name] for name in names))).all()
        facts.execute(f"DELETE FROM {fact.full}")
        facts.append(fact, {name: [row[i] for row in rows] for i, name in enumerate(names)})
    known = tx.execute(sa.select(VENUE.c.code, VENUE.c.name, VENUE.c.plan))
    plans = [(code, name, _decoder.decode(plan)) for code, name, plan in known]
    facts.execute(f"DELETE FROM {VENUE_FACT.full}")
    facts.append(VENUE_FACT, {
        "code": [code for code, _, _ in plans], "name": [name for _, name, _ in plans],
        **{name: [getattr(plan, name) for _, _, plan in plans]
           for name in ("city", "region", "country", "hours", "format")},
    })
