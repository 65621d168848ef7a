"""Voids: a receipt that does not count after all gives back its sums, whichever of the two is heard of first.

The reversal is an event of its own (`source` commerce, id made from the receipt's key), so that sales, tags and
facts take it in as they take in any return, and a replay gives the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from datong.commerce.slip import order_key
from datong.commerce.tables import ORDER, VOID
from datong.model import Batch, Event, Item, local_parts
from datong.storage import fetch_in, insert_new

__all__ = ["take_voids"]

_RECEIPTS = ("Receipt Issued", "Receipt Returned")
_HALF = "/returned"
"""What a till's exchange adds to its number for the goods that were taken back: a void means both halves."""


def take_voids(batch: Batch, tx: sa.Connection, find: Callable[[int], Event | None], zone: str) -> list[Event]:
    """Note the batch's voids, and return the reversals of the receipts that are known now; each is made once.

    `find(offset)` reads an event of the log; `zone` is the retailer's, for the reversal's local date.
    """
    voids = [e for e in batch.events if e.type == "Receipt Voided"]
    insert_new(tx, VOID, [
        {"receipt": order_key(e.place, e.ref) + half, "offset": e.offset, "ts": e.time, "done": False,
         "by": str(e.properties.get("voided_by") or e.id)}
        for e in voids for half in ("", _HALF)
    ])
    asked = {order_key(e.place, e.ref) for e in batch.events if e.type in _RECEIPTS}
    asked.update(order_key(e.place, e.ref) + half for e in voids for half in ("", _HALF))
    if not asked:
        return []
    open_voids = {
        row.receipt: row
        for row in fetch_in(tx, sa.select(VOID).where(VOID.c.done.is_(False)), VOID.c.receipt, asked)
    }
    if not open_voids:
        return []
    query = sa.select(ORDER.c.key, ORDER.c.offset, ORDER.c.amount, ORDER.c.returned)
    found = sorted(fetch_in(tx, query, ORDER.c.key, set(open_voids)), key=lambda row: row.key)
    in_batch = {e.offset: e for e in batch.events}
    reversals = []
    for row in found:
        event = in_batch.get(row.offset) or find(row.offset)
        if event is not None:
            reversals.append(_reversal(event, row, open_voids[row.key], batch.now, zone))
    if found:
        done = VOID.update().where(VOID.c.receipt == sa.bindparam("which")).values(done=True)
        tx.execute(done, [{"which": row.key} for row in found])
    return reversals


def _reversal(event: Event, order: Any, void: Any, now: int, zone: str) -> Event:
    """Return the event that takes a receipt's sums back; what was returned of it before stays returned."""
    date, hour = local_parts(void.ts, zone)
    left = event.amount - (order.returned if event.type == "Receipt Issued" else 0)
    partly = left != event.amount
    given = event.properties.get("tenders")
    tenders = [{**t, "amount": -t["amount"]} for t in given if isinstance(t.get("amount"), int)] \
        if isinstance(given, list | tuple) and not partly else []
    properties: dict[str, Any] = {"voided_by": void.by, "void": True}
    for name in ("staff", "till"):
        if name in event.properties:
            properties[name] = event.properties[name]
    if tenders:
        properties["tenders"] = tenders
    if event.type == "Receipt Issued":
        properties["original"] = event.ref
    return msgspec.structs.replace(
        event, id=f"voided:{order.key}", source="commerce", time=void.ts, received=now, date=date, hour=hour,
        type="Receipt Returned" if event.type == "Receipt Issued" else "Receipt Issued",
        items=() if partly else _turned(event.items), amount=-left, ref=f"{event.ref}/voided", coupon="", campaign="",
        properties=properties, personal={}, offset=0, trusted=True,
    )


def _turned(items: Sequence[Item]) -> tuple[Item, ...]:
    return tuple(Item(i.sku, -i.quantity, -i.amount, -i.discount, i.category, i.brand, i.name) for i in items)
