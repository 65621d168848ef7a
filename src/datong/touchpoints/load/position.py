"""Positions: how far each file has been loaded, so that a load that was cut off goes on where it stopped."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from datong.storage import State, state_table, upsert

__all__ = ["POSITION", "Position", "find_position", "keep_position"]

POSITION = state_table(
    "touchpoints", "load",
    sa.Column("source", sa.String(128), primary_key=True),
    sa.Column("kind", sa.String(32), primary_key=True),
    sa.Column("file", sa.String(512), primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("edition", sa.Integer, nullable=False),
    sa.Column("done", sa.BigInteger, nullable=False),
    sa.Column("finished", sa.Boolean, nullable=False),
)


class Position(msgspec.Struct, frozen=True):
    """How far the file of this name has come: `done` calls of the contents with this `digest`.

    `edition` counts the different contents the file has had; it makes the ids of master data, so that a price which
    goes back to what it was last month is news all the same.
    """

    source: str
    kind: str
    file: str
    digest: str
    edition: int = 1
    done: int = 0
    finished: bool = False


def find_position(state: State, source: str, kind: str, file: str, digest: str) -> Position:
    """Return the position of the file's present contents: at the start when they are new."""
    with state.read() as tx:
        row = tx.execute(
            sa.select(POSITION).where(
                POSITION.c.source == source, POSITION.c.kind == kind, POSITION.c.file == file
            )
        ).first()
    if row is None:
        return Position(source, kind, file, digest)
    if row.digest != digest:
        return Position(source, kind, file, digest, edition=row.edition + 1)
    return Position(source, kind, file, digest, row.edition, row.done, row.finished)


def keep_position(state: State, position: Position) -> None:
    """Write the position down; whatever it counts is in the event log already."""
    with state.write() as tx:
        upsert(tx, POSITION, [msgspec.structs.asdict(position)])
