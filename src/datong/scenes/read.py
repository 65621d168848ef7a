"""Questions that others may ask about scenes: what fired, why, how often."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import sqlalchemy as sa

from datong.errors import NotFound
from datong.model import Firing
from datong.scenes.definition import Scene
from datong.scenes.describe import describe
from datong.scenes.tables import DEFINITION, FIRING
from datong.storage import fetch_in

__all__ = ["Explanation", "explain", "fired", "firings", "firings_since"]

_COLUMNS = (FIRING.c.id, FIRING.c.scene, FIRING.c.version, FIRING.c.member, FIRING.c.at, FIRING.c.binds,
            FIRING.c.because, FIRING.c.ident, FIRING.c.place, FIRING.c.seq)


class Explanation(msgspec.Struct, frozen=True):
    """Why a scene fired: the firing, the definition it ran by, its steps in words, and the ids of the events."""

    firing: Firing
    scene: Scene
    steps: list[str]
    because: tuple[str, ...]


def firings_since(tx: sa.Connection, seq: int, limit: int) -> list[Firing]:
    """Return up to `limit` firings with a number above `seq`, in order."""
    query = sa.select(*_COLUMNS).where(FIRING.c.seq > seq).order_by(FIRING.c.seq).limit(limit)
    return [_firing(row) for row in tx.execute(query)]


def firings(tx: sa.Connection, ids: Iterable[str]) -> list[Firing]:
    """Return the firings of these ids, in order of number; unknown ones are left out."""
    return sorted((_firing(r) for r in fetch_in(tx, sa.select(*_COLUMNS), FIRING.c.id, ids)), key=lambda f: f.seq)


def fired(tx: sa.Connection, since: int = 0) -> dict[str, tuple[int, int]]:
    """Return (how often since the time `since` in ms, when last) of every scene that fired since then."""
    query = sa.select(FIRING.c.scene, sa.func.count(), sa.func.max(FIRING.c.at))
    return {scene: (n, at) for scene, n, at in tx.execute(query.where(FIRING.c.at >= since).group_by(FIRING.c.scene))}


def explain(tx: sa.Connection, firing_id: str, language: str = "en") -> Explanation:
    """Return why a scene fired; raises NotFound."""
    found = firings(tx, [firing_id])
    if not found:
        raise NotFound(f"there is no firing {firing_id}", field="firing")
    query = sa.select(DEFINITION.c.body).where(
        DEFINITION.c.scene == found[0].scene, DEFINITION.c.version == found[0].version)
    scene = msgspec.json.decode(tx.execute(query).scalar_one(), type=Scene)
    return Explanation(found[0], scene, describe(scene, language), found[0].because)


def _firing(row: Any) -> Firing:
    id_, scene, version, member, at, binds, because, ident, place, seq = row
    return Firing(id_, scene, version, member, at, msgspec.msgpack.decode(binds),
                  tuple(msgspec.msgpack.decode(because)), ident, place, seq)
