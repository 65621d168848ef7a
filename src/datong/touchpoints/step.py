"""The quarantine desk's place in the flow: file what was rejected, note who sent what."""

from __future__ import annotations

from collections import Counter

import sqlalchemy as sa

from datong.model import Batch, local_parts
from datong.privacy import Vault, namespaces
from datong.storage import FactsTx, Stage, Store, fetch_in, insert_new, upsert
from datong.touchpoints.claim import take_claims
from datong.touchpoints.facts import fold_events
from datong.touchpoints.link import take_links
from datong.touchpoints.playlist import fold_spots, take_playlists
from datong.touchpoints.quarantined import Quarantined, decode_quarantined
from datong.touchpoints.tables import QUARANTINED, SOURCE

__all__ = ["QuarantineDesk"]


class QuarantineDesk(Stage):
    """Files rejected calls, counts events by source, keeps links, claims and playlists, and folds the event facts."""

    name = "touchpoints"

    def __init__(self, store: Store, vault: Vault | None = None) -> None:
        """Take the store whose settings name the touchpoints; without the vault claims are not looked at."""
        self._vault, self._namespaces = vault, tuple(namespaces(store.settings))
        self._zone = store.settings.retailer.timezone
        self._kind = {name: found.kind for name, found in store.settings.touchpoints.items()}.get

    def step(self, batch: Batch, tx: sa.Connection) -> None:
        """File `batch.rejected` by their offset, and bring the sources up to date."""
        kept = [(offset, decode_quarantined(body)) for offset, body in batch.rejected]
        insert_new(tx, QUARANTINED, [_row(offset, one) for offset, one in kept])
        self._count(batch, kept, tx)
        take_links(batch, tx)
        take_playlists(batch, tx)
        if self._vault is not None:
            take_claims(batch, tx, self._vault, self._namespaces)

    def fold(self, batch: Batch, facts: FactsTx) -> None:
        """Append the batch's rows of `touchpoints.event` and `touchpoints.spot`."""
        fold_events(batch, facts)
        fold_spots(batch, facts)

    def _count(self, batch: Batch, kept: list[tuple[int, Quarantined]], tx: sa.Connection) -> None:
        zone = self._zone
        today = local_parts(batch.now, zone)[0]
        live: Counter[str] = Counter()
        for e in batch.events:
            if local_parts(e.received, zone)[0] == today:
                live[e.source] += len(e.sightings) if e.sightings is not None else 1
        last: dict[str, int] = {}
        for event in batch.events:
            last[event.source] = event.received
        rejected = Counter(one.source for _, one in kept)
        for _, one in kept:
            last[one.source] = max(last.get(one.source, 0), one.received)
        if not last:
            return
        before = {row.name: row for row in fetch_in(tx, sa.select(SOURCE), SOURCE.c.name, last)}
        rows = []
        for name, seen in last.items():
            old = before.get(name)
            same_day = old is not None and old.day == today
            rows.append({
                "name": name,
                "kind": self._kind(name, ""),
                "last_seen": max(seen, old.last_seen if old else 0),
                "day": today,
                "events_today": live[name] + (old.events_today if old and same_day else 0),
                "quarantined": rejected[name] + (old.quarantined if old else 0),
            })
        upsert(tx, SOURCE, rows)


def _row(offset: int, one: Quarantined) -> dict[str, object]:
    return {
        "id": offset, "at": one.received, "source": one.source, "kind": one.kind, "form": one.form, "code": one.code,
        "message": one.message, "hint": one.hint, "field": one.field, "history": one.history, "raw": one.raw,
        "state": "open", "changed": one.received,
    }
