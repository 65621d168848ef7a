"""Answers kept for a moment, so that ten open consoles cost no more than one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

__all__ = ["Kept"]


class Kept:
    """Answers by name with the time until which they hold."""

    def __init__(self) -> None:
        self._answers: dict[str, tuple[float, Any]] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, name: str, seconds: float, work: Callable[[], Any], behind: bool = False) -> Any:
        """Return the answer kept under `name`, or work it out when it is older than `seconds`; one caller works.

        With `behind`, an old answer is given at once while a thread works out the new one: for what takes long and
        changes slowly.
        """
        with self._lock:
            lock = self._locks.setdefault(name, threading.Lock())
            if len(self._answers) > 1_000:
                self._answers.clear()
        until, answer = self._answers.get(name, (0.0, None))
        if time.monotonic() < until:
            return answer
        if behind and until:
            if not lock.locked():
                threading.Thread(target=self._renew, args=(name, seconds, work, lock), daemon=True).start()
            return answer
        return self._renew(name, seconds, work, lock)

    def forget(self, name: str) -> None:
        """Let the answer kept under `name` be worked out anew."""
        self._answers.pop(name, None)

    def _renew(self, name: str, seconds: float, work: Callable[[], Any], lock: threading.Lock) -> Any:
        with lock:
            until, answer = self._answers.get(name, (0.0, None))
            if time.monotonic() >= until:
                answer = work()
                self._answers[name] = (time.monotonic() + seconds, answer)
            return answer
