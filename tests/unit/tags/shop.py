"""Helpers: events of a small shop, and one batch through a stage."""

from __future__ import annotations

from typing import Any

from datong.model import Batch, Event, Item, Merge, from_iso
from datong.storage import Stage, Store

NOW = from_iso("2026-03-01T04:00:00Z")
SHOES = Item("s1", 1.0, 49_900, 0, "shoes/sneakers", "Swift")
BAG = Item("b1", 2.0, 30_000, 0, "bags", "Carry")
Pairs = list[tuple[int | None, Event]]
"""Members with their events."""
_numbers = iter(range(1, 1_000_000))


def event(type_: str, time: int = NOW, *items: Item, **parts: Any) -> Event:
    """Return an event with an id of its own."""
    number = next(_numbers)
    parts.setdefault("id", f"e{number}")
    parts.setdefault("received", time)
    return Event(source="test", channel=parts.pop("channel", "pos"), type=type_, time=time, items=items, **parts)


def batch_of(events: Pairs, now: int, merges: list[tuple[int, int]] | None = None) -> Batch:
    """Return a batch of (member, event) pairs."""
    return Batch([e for _, e in events], 1, len(events), now, [e.items for _, e in events], [m for m, _ in events],
                 [Merge(0, *pair) for pair in merges or []])


def run(
    stage: Stage, store: Store, events: Pairs, now: int = NOW,
    merges: list[tuple[int, int]] | None = None,
) -> int | None:
    """Take a batch through the stage in one transaction; return when it wants to be woken."""
    with store.state.write() as tx:
        stage.step(batch_of(events, now, merges), tx)
        return stage.wake(tx)
