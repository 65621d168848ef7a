"""Facts for analysis: a DuckDB file with one owner, folded from the log and rebuilt from it when its shape changes."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa

from datong.errors import Unavailable
from datong.storage.tables import FACT_TABLES, FactTable

__all__ = ["Facts", "FactsTx"]

_ARROW = {
    "BIGINT": pa.int64(), "INTEGER": pa.int32(), "SMALLINT": pa.int16(), "TINYINT": pa.int8(), "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(), "VARCHAR": pa.string(), "DATE": pa.date32(),
}
"""The column types in use; a DATE is given as days since 1970, as an event carries it."""

_SCHEMA = """
CREATE SCHEMA IF NOT EXISTS storage;
CREATE TABLE IF NOT EXISTS storage.fold (name VARCHAR PRIMARY KEY, position BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS storage.shape (digest VARCHAR NOT NULL);
"""


class FactsTx:
    """One writing transaction on the facts."""

    def __init__(self, db: duckdb.DuckDBPyConnection) -> None:
        self._db = db

    def append(self, table: FactTable, columns: Mapping[str, Sequence[Any]] | pa.Table) -> None:
        """Append rows given column by column, in any column order; a missing column is null.

        A DATE may be given as days since 1970; values of another type than the table declares raise.
        """
        if isinstance(columns, pa.Table):
            rows = columns
        else:
            kinds = {name: _ARROW.get(table.columns[name]) for name in columns}
            rows = pa.table({name: pa.array(values, type=kinds[name]) for name, values in columns.items()})
        if rows.num_rows:
            names = ", ".join(f'"{n}"' for n in rows.column_names)
            self._db.execute(f"INSERT INTO {table.full} ({names}) SELECT {names} FROM rows")

    def execute(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> None:
        """Run one statement on the owner's tables; values are bound as `?` or `$name`."""
        self._db.execute(sql, parameters)

    def count(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> int:
        """Run one statement that deletes or updates, and return how many rows it was about."""
        return int(self._db.execute(sql, parameters).fetchall()[0][0])

    def position(self, name: str = "fold") -> int:
        """Return how far the named fold has come, 0 at first."""
        rows = self._db.execute("SELECT position FROM storage.fold WHERE name = ?", [name]).fetchall()
        return rows[0][0] if rows else 0

    def move(self, position: int, name: str = "fold") -> None:
        """Set how far the named fold has come."""
        self._db.execute("INSERT OR REPLACE INTO storage.fold VALUES (?, ?)", [name, position])


class Facts:
    """The facts engine: any number of reading threads, one writing transaction at a time."""

    def __init__(self, path: Path | str, memory: str = "1GB", threads: int = 2) -> None:
        """Open or create the file; raises Unavailable when another process holds it."""
        self._options: dict[str, Any] = {
            "memory_limit": memory, "threads": threads, "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
        self._base = Path(path)
        self._number = max((number for number, _ in self._files()), default=0)
        self._db = self._connect()
        self._lock = threading.Lock()
        self._local = threading.local()
        self._prepare()
        self._remove_others()

    @contextmanager
    def write(self) -> Iterator[FactsTx]:
        """Give one transaction: all of it is committed and durable at the end, or nothing."""
        with self._lock:
            db = self._db.cursor()
            db.execute("BEGIN")
            try:
                yield FactsTx(db)
                db.execute("COMMIT")
            except BaseException:
                db.execute("ROLLBACK")
                raise
            finally:
                db.close()

    def query(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> pa.Table:
        """Return the answer of a reading statement as an Arrow table; values are bound as `?` or `$name`."""
        return self._cursor().sql(sql, params=parameters or None).to_arrow_table()

    def rows(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[dict[str, Any]]:
        """Return the answer as a list of dictionaries."""
        rows: list[dict[str, Any]] = self.query(sql, parameters).to_pylist()
        return rows

    @property
    def ibis(self) -> Any:
        """Return this thread's Ibis connection; `facts.ibis.table("receipt", database="commerce")` is a table."""
        cursor = self._cursor()
        if not hasattr(self._local, "ibis"):
            self._local.ibis = ibis.duckdb.from_connection(cursor)
        return self._local.ibis

    def position(self, name: str = "fold") -> int:
        """Return how far the named fold has come."""
        return FactsTx(self._cursor()).position(name)

    def rebuild(self) -> None:
        """Forget every fact, so that the fold makes them anew from the log."""
        with self.write() as tx:
            for table in FACT_TABLES.values():
                tx.execute(f"DROP TABLE IF EXISTS {table.full}")
            tx.execute("DELETE FROM storage.fold")
            tx.execute("DELETE FROM storage.shape")
        self._prepare()

    def renew(self) -> None:
        """Copy what is there into a new file and go on with that one: DuckDB never wipes what was deleted.

        Who reads at this moment reads to the end in the old file, which nobody can open any more.
        """
        with self._lock:
            after = self._path(self._number + 1)
            part = after.with_suffix(".part")
            part.unlink(missing_ok=True)
            self._copy(part)
            part.rename(after)
            old, self._number = self._db, self._number + 1
            self._db = self._connect()
            old.close()
            self._remove_others()

    def copy(self, path: Path) -> None:
        """Write what is there now into a new file; nobody writes meanwhile."""
        with self._lock:
            self._copy(path)

    def close(self) -> None:
        """Checkpoint and close the file."""
        self._db.close()

    @property
    def path(self) -> Path:
        """Return the file that holds the facts now; every renewal makes another."""
        return self._path(self._number)

    def _copy(self, path: Path) -> None:
        (name,) = self._db.execute("SELECT current_database()").fetchall()[0]
        self._db.execute(f"ATTACH '{path}' AS copied")
        try:
            self._db.execute(f'COPY FROM DATABASE "{name}" TO copied')
        finally:
            self._db.execute("DETACH copied")
        with path.open("rb") as file:
            os.fsync(file.fileno())

    def _path(self, number: int) -> Path:
        return self._base.with_suffix(f".{number}{self._base.suffix}") if number else self._base

    def _files(self) -> list[tuple[int, Path]]:
        named = re.compile(rf"{re.escape(self._base.stem)}(?:\.(\d+))?{re.escape(self._base.suffix)}(?:\.wal)?")
        there = self._base.parent.glob(f"{self._base.stem}*") if self._base.parent.is_dir() else ()
        return [(int(found[1] or 0), path) for path in there if (found := named.fullmatch(path.name))]

    def _remove_others(self) -> None:
        for number, path in self._files():
            if number != self._number:
                path.unlink(missing_ok=True)

    def _connect(self) -> duckdb.DuckDBPyConnection:
        try:
            db = duckdb.connect(str(self.path), config=self._options)
        except duckdb.IOException as error:
            hint = "ask the running platform instead, or stop it first"
            raise Unavailable("the facts are open in another process", hint=hint, code="facts_locked") from error
        db.execute("SET TimeZone = 'UTC'")
        return db

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        if getattr(self._local, "number", None) != self._number:
            self._local.__dict__.clear()
            self._local.number, self._local.db = self._number, self._db.cursor()
        db: duckdb.DuckDBPyConnection = self._local.db
        return db

    def _prepare(self) -> None:
        for statement in _SCHEMA.strip().split(";"):
            if statement.strip():
                self._db.execute(statement)
        shape = "\n".join(f"{t.full} {t.columns}" for t in sorted(FACT_TABLES.values(), key=lambda t: t.full))
        digest = blake2b(shape.encode(), digest_size=16).hexdigest()
        found = self._db.execute("SELECT digest FROM storage.shape").fetchall()
        if found and found[0][0] != digest:
            self.rebuild()
            return
        for table in FACT_TABLES.values():
            columns = ", ".join(f'"{name}" {kind}' for name, kind in table.columns.items())
            self._db.execute(f"CREATE SCHEMA IF NOT EXISTS {table.owner}")
            self._db.execute(f"CREATE TABLE IF NOT EXISTS {table.full} ({columns})")
        if not found:
            self._db.execute("INSERT INTO storage.shape VALUES (?)", [digest])
