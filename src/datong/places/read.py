"""What others may ask about places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec
import sqlalchemy as sa

from datong.places.plan import Venue
from datong.places.presence import Spot
from datong.places.tables import PRESENCE, STORE, VENUE, ZONE
from datong.storage import fetch_in

__all__ = ["Here", "Present", "StoreRow", "ZoneRow", "known_stores", "presence_of", "present", "stores", "venues",
           "zones"]

_venue_decoder = msgspec.json.Decoder(Venue)


class StoreRow(msgspec.Struct, frozen=True):
    """A store; `venue` is the venue it stands in, or empty."""

    code: str
    name: str
    format: str
    city: str
    venue: str


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


def stores(tx: sa.Connection) -> list[StoreRow]:
    """Return every store, by code."""
    columns = (STORE.c.code, STORE.c.name, STORE.c.format, STORE.c.city, STORE.c.venue)
    return [StoreRow(*row) for row in tx.execute(sa.select(*columns).order_by(STORE.c.code))]


def zones(tx: sa.Connection) -> list[ZoneRow]:
    """Return every zone of every venue, by place and zone code."""
    columns = (ZONE.c.place, ZONE.c.zone, ZONE.c.name, ZONE.c.floor, ZONE.c.shop, ZONE.c.category)
    return [ZoneRow(*row) for row in tx.execute(sa.select(*columns).order_by(ZONE.c.place, ZONE.c.zone))]


def venues(tx: sa.Connection) -> list[Venue]:
    """Return the venues with floors, zones, rectangles, shops, doors and sensors: all that a map needs."""
    return [_venue_decoder.decode(row[0]) for row in tx.execute(sa.select(VENUE.c.plan).order_by(VENUE.c.code))]


def present(tx: sa.Connection) -> Present:
    """Return who is in which zone now."""
    rows = tx.execute(sa.select(PRESENCE.c.ident, PRESENCE.c.place, PRESENCE.c.zone).where(PRESENCE.c.here))
    idents = {row[0]: Spot(row[1], row[2]) for row in rows}
    return Present(dict(Counter(idents.values())), idents)


def presence_of(tx: sa.Connection, idents: Iterable[int]) -> dict[int, Here]:
    """Return where each of the devices `idents` is; those that are nowhere are left out."""
    query = sa.select(*_HERE).where(PRESENCE.c.here)
    return {row[0]: Here(*row) for row in fetch_in(tx, query, PRESENCE.c.ident, idents)}
