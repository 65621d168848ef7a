"""What a batch decided: identity events and evidence with their numbers, which are never given out twice."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from datong.identity.tables import CORRECTION, EVENT
from datong.model import Event
from datong.storage import cursor, insert, insert_new, set_cursor

__all__ = ["EVENTS", "EVIDENCES", "MEMBERS", "Ledger"]

MEMBERS, EVENTS, EVIDENCES = "identity.members", "identity.events", "identity.evidence"
"""The counters of member numbers, identity events and evidence."""


class Ledger:
    """The decisions of a batch, in order, until they are written."""

    def __init__(self, tx: sa.Connection) -> None:
        self._tx = tx
        self._last: dict[str, int] = {}
        self._given: dict[str, int] = {}
        self.events: list[dict[str, Any]] = []
        self.answers: list[dict[str, Any]] = []

    def last(self, counter: str) -> int:
        """Return the number of a counter that was given out last."""
        if counter not in self._last:
            self._last[counter], _ = cursor(self._tx, counter)
        return self._last[counter]

    def next(self, counter: str) -> int:
        """Return the next number of a counter."""
        self._last[counter] = self._given[counter] = self.last(counter) + 1
        return self._last[counter]

    def record(
        self, event: Event, kind: str, member: int | None, other: int | None = None, ns: str = "",
        key: int | None = None, detail: str = "", actor: str = "", undoes: int | None = None,
    ) -> dict[str, Any]:
        """Write down a decision; return its row, in which the members may still be filled in."""
        row = {
            "seq": self.next(EVENTS), "offset": event.offset, "at": event.time, "kind": kind, "member": member,
            "other": other, "ns": ns, "key": key, "cause": event.id[:512].replace("\0", ""), "detail": detail[:128],
            "actor": actor[:128], "undoes": undoes,
        }
        self.events.append(row)
        return row

    def evidence(
        self, event: Event, a: int, b: int, seq: int, kind: str = "deterministic", confidence: float = 1.0,
        model: str = "",
    ) -> dict[str, Any]:
        """Return the row of a new edge between two identifiers, made by decision `seq` (0: nothing was decided).

        Its number is given when it is written.
        """
        return {
            "id": 0, "a": a, "b": b, "pair": a ^ b, "kind": kind, "confidence": confidence,
            "model": model, "offset": event.offset, "at": event.time, "cause": event.id[:512].replace("\0", ""),
            "seq": seq, "active": True,
        }

    def answer(self, event: Event, state: str, reason: str = "", seq: int | None = None) -> None:
        """Keep what became of a correction."""
        said = event.properties
        self.answers.append({
            "id": event.id[:512], "offset": event.offset, "at": event.time, "action": str(said.get("action", ""))[:16],
            "actor": str(said.get("actor", ""))[:128], "state": state, "reason": reason[:256], "seq": seq,
        })

    def write(self) -> None:
        """Write what was decided, and the numbers given out: none is given out again, even after an erasure."""
        insert(self._tx, EVENT, self.events)
        insert_new(self._tx, CORRECTION, self.answers)
        self.events.clear()
        self.answers.clear()
        for name, last in self._given.items():
            set_cursor(self._tx, name, last)
        self._given.clear()
