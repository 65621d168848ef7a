"""The platform's clock, followed from outside: asked now and then, and reckoned on in between."""

from __future__ import annotations

import json
import time
from urllib.request import urlopen

__all__ = ["FollowedClock", "SteadyClock"]

_AGAIN = 5.0


class SteadyClock:
    """Time that starts at `start` (ms) and runs `speed` times as fast as real time; for a run without a platform."""

    def __init__(self, start: int, speed: float) -> None:
        self.start, self.speed, self._began = start, speed, time.monotonic()

    def now(self) -> int:
        """Return the simulated time in ms."""
        return self.start + int((time.monotonic() - self._began) * 1000 * self.speed)


class FollowedClock:
    """The clock of the platform at `url`, so that no event lies in its future; it never runs backwards."""

    def __init__(self, url: str, patience: float = 60.0) -> None:
        """Ask until the platform answers; raises OSError after `patience` seconds."""
        self._url = f"{url}/api/clock"
        end = time.monotonic() + patience
        while True:
            try:
                self._ask()
                break
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.3)
        self._last = self._now

    def now(self) -> int:
        """Return the platform's time in ms, asked at most every five seconds."""
        if time.monotonic() - self._asked > _AGAIN:
            try:
                self._ask()
            except OSError:
                self._asked += 1.0  # it is away; reckon on and ask again in a second
        reckoned = self._now + int((time.monotonic() - self._at) * 1000 * self.speed)
        self._last = max(self._last, reckoned)
        return self._last

    def _ask(self) -> None:
        before = time.monotonic()
        with urlopen(self._url, timeout=10) as answer:  # noqa: S310 the caller's own platform
            said = json.load(answer)
        # the answer's time was read after the question was sent: counting from its arrival is never early
        self._now, self.speed = int(said["now"]), float(said["speed"])
        self._at = self._asked = max(before, time.monotonic())
