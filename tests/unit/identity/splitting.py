"""Splits on request, for tests of what they do to other packages: links are moved and `batch.splits` is filled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from datong.identity.tables import LINK, MEMBER
from datong.model import Batch, Split
from datong.storage import Stage, upsert


def split(member: int, parts: Mapping[int, Sequence[int]]) -> dict[str, Any]:
    """Return the properties of an event that splits a member into parts: member id → identifier keys."""
    return {"split": member, "parts": [[str(n), [str(key) for key in keys]] for n, keys in parts.items()]}


class Splitting(Stage):
    """Turns each event with the property `split` into a split, as *recognise* does when it is corrected."""

    name = "identity"

    def step(self, batch: Batch, tx: sa.Connection) -> None:
        for event in batch.events:
            if "split" not in event.properties:
                continue
            parts = tuple((int(n), tuple(map(int, keys))) for n, keys in event.properties["parts"])
            for number, keys in parts:
                upsert(tx, MEMBER, [{"id": number, "created": 0, "merged_into": None, "families": 0, "known": True}])
                tx.execute(sa.update(LINK).where(LINK.c.key.in_(keys)).values(member=number))
            batch.splits.append(Split(event.offset, event.properties["split"], parts))
            holders = {key: number for number, keys in parts for key in keys}
            batch.members = [
                holders.get(e.ident, m) for e, m in zip(batch.events, batch.members, strict=True)]
