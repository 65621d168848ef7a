"""Questions others may ask about sources and quarantine."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from datong.errors import NotFound
from datong.privacy import Vault
from datong.touchpoints.tables import QUARANTINED, SOURCE

__all__ = ["Kept", "Reason", "SourceSeen", "State", "inspect", "quarantined", "reasons", "sources"]

_SHOWN = 64 * 1024
"""Characters of a text in a list."""

State = Literal["open", "replayed", "discarded", "erased"]


class Kept(msgspec.Struct, frozen=True):
    """One rejected call: when (ms) and from where it came, why it was rejected, and its text as it was sent.

    In a list a long text is `cut`; `inspect` returns the whole.
    """

    id: int
    at: int
    source: str
    kind: str
    code: str
    message: str
    hint: str
    field: str
    state: State
    raw: str
    cut: bool = False


class Reason(msgspec.Struct, frozen=True):
    """How many rejected calls there are for one reason."""

    code: str
    count: int


class SourceSeen(msgspec.Struct, frozen=True):
    """One source: when it last sent (ms), how many events came in today (local), how many were ever rejected."""

    name: str
    kind: str
    last_seen: int
    events_today: int
    quarantined: int


def quarantined(
    tx: sa.Connection, vault: Vault, state: State = "open", reason: str = "", page: int = 1, size: int = 50,
    source: str = "",
) -> tuple[int, list[Kept]]:
    """Return how many there are in this state (for this reason, of this source), and a page, the newest first."""
    wanted = _wanted(state, source)
    if reason:
        wanted &= QUARANTINED.c.code == reason
    total = tx.execute(sa.select(sa.func.count()).select_from(QUARANTINED).where(wanted)).scalar_one()
    query = sa.select(QUARANTINED).where(wanted).order_by(QUARANTINED.c.id.desc())
    rows = tx.execute(query.limit(size).offset(max(0, page - 1) * size))
    return total, [_kept(row, vault, _SHOWN) for row in rows]


def inspect(tx: sa.Connection, vault: Vault, id: int) -> Kept:  # noqa: A002
    """Return one of them; raises NotFound."""
    row = tx.execute(sa.select(QUARANTINED).where(QUARANTINED.c.id == id)).first()
    if row is None:
        raise NotFound(f"there is no rejected call {id}")
    return _kept(row, vault)


def reasons(tx: sa.Connection, state: State = "open", source: str = "") -> list[Reason]:
    """Return the reasons (of one source where given), the most frequent first."""
    count = sa.func.count().label("count")
    query = sa.select(QUARANTINED.c.code, count).where(_wanted(state, source)).group_by(QUARANTINED.c.code)
    return [Reason(code, number) for code, number in tx.execute(query.order_by(count.desc(), QUARANTINED.c.code))]


def _wanted(state: State, source: str) -> sa.ColumnElement[bool]:
    wanted: sa.ColumnElement[bool] = QUARANTINED.c.state == state
    return sa.and_(wanted, QUARANTINED.c.source == source) if source else wanted


def sources(tx: sa.Connection, today: int | None = None) -> list[SourceSeen]:
    """Return the configured touchpoints that ever sent, by name; `today` (local days since 1970) settles whose day.

    Sources of kind "" are the platform itself and loaded files; they are left out.
    """
    rows = tx.execute(sa.select(SOURCE).where(SOURCE.c.kind != "").order_by(SOURCE.c.name))
    return [
        SourceSeen(row.name, row.kind, row.last_seen, row.events_today if today in (None, row.day) else 0,
                   row.quarantined)
        for row in rows
    ]


def _kept(row: Any, vault: Vault, longest: int | None = None) -> Kept:
    raw = vault.unseal(row.raw) if row.raw else ""
    return Kept(row.id, row.at, row.source, row.kind, row.code, row.message, row.hint, row.field, row.state,
                raw[:longest], longest is not None and len(raw) > longest)
