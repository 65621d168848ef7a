"""Store: the three engines of one installation, opened together."""

from __future__ import annotations

import fcntl
from dataclasses import dataclass
from typing import IO

from datong.config import Settings, WallClock
from datong.errors import Unavailable
from datong.model import Clock
from datong.storage.facts import Facts
from datong.storage.log import Log, SqliteLog
from datong.storage.migrate import migrate
from datong.storage.state import State

__all__ = ["Store", "open_store"]


@dataclass
class Store:
    """Event log, operational state and facts, with the platform's clock and settings."""

    log: Log
    state: State
    facts: Facts
    clock: Clock
    settings: Settings
    lock: IO[str] | None = None

    def close(self) -> None:
        """Close the three engines, the log last."""
        self.facts.close()
        self.state.close()
        self.log.close()
        if self.lock:
            self.lock.close()


def open_store(settings: Settings, clock: Clock | None = None) -> Store:
    """Open (and create or migrate) the data directory; raises Unavailable when a running platform holds it."""
    settings.data.mkdir(parents=True, exist_ok=True)
    lock = (settings.data / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise Unavailable(
            f"{settings.data} is in use by a running platform", code="data_in_use",
            hint="ask it over HTTP, or stop it first",
        ) from None
    state = State(settings.storage.state, settings.data / "state.sqlite")
    migrate(state.engine)
    facts = Facts(settings.data / "facts.duckdb", settings.storage.memory, settings.storage.threads)
    return Store(SqliteLog(settings.data / "log.sqlite"), state, facts, clock or WallClock(), settings, lock)
