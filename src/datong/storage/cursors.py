"""Cursors: how far a stage has read the log, committed together with its effects."""

from __future__ import annotations

import sqlalchemy as sa

from datong.storage.state import upsert
from datong.storage.tables import state_table

__all__ = ["CURSOR", "cursor", "set_cursor"]

CURSOR = state_table(
    "storage", "cursor",
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("now", sa.BigInteger, nullable=False, server_default="0"),
)


_READ = {
    "sqlite": "SELECT position, now FROM storage_cursor WHERE name = ?",
    "postgresql": "SELECT position, now FROM storage_cursor WHERE name = %s",
}
"""Written out, for a cursor is read at every batch, and a batch may be one event."""


def cursor(tx: sa.Connection, name: str) -> tuple[int, int]:
    """Return (position, platform time in ms at that position) of the named cursor; (0, 0) before its first run."""
    row = tx.exec_driver_sql(_READ[tx.dialect.name], (name,)).first()
    return (row[0], row[1]) if row else (0, 0)


def set_cursor(tx: sa.Connection, name: str, position: int, now: int = 0) -> None:
    """Move the named cursor, in the caller's transaction."""
    upsert(tx, CURSOR, [{"name": name, "position": position, "now": now}])
