"""Master data into the state: the venue file at start, and stores that other systems report."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import sqlalchemy as sa

from datong.model import Event
from datong.places.plan import Plan
from datong.places.tables import SENSOR, STORE, VENUE, ZONE
from datong.storage import upsert

__all__ = ["load_plan", "store_updates"]


def load_plan(tx: sa.Connection, plan: Plan, language: str) -> None:
    """Make venues, zones and sensors those of the plan, and add or update its shops; names in one language."""
    venues, zones, sensors, stores = [], [], [], []
    for venue in plan.venues:
        venues.append({
            "code": venue.code, "name": venue.name.in_language(language), "city": venue.city,
            "plan": msgspec.json.encode(venue),
        })
        sensors += [{"code": s.code, "place": venue.code, "zone": s.zone, "kind": s.kind} for s in venue.sensors]
        for floor, zone in venue.zones():
            shop = zone.shop
            zones.append({
                "place": venue.code, "zone": zone.code, "name": zone.name.in_language(language), "floor": floor.code,
                "shop": shop.code if shop else "", "category": zone.category or (shop.category if shop else ""),
            })
            if shop:
                stores.append({
                    "code": shop.code, "name": shop.name.in_language(language), "format": shop.format,
                    "city": venue.city, "venue": venue.code,
                })
    for table, rows in ((VENUE, venues), (ZONE, zones), (SENSOR, sensors)):
        tx.execute(sa.delete(table))
        upsert(tx, table, rows)
    upsert(tx, STORE, stores)


def store_updates(tx: sa.Connection, events: Iterable[Event]) -> None:
    """Add or update the stores that `Store Updated` events describe; the last one in log order counts."""
    rows = {}
    for event in events:
        if event.type == "Store Updated":
            about = event.properties
            rows[event.place] = {
                "code": event.place, "name": str(about.get("name") or event.place),
                "format": str(about.get("format") or ""), "city": str(about.get("city") or ""),
                "venue": str(about.get("venue") or ""),
            }
    upsert(tx, STORE, list(rows.values()))
