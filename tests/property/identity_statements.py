"""Counting the SQL statements of a step, and breaking off at one of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from datong.storage import State

__all__ = ["Broken", "Statements", "watched"]


class Broken(Exception):
    """The process died here."""


class Statements:
    """The statements run so far; the one numbered `break_at` (from 1) is not run: it raises Broken."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.break_at = 0

    def __call__(self, _db: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        """Count a statement that is about to run."""
        self.texts.append(statement)
        if len(self.texts) == self.break_at:
            raise Broken(statement)

    def reset(self, break_at: int = 0) -> int:
        """Begin anew and return how many there were."""
        count, self.texts, self.break_at = len(self.texts), [], break_at
        return count


@contextmanager
def watched(state: State) -> Iterator[Statements]:
    """Give the statements that run on the state within the block; executemany is one."""
    statements = Statements()
    sa.event.listen(state.engine, "before_cursor_execute", statements)
    try:
        yield statements
    finally:
        sa.event.remove(state.engine, "before_cursor_execute", statements)
