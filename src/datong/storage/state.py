"""Operational state: SQLAlchemy Core, the same code on a SQLite file and on PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from datong.errors import ConfigError, MissingExtra

__all__ = ["Lookup", "State", "change_in", "fetch_in", "insert", "insert_new", "upsert"]

_CHUNK = 5_000


class State:
    """The members' state, coupons, orders, outbox: one writer at a time, many readers."""

    def __init__(self, url: str, path: Path | None = None) -> None:
        """Open `sqlite` at `path`, or the `postgresql://…` URL; raises ConfigError for anything else."""
        if url == "sqlite" and path is not None:
            options = {"timeout": 30, "check_same_thread": False}
            self.engine = sa.create_engine(f"sqlite:///{path}", pool_size=16, max_overflow=32, connect_args=options,
                                           hide_parameters=True)  # values never stand in a log
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
            sa.event.listen(self.engine, "begin", _begin_sqlite)
        elif url.startswith("postgresql"):
            scheme, rest = url.split("://", 1)
            if scheme == "postgresql":
                scheme = "postgresql+psycopg"
            try:
                self.engine = sa.create_engine(f"{scheme}://{rest}", pool_size=16, max_overflow=32, pool_pre_ping=True,
                                               hide_parameters=True)
            except ModuleNotFoundError:
                raise MissingExtra("psycopg", "postgresql") from None
        else:
            hint = "write sqlite, or postgresql://user@host/database"
            raise ConfigError(f"storage.state = {url!r} is not known", hint=hint, field="storage.state")

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Give a connection inside one writing transaction: all of it is committed at the end, or nothing."""
        with self.engine.connect().execution_options(datong_write=True) as tx, tx.begin():
            yield tx

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Give a connection that sees one consistent state."""
        with self.engine.connect() as tx:
            yield tx

    def wipe(self, tables: Iterable[str]) -> None:
        """Wipe what was deleted from these tables: the journal on SQLite, the dead rows on PostgreSQL."""
        if self.engine.dialect.name == "sqlite":
            self._outside("PRAGMA wal_checkpoint(TRUNCATE)")
            return
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for name in tables:
                connection.exec_driver_sql(f'VACUUM "{name}"')

    def copy(self, path: Path) -> bool:
        """Write what is there now into a new file and return True; False on PostgreSQL, which has its own tools."""
        if self.engine.dialect.name != "sqlite":
            return False
        self._outside("VACUUM INTO ?", str(path))
        return True

    def _outside(self, statement: str, *parameters: str) -> None:
        """Run on SQLite what must be in no transaction."""
        connection = self.engine.raw_connection()
        try:
            connection.cursor().execute(statement, parameters)
        finally:
            connection.close()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "cache_size=-65536",
                   "wal_autocheckpoint=4000", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    write = connection.get_execution_options().get("datong_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def insert(tx: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that must not be there yet; raises sqlalchemy.exc.IntegrityError when one is."""
    if rows:
        _insert(tx, table, rows, None)


def upsert(
    tx: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]], update: Iterable[str] | None = None
) -> None:
    """Insert rows; where the primary key exists, overwrite the columns `update` (all others when None).

    Every row must have the same keys. On PostgreSQL one call must not hold one primary key twice.
    """
    if not rows:
        return
    keys = {c.name for c in table.primary_key.columns}
    names = [n for n in rows[0] if n not in keys] if update is None else update
    _insert(tx, table, rows, tuple(names))


