"""Waiting: steps that came before their order, or before the step they follow, tried again when that one comes.

Channels tell of the same order each in its own time: a warehouse's *Order Shipped* may overtake the web shop's *Order
Placed*. A step that may still become possible is kept by its place in the log. After `[commerce] wait` it is a finding;
it is tried even then, and let go two months later.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec
import sqlalchemy as sa

from datong.commerce.tables import WAITING
from datong.model import DAY, Event
from datong.storage import fetch_in, insert_new

__all__ = ["MOST", "Waiting"]

_KEPT = 60 * DAY
MOST = 100
"""Steps that may wait for one order."""


class _Step(msgspec.Struct, frozen=True):
    offset: int
    key: str
    other: str
    kind: str
    ts: int
    actor: str
    place: str
    due: int


class Waiting:
    """The steps that wait for the orders a batch touches."""

    def __init__(self, tx: sa.Connection, wait: int) -> None:
        self._tx, self._wait = tx, wait
        self._known: dict[int, _Step] = {}
        self._new: list[_Step] = []
        self._gone: set[int] = set()

    def load(self, keys: Collection[str]) -> None:
        """Read what waits for these orders."""
        for column in (WAITING.c.key, WAITING.c.other):
            for row in fetch_in(self._tx, sa.select(WAITING), column, set(keys) - {""}):
                self._known[row.offset] = _Step(**row._mapping)

    def keep(self, event: Event, keys: Sequence[str], actor: str) -> bool:
        """Let a step wait for the order with one of these keys; False where too many do already."""
        key, other = keys[0], keys[-1]
        if len(self.of(key)) >= MOST:
            return False
        one = _Step(event.offset, key, other if other != key else "", event.type, event.time, actor, event.place,
                    event.received + self._wait)
        self._known[one.offset] = one
        self._new.append(one)
        self._gone.discard(one.offset)
        return True

    def has(self, offset: int) -> bool:
        """Return whether the step at this place of the log waits."""
        return offset in self._known

    def of(self, key: str) -> list[int]:
        """Return the offsets of what waits for an order, in the order in which it happened."""
        mine = [one for one in self._known.values() if key in (one.key, one.other)]
        return [one.offset for one in sorted(mine, key=lambda one: (one.ts, one.offset))]

    def drop(self, offsets: Iterable[int]) -> None:
        """Let go of steps that were taken, or that a void took back."""
        for offset in offsets:
            if self._known.pop(offset, None) is not None:
                self._gone.add(offset)

    def write(self, now: int) -> None:
        """Write what changed, and let go of what nobody has claimed for two months."""
        insert_new(self._tx, WAITING, [msgspec.structs.asdict(one) for one in self._new
                                       if one.offset in self._known])
        if gone := sorted(self._gone - {one.offset for one in self._new}):
            self._tx.execute(WAITING.delete().where(WAITING.c.offset.in_(gone)))
        if self._new:
            self._tx.execute(WAITING.delete().where(WAITING.c.due < now - _KEPT))
