"""Screens: which spot ran how often, and how many could have seen it: who stayed in the screen's zone meanwhile."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import ibis
import msgspec

from datong.analytics.scope import Scope, rows, table, with_member
from datong.model import SECOND
from datong.privacy import allowed, consents_of
from datong.storage import Store

__all__ = ["Exposure", "Played", "Seen", "exposures", "plays", "spots"]

_LEAST = 3 * SECOND
"""Who was in the zone for less of a spot has passed by."""


class Seen(msgspec.Struct, frozen=True):
    """A spot on a screen: how often it ran, and for how long in all (ms).

    `devices` could have seen it: they were in the zone for three seconds of a turn at least; `looks` are their turns.
    `members` are those of them who are known and agreed to it; a device whose address is made up counts once a day or
    less, so `devices` is an upper bound of persons.
    """

    screen: str
    spot: str
    campaign: str
    place: str
    zone: str
    plays: int
    shown_ms: int
    devices: int
    looks: int
    members: int


class Exposure(msgspec.Struct, frozen=True):
    """A member could have seen a spot: from `start` for `overlap` ms."""

    member: int
    screen: str
    spot: str
    campaign: str
    start: int
    overlap: int


class Played(msgspec.Struct, frozen=True):
    """A spot ran once, from `start` to `end` (ms); `devices` were in the screen's zone for three seconds of it.

    Stays that are not over yet are not in it.
    """

    screen: str
    spot: str
    campaign: str
    place: str
    zone: str
    start: int
    end: int
    devices: int


def spots(
    store: Store, since: dt.date | None = None, until: dt.date | None = None, place: str = ""
) -> list[Seen]:
    """Return every spot on every screen in the period, the most played first."""
    played = Scope(since, until, place).of(table(store, "touchpoints.spot"))
    keys = ("screen", "spot", "campaign", "place", "zone")
    shown = rows(played.group_by(*keys).agg(plays=ibis._.count(), shown_ms=(ibis._.end - ibis._.start).sum()))
    seen = with_member(store, _overlaps(store, since, until, place))
    counted = {tuple(row[key] for key in keys): row for row in rows(
        seen.group_by(*keys).agg(devices=ibis._.ident.nunique(), looks=ibis._.count()))}
    known = rows(seen.filter(seen.member.notnull()).select(*keys, "member").distinct())
    agreed = _agreed(store, {row["member"] for row in known})
    members = Counter(tuple(row[key] for key in keys) for row in known if row["member"] in agreed)
    found = []
    for row in shown:
        key = tuple(row[name] for name in keys)
        one = counted.get(key, {"devices": 0, "looks": 0})
        found.append(Seen(**row, devices=one["devices"], looks=one["looks"], members=members[key]))
    return sorted(found, key=lambda s: (-s.plays, s.screen, s.spot))


def plays(
    store: Store, since: dt.date | None = None, until: dt.date | None = None, place: str = "", screen: str = "",
    spot: str = "", limit: int = 200,
) -> list[Played]:
    """Return what ran when and how many devices were in front, the latest first."""
    played = Scope(since, until, place).of(table(store, "touchpoints.spot"))
    seen = _overlaps(store, since, until, place)
    for column, value in (("screen", screen), ("spot", spot)):
        if value:
            played, seen = played.filter(played[column] == value), seen.filter(seen[column] == value)
    counted = seen.group_by("screen", "start").agg(devices=ibis._.ident.nunique())
    latest = played.order_by(ibis.desc("start"), "screen").limit(limit)
    both = latest.left_join(counted, ["screen", "start"]).order_by(ibis.desc("start"), "screen")
    return [
        Played(row["screen"], row["spot"], row["campaign"], row["place"], row["zone"], row["start"], row["end"],
               row["devices"] or 0)
        for row in rows(both)
    ]


def exposures(
    store: Store, spot: str = "", since: dt.date | None = None, until: dt.date | None = None, limit: int = 10_000
) -> list[Exposure]:
    """Return which members could have seen which spot when, the latest first; only of those who agreed to it."""
    seen = with_member(store, _overlaps(store, since, until, ""))
    seen = seen.filter(seen.member.notnull())
    if spot:
        seen = seen.filter(seen.spot == spot)
    found = rows(seen.order_by(ibis.desc("start"), "member").limit(limit))
    agreed = _agreed(store, {row["member"] for row in found})
    return [Exposure(row["member"], row["screen"], row["spot"], row["campaign"], row["start"], row["overlap"])
            for row in found if row["member"] in agreed]


def _overlaps(store: Store, since: dt.date | None, until: dt.date | None, place: str) -> ibis.Table:
    """Return the turns of spots with the stays in their zone that cover enough of them."""
    played = Scope(since, until, place).of(table(store, "touchpoints.spot"))
    stays = table(store, "places.visit")
    stays = stays.filter(stays.zone != "").select(
        ident="ident", stay_place="place", stay_zone="zone", came="start", left="end")
    both = played.join(stays, [
        played.place == stays.stay_place, played.zone == stays.stay_zone, stays.came < played.end,
        stays.left > played.start,
    ])
    both = both.mutate(overlap=ibis.least(both.end, both.left) - ibis.greatest(both.start, both.came))
    enough = both.filter(both.overlap >= ibis.least(ibis.literal(_LEAST), both.end - both.start))
    return enough.select("ident", "screen", "spot", "campaign", "place", "zone", "start", "overlap")


def _agreed(store: Store, members: set[int]) -> set[int]:
    """Return those members who agreed to be spoken to: nobody else is told of one by one."""
    link = table(store, "identity.link")
    keys: dict[int, set[int]] = {}
    if members:
        for row in rows(link.filter(link.member.isin(sorted(members))).select("ident", "member")):
            keys.setdefault(row["member"], set()).add(row["ident"])
    with store.state.read() as tx:
        said = consents_of(tx, [key for of in keys.values() for key in of])
    return {member for member, of in keys.items() if allowed([word for word in said if word.ident in of], "marketing")}
