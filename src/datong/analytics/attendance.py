"""Attendance: how many people visited a venue, beside what the air said: staff and passers-by removed, calibrated.

*Heard* is the estimate from phones alone (`arrivals_of`), with an interval. *Visits* are people, by the best
calibration there is (`calibration`): a door counter, receipts with a known conversion, or the share that is heard. It
covers silent phones, people without one, and people with two. The interval of a rule that was learned from days
is what the same rule, made without a day, missed that day by (leave one out), 90 %.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import msgspec

from datong.analytics.calibration import (
    MEMORY,
    Calibration,
    Factor,
    Rule,
    factors,
    rule_of,
    taught_by_receipts,
)
from datong.analytics.scope import today
from datong.identity.device import Dwell, HourCount, arrivals_of
from datong.model import HOUR, local_parts
from datong.places import Hours, venue_at
from datong.storage import Store

__all__ = ["Attendance", "AttendanceDay", "AttendanceHour", "attendance"]

LOOK_BACK = 13
"""Days before the last one that are looked at in any case: the more days, the better phones tell people."""
_Z = 1.645
DOUBT, DOUBT_TIMED = 2.0, 1.25
"""Phones alone tell people only within this factor, whatever the interval of the estimate itself: people have no phone,
or two. Where arrivals could not be told by the time spent inside, staff under made-up addresses and addresses that
change come on top: in the simulator 1.1 to 1.9 times as many are heard then as came."""


class AttendanceHour(msgspec.Struct, frozen=True):
    """An hour: what was heard (with its interval), visits after calibration, and the door's own count (or None)."""

    start: int
    hour: int
    heard: float
    heard_low: float
    heard_high: float
    visits: float
    low: float
    high: float
    counted: int | None
    passers: int
    silent: float


class AttendanceDay(msgspec.Struct, frozen=True):
    """A day; `silent` is the share of its open time in which some sensor of the venue was silent."""

    date: dt.date
    heard: float
    heard_low: float
    heard_high: float
    visits: float
    low: float
    high: float
    counted: int | None
    passers: int
    silent: float
    hours: list[AttendanceHour]


class Attendance(msgspec.Struct, frozen=True):
    """The days asked for, how they were calibrated, and where passing ends (ms and dBm; `fitted` or fixed).

    Of several `venues` together the place is empty, and `calibrated` says that each one is.
    """

    place: str
    days: list[AttendanceDay]
    factors: list[Factor]
    calibrated: bool
    error: float | None
    threshold: int
    strength: float | None
    fitted: bool
    hours_known: bool
    staff: int
    calibration: Calibration = Calibration()
    venues: int = 1


def attendance(
    store: Store, place: str, since: dt.date | None = None, until: dt.date | None = None,
    span: tuple[int, int] = (0, 24),
) -> Attendance:
    """Return the visits of a venue by day and hour, the last seven days by default; `span` leaves hours of the day."""
    zone = store.settings.retailer.timezone
    until = until or today(store)
    since = since or until - dt.timedelta(days=6)
    with store.state.read() as tx:
        plan, _ = venue_at(tx, place)
    hours = Hours.parse(plan.hours if plan else "")
    counted = _counted(store, place, until - dt.timedelta(days=MEMORY), until)
    first = min([since, until - dt.timedelta(days=LOOK_BACK), *(day for day, _ in counted),
                 *taught_by_receipts(store, place, until)])
    windows = _windows(hours, first, until, zone)
    found = arrivals_of(store.facts, place, first, until + dt.timedelta(days=1), [(a, b) for _, a, b in windows])
    at_home = {day: [(a, b) for d, a, b in windows if d == day] for day in {d for d, _, _ in windows}}
    by_day: dict[dt.date, list[HourCount]] = {day: [] for day in at_home}
    for one in found.hours:
        day = next(d for d, a, b in windows if a <= one.start < b)
        by_day[day].append(one)
    door: dict[dt.date, dict[int, int]] = {}
    for (day, hour), number in counted.items():
        door.setdefault(day, {})[hour] = number
    rule, calibration = rule_of(store, place, by_day, door, until, found.error)
    silences = _silences(store, place, windows[0][1] if windows else 0)
    days = []
    began = min((d for d, told in by_day.items() if any(h.scans or h.passers for h in told)), default=until)
    for day in sorted(d for d in by_day if max(since, began) <= d <= until):  # before it began nothing is known
        said = {hour: n for hour, n in door.get(day, {}).items() if span[0] <= hour < span[1]}
        told = [_hour(one, rule, said, silences, zone, found.error) for one in by_day[day]
                if span[0] <= local_parts(one.start, zone)[1] < span[1]]
        days.append(_day(day, told, rule, said, at_home[day], silences, found.error))
    staff = store.facts.rows("SELECT count(*) AS n FROM places.staff WHERE role = 'staff' AND place IN ('', $place)",
                             {"place": place})[0]["n"]
    dwell: Dwell = found.dwell
    return Attendance(
        place, days, factors(by_day, door, zone) if calibration.by == "door" else [], rule is not None,
        rule.error if rule else None, dwell.threshold, dwell.strength if dwell.fitted else None, dwell.fitted,
        hours.known, staff, calibration,
    )


