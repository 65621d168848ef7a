"""Opening hours in one line of text, as a column of a file can hold them.

`Mo-Fr 10:00-22:00; Sa,Su 09:00-23:00; 2026-12-24 10:00-16:00; 2026-12-25 closed; 2026-10-01..2026-10-07 09:00-24:00`

Later parts win over earlier ones, a date wins over a day of the week. A closing time before the opening time lies on
the next day (`18:00-02:00`). Days that no part names are closed; no text at all means that the hours are unknown.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from datong.errors import Rejected

__all__ = ["Hours", "Span"]

_DAYS = {name: at for at, names in enumerate((
    ("mo", "mon", "周一"), ("tu", "tue", "周二"), ("we", "wed", "周三"), ("th", "thu", "周四"), ("fr", "fri", "周五"),
    ("sa", "sat", "周六"), ("su", "sun", "周日"),
)) for name in names}
_TIME = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")
_DATES = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.\.(\d{4}-\d{2}-\d{2}))?")
_HINT = "write it as Mo-Fr 10:00-22:00; Sa,Su 09:00-23:00; 2026-12-25 closed"


class Span(NamedTuple):
    """An open time in minutes from midnight of its day; `close` is beyond 1440 where it ends on the next day."""

    open: int
    close: int


class Hours(NamedTuple):
    """Opening hours: spans by day of the week (Monday first), and ranges of dates that differ."""

    week: tuple[tuple[Span, ...], ...] = ()
    dates: tuple[tuple[date, date, tuple[Span, ...]], ...] = ()

    @property
    def known(self) -> bool:
        """Return whether anything is said about opening."""
        return bool(self.week) or bool(self.dates)

    @classmethod
    def parse(cls, text: str) -> Hours:
        """Return the hours the text says; raises Rejected (`bad_hours`) naming the part that cannot be read."""
        if not text.strip():
            return cls()
        if text.strip() == "24/7":
            text = "00:00-24:00"
        week: list[tuple[Span, ...]] = [()] * 7
        dates = []
        for part in filter(None, (p.strip() for p in text.split(";"))):
            spans, rest = _spans(part)
            if (found := _DATES.fullmatch(rest)) is not None:
                first, last = _date(found[1], part), _date(found[2] or found[1], part)
                if last < first:
                    raise _bad(part, f"{last} lies before {first}")
                dates.append((first, last, spans))
            else:
                for day in _weekdays(rest, part):
                    week[day] = spans
        return cls(tuple(week), tuple(dates))

    def on(self, day: date) -> tuple[Span, ...]:
        """Return when it is open on a day; empty where it is closed or nothing is known."""
        for first, last, spans in reversed(self.dates):
            if first <= day <= last:
                return spans
        return self.week[day.weekday()] if self.week else ()

    def spans(self, since: date, until: date, timezone: str) -> list[tuple[date, int, int]]:
        """Return (day, opens, closes) in ms for each open span of the days `since` to `until`, both included."""
        zone, found = ZoneInfo(timezone), []
        for back in range((until - since).days + 1):
            day = since + timedelta(days=back)
            found += [(day, _moment(day, s.open, zone), _moment(day, s.close, zone)) for s in self.on(day)]
        return found


def _moment(day: date, minute: int, zone: ZoneInfo) -> int:
    day, minute = day + timedelta(days=minute // 1_440), minute % 1_440
    return int(datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone).timestamp() * 1000)


def _spans(part: str) -> tuple[tuple[Span, ...], str]:
    """Return the times at the end of a part, and what stands before them."""
    if part.casefold().endswith(("closed", "off", "休息")):
        return (), re.sub(r"(closed|off|休息)$", "", part, flags=re.I).strip()
    times = list(_TIME.finditer(part))
    if not times:
        raise _bad(part, "it names no times")
    found = []
    for t in times:
        hour, minute, to_hour, to_minute = (int(t[k]) for k in range(1, 5))
        opens, closes = hour * 60 + minute, to_hour * 60 + to_minute
        if minute > 59 or to_minute > 59 or opens >= 1_440 or closes > 1_440:
            raise _bad(part, f"{t[0]} is no time of day")
        found.append(Span(opens, closes + 1_440 if closes <= opens else closes))
    before = part[: times[0].start()].strip()
    if _TIME.sub("", part[times[0].start() :]).strip(" ,"):
        raise _bad(part, "there is more than days and times")
    return tuple(found), before


def _weekdays(text: str, part: str) -> list[int]:
    if not text:
        return list(range(7))
    found = []
    for piece in (p.strip() for p in text.casefold().split(",")):
        first, _, last = (p.strip() for p in piece.partition("-"))
        if first not in _DAYS or (last and last not in _DAYS):
            raise _bad(part, f"{piece!r} is no day of the week")
        a = _DAYS[first]
        found += [(a + k) % 7 for k in range((_DAYS[last or first] - a) % 7 + 1)]
    return found


def _date(text: str, part: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _bad(part, f"{text} is no day of the calendar") from None


def _bad(part: str, why: str) -> Rejected:
    return Rejected(f"hours {part[:60]!r} cannot be read: {why}", code="bad_hours", field="hours", hint=_HINT)
