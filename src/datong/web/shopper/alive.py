"""Alive: when each of our own devices last asked for its page, in memory, since the platform started."""

from __future__ import annotations

import threading
from collections import OrderedDict

__all__ = ["Alive"]

_MOST = 100_000


class Alive:
    """The last call of each device by its path, such as `screen/door-1`; a restart forgets, the next call tells."""

    def __init__(self) -> None:
        self._last: OrderedDict[str, int] = OrderedDict()
        self._lock = threading.Lock()

    def heard(self, what: str, now: int) -> None:
        """Note that a device called at `now` (ms)."""
        with self._lock:
            self._last[what] = now
            self._last.move_to_end(what)
            if len(self._last) > _MOST:
                self._last.popitem(last=False)

    def last(self, what: str) -> int:
        """Return when the device last called (ms), 0 where it has not."""
        return self._last.get(what, 0)
