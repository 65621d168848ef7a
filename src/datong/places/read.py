"""What others may ask about places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec
import sqlalchemy as sa

from datong.places.location import read_gln
from datong.places.plan import Venue
from datong.places.presence import Spot
from datong.places.tables import PLAN, PRESENCE, STORE, VENUE, ZONE
from datong.storage import fetch_in

__all__ = [
    "Here",
    "PlanChange",
    "Present",
    "Region",
    "StoreRow",
    "ZoneRow",
    "by_gln",
    "known_stores",
    "plan_change",
    "plan_history",
    "presence_of",
    "present",
    "regions",
    "stores",
    "stores_page",
    "venue_at",
    "venues",
    "zones",
]

_venue_decoder = msgspec.json.Decoder(Venue)


class StoreRow(msgspec.Struct, frozen=True):
    """A store; `venue` is the venue it stands in, or empty; `hours` are read by `Hours.parse`."""

    code: str
    name: str
    format: str
    city: str
    venue: str
    region: str = ""
    country: str = ""
    lon: float | None = None
    lat: float | None = None
    hours: str = ""


class PlanChange(msgspec.Struct, frozen=True):
    """A version of a venue's plan, or what became of a request for one: waiting, done or refused with a reason."""

    id: str
    state: str
    place: str = ""
    version: int = 0
    at: int = 0
    actor: str = ""
    note: str = ""
    reason: str = ""


class ZoneRow(msgspec.Struct, frozen=True):
    """A zone with its floor, and the shop and category that belong to it (or empty)."""

    place: str
    zone: str
    name: str
    floor: str
    shop: str
    category: str


class Here(msgspec.Struct, frozen=True):
    """Where a device is: in the venue since `since`, in the zone since `zone_since`, last sighted at `last` (ms)."""

    ident: int
    place: str
    zone: str
    since: int
    zone_since: int
    last: int


class Present(msgspec.Struct, frozen=True):
    """Who is here now: devices per (place, zone), and the spot of every present device by its key."""

    counts: dict[Spot, int]
    idents: dict[int, Spot]


_HERE = (PRESENCE.c.ident, PRESENCE.c.place, PRESENCE.c.zone, PRESENCE.c.since, PRESENCE.c.zone_since, PRESENCE.c.last)


def known_stores(tx: sa.Connection, codes: Iterable[str]) -> set[str]:
    """Return those of `codes` that are known as a store or as a venue."""
    wanted = set(codes)
    found = {row[0] for row in fetch_in(tx, sa.select(STORE.c.code), STORE.c.code, wanted)}
    found |= {row[0] for row in fetch_in(tx, sa.select(VENUE.c.code), VENUE.c.code, wanted - found)}
    return found


def by_gln(tx: sa.Connection, numbers: Iterable[str]) -> dict[str, str]:
    """Return the code of the store, else of the venue, at each Global Location Number (`GLN` or `GLN/extension`).

    A part of a site that has no number of its own is the site.
    """
    asked = {text: number for text in numbers if (number := read_gln(text))}
    wanted = set(asked.values()) | {number.partition("/")[0] for number in asked.values()}
    found: dict[str, str] = {}
    for table in (VENUE, STORE):
        query = sa.select(table.c.gln, table.c.code).where(table.c.gln != "").order_by(table.c.code.desc())
        found.update(map(tuple, fetch_in(tx, query, table.c.gln, wanted)))
    return {text: code for text, number in asked.items()
            if (code := found.get(number) or found.get(number.partition("/")[0]))}


def stores(tx: sa.Connection) -> list[StoreRow]:
    """Return every store, by code."""
    columns = [STORE.c[name] for name in StoreRow.__struct_fields__]
    return [StoreRow(*row) for row in tx.execute(sa.select(*columns).order_by(STORE.c.code))]


def zones(tx: sa.Connection) -> list[ZoneRow]:
    """Return every zone of every venue, by place and zone code."""
    columns = (ZONE.c.place, ZONE.c.zone, ZONE.c.name, ZONE.c.floor, ZONE.c.shop, ZONE.c.category)
    return [ZoneRow(*row) for row in tx.execute(sa.select(*columns).order_by(ZONE.c.place, ZONE.c.zone))]


