"""Telling outside systems who became one, who several, and which identifiers changed hands: an event for each cause."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import sqlalchemy as sa

from datong.model import Batch, Event, local_parts
from datong.storage import Stage, Store

__all__ = ["Changes"]

_KEYS = 100


class Changes(Stage):
    """Derives "Member Changed" from what *recognise* found; it counts nowhere, and a batch without any costs nothing.

    `properties`: `cause` (source and id of the event that brought it about), `merged` (each loser with the member it is
    now part of), `split` (each member with its parts: member id, how many identifiers, and the first keys of them),
    `moved` (the keys of identifiers that went from one member to another, or to nobody).
    """

    name = "identity"

    def __init__(self, store: Store) -> None:
        self._zone = store.settings.retailer.timezone

    def step(self, batch: Batch, tx: sa.Connection) -> None:  # noqa: ARG002 - it keeps nothing
        """Append an event for each cause to `batch.derived`."""
        if not batch.merges and not batch.splits and not batch.moves:
            return
        found: dict[int, dict[str, list[Any]]] = defaultdict(lambda: {"merged": [], "split": [], "moved": []})
        for merge in batch.merges:
            found[merge.offset]["merged"].append({"member": merge.loser, "into": merge.winner})
        for move in batch.moves:
            found[move.offset]["moved"].append({"key": str(move.key), "from": move.loser, "to": move.holder})
        for split in batch.splits:
            parts = [{"member": number, "identifiers": len(keys), "keys": [str(key) for key in sorted(keys)[:_KEYS]]}
                     for number, keys in split.parts]
            found[split.offset]["split"].append({"member": split.member, "parts": parts})
        causes = {event.offset: event for event in batch.events if event.offset in found}
        batch.derived.extend(self._event(causes[at], found[at], batch.now) for at in sorted(found) if at in causes)

    def _event(self, cause: Event, told: dict[str, list[Any]], now: int) -> Event:
        date, hour = local_parts(now, self._zone)
        name = f"{cause.source}:{cause.id}"
        return Event(
            id=f"changed:{name}", source="identity", channel="system", type="Member Changed", time=now, received=now,
            date=date, hour=hour, properties={"cause": name, **{kind: rows for kind, rows in told.items() if rows}},
        )
