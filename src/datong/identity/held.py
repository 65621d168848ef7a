"""How many values of each namespace somebody holds, and which values are shared by too many to say who is there."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from datong.identity.read import Linked
from datong.identity.tables import LINK

__all__ = ["Held", "held", "shared_values"]


class Held(msgspec.Struct, frozen=True):
    """The identifiers of one namespace: `held` by a member, and `shared` by so many that they link nobody."""

    held: int = 0
    shared: int = 0


def held(tx: sa.Connection) -> dict[str, Held]:
    """Return the counts of each namespace that was seen."""
    count = sa.func.count()
    rows = tx.execute(
        sa.select(LINK.c.ns, count.filter(LINK.c.member.is_not(None)), count.filter(LINK.c.shared)).group_by(LINK.c.ns)
    )
    return {ns: Held(kept, shared) for ns, kept, shared in rows}


def shared_values(tx: sa.Connection, limit: int = 100) -> tuple[int, list[Linked]]:
    """Return how many values are shared, and up to `limit` of them, the most recently seen first."""
    total = tx.execute(sa.select(sa.func.count()).select_from(LINK).where(LINK.c.shared)).scalar_one()
    query = sa.select(LINK.c.ns, LINK.c.key, LINK.c.sealed, LINK.c.first_seen, LINK.c.last_seen).where(LINK.c.shared)
    rows = tx.execute(query.order_by(LINK.c.last_seen.desc(), LINK.c.key).limit(limit)).all()
    return total, [Linked(*row[:5]) for row in rows]
