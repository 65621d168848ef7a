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

    def get(self, name: str, seconds: float, work: Callable[[], Any]) -> Any:
        """Return the answer kept under `name`, or work it out when it is older than `seconds`; one caller works."""
        with self._lock:
            lock = self._locks.setdefault(name, threading.Lock())
        with lock:
            until, answer = self._answers.get(name, (0.0, None))
            if time.monotonic() >= until:
                answer = work()
                self._answers[name] = (time.monotonic() + seconds, answer)
            return answer

    def forget(self, name: str) -> None:
        """Let the answer kept under `name` be worked out anew."""
        self._answers.pop(name, None)
