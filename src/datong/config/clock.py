"""Clocks: real time, a date at which time stands still, and simulated time that runs faster."""

from __future__ import annotations

import time

from datong.config.sections import ClockSettings
from datong.errors import ConfigError
from datong.model import Clock, from_iso

__all__ = ["FixedClock", "ScaledClock", "WallClock", "make_clock"]


class WallClock:
    """Real time."""

    def now(self) -> int:
        """Return the present time in ms."""
        return time.time_ns() // 1_000_000


class FixedClock:
    """Time that stands still until it is set; for data of the past, and for tests."""

    def __init__(self, at: int) -> None:
        self.at = at

    def now(self) -> int:
        """Return the time it was set to, in ms."""
        return self.at


class ScaledClock:
    """Time that starts at `start` (ms) and runs `speed` times as fast as real time."""

    def __init__(self, start: int, speed: float) -> None:
        self.start, self.speed, self._began = start, speed, time.monotonic()

    def now(self) -> int:
        """Return the simulated time in ms."""
        return self.start + int((time.monotonic() - self._began) * 1000 * self.speed)


def make_clock(settings: ClockSettings, resume: int = 0) -> Clock:
    """Return the clock that the settings ask for; a simulated one goes on from `resume` (ms) when that is later.

    Raises ConfigError when a time is not ISO 8601.
    """
    try:
        if settings.as_of:
            return FixedClock(from_iso(settings.as_of))
        if settings.start:
            return ScaledClock(max(from_iso(settings.start), resume), settings.speed)
    except ValueError as error:
        raise ConfigError(f"clock: {error}", hint="write it as 2026-01-31T09:00:00+08:00", field="clock") from None
    return WallClock()