def venues(tx: sa.Connection) -> list[Venue]:
    """Return the venues with floors, zones, rectangles, shops, doors and sensors: all that a map needs."""
    return [_venue_decoder.decode(row[0]) for row in tx.execute(sa.select(VENUE.c.plan).order_by(VENUE.c.code))]


def venue_at(tx: sa.Connection, code: str, version: int | None = None) -> tuple[Venue | None, int]:
    """Return a venue's plan and its version (0: from the venue file), now or as it was; None where there is none."""
    if version is None:
        row = tx.execute(sa.select(VENUE.c.plan, VENUE.c.version).where(VENUE.c.code == code)).first()
    else:
        where = (PLAN.c.place == code, PLAN.c.version == version, PLAN.c.state == "done")
        row = tx.execute(sa.select(PLAN.c.plan, PLAN.c.version).where(*where)).first()
    return (_venue_decoder.decode(row[0]) if row[0] else None, row[1]) if row else (None, 0)


_CHANGE = [PLAN.c[name] for name in PlanChange.__struct_fields__]


def plan_change(tx: sa.Connection, id: str) -> PlanChange:  # noqa: A002
    """Return what became of a request to change a plan; one that is not carried out yet is waiting."""
    row = tx.execute(sa.select(*_CHANGE).where(PLAN.c.id == id)).first()
    return PlanChange(*row) if row else PlanChange(id, "waiting")


def plan_history(tx: sa.Connection, code: str, limit: int = 100) -> list[PlanChange]:
    """Return the versions of a venue's plan that came by the log, the newest first."""
    query = sa.select(*_CHANGE).where(PLAN.c.place == code, PLAN.c.state == "done")
    return [PlanChange(*row) for row in tx.execute(query.order_by(PLAN.c.version.desc()).limit(limit))]


def present(tx: sa.Connection) -> Present:
    """Return who is in which zone now."""
    rows = tx.execute(sa.select(PRESENCE.c.ident, PRESENCE.c.place, PRESENCE.c.zone).where(PRESENCE.c.here))
    idents = {row[0]: Spot(row[1], row[2]) for row in rows}
    return Present(dict(Counter(idents.values())), idents)


def presence_of(tx: sa.Connection, idents: Iterable[int]) -> dict[int, Here]:
    """Return where each of the devices `idents` is; those that are nowhere are left out."""
    query = sa.select(*_HERE).where(PRESENCE.c.here)
    return {row[0]: Here(*row) for row in fetch_in(tx, query, PRESENCE.c.ident, idents)}


class Region(msgspec.Struct, frozen=True):
    """A city in the tree country → region → city, with its stores and venues."""

    country: str
    region: str
    city: str
    stores: int
    venues: int


def regions(tx: sa.Connection) -> list[Region]:
    """Return the cities of all stores and venues, by country, region and city."""
    where = (STORE.c.country, STORE.c.region, STORE.c.city)
    counted: dict[tuple[str, str, str], list[int]] = {}
    for *path, count in tx.execute(sa.select(*where, sa.func.count()).group_by(*where)):
        counted.setdefault((path[0], path[1], path[2]), [0, 0])[0] = count
    for venue in venues(tx):
        counted.setdefault((venue.country, venue.region, venue.city), [0, 0])[1] += 1
    return [Region(*path, *counts) for path, counts in sorted(counted.items())]


def stores_page(
    tx: sa.Connection, query: str = "", country: str = "", region: str = "", city: str = "", page: int = 1,
    size: int = 50,
) -> tuple[int, list[StoreRow]]:
    """Return how many stores there are of this name or code (part of it) and region, and a page of them by code."""
    where = [column == value for column, value in (
        (STORE.c.country, country), (STORE.c.region, region), (STORE.c.city, city)) if value]
    if query:
        where.append(STORE.c.code.icontains(query, autoescape=True) | STORE.c.name.icontains(query, autoescape=True))
    total = tx.execute(sa.select(sa.func.count()).select_from(STORE).where(*where)).scalar_one()
    columns = [STORE.c[name] for name in StoreRow.__struct_fields__]
    rows = tx.execute(sa.select(*columns).where(*where).order_by(STORE.c.code).limit(size).offset((page - 1) * size))
    return total, [StoreRow(*row) for row in rows]
