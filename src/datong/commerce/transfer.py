"""Transfers: pieces leave one place, lie between, and arrive at another; none is lost or made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import sqlalchemy as sa

from datong.commerce.ledger import Ledger
from datong.commerce.movement import Move, pieces, rounded, transit
from datong.commerce.reserve import actor_of
from datong.commerce.tables import TRANSFER, TRANSFER_LINE
from datong.model import Event, Item
from datong.storage import fetch_in, upsert

__all__ = ["TRANSFERS", "Transfers"]

TRANSFERS = frozenset({"Transfer Sent", "Transfer Received", "Transfer Cancelled"})


class _Transfer(msgspec.Struct):
    """A transfer in memory; `lines` are SKU → (sent, received)."""

    key: str
    origin: str
    target: str
    state: str
    sent: int
    changed: int
    actor: str
    lines: dict[str, tuple[float, float]] = {}


class Transfers:
    """The transfers a batch touches."""

    def __init__(self, tx: sa.Connection, ledger: Ledger) -> None:
        self._tx, self._ledger = tx, ledger
        self._known: dict[str, _Transfer] = {}
        self._changed: dict[str, _Transfer] = {}

    def load(self, keys: Iterable[str]) -> None:
        """Read these transfers, and the balances of what they hold."""
        wanted = set(keys)
        for row in fetch_in(self._tx, sa.select(TRANSFER), TRANSFER.c.key, wanted):
            self._known[row.key] = _Transfer(**row._mapping)
        pairs = []
        for row in fetch_in(self._tx, sa.select(TRANSFER_LINE), TRANSFER_LINE.c.key, sorted(self._known)):
            one = self._known[row.key]
            one.lines[row.sku] = (row.sent, row.received)
            pairs += [(row.sku, one.origin), (row.sku, transit(one.target)), (row.sku, one.target)]
        self._ledger.load((), pairs=pairs)

    def take(self, event: Event, items: Sequence[Item]) -> None:
        """Enter one event.

        What arrives without having been sent is entered even so: the place it came from is not known then, and less
        than nothing is on the way, which is a finding.
        """
        moved, key = pieces(items), event.ref
        one = self._known.get(key)
        if one is None:
            origin, target = ("", event.place) if event.type == "Transfer Received" else (event.place, "")
            one = self._known[key] = _Transfer(key, origin, target, "sent", event.time, event.time, actor_of(event))
        if event.type == "Transfer Sent":
            one.origin, one.target = event.place, str(event.properties.get("to") or one.target)
            one.sent = event.time
            self._move(event, moved, one.origin, transit(one.target), "sent")
        elif event.type == "Transfer Received":
            self._move(event, moved, transit(one.target), event.place, "arrived")
        else:
            moved = {sku: rounded(s - r) for sku, (s, r) in sorted(one.lines.items()) if s > r}
            self._move(event, moved, transit(one.target), one.origin, "back")
        for sku, quantity in moved.items():
            sent, received = one.lines.get(sku, (0.0, 0.0))
            if event.type == "Transfer Sent":
                one.lines[sku] = (rounded(sent + quantity), received)
            elif event.type == "Transfer Received":
                one.lines[sku] = (sent, rounded(received + quantity))
            else:
                one.lines[sku] = (received, received)
        if event.type == "Transfer Cancelled":
            one.state = "cancelled"
        elif one.state != "cancelled":
            one.state = "received" if all(r >= s for s, r in one.lines.values()) else "sent"
        one.changed = max(one.changed, event.time)
        self._changed[key] = one

    def write(self) -> None:
        """Write what changed."""
        names = [c.name for c in TRANSFER.columns]
        upsert(self._tx, TRANSFER, [{n: getattr(one, n) for n in names} for one in self._changed.values()])
        upsert(self._tx, TRANSFER_LINE, [
            {"key": one.key, "sku": sku, "sent": sent, "received": received}
            for one in self._changed.values() for sku, (sent, received) in one.lines.items()
        ])

    def _move(self, event: Event, moved: dict[str, float], origin: str, target: str, kind: str) -> None:
        for at, (sku, quantity) in enumerate(moved.items()):
            for side, (place, difference) in enumerate(((origin, -quantity), (target, quantity))):
                self._ledger.apply(Move(event.offset, 2 * at + side, sku, place, event.time, kind, difference,
                                        None, event.ref))
