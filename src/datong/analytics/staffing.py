"""Staff by behaviour: devices that are there before opening, after closing, or most of the day, day after day."""

from __future__ import annotations

import datetime as dt

import msgspec

from datong.analytics.scope import today
from datong.model import HOUR
from datong.places import Hours, venue_at
from datong.storage import Store

__all__ = ["StaffProposal", "staff_proposals"]

DAYS, LONG, LOOK_BACK = 3, 6 * HOUR, 28
"""A device is proposed that behaved like staff on so many days of the last `LOOK_BACK`; `LONG` (ms) is a shift."""


class StaffProposal(msgspec.Struct, frozen=True):
    """A device that may be the staff's: on how many days it was there, before opening, after closing, for a shift."""

    ident: int
    ns: str
    days: int
    before: int
    after: int
    long: int
    hours: float
    last: int


_DAYS = """
WITH visit AS (
    SELECT v.ident, v.date, min(v.start) AS first, max(v."end") AS last, sum(v.dwell)::BIGINT AS dwell
    FROM places.visit v
    WHERE v.place = $place AND v.zone = '' AND v.date >= $since
      AND v.ident NOT IN (SELECT ident FROM places.staff WHERE place IN ('', $place))
    GROUP BY v.ident, v.date
),
named AS (SELECT ident, min(ns) AS ns FROM identity.sighting WHERE place = $place AND date >= $since GROUP BY ident)
SELECT visit.*, named.ns FROM visit JOIN named USING (ident) WHERE named.ns <> 'random_mac'
QUALIFY count(*) OVER (PARTITION BY ident) >= $days ORDER BY ident, date
"""


def staff_proposals(store: Store, place: str) -> list[StaffProposal]:
    """Return the devices that behave like staff and of which nobody said anything yet, the surest first.

    Only devices with one key over days can show it: those that logged in or were registered anywhere. A made-up address
    never does.
    """
    until = today(store)
    since = until - dt.timedelta(days=LOOK_BACK)
    with store.state.read() as tx:
        plan, _ = venue_at(tx, place)
    hours = Hours.parse(plan.hours if plan else "")
    spans = hours.spans(since, until, store.settings.retailer.timezone)
    opens = {day: min(a for d, a, _ in spans if d == day) for day in {d for d, _, _ in spans}}
    closes = {day: max(b for d, _, b in spans if d == day) for day in opens}
    found: dict[int, list[int]] = {}
    about: dict[int, tuple[str, float, int]] = {}
    for row in store.facts.rows(_DAYS, {"place": place, "since": since, "days": DAYS}):
        day, counts = row["date"], found.setdefault(row["ident"], [0, 0, 0, 0, 0])
        before = day in opens and row["first"] < opens[day] - HOUR / 12
        after = day in closes and row["last"] > closes[day] + HOUR / 12
        shift = row["dwell"] >= LONG
        for at, true in enumerate((True, before, after, shift, before or after or shift)):
            counts[at] += bool(true)
        _, so_far, last = about.get(row["ident"], ("", 0.0, 0))
        about[row["ident"]] = (row["ns"], so_far + float(row["dwell"]) / HOUR, max(last, row["last"]))
    proposals = [
        StaffProposal(ident, about[ident][0], days, before, after, long, round(about[ident][1] / days, 1),
                      about[ident][2])
        for ident, (days, before, after, long, any_) in found.items() if any_ >= DAYS
    ]
    return sorted(proposals, key=lambda p: (-(p.before + p.after + p.long), p.ident))
