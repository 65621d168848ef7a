"""Attendance: how many people visited a venue, beside what the air said: staff and passers-by removed, calibrated.

*Heard* is the estimate from phones alone (`arrivals_of`), with an interval. Where a door counter counts, *visits* are
what was heard inside, times a factor: scans and lasting addresses are both proportional to people; each is divided by
its sum over the counted days and multiplied by the counter's, and the two are averaged. Hours of the day have a factor
of their own. The factor covers phones that are silent, people without one, and people with two. Its interval is what
the same rule, made without a day, missed that day by (leave one out), 90 %.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import msgspec

from datong.analytics.scope import today
from datong.identity.device import Dwell, HourCount, arrivals_of
from datong.model import HOUR, local_parts
from datong.places import Hours, venue_at
from datong.storage import Store

__all__ = ["BANDS", "Attendance", "AttendanceDay", "AttendanceHour", "Factor", "attendance"]

BANDS = ((0, 12), (12, 15), (15, 18), (18, 24))
"""Hours of the day that share a factor."""
MEMORY = 56
"""Days back from the last one asked for, in which a door counter's days calibrate."""
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


class Factor(msgspec.Struct, frozen=True):
    """Visits per visit heard in a band of hours, over how many counted days."""

    since_hour: int
    until_hour: int
    factor: float
    low: float
    high: float
    days: int


class Attendance(msgspec.Struct, frozen=True):
    """The days asked for, how they were calibrated, and where passing ends (ms and dBm; `fitted` or fixed)."""

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


class _Rule(msgspec.Struct, frozen=True):
    """People per scan, per lasting address, and the correction of each band; `error` is one day's, relative."""

    scans: float
    lasting: float
    bands: tuple[float, ...]
    error: float

    def __call__(self, one: HourCount, hour: int) -> float:
        parts = [rate * told for rate, told in ((self.scans, one.scans), (self.lasting, one.lasting)) if rate]
        return (sum(parts) / len(parts) if parts else 0.0) * self.bands[_band(hour)]