def insert_new(tx: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows whose primary key (or unique key) is not there yet; leave the others as they are."""
    if rows:
        _insert(tx, table, rows, ())


def _insert(
    tx: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]], update: tuple[str, ...] | None
) -> None:
    """Hand the rows to the driver as they are: SQLAlchemy's own binding costs more per row than the database."""
    names = tuple(rows[0])
    sql, order = _statement(tx.dialect, table, names, update)
    if len(order) > 1:
        tx.exec_driver_sql(sql, list(map(itemgetter(*order), rows)))
    elif order:
        tx.exec_driver_sql(sql, [(row[order[0]],) for row in rows])
    else:
        tx.exec_driver_sql(sql, [dict(row) for row in rows])


@lru_cache(maxsize=1_024)
def _statement(
    dialect: sa.Dialect, table: sa.Table, names: tuple[str, ...], update: tuple[str, ...] | None
) -> tuple[str, tuple[str, ...]]:
    """Return the statement's text, and its parameters in order where they go by position, else nothing."""
    insert: Any = (postgresql if dialect.name == "postgresql" else sqlite).insert(table)
    if update:
        keys = [c.name for c in table.primary_key.columns]
        insert = insert.on_conflict_do_update(index_elements=keys, set_={n: insert.excluded[n] for n in update})
    elif update is not None:
        insert = insert.on_conflict_do_nothing()
    compiled = insert.compile(dialect=dialect, column_keys=names)
    return str(compiled), tuple(compiled.positiontup or ())


class Lookup:
    """`fetch_in` for whole numbers, compiled once: where one event asks, SQLAlchemy costs more than the database.

    Rows come as the driver gives them: a truth value is 0 or 1 on SQLite.
    """

    def __init__(self, query: sa.Select[Any], column: sa.ColumnElement[Any]) -> None:
        self._query, self._column = query, column
        self._sql: dict[str, str] = {}

    def __call__(self, tx: sa.Connection, values: Iterable[int]) -> list[Any]:
        """Return the rows of the query whose column is one of the values, however many."""
        wanted = list(values)
        if not wanted:
            return []
        dialect = tx.dialect
        if (sql := self._sql.get(dialect.name)) is None:
            query = self._query.where(_among(tx, self._column, wanted))
            sql = self._sql[dialect.name] = str(query.compile(dialect=dialect))
        rows: list[Any] = []
        for at in range(0, len(wanted), _CHUNK):
            some = wanted[at : at + _CHUNK]
            if dialect.name == "postgresql":
                rows.extend(tx.exec_driver_sql(sql, {self._name(sql): some}).all())
            else:
                rows.extend(tx.exec_driver_sql(sql, (str(some),)).all())
        return rows

    @staticmethod
    def _name(sql: str) -> str:
        """Return the name of the statement's one parameter, as psycopg writes it: `%(name)s`."""
        start = sql.index("%(") + 2
        return sql[start : sql.index(")", start)]


def fetch_in(
    tx: sa.Connection, query: sa.Select[Any], column: sa.ColumnElement[Any], values: Iterable[Any]
) -> list[Any]:
    """Return the rows of `query` whose `column` is one of `values`, however many, in few round trips."""
    wanted = list(values)
    rows: list[Any] = []
    for at in range(0, len(wanted), _CHUNK):
        rows.extend(tx.execute(query.where(_among(tx, column, wanted[at : at + _CHUNK]))).all())
    return rows


def change_in(tx: sa.Connection, statement: sa.Update, column: sa.ColumnElement[Any], values: Iterable[Any]) -> None:
    """Run an update on the rows whose `column` is one of `values`, however many, in few round trips."""
    wanted = list(values)
    for at in range(0, len(wanted), _CHUNK):
        tx.execute(statement.where(_among(tx, column, wanted[at : at + _CHUNK])))


def _among(tx: sa.Connection, column: sa.ColumnElement[Any], values: list[Any]) -> sa.ColumnElement[bool]:
    """Return the condition; all values go as one parameter, for a statement with thousands of them is slow to make."""
    kinds = {type(value) for value in values}
    if kinds not in ({int}, {str}):
        return column.in_(values)
    if tx.dialect.name == "postgresql":
        kind: Any = sa.BigInteger if kinds == {int} else sa.Text
        return column == sa.any_(sa.literal(values, postgresql.ARRAY(kind)))
    listed = sa.func.json_each(json.dumps(values)).table_valued("value")
    return column.in_(sa.select(listed.c.value))
