"""Quiet hours: when a shopper is not to be disturbed, in the retailer's local time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

__all__ = ["parse_quiet", "quiet_until"]

_RANGE = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*([01]\d|2[0-3]):([0-5]\d)")


@lru_cache(maxsize=256)
def parse_quiet(text: str) -> tuple[int, int] | None:
    """Return (begin, end) of `22:00-08:00` in minutes of the day, None for `none` or nothing; else ValueError."""
    if text in ("", "none"):
        return None
    found = _RANGE.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} are not quiet hours; write them as 22:00-08:00, or none")
    h1, m1, h2, m2 = map(int, found.groups())
    begin, end = h1 * 60 + m1, h2 * 60 + m2
    return None if begin == end else (begin, end)


def quiet_until(at: int, quiet: str, zone: str) -> int:
    """Return when one may speak (ms): `at` itself, or the end of the quiet hours in which it lies.

    `zone` is the retailer's time zone. Where the clocks change in the night, the end is the first such local time.
    """
    window = parse_quiet(quiet)
    if window is None:
        return at
    begin, end = window
    local = datetime.fromtimestamp(at / 1000, ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    inside = begin <= minute < end if begin < end else minute >= begin or minute < end
    if not inside:
        return at
    day = local.date() + timedelta(days=1 if begin > end and minute >= begin else 0)
    finish = datetime(day.year, day.month, day.day, end // 60, end % 60, tzinfo=ZoneInfo(zone))
    return max(at, int(finish.astimezone(UTC).timestamp() * 1000))
