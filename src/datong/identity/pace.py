"""The circuit breaker: a namespace that suddenly merges far more than it used to stops merging, and says so.

A wrong sender, a placeholder nobody had thought of or an attack joins thousands before anybody looks. Merges are
counted per namespace and hour of event time; the mean of the hours before, as far as they had any merges, is the
baseline (a moving one over a week of such hours). It starts over only when somebody resets it.
"""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from datong.identity.ledger import Ledger
from datong.identity.tables import PACE
from datong.model import HOUR, Event
from datong.storage import upsert

__all__ = ["Breaker", "Pace", "breakers"]

TIMES, FLOOR, LEARNING, MEMORY = 5, 100, 24, 168
"""Times the baseline, merges an hour always allowed, hours before it may stop anything, hours the mean looks back."""


class Breaker(msgspec.Struct, frozen=True):
    """How fast a namespace merges: in the last hour that had merges, and usually; since when (ms) it is stopped."""

    ns: str
    merges: int
    baseline: float
    since: int | None
    seq: int | None


class Pace:
    """The pace of merging of every namespace, while a batch is decided."""

    def __init__(self, tx: sa.Connection, ledger: Ledger) -> None:
        self._tx, self._ledger = tx, ledger
        self._rows: dict[str, dict[str, Any]] | None = None
        self._changed: set[str] = set()

    def allows(self, event: Event, ns: str) -> bool:
        """Return whether the namespace may make one more merge, and count it; write down when it stops."""
        row = self._row(ns)
        if row["stopped"] is not None:
            return False
        self._changed.add(ns)
        hour = event.time // HOUR
        if hour > row["hour"]:
            if row["merges"]:
                row["hours"] = min(row["hours"] + 1, MEMORY)
                row["mean"] += (row["merges"] - row["mean"]) / row["hours"]
            row["hour"], row["merges"] = hour, 0
        if hour == row["hour"]:  # (an event that comes late belongs to an hour that was counted)
            row["merges"] += 1
        if row["hours"] < LEARNING or row["merges"] <= max(FLOOR, TIMES * row["mean"]):
            return True
        detail = f"{row['merges']} merges in an hour, {row['mean']:.1f} is usual"
        row["stopped"] = self._ledger.record(event, "stopped", None, ns=ns, detail=detail)["seq"]
        row["since"] = event.time
        return False

    def reset(self, ns: str) -> bool:
        """Let the namespace merge again; return whether it was stopped."""
        row = self._row(ns)
        if row["stopped"] is None:
            return False
        row.update(stopped=None, since=None, merges=0)
        self._changed.add(ns)
        return True

    def write(self) -> None:
        """Write what was counted."""
        if self._rows is not None:
            upsert(self._tx, PACE, [self._rows[ns] for ns in sorted(self._changed)])
            self._changed.clear()

    def _row(self, ns: str) -> dict[str, Any]:
        if self._rows is None:
            self._rows = {row.ns: dict(row._mapping) for row in self._tx.execute(sa.select(PACE))}
        fresh = {"ns": ns, "hour": 0, "merges": 0, "hours": 0, "mean": 0.0, "stopped": None, "since": None}
        return self._rows.setdefault(ns, fresh)


def breakers(tx: sa.Connection) -> list[Breaker]:
    """Return the pace of every namespace that has merged, those that are stopped first."""
    rows = tx.execute(sa.select(PACE).order_by(PACE.c.stopped.is_(None), PACE.c.ns))
    return [Breaker(r.ns, r.merges, round(r.mean, 1), r.since, r.stopped) for r in rows]
