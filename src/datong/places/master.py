"""Master data into the state: the venue file at start, plans drawn or imported, and stores that others report.

A venue belongs to the venue file until a plan for it comes by the log; from then on the log's versions count, and the
file no longer touches it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from datong.model import Event
from datong.places.check import venue_problems
from datong.places.geometry import spots_of
from datong.places.location import read_gln
from datong.places.plan import Plan, Venue
from datong.places.tables import PLAN, SENSOR, STORE, VENUE, ZONE
from datong.storage import fetch_in, upsert

__all__ = ["UPDATED", "load_plan", "plan_updates", "store_updates"]

UPDATED = "Venue Updated"
_venue = msgspec.json.Decoder(Venue)


def load_plan(tx: sa.Connection, plan: Plan, language: str) -> None:
    """Make the venues that only the file describes those of the plan, and add or update their shops."""
    query = sa.select(VENUE.c.code, VENUE.c.version)
    versions: dict[str, int] = {row[0]: row[1] for row in tx.execute(query)}
    own = [code for code, version in versions.items() if not version]
    for table, column in ((VENUE, VENUE.c.code), (ZONE, ZONE.c.place), (SENSOR, SENSOR.c.place)):
        tx.execute(sa.delete(table).where(column.in_(own)))
    _put(tx, [(venue, 0) for venue in plan.venues if not versions.get(venue.code)], language)


def plan_updates(tx: sa.Connection, events: Iterable[Event], language: str) -> list[tuple[Event, Venue | None]]:
    """Take the plans that `Venue Updated` events bring; return those that were taken, in order.

    One made for another version than the one there is refused, and so is one that is wrong; `places.plan_change`
    tells. A venue is None where it was taken away.
    """
    wanted = [event for event in events if event.type == UPDATED]
    if not wanted:
        return []
    query = sa.select(VENUE.c.code, VENUE.c.version)
    versions = dict(tx.execute(query.where(VENUE.c.code.in_({e.place for e in wanted}))).all())
    removed = sa.select(PLAN.c.place, sa.func.max(PLAN.c.version)).group_by(PLAN.c.place)
    last = dict(fetch_in(tx, removed, PLAN.c.place, {e.place for e in wanted}))
    known = {row[0] for row in fetch_in(tx, sa.select(PLAN.c.id), PLAN.c.id, [e.id for e in wanted])}
    taken: list[tuple[Event, Venue | None]] = []
    rows = []
    for event in wanted:
        if event.id in known:
            continue  # this batch was begun before
        known.add(event.id)
        said, now = event.properties, versions.get(event.place, 0)
        venue, reason = _read(tx, event)
        base = said.get("base")
        if not reason and base is not None and base != now:
            reason = f"the plan was changed meanwhile: it is at version {now}, yours began at {base}"
        version = max(now, last.get(event.place) or 0) + 1
        if not reason:
            _take(tx, event.place, venue, version, language)
            versions[event.place] = last[event.place] = version if venue else 0
            last[event.place] = version
            taken.append((event, venue))
        rows.append({
            "id": event.id, "place": event.place, "version": version if not reason else 0, "at": event.received,
            "actor": str(said.get("actor") or "")[:128], "note": str(said.get("note") or "")[:500],
            "state": "refused" if reason else "done", "reason": reason,
            "plan": msgspec.json.encode(venue) if venue and not reason else b"",
        })
    upsert(tx, PLAN, rows)
    return taken


def store_updates(tx: sa.Connection, events: Iterable[Event]) -> None:
    """Add or update the stores that `Store Updated` events describe; the last one in log order counts.

    What an event does not name keeps its value.
    """
    said = [event for event in events if event.type == "Store Updated"]
    if not said:
        return
    query = sa.select(STORE)
    rows: dict[str, dict[str, Any]] = {
        row.code: dict(row._mapping) for row in fetch_in(tx, query, STORE.c.code, {e.place for e in said})
    }
    for event in said:
        about = event.properties
        row = rows.setdefault(event.place, {
            "code": event.place, "name": event.place, "format": "", "city": "", "venue": "", "region": "",
            "country": "", "lon": None, "lat": None, "hours": "", "gln": "",
        })
        row.update({key: str(about[key]) for key in ("name", "format", "city", "venue", "region", "country", "hours")
                    if about.get(key)})
        if number := read_gln(str(about.get("gln") or "")):
            row["gln"] = number
        row.update({key: float(about[key]) for key in ("lon", "lat") if isinstance(about.get(key), (int, float))})
    upsert(tx, STORE, list(rows.values()))


def _read(tx: sa.Connection, event: Event) -> tuple[Venue | None, str]:
    """Return the venue that the event brings, and why it cannot be taken (or empty)."""
    if event.properties.get("removed"):
        return None, ""
    try:
        venue = msgspec.convert(event.properties.get("plan"), Venue)
    except msgspec.ValidationError as error:
        return None, str(error)
    if venue.code != event.place:
        return None, f"the plan is of {venue.code!r}"
    if (problem := next(venue_problems(venue), "")):
        return None, problem
    codes = {s.code for s in venue.sensors}
    for code, place in fetch_in(tx, sa.select(SENSOR.c.code, SENSOR.c.place), SENSOR.c.code, codes):
        if place != venue.code:
            return None, f"sensor {code} belongs to venue {place}; give it another code"
    return venue, ""


def _take(tx: sa.Connection, place: str, venue: Venue | None, version: int, language: str) -> None:
    for table, column in ((VENUE, VENUE.c.code), (ZONE, ZONE.c.place), (SENSOR, SENSOR.c.place)):
        tx.execute(sa.delete(table).where(column == place))
    if venue is not None:
        _put(tx, [(venue, version)], language)


def _put(tx: sa.Connection, plans: Sequence[tuple[Venue, int]], language: str) -> None:
    """Write the rows of venues that are not there; names in one language. A shop's place on earth is not touched."""
    venues, zones, sensors, stores = [], [], [], []
    for venue, version in plans:
        venues.append({
            "code": venue.code, "name": venue.name.in_language(language), "city": venue.city,
            "plan": msgspec.json.encode(venue), "version": version, "gln": read_gln(venue.gln),
        })
        spots = spots_of(venue)
        sensors += [
            {"code": s.code, "place": venue.code, "zone": spots[s.code], "kind": s.kind}
            for s in venue.sensors if s.code in spots
        ]
        for floor, zone in venue.zones():
            shop = zone.shop
            zones.append({
                "place": venue.code, "zone": zone.code, "name": zone.name.in_language(language), "floor": floor.code,
                "shop": shop.code if shop else "", "category": zone.category or (shop.category if shop else ""),
            })
            if shop:
                stores.append({
                    "code": shop.code, "name": shop.name.in_language(language), "format": shop.format,
                    "city": venue.city, "venue": venue.code, "region": venue.region, "country": venue.country,
                    "lon": venue.lon, "lat": venue.lat, "hours": shop.hours or venue.hours,
                    "gln": read_gln(shop.gln),
                })
    for table, rows in ((VENUE, venues), (ZONE, zones), (SENSOR, sensors), (STORE, stores)):
        upsert(tx, table, rows)
