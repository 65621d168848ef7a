"""The ledger of stock: every movement, and the balance that they add up to.

A balance is the sum of its movements, in whatever order they arrive. A count says what is there at its time: its
movement is the difference to the balance of that time, so a sale from before the count that is told after it changes
that difference and not the balance. What lies on the shelf was counted with the sale already done.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

import msgspec
import sqlalchemy as sa

from datong.commerce.movement import Move, rounded
from datong.commerce.tables import MOVEMENT, STOCK
from datong.storage import fetch_in, insert_new, upsert

__all__ = ["MOVES", "Held", "Ledger", "Pair"]

Pair = tuple[str, str]
"""A SKU and a place."""

_BALANCE = (STOCK.c.sku, STOCK.c.place, STOCK.c.quantity, STOCK.c.reserved, STOCK.c.moved, STOCK.c.counted,
            STOCK.c.counted_offset)
MOVES = sa.select(*(MOVEMENT.c[name] for name in Move.__struct_fields__))
"""Asks for movements, to be read as Move(*row)."""
_at = attrgetter("at")


class Held(msgspec.Struct):
    """What a place holds of a SKU. `rows` are its movements from `since` (ms) on, where they had to be read."""

    sku: str
    place: str
    quantity: float = 0.0
    reserved: float = 0.0
    moved: int = 0
    counted: int = 0
    counted_offset: int = 0
    rows: list[Move] = []
    since: int | None = None

    @property
    def available(self) -> float:
        """Return what may still be promised to somebody."""
        return rounded(self.quantity - self.reserved)


class Ledger:
    """The balances a batch touches, in memory: load them, apply movements in log order, write them back."""

    def __init__(self, tx: sa.Connection) -> None:
        self._tx = tx
        self._held: dict[Pair, Held] = {}
        self._of: dict[str, list[Held]] = {}
        self._whole: set[str] = set()
        """The SKUs of which every balance was read."""
        self._changed: dict[Pair, Held] = {}
        self._new: list[Move] = []
        self._recounted: dict[tuple[int, int], Move] = {}

    def load(self, moves: Sequence[Move], skus: Iterable[str] = (), pairs: Iterable[Pair] = ()) -> None:
        """Read, in few questions, the balances of `pairs`, of some movements, and of `skus` at every place.

        Of those that are counted by a movement, or hear of one from before their last count, it reads the rows as well.
        """
        if wanted := set(skus) - self._whole:
            self._whole |= wanted
            for row in fetch_in(self._tx, sa.select(*_BALANCE), STOCK.c.sku, wanted):
                if (row[0], row[1]) not in self._held:
                    self._keep(Held(*row))
        missing = ({(m.sku, m.place) for m in moves} | set(pairs)) - self._held.keys()
        if missing:
            key = sa.tuple_(STOCK.c.sku, STOCK.c.place)
            for row in fetch_in(self._tx, sa.select(*_BALANCE), key, sorted(missing)):
                self._keep(Held(*row))
            for pair in missing - self._held.keys():
                self._keep(Held(*pair))
        early: dict[Pair, int] = {}
        for move in moves:
            pair = move.sku, move.place
            if move.counted is not None or move.ts <= self._held[pair].counted:
                early[pair] = min(move.ts, early.get(pair, move.ts))
        self._read(early)

    def everywhere(self, skus: Iterable[str]) -> None:
        """Read the balances of SKUs at every place, where that was not done."""
        self.load((), skus)

    def of(self, sku: str) -> list[Held]:
        """Return the loaded balances of a SKU, by place."""
        return sorted(self._of.get(sku, ()), key=attrgetter("place"))

    def held(self, sku: str, place: str) -> Held:
        """Return one balance, read now where it was not loaded."""
        if (sku, place) not in self._held:
            self.load((), pairs=[(sku, place)])
        return self._held[sku, place]

    def apply(self, move: Move) -> None:
        """Enter one movement."""
        held = self.held(move.sku, move.place)
        late = move.ts, move.offset
        if move.counted is None and late > (held.counted, held.counted_offset):
            held.quantity = rounded(held.quantity + move.quantity)
        else:
            self._between(held, move)
        if held.since is None or move.ts >= held.since:
            insort(held.rows, move, key=_at)
        held.moved = max(held.moved, move.ts)
        self._changed[held.sku, held.place] = held
        self._new.append(move)

    def reserve(self, sku: str, place: str, quantity: float) -> None:
        """Keep so many pieces for somebody; a negative quantity lets them go."""
        held = self.held(sku, place)
        held.reserved = rounded(held.reserved + quantity)
        self._changed[sku, place] = held

    def write(self) -> None:
        """Write movements and balances."""
        fields = Move.__struct_fields__
        insert_new(self._tx, MOVEMENT, [{name: getattr(m, name) for name in fields} for m in self._new])
        told = {(m.offset, m.line) for m in self._new}
        changed = [{"o": o, "l": n, "q": m.quantity} for (o, n), m in self._recounted.items() if (o, n) not in told]
        if changed:
            self._tx.execute(
                MOVEMENT.update().where(MOVEMENT.c.offset == sa.bindparam("o"), MOVEMENT.c.line == sa.bindparam("l"))
                .values(quantity=sa.bindparam("q")), changed,
            )
        upsert(self._tx, STOCK, [
            {"sku": h.sku, "place": h.place, "quantity": h.quantity, "reserved": h.reserved, "moved": h.moved,
             "counted": h.counted, "counted_offset": h.counted_offset}
            for h in self._changed.values()
        ])

    def _keep(self, held: Held) -> None:
        self._held[held.sku, held.place] = held
        self._of.setdefault(held.sku, []).append(held)

    def _between(self, held: Held, move: Move) -> None:
        """Enter a count, or a movement from before one."""
        pair = held.sku, held.place
        if held.since is None or move.ts < held.since:
            self._read({pair: move.ts})
        after = [row for row in held.rows if row.at > move.at]
        if move.counted is not None:
            move.quantity = rounded(move.counted - (held.quantity - sum(row.quantity for row in after)))
        later = next((row for row in after if row.counted is not None), None)
        if later is None:
            held.quantity = rounded(held.quantity + move.quantity)
        else:
            later.quantity = rounded(later.quantity - move.quantity)
            self._recounted[later.offset, later.line] = later
        if move.counted is not None and (move.ts, move.offset) > (held.counted, held.counted_offset):
            held.counted, held.counted_offset = move.ts, move.offset

    def _read(self, early: dict[Pair, int]) -> None:
        """Read the movements of some pairs from a time on; those of this batch are there already."""
        wanted = {pair: since for pair, since in early.items()
                  if (known := self._held[pair].since) is None or since < known}
        if not wanted:
            return
        mine: dict[Pair, list[Move]] = {pair: [] for pair in wanted}
        for move in self._new:
            if (move.sku, move.place) in mine:
                mine[move.sku, move.place].append(move)
        query = MOVES.where(MOVEMENT.c.ts >= min(wanted.values()))
        key: Any = sa.tuple_(MOVEMENT.c.sku, MOVEMENT.c.place)
        for row in fetch_in(self._tx, query, key, sorted(wanted)):
            move = Move(*row)
            mine[move.sku, move.place].append(self._recounted.get((move.offset, move.line), move))
        for pair, since in wanted.items():
            held = self._held[pair]
            held.rows, held.since = sorted((m for m in mine[pair] if m.ts >= since), key=_at), since
