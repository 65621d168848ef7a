"""What kinds that hear radio share: times and strengths as sensors write them, and scans of only what was said."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from datong.errors import Rejected
from datong.model import from_iso
from datong.touchpoints.call import Heard, Scan, Unread

__all__ = ["NOWHERE", "Columns", "moment", "strength"]

NOWHERE = (math.nan, math.nan, math.nan)
"""Located nowhere."""

_SECONDS, _MS = 1e11, 1e14
"""Numbers below are seconds since 1970, below that ms, else µs."""
_WEAKEST, _STRONGEST = -127, 20
_ISO = len("2026-03-01T04:00:00.000Z")


def moment(value: str | float) -> int:
    """Return ms since 1970 for ISO 8601 text, or a number (or text of one) of seconds, ms or µs; raises Rejected."""
    if isinstance(value, str) and len(value) == _ISO and value[_ISO - 1] == "Z" and value[19] == ".":
        ms = value[20:23]  # as most sensors write it: sightings share their seconds
        if ms.isdecimal() and ms.isascii():
            return _read(value[:19]) + int(ms)
    return _read(value)


@lru_cache(maxsize=16_384, typed=True)
def _read(value: str | float) -> int:
    try:
        if isinstance(value, str):
            if not value.replace(".", "", 1).isdecimal():
                return from_iso(value)
            value = float(value)
        if not isinstance(value, bool) and value > 0:
            return round(value * 1000 if value < _SECONDS else value if value < _MS else value / 1000)
    except (ValueError, OverflowError):
        pass
    raise Rejected("time is not a time", code="bad_time", field="time",
                   hint="write ISO 8601, as in 2026-03-01T04:00:00.000Z, or ms since 1970")


def strength(rssi: float) -> int:
    """Return the strength in whole dBm, 0 where none is known; raises Rejected where no radio could have heard it."""
    if not _WEAKEST <= rssi <= _STRONGEST:
        raise Rejected("rssi is no strength in dBm", code="bad_type", field="rssi",
                       hint="send dBm, as in -61, from -127 to 20")
    return round(rssi)


class Columns:
    """Gathers the sightings of a frame into one scan, and those that cannot be read apart from it.

    `part` gives a whole frame of the kind with only this item in it.
    """

    def __init__(self, part: Callable[[Any], bytes]) -> None:
        self._part = part
        self._items: list[Any] = []
        self._device: list[str] = []
        self._ns: list[str] = []
        self._time: list[int] = []
        self._rssi: list[int] = []
        self._sensor: list[str] = []
        self._ie: list[str] = []
        self._seq: list[int] = []
        self._located: list[tuple[float, float, float]] = []
        self._unread: list[Unread] = []
        self.skipped = 0
        self.lonlat = False
        """Whether points are degrees east and north instead of metres."""

    def add(
        self, item: Any, ns: str, device: str, time: int, rssi: int, sensor: str, ie: str = "", seq: int = -1,
        located: tuple[float, float, float] = NOWHERE,
    ) -> None:
        """Add a sighting: `time` in ms, `rssi` in dBm, `located` (x, y, accuracy), see `touchpoints.located`."""
        self._items.append(item)
        self._device.append(device)
        self._ns.append(ns)
        self._time.append(time)
        self._rssi.append(rssi)
        self._sensor.append(sensor)
        self._ie.append(ie)
        self._seq.append(seq)
        self._located.append(located)

    def refuse(self, item: Any, error: Rejected) -> None:
        """Keep apart what cannot be read."""
        self._unread.append(Unread(self._part(item), error.code, error.message, error.hint, error.field))

    def heard(self) -> list[Heard]:
        """Return one scan, without the columns in which nobody said anything, then what cannot be read."""
        if not self._items and not self.skipped:
            return [*self._unread]
        items, part = self._items, self._part
        scan = Scan(
            self._device, _single(self._ns), self._time, self._rssi, _single(self._sensor),
            lambda at: part(items[at]), skipped=self.skipped,
        )
        if any(self._ie):
            scan.ie = self._ie
        if items and max(self._seq) >= 0:
            scan.seq = self._seq
        if any(one is not NOWHERE for one in self._located):
            scan.x, scan.y, scan.accuracy = (list(column) for column in zip(*self._located, strict=True))
            scan.lonlat = self.lonlat
        return [scan, *self._unread]


def _single(names: list[str]) -> str | list[str]:
    """Return the one name that all have, else all of them."""
    return names[0] if names and names.count(names[0]) == len(names) else names
