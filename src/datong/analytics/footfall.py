"""Visits: how many people came, where they stopped and for how long."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

from datong.analytics.scope import Scope, rows, table, with_member
from datong.analytics.sites import Sites
from datong.storage import Store

__all__ = ["VisitDay", "Visits", "ZoneVisits", "visits"]


class ZoneVisits(msgspec.Struct, frozen=True):
    """A zone's visits (`zone` "" is the whole venue): `known` the share with a member, dwell in ms."""

    place: str
    zone: str
    name: str
    visits: int
    known: float
    dwell_median_ms: int
    dwell_p90_ms: int


class VisitDay(msgspec.Struct, frozen=True):
    """A local day's visits to venues, and the devices that made them."""

    date: dt.date
    visits: int
    devices: int


class Visits(msgspec.Struct, frozen=True):
    """Visits by zone and by day."""

    zones: list[ZoneVisits]
    days: list[VisitDay]


def visits(
    store: Store, since: dt.date | None = None, until: dt.date | None = None, place: str = "",
    sites: Sites | None = None,
) -> Visits:
    """Return the finished visits that began in the period: per zone by place and number, and per day for whole venues.

    `sites` leaves only the venues of a region, city or format, and hours of the day. One device is one visitor; people
    without a device that speaks are not seen, so this counts devices, not heads.
    """
    stays = (sites or Sites()).of(store, Scope(since, until, place).of(table(store, "places.visit")))
    venue = stays.filter(stays.zone == "")
    days = venue.group_by("date").agg(visits=venue.count(), devices=venue.ident.nunique()).order_by("date")
    return Visits(
        [msgspec.convert(r, ZoneVisits) for r in rows(_zones(store, stays))],
        [VisitDay(r["date"], r["visits"], r["devices"]) for r in rows(days)],
    )


def _zones(store: Store, stays: Any) -> Any:
    known = with_member(store, stays.select("place", "zone", "ident", "dwell"))
    zones = known.group_by(["place", "zone"]).agg(
        visits=known.count(), known=known.member.notnull().mean(),
        dwell_median_ms=known.dwell.quantile(0.5).round().cast("int64"),
        dwell_p90_ms=known.dwell.quantile(0.9).round().cast("int64"),
    )
    zone = table(store, "places.zone").select("place", "zone", zone_name="name")
    stores = table(store, "places.store").select(place="code", venue_name="name")
    venue = table(store, "places.venue").select(place="code", venue_name="name")
    venue = venue.union(stores.anti_join(venue, "place"))
    named = zones.left_join(zone, ["place", "zone"]).select(*zones.columns, "zone_name")
    named = named.left_join(venue, "place").select(*named.columns, "venue_name")
    name = (named.zone == "").ifelse(named.venue_name, named.zone_name).fill_null("")
    return named.mutate(name=name).drop("zone_name", "venue_name").order_by(
        ["place", (named.zone != ""), named.visits.desc(), "zone"]
    )
