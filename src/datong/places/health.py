"""Sensors that fall silent: a dead one is noticed and told, and its zone is not read as empty.

Time alone cannot tell: at night nobody is there. So a sensor's silence is measured in *sightings of its venue*: how
many came from the others since it last spoke. More than three times as many as ever before (and at least `SIGHTINGS`,
over at least `SHORTEST`) is no chance. Where the whole venue is silent, its own longest gap is the measure;
where its opening hours are known, the time it was open since it was last heard.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Literal

import msgspec
import sqlalchemy as sa

from datong.model import DAY, HOUR, MINUTE, local_parts
from datong.places.hours import Hours
from datong.places.presence import Spot
from datong.places.tables import HEARD, SENSOR, VENUE
from datong.storage import fetch_in, upsert

__all__ = ["RECOVERED", "SensorState", "Silence", "note_heard", "sensors"]

RECOVERED = "Sensor Recovered"
KNOWN, SIGHTINGS, SHORTEST, TIMES = 50, 100, 10 * MINUTE, 3
"""A sensor has a rhythm after so many sightings."""
_COLUMNS = ("place", "sensor", "last", "total", "longest", "gap", "count")
_NOWHERE = Spot("", "")
VENUE_GAP = HOUR
OPEN_GAP = 3 * HOUR
"""A venue whose hours are known is silent when nobody was heard for so much of its opening time."""
EPOCH = date(1970, 1, 1)


class _Plan(msgspec.Struct):
    """What of a venue's plan is needed here."""

    hours: str = ""


_hours = msgspec.json.Decoder(_Plan).decode


class SensorState(msgspec.Struct, frozen=True):
    """A sensor and when it was last heard (ms); unknown ones send, but no plan has them. `since` is its silence's."""

    code: str
    place: str
    zone: str
    kind: str
    state: Literal["heard", "silent", "never", "unknown"]
    last: int
    sightings: int
    since: int = 0


class Silence(msgspec.Struct, frozen=True):
    """A finished silence of a sensor, from the last sighting before it to the first after it (ms)."""

    place: str
    zone: str
    sensor: str
    start: int
    end: int


class _Rhythm:
    """A row of `HEARD` while it is worked on."""

    __slots__ = _COLUMNS

    def __init__(
        self, place: str, sensor: str, last: int = 0, total: int = 0, longest: int = 0, gap: int = 0, count: int = 0
    ) -> None:
        self.place, self.sensor, self.last, self.total = place, sensor, last, total
        self.longest, self.gap, self.count = longest, gap, count


def note_heard(
    tx: sa.Connection, heard: Iterable[tuple[str, int, int]], spots: Mapping[str, Spot]
) -> list[Silence]:
    """Take (sensor, time in ms, sightings) in the order of the log; return the silences that ended with them."""
    told = list(heard)
    if not told:
        return []
    standing = {code: spots.get(code, _NOWHERE) for code in {code for code, _, _ in told}}
    query = sa.select(*(HEARD.c[name] for name in _COLUMNS))
    places = {place for place, _ in standing.values()}
    rows = {(row[0], row[1]): _Rhythm(*row) for row in fetch_in(tx, query, HEARD.c.place, places)}
    pairs = {code: (_of(rows, place, ""), _of(rows, place, code)) for code, (place, _) in standing.items()}
    ended = []
    for code, at, count in told:
        whole, row = pairs[code]
        if row.count:
            if at - row.last >= SHORTEST and _silent(row, whole, at):
                ended.append(Silence(*standing[code], code, row.last, at))
            else:
                row.longest = max(row.longest, whole.total - row.total)
                row.gap = max(row.gap, at - row.last)
        if row.place:
            if whole.count:
                whole.gap = max(whole.gap, at - whole.last)
            whole.total += count
            whole.count += count
            whole.last = max(whole.last, at)
        row.total, row.last = whole.total, max(row.last, at)
        row.count += count
    changed = {id(row): row for pair in pairs.values() for row in pair if row.count}
    upsert(tx, HEARD, [{name: getattr(row, name) for name in _COLUMNS} for row in changed.values()])
    return ended


def sensors(tx: sa.Connection, now: int, timezone: str = "UTC") -> list[SensorState]:
    """Return every sensor of the plans and how it is at `now` (ms), then those that no plan has.

    `timezone` is that of the opening hours.
    """
    dead = _dead(tx, now, timezone)
    query = sa.select(*(HEARD.c[name] for name in _COLUMNS))
    rows = {(row[0], row[1]): _Rhythm(*row) for row in tx.execute(query)}
    found = []
    planned = tx.execute(sa.select(SENSOR.c.code, SENSOR.c.place, SENSOR.c.zone, SENSOR.c.kind).order_by(
        SENSOR.c.place, SENSOR.c.code))
    for code, place, zone, kind in planned:
        row = rows.pop((place, code), None)
        if row is None:
            found.append(SensorState(code, place, zone, kind, "never", 0, 0))
            continue
        quiet = _silent(row, rows[place, ""], now) or place in dead
        found.append(SensorState(code, place, zone, kind, "silent" if quiet else "heard", row.last, row.count,
                                 row.last if quiet else 0))
    found += [SensorState(code, place, "", "", "unknown", row.last, row.count)
              for (place, code), row in sorted(rows.items()) if code]
    return found


def _dead(tx: sa.Connection, now: int, timezone: str) -> set[str]:
    """Return the venues of which nothing was heard for too long."""
    query = sa.select(HEARD.c.place, HEARD.c.last, HEARD.c.gap, VENUE.c.plan).outerjoin(
        VENUE, VENUE.c.code == HEARD.c.place).where(HEARD.c.sensor == "", HEARD.c["count"] >= KNOWN)
    found = set()
    for place, last, gap, plan in tx.execute(query):
        hours = Hours.parse(_hours(plan).hours if plan else "")
        if hours.known:
            silent = _open_between(hours, last, now, timezone) > OPEN_GAP
        else:
            silent = now - last > max(VENUE_GAP, TIMES * gap)
        if silent:
            found.add(place)
    return found


def _open_between(hours: Hours, since: int, until: int, timezone: str) -> int:
    """Return how many ms of the time were open, of the last week at most."""
    since = max(since, until - 7 * DAY)
    first, last = (EPOCH + timedelta(days=local_parts(at, timezone)[0]) for at in (since - DAY, until))
    spans = hours.spans(first, last, timezone)
    return sum(max(0, min(closes, until) - max(opens, since)) for _, opens, closes in spans)


def _silent(row: _Rhythm, whole: _Rhythm, at: int) -> bool:
    """Return whether what was not heard of a sensor until `at` is more than chance."""
    missed = whole.total - row.total
    long = missed > max(SIGHTINGS, TIMES * row.longest) and at - row.last >= SHORTEST
    return bool(row.count >= KNOWN and long)


def _of(rows: dict[tuple[str, str], _Rhythm], place: str, sensor: str) -> _Rhythm:
    """Return how a sensor (empty: its venue as a whole) speaks; one that was never heard is added."""
    if (found := rows.get((place, sensor))) is None:
        found = rows[place, sensor] = _Rhythm(place, sensor)
    return found
