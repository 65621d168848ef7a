"""Sealed: every binary value of the state, to be sealed anew with another key, whoever owns the table."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from datong.storage.state import State
from datong.storage.tables import METADATA

__all__ = ["renew_binaries"]

_STRETCH = 5_000


def renew_binaries(
    state: State, renewed: Callable[[bytes], bytes | None], progress: Callable[[int, int], None] | None = None
) -> int:
    """Replace every binary value for which `renewed` has another one; return how many there were.

    A value that changed meanwhile is left: whoever changed it sealed it with the new key.
    """
    columns = [(table, column) for table in METADATA.sorted_tables for column in table.c
               if isinstance(column.type, sa.LargeBinary)]
    count = 0
    for at, (table, column) in enumerate(columns):
        keys = list(table.primary_key.columns)
        query = sa.select(column, *keys).where(column.is_not(None))
        with state.read() as tx:
            for part in tx.execute(query.execution_options(yield_per=_STRETCH)).partitions():
                changed = [{"was_": row[0], "new_": new, **{f"key_{n}": value for n, value in enumerate(row[1:])}}
                           for row in part if (new := renewed(row[0])) is not None]
                if changed:
                    found = sa.and_(column == sa.bindparam("was_"),
                                    *(key == sa.bindparam(f"key_{n}") for n, key in enumerate(keys)))
                    replace = sa.update(table).where(found).values({column.name: sa.bindparam("new_")})
                    with state.write() as writer:
                        writer.execute(replace, changed)
                    count += len(changed)
        if progress:
            progress(at + 1, len(columns))
    return count
