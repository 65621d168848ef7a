"""Questions about enrichment."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from datong.identity.enrichment.tables import ENRICHMENT

__all__ = ["MILLION", "Spent", "spent"]

MILLION = 1_000_000


class Spent(msgspec.Struct, frozen=True):
    """What one provider did in one local month (`2026-03`): `cost` in currency units, `last` (ms) when it was asked."""

    provider: str
    month: str
    asked: int
    found: int
    cost: float
    last: int


def spent(tx: sa.Connection) -> list[Spent]:
    """Return what every provider did in every month, the latest month first."""
    rows = tx.execute(sa.select(ENRICHMENT).order_by(ENRICHMENT.c.month.desc(), ENRICHMENT.c.provider))
    return [Spent(r.provider, r.month, r.asked, r.found, r.cost / MILLION, r.last) for r in rows]
