"""Line: one transport of one touchpoint, in a thread of its own, and what can be said about it."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from typing import Literal

import msgspec

from datong.errors import ConfigError
from datong.model import duration
from datong.touchpoints.intake import Intake

__all__ = ["Line", "LineState", "period"]

log = logging.getLogger("datong.touchpoints")
State = Literal["starting", "ok", "failing", "stopped"]


class LineState(msgspec.Struct):
    """How a transport does: since when (ms), why it fails, how many frames it took, and when the last one (ms, 0)."""

    name: str
    transport: str
    where: str
    state: State = "starting"
    since: int = 0
    reason: str = ""
    frames: int = 0
    last: int = 0


class Line(ABC):
    """A transport that runs until it is stopped; a failure stops nothing else and is tried again."""

    transport = ""

    def __init__(self, intake: Intake, name: str, where: str) -> None:
        self.intake, self.name = intake, name
        self.state = LineState(name, self.transport, where, since=intake.store.clock.now())
        self.stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @abstractmethod
    def run(self) -> None:
        """Work until `self.stopping` is set."""

    def start(self) -> None:
        """Run in a thread of its own."""
        self.stopping.clear()
        self._thread = threading.Thread(target=self.run, name=f"datong-{self.transport}-{self.name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what is in hand and stop."""
        self.stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self.tell("stopped")

    def tell(self, state: State, reason: str = "") -> None:
        """Note how the line does, and log it where that changed."""
        if (state, reason) == (self.state.state, self.state.reason):
            return
        self.state.state, self.state.reason, self.state.since = state, reason, self.intake.store.clock.now()
        if state == "failing":
            log.warning("touchpoint %s: %s: %s", self.name, self.transport, reason)
        else:
            log.info("touchpoint %s: %s is %s", self.name, self.transport, state)

    def took(self, frames: int = 1) -> None:
        """Count frames that are on disk."""
        self.state.frames += frames
        self.state.last = self.intake.store.clock.now()


def period(text: str, field: str) -> float:
    """Return the seconds of a duration in the settings; raises ConfigError naming the field."""
    try:
        found = duration(text) / 1000
    except ValueError as error:
        raise ConfigError(f"{field}: {error}", field=field, code="config_value") from None
    if found <= 0:
        raise ConfigError(f"{field} is no time at all", hint="write a duration such as 2s or 1m", field=field,
                          code="config_value")
    return found