def _windows(hours: Hours, since: dt.date, until: dt.date, zone: str) -> list[tuple[dt.date, int, int]]:
    """Return the open times of the days, whole days where nothing is known."""
    return (hours if hours.known else Hours.parse("24/7")).spans(since, until, zone)


def _counted(store: Store, place: str, since: dt.date, until: dt.date) -> dict[tuple[dt.date, int], int]:
    rows = store.facts.rows(
        "SELECT date, hour, sum(entries) AS n FROM places.counted "
        "WHERE place = $place AND date BETWEEN $since AND $until GROUP BY date, hour ORDER BY date, hour",
        {"place": place, "since": since, "until": until})
    return {(row["date"], row["hour"]): int(row["n"]) for row in rows}


def _silences(store: Store, place: str, since: int) -> list[tuple[int, int]]:
    rows = store.facts.rows(
        'SELECT start, "end" FROM places.silence WHERE place = $place AND "end" > $since ORDER BY start',
        {"place": place, "since": since})
    return [(row["start"], row["end"]) for row in rows]


def _hour(
    one: HourCount, rule: Rule | None, door: dict[int, int], silences: Sequence[tuple[int, int]], zone: str,
    error: float,
) -> AttendanceHour:
    hour = local_parts(one.start, zone)[1]
    visits, low, high = one.visits, one.low, one.high
    if rule is not None:
        visits = rule(one, hour)
        half = _Z * math.sqrt((rule.error * visits) ** 2 + 2 * visits)  # an hour's own chance comes on top
        low, high = max(0.0, visits - half), visits + half
    else:
        low, high = _doubted(visits, low, high, error)
    return AttendanceHour(one.start, hour, round(one.visits, 1), round(one.low, 1), round(one.high, 1),
                          round(visits, 1), round(low, 1), round(high, 1), door.get(hour), one.passers,
                          _covered(silences, [(one.start, one.start + HOUR)]))


def _doubted(visits: float, low: float, high: float, error: float) -> tuple[float, float]:
    """Return the interval of people where nothing calibrates."""
    doubt = DOUBT_TIMED if error else DOUBT
    return min(low, visits / doubt), max(high, visits * doubt)


def _day(
    day: dt.date, hours: list[AttendanceHour], rule: Rule | None, door: dict[int, int],
    windows: Sequence[tuple[int, int]], silences: Sequence[tuple[int, int]], error: float,
) -> AttendanceDay:
    heard, visits = sum(h.heard for h in hours), sum(h.visits for h in hours)
    below, above = (math.sqrt(sum((h.heard - getattr(h, n)) ** 2 for h in hours)) for n in ("heard_low", "heard_high"))
    if error:  # the hours have it in common
        below = above = _Z * math.sqrt((error * heard) ** 2 + 2 * heard)
    low, high = heard - below, heard + above
    if rule is not None:
        half = _Z * rule.error * visits
        low, high = max(0.0, visits - half), visits + half
    else:
        low, high = _doubted(visits, low, high, error)
    return AttendanceDay(
        day, round(heard, 1), round(max(0.0, heard - below), 1), round(heard + above, 1), round(visits, 1),
        round(max(0.0, low), 1), round(high, 1), sum(door.values()) if door else None, sum(h.passers for h in hours),
        _covered(silences, windows), hours,
    )


def _covered(silences: Sequence[tuple[int, int]], windows: Sequence[tuple[int, int]]) -> float:
    """Return the share of the windows in which at least one sensor was silent."""
    total, gone = sum(b - a for a, b in windows), 0
    for a, b in windows:
        at = a
        for start, end in sorted(silences):
            if end > at and start < b:
                gone += min(end, b) - max(start, at)
                at = max(at, min(end, b))
    return round(gone / total, 4) if total else 0.0
