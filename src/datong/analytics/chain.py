"""Attendance of several venues together: those of a city, a region, a format, or all of a chain."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable

from datong.analytics.attendance import Attendance, AttendanceDay, AttendanceHour, attendance
from datong.analytics.sites import Sites
from datong.errors import Rejected
from datong.storage import Store

__all__ = ["MOST", "attendance_of"]

MOST = 1_000
"""Days of venues that one report may look through: each takes some hundredths of a second."""


def attendance_of(
    store: Store, sites: Sites, since: dt.date | None = None, until: dt.date | None = None
) -> Attendance:
    """Return the visits of the sites by day and hour, added up; errors of venues add as independent ones.

    Raises Rejected (`too_many_venues`) where there are too many for one answer.
    """
    codes = sites.codes(store)
    if not codes and sites.chosen:
        return _added([])
    if len(codes) <= 1:
        return attendance(store, codes[0] if codes else sites.place, since, until, sites.hours)
    rows = store.facts.rows(
        "SELECT DISTINCT place FROM identity.sighting WHERE place IN (SELECT unnest($places::VARCHAR[])) "
        "AND ($since IS NULL OR date >= $since::DATE) AND ($until IS NULL OR date <= $until::DATE) ORDER BY place",
        {"places": codes, "since": since, "until": until})
    heard = [row["place"] for row in rows]
    days = (until - since).days + 1 if since and until else 7
    if len(heard) * days > MOST:
        raise Rejected(f"{len(heard):,} venues over {days} days are too many for one count", code="too_many_venues",
                       field="region", hint="choose a city, a format or fewer days; the report visits counts them all")
    each = [attendance(store, code, since, until, sites.hours) for code in heard]
    return _added(each)


def _added(each: list[Attendance]) -> Attendance:
    dates = sorted({day.date for one in each for day in one.days})
    days = []
    for date in dates:
        told = [day for one in each for day in one.days if day.date == date]
        hours = sorted({hour.hour for day in told for hour in day.hours})
        days.append(AttendanceDay(date, *_sums(told), sum(d.passers for d in told), max(d.silent for d in told), [
            _hour([h for d in told for h in d.hours if h.hour == hour]) for hour in hours]))
    errors = [one.error for one in each if one.error is not None]
    threshold = max((one.threshold for one in each), default=0)
    return Attendance(
        "", days, [], bool(each) and all(one.calibrated for one in each), max(errors, default=None), threshold, None,
        any(one.fitted for one in each), all(one.hours_known for one in each), sum(one.staff for one in each),
        venues=len(each))


def _hour(told: list[AttendanceHour]) -> AttendanceHour:
    return AttendanceHour(min(h.start for h in told), told[0].hour, *_sums(told), sum(h.passers for h in told),
                          max(h.silent for h in told))


def _sums(
    told: list[AttendanceDay] | list[AttendanceHour],
) -> tuple[float, float, float, float, float, float, int | None]:
    """Return heard and visits with their intervals, and what doors counted (None where not all did)."""
    heard, visits = sum(t.heard for t in told), sum(t.visits for t in told)
    counted = [t.counted for t in told]
    return (
        round(heard, 1), round(heard - _root(t.heard - t.heard_low for t in told), 1),
        round(heard + _root(t.heard_high - t.heard for t in told), 1), round(visits, 1),
        round(visits - _root(t.visits - t.low for t in told), 1),
        round(visits + _root(t.high - t.visits for t in told), 1),
        sum(c for c in counted if c is not None) if all(c is not None for c in counted) else None,
    )


def _root(parts: Iterable[float]) -> float:
    return math.sqrt(sum(part * part for part in parts))
