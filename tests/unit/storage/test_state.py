"""Writing rows into the state."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from datong.errors import ConfigError
from datong.storage import State, fetch_in, insert, insert_new, upsert

PRIVATE = sa.MetaData()
TABLE = sa.Table(
    "storage_sample", PRIVATE,
    sa.Column("a", sa.Integer, primary_key=True), sa.Column("b", sa.Text), sa.Column("flag", sa.Boolean),
    sa.Column("body", sa.LargeBinary), sa.Column("n", sa.BigInteger, server_default="7"),
)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    """A state with one table of its own."""
    opened = State("sqlite", tmp_path / "state.sqlite")
    PRIVATE.create_all(opened.engine)
    yield opened
    opened.close()


def everything(state: State) -> list[tuple[object, ...]]:
    """Return all rows."""
    with state.read() as tx:
        return [tuple(row) for row in tx.execute(sa.select(TABLE).order_by(TABLE.c.a))]


def test_rows_are_written_by_name_not_by_place(state: State) -> None:
    """Keys in another order than the table's columns land in their columns; a missing one takes its default."""
    with state.write() as tx:
        one = {"body": b"x", "flag": True, "b": "one", "a": 1}
        insert(tx, TABLE, [one, {"body": b"", "flag": False, "b": "two", "a": 2}])
    assert everything(state) == [(1, "one", True, b"x", 7), (2, "two", False, b"", 7)]


def test_upsert_overwrites_only_what_it_is_told(state: State) -> None:
    """All other columns keep their value."""
    with state.write() as tx:
        insert(tx, TABLE, [{"a": 1, "b": "one", "flag": True, "n": 1}])
        upsert(tx, TABLE, [{"n": 9, "a": 1, "b": "new"}, {"n": 3, "a": 2, "b": "two"}], update=["n"])
    assert everything(state) == [(1, "one", True, None, 9), (2, "two", None, None, 3)]
    with state.write() as tx:
        upsert(tx, TABLE, [{"b": "all", "a": 1, "n": 0}])
    assert everything(state)[0] == (1, "all", True, None, 0)


def test_insert_new_leaves_what_is_there(state: State) -> None:
    """A row whose key exists is not touched; `insert` refuses it."""
    with state.write() as tx:
        insert_new(tx, TABLE, [{"a": 1, "b": "first"}])
        insert_new(tx, TABLE, [{"a": 1, "b": "second"}, {"a": 2, "b": "x"}])
    assert [row[1] for row in everything(state)] == ["first", "x"]
    with pytest.raises(sa.exc.IntegrityError), state.write() as tx:
        insert(tx, TABLE, [{"a": 2, "b": "again"}])


def test_a_failed_transaction_leaves_nothing(state: State) -> None:
    """All or nothing."""
    with pytest.raises(RuntimeError), state.write() as tx:
        insert(tx, TABLE, [{"a": 1}])
        raise RuntimeError
    assert everything(state) == []


def test_fetch_in_takes_any_number_of_values(state: State) -> None:
    """Twenty thousand values are more than one statement holds."""
    with state.write() as tx:
        insert(tx, TABLE, [{"a": n} for n in range(20_000)])
        found = fetch_in(tx, sa.select(TABLE.c.a), TABLE.c.a, range(5, 30_000))
        assert [len(found), found[0][0], fetch_in(tx, sa.select(TABLE.c.a), TABLE.c.a, [])] == [19_995, 5, []]


def test_an_unknown_engine_says_what_to_write() -> None:
    """The hint names both engines."""
    with pytest.raises(ConfigError) as caught:
        State("mysql://x")
    assert "postgresql://" in caught.value.hint
