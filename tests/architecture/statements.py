"""Records every SQL statement that runs during the tests, with the package that asked for it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any

import ibis.backends.duckdb
import sqlalchemy as sa

from datong.storage import Facts, FactsTx

SEEN: dict[tuple[str, str, str], None] = {}
"""(package, dialect, statement), each once."""

_LISTS = re.compile(r"\((\?|%\(\w+\)s)(::\w+)?(, (\?|%\(\w+\)s)(::\w+)?)+\)")
_NEUTRAL = {"state", "facts", "store", "log"}


def _package() -> str:
    """Return the package of the innermost caller inside Datong that is not the engine room itself."""
    frame = sys._getframe(2)
    while frame:
        name = frame.f_globals.get("__name__", "")
        if name in ("datong.storage.migrate", "datong.storage.sealed", "datong.storage.subjects"):
            return ""  # a revision makes everybody's tables; export, erasure and rotation walk the registry
        if name.startswith("datong."):
            parts = name.split(".")
            if parts[1] != "storage" or (len(parts) > 2 and parts[2] not in _NEUTRAL):
                return str(parts[1])
        elif name.startswith(("tests.", "test_")):
            return ""
        frame = frame.f_back  # type: ignore[assignment]
    return ""


def _note(dialect: str, statement: str) -> None:
    package = _package()
    if package:
        SEEN[package, dialect, _LISTS.sub("(?)", statement)] = None


def install() -> None:
    """Listen on both engines for the rest of the test run."""

    @sa.event.listens_for(sa.Engine, "before_cursor_execute")
    def _state(_c: Any, _cursor: Any, statement: str, _p: Any, context: Any, _many: bool) -> None:
        _note("postgres" if context.dialect.name == "postgresql" else "sqlite", statement)

    def watch(owner: type, name: str) -> None:
        original: Callable[..., Any] = getattr(owner, name)

        def watched(self: Any, sql: Any, *args: Any, **kwargs: Any) -> Any:
            _note("duckdb", str(sql))
            return original(self, sql, *args, **kwargs)

        setattr(owner, name, watched)

    watch(FactsTx, "execute")
    watch(Facts, "query")
    relation = ibis.backends.duckdb.Backend._to_duckdb_relation

    def compiled(self: Any, expr: Any, **kwargs: Any) -> Any:
        _note("duckdb", str(self.compile(expr.as_table())))
        return relation(self, expr, **kwargs)

    ibis.backends.duckdb.Backend._to_duckdb_relation = compiled
    append = FactsTx.append

    def appended(self: FactsTx, table: Any, columns: Any) -> None:
        _note("duckdb", f"INSERT INTO {table.full} SELECT 1")
        append(self, table, columns)

    FactsTx.append = appended  # type: ignore[method-assign]
