"""Payments as an anchor: what the graph made of an anchor run's corrections, as devices in their payers' hands."""

from __future__ import annotations

import sqlalchemy as sa

from datong.identity.correct import CORRECTED
from datong.identity.device.tables import DEVICE, HOLDER
from datong.identity.tables import CHANGE, CORRECTION, EVIDENCE, LINK
from datong.model import Event
from datong.storage import fetch_in, insert_new

__all__ = ["take_payers"]

_PROOF = sa.select(EVIDENCE.c.a, EVIDENCE.c.b, EVIDENCE.c.confidence, EVIDENCE.c.at, EVIDENCE.c.cause,
                   EVIDENCE.c.active).where(EVIDENCE.c.kind == "anchor")


def take_payers(tx: sa.Connection, events: list[Event]) -> None:
    """Write the devices that corrections tied to their payers, and drop those whose tie corrections took back.

    The graph has carried the corrections out before: what is in force is what its evidence says.
    """
    said = {event.id[:512].replace("\0", ""): event.properties for event in events if event.type == CORRECTED}
    if not said:
        return
    made = {seq for seq, in fetch_in(tx, sa.select(CORRECTION.c.seq), CORRECTION.c.id, said) if seq is not None}
    changed = {evidence for evidence, in fetch_in(tx, sa.select(CHANGE.c.evidence), CHANGE.c.seq, made)}
    found = {tuple(row) for row in fetch_in(tx, _PROOF, EVIDENCE.c.seq, made)}
    found |= {tuple(row) for row in fetch_in(tx, _PROOF, EVIDENCE.c.id, changed)}
    kinds = dict(map(tuple, fetch_in(tx, sa.select(LINK.c.key, LINK.c.ns), LINK.c.key, {row[1] for row in found})))
    devices, holders = [], []
    for a, b, confidence, at, cause, active in sorted(found):
        if not active:
            tx.execute(sa.delete(HOLDER).where(HOLDER.c.device == b, HOLDER.c.known_by == a, HOLDER.c.cause == cause))
            continue
        first, last = (said.get(cause, {}).get(name) for name in ("first", "last"))
        seen = {"device": b, "confidence": confidence, "first_seen": first if isinstance(first, int) else at,
                "last_seen": last if isinstance(last, int) else at}
        devices.append({**seen, "kind": kinds.get(b, ""), "model": 0, "confidence": 1.0})
        holders.append({**seen, "known_by": a, "anchor": "payment", "cause": cause})
    insert_new(tx, DEVICE, devices)  # what a login said of it is surer
    insert_new(tx, HOLDER, holders)
