"""Time: milliseconds since 1970 in UTC, durations, and the retailer's local business date and hour."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

__all__ = ["DAY", "HOUR", "MINUTE", "SECOND", "Clock", "duration", "from_iso", "local_parts", "to_iso"]

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
_DURATION = re.compile(r"(\d+)\s*([smhdw])")
_EPOCH = date(1970, 1, 1)


class Clock(Protocol):
    """Whatever says what time it is for the platform."""

    def now(self) -> int:
        """Return the present time in ms since 1970, UTC."""
        ...


def duration(text: str) -> int:
    """Return the milliseconds in text such as `90d`, `5m` or `1h30m`; raises ValueError otherwise."""
    parts = _DURATION.findall(text)
    if not parts or _DURATION.sub("", text).strip():
        raise ValueError(f"not a duration: {text!r}; write a number and s, m, h, d or w, as in 90d")
    return sum(int(n) * _UNITS[unit] for n, unit in parts)


def from_iso(text: str) -> int:
    """Return ms since 1970 for an ISO 8601 time (UTC where no zone is given); raises ValueError otherwise."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def to_iso(ms: int) -> str:
    """Return the ISO 8601 text, in UTC with milliseconds."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@lru_cache(maxsize=65_536)
def _local_quarter(quarter: int, zone: str) -> tuple[int, int]:
    moment = datetime.fromtimestamp(quarter * 900, ZoneInfo(zone))
    return (moment.date() - _EPOCH).days, moment.hour


def local_parts(ms: int, zone: str) -> tuple[int, int]:
    """Return (days since 1970, hour) of the local calendar; every zone's offset is a multiple of a quarter hour."""
    return _local_quarter(ms // 900_000, zone)