def attendance(store: Store, place: str, since: dt.date | None = None, until: dt.date | None = None) -> Attendance:
    """Return the visits of a venue by day and hour, the last seven days by default."""
    zone = store.settings.retailer.timezone
    until = until or today(store)
    since = since or until - dt.timedelta(days=6)
    with store.state.read() as tx:
        plan, _ = venue_at(tx, place)
    hours = Hours.parse(plan.hours if plan else "")
    counted = _counted(store, place, until - dt.timedelta(days=MEMORY), until)
    first = min([since, *(day for day, _ in counted)])
    windows = _windows(hours, first, until, zone)
    found = arrivals_of(store.facts, place, first, until + dt.timedelta(days=1), [(a, b) for _, a, b in windows])
    at_home = {day: [(a, b) for d, a, b in windows if d == day] for day in {d for d, _, _ in windows}}
    by_day: dict[dt.date, list[HourCount]] = {day: [] for day in at_home}
    for one in found.hours:
        day = next(d for d, a, b in windows if a <= one.start < b)
        by_day[day].append(one)
    learned = {day: by_day[day] for day in {d for d, _ in counted} if by_day.get(day)}
    door: dict[dt.date, dict[int, int]] = {}
    for (day, hour), number in counted.items():
        door.setdefault(day, {})[hour] = number
    rule = _learn(learned, door, zone)
    silences = _silences(store, place, windows[0][1] if windows else 0)
    days = []
    began = min((d for d, told in by_day.items() if any(h.scans or h.passers for h in told)), default=until)
    for day in sorted(d for d in by_day if max(since, began) <= d <= until):  # before it began nothing is known
        told = [_hour(one, rule, door.get(day, {}), silences, zone, found.error) for one in by_day[day]]
        days.append(_day(day, told, rule, door.get(day), at_home[day], silences, found.error))
    staff = store.facts.rows("SELECT count(*) AS n FROM places.staff WHERE role = 'staff' AND place IN ('', $place)",
                             {"place": place})[0]["n"]
    dwell: Dwell = found.dwell
    return Attendance(
        place, days, _factors(learned, door, rule, zone), rule is not None, rule.error if rule else None,
        dwell.threshold, dwell.strength if dwell.fitted else None, dwell.fitted, hours.known, staff,
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


def _band(hour: int) -> int:
    return next(k for k, (a, b) in enumerate(BANDS) if a <= hour < b)


def _learn(days: dict[dt.date, list[HourCount]], door: dict[dt.date, dict[int, int]], zone: str) -> _Rule | None:
    """Return the rule that the counted days teach, None where there are fewer than two with people."""
    used = sorted(d for d in days if sum(door[d].values()) > 0 and sum(one.scans for one in days[d]) > 0)
    if len(used) < 2:
        return None
    whole = _fit([days[d] for d in used], [door[d] for d in used], zone)
    missed = []
    for left in used:
        rest = [d for d in used if d != left]
        rule = _fit([days[d] for d in rest], [door[d] for d in rest], zone)
        truth = sum(door[left].values())
        missed.append(sum(rule(one, _local(one, zone)) for one in days[left]) / truth - 1)
    spread = math.sqrt(sum(m * m for m in missed) / len(missed))
    return msgspec.structs.replace(whole, error=spread)


def _fit(days: Sequence[list[HourCount]], door: Sequence[dict[int, int]], zone: str) -> _Rule:
    people = sum(sum(one.values()) for one in door)
    scans, lasting = (sum(getattr(h, name) for day in days for h in day) for name in ("scans", "lasting"))
    plain = _Rule(people / scans if scans else 0.0, people / lasting if lasting else 0.0, (1.0,) * len(BANDS), 0.0)
    told, said = [0.0] * len(BANDS), [0.0] * len(BANDS)
    for day, counts in zip(days, door, strict=True):
        for one in day:
            hour = _local(one, zone)
            told[_band(hour)] += plain(one, hour)
            said[_band(hour)] += counts.get(hour, 0)
    bands = tuple(s / t if t > 0 and s >= 30 else 1.0 for s, t in zip(said, told, strict=True))
    return msgspec.structs.replace(plain, bands=bands)


def _local(one: HourCount, zone: str) -> int:
    return local_parts(one.start, zone)[1]


def _hour(
    one: HourCount, rule: _Rule | None, door: dict[int, int], silences: Sequence[tuple[int, int]], zone: str,
    error: float,
) -> AttendanceHour:
    hour = _local(one, zone)
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
    day: dt.date, hours: list[AttendanceHour], rule: _Rule | None, door: dict[int, int] | None,
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


def _factors(
    days: dict[dt.date, list[HourCount]], door: dict[dt.date, dict[int, int]], rule: _Rule | None, zone: str
) -> list[Factor]:
    """Return visits per visit heard by band: how far the plain estimate is off, with its spread over the days."""
    if rule is None:
        return []
    found = []
    for k, (a, b) in enumerate(BANDS):
        pairs = []
        for day, hours in days.items():
            told = sum(one.visits for one in hours if _band(_local(one, zone)) == k)
            said = sum(n for hour, n in door[day].items() if _band(hour) == k)
            if told > 0 and said > 0:
                pairs.append((said, told))
        if len(pairs) < 2:
            continue
        factor = sum(s for s, _ in pairs) / sum(t for _, t in pairs)
        rest = pairs
        mean = sum(t for _, t in rest) / len(rest)
        spread = math.sqrt(sum((s - factor * t) ** 2 for s, t in rest) / (len(rest) - 1) / len(rest)) / mean
        found.append(Factor(a, b, round(factor, 3), round(max(0.0, factor - _Z * spread), 3),
                            round(factor + _Z * spread, 3), len(pairs)))
    return found


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
