"""Facts: every event as rows for analysis, one per item and at least one per event."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from datong.model import EVENT_TYPES, Batch, Event, Item
from datong.storage import FactsTx
from datong.touchpoints.tables import EVENT

__all__ = ["SKIPPED", "fold_events"]

SKIPPED = frozenset(t.name for t in EVENT_TYPES.values() if t.family in {"sighting", "system", "master"})
"""Types of events that are no rows of the facts."""
_NO_ITEM = (Item("", 0.0),)
_MOST = 32_767


def fold_events(batch: Batch, facts: FactsTx) -> None:
    """Append the batch's events; radio sightings, ticks, master data and repeats are none of their own.

    What a void in the batch struck out before it is taken away.
    """
    if batch.struck:
        facts.execute(f'DELETE FROM {EVENT.full} WHERE "offset" IN (SELECT unnest(?))', [sorted(batch.struck)])
    rows: list[tuple[Event, int, Item]] = []
    given: Sequence[tuple[Item, ...]] = batch.items or [event.items for event in batch.events]
    for event, items in zip(batch.events, given, strict=True):
        if event.type not in SKIPPED and event.offset not in batch.repeats:
            rows.extend((event, at, item) for at, item in enumerate(items[:_MOST] or _NO_ITEM))
    if not rows:
        return
    events = [event for event, _, _ in rows]
    items_ = [item for _, _, item in rows]
    facts.append(EVENT, pa.table({
        "offset": pa.array([e.offset for e in events], pa.int64()),
        "item": pa.array([at for _, at, _ in rows], pa.int16()),
        "type": [e.type for e in events],
        "source": [e.source for e in events],
        "channel": [e.channel for e in events],
        "ts": pa.array([e.time for e in events], pa.int64()),
        "date": pa.array([e.date for e in events], pa.int32()).cast(pa.date32()),
        "hour": pa.array([e.hour for e in events], pa.int8()),
        "ident": pa.array([e.ident for e in events], pa.int64()),
        "place": [e.place for e in events],
        "zone": [e.zone for e in events],
        "sku": [i.sku for i in items_],
        "category": [i.category for i in items_],
        "brand": [i.brand for i in items_],
        "quantity": pa.array([i.quantity for i in items_], pa.float64()),
        "amount": pa.array([i.amount if i.sku else e.amount for e, _, i in rows], pa.int64()),
        "currency": [e.currency for e in events],
        "campaign": [e.campaign for e in events],
        "coupon": [e.coupon for e in events],
        "ref": [e.ref for e in events],
        "value": pa.array([e.value for e in events], pa.float64()),
        "history": [e.history for e in events],
    }))
