"""The facts on DuckDB."""

from __future__ import annotations

from pathlib import Path

import pytest

from datong.storage import FACT_TABLES, Facts, Store, fact_table

TABLE = fact_table("storage", "sample", {"offset": "BIGINT", "sku": "VARCHAR", "amount": "BIGINT"})
del FACT_TABLES["storage.sample"]  # only these tests may see it


@pytest.fixture
def facts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Facts:
    """A facts file with one table."""
    monkeypatch.setitem(FACT_TABLES, "storage.sample", TABLE)
    return Facts(tmp_path / "facts.duckdb")


def test_rows_and_position_commit_together(facts: Facts) -> None:
    """What a transaction appended is there with its position, or neither is."""
    with facts.write() as tx:
        tx.append(TABLE, {"offset": [1, 2], "sku": ["a", "b"], "amount": [5, None]})
        tx.move(2)
    with pytest.raises(RuntimeError, match="stop"), facts.write() as tx:
        tx.append(TABLE, {"offset": [3], "sku": ["c"], "amount": [1]})
        tx.move(3)
        raise RuntimeError("stop")
    assert facts.rows("SELECT sku, amount FROM storage.sample ORDER BY sku") == [
        {"sku": "a", "amount": 5}, {"sku": "b", "amount": None}]
    assert facts.position() == 2


def test_another_shape_starts_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a release declares other columns, the facts are empty and their position is 0: the fold makes them again."""
    monkeypatch.setitem(FACT_TABLES, "storage.sample", TABLE)
    first = Facts(tmp_path / "facts.duckdb")
    with first.write() as tx:
        tx.append(TABLE, {"offset": [1], "sku": ["a"], "amount": [1]})
        tx.move(7)
    first.close()
    again = Facts(tmp_path / "facts.duckdb")
    assert (again.position(), len(again.rows("FROM storage.sample"))) == (7, 1)
    again.close()
    monkeypatch.setitem(FACT_TABLES, "storage.sample", fact_table("storage", "sample", {"offset": "BIGINT"}))
    changed = Facts(tmp_path / "facts.duckdb")
    assert (changed.position(), changed.rows("FROM storage.sample")) == (0, [])
    changed.close()


def test_values_are_bound(facts: Facts) -> None:
    """A value with a quote in it is a value."""
    with facts.write() as tx:
        tx.append(TABLE, {"offset": [1], "sku": ["o'brien"], "amount": [1]})
    assert facts.rows("SELECT amount FROM storage.sample WHERE sku = ?", ["o'brien"]) == [{"amount": 1}]
    assert facts.rows("SELECT amount FROM storage.sample WHERE sku = $sku", {"sku": "x"}) == []


def test_one_process_owns_the_data(store: Store) -> None:
    """A second opening of the same folder is refused with what to do."""
    from datong.errors import Unavailable
    from datong.storage import open_store

    with pytest.raises(Unavailable) as caught:
        open_store(store.settings)
    assert caught.value.code == "data_in_use"
