"""Blocking by keys chosen from the data."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from datong.identity.linker import Key, Part, parse_columns
from datong.identity.linker.blocking import ALL_PAIRS, block, budget, choose_keys, part_sql


def connected(**columns: list[object]) -> duckdb.DuckDBPyConnection:
    """A table `records` of these columns."""
    con = duckdb.connect()
    n = len(next(iter(columns.values())))
    con.register("given", pa.table({**columns, "row": np.arange(n, dtype=np.int32)}))
    con.execute("CREATE TABLE records AS SELECT *, 0 AS source, hash(row) AS content FROM given")
    return con


@pytest.mark.parametrize(("part", "expected"), [
    (Part("x"), "smith"), (Part("x", "prefix", 3), "smi"), (Part("x", "suffix", 2), "th"),
    (Part("x", "prefix", 9), None),
])
def test_parts_of_a_value(part: Part, expected: str | None) -> None:
    """The beginning, the end, or all of it; a value too short has none."""
    with connected(x=["smith"]) as con:
        assert con.execute(f"SELECT {part_sql(part)} FROM records").fetchone() == (expected,)


def test_pairs_meet_under_any_key_once_and_not_in_crowds() -> None:
    """Rows of one block are pairs; a block above the cap is skipped."""
    n = 600
    names: list[object] = [f"n{row // 2}" for row in range(n)]
    towns: list[object] = ["big" if row >= 10 else "small" for row in range(n)]
    keys = [Key("name", (Part("name"),), 50), Key("town", (Part("town"),), 50),
            Key("both", (Part("name"), Part("town")), 50)]
    with connected(name=names, town=towns) as con:
        left, right = block(con, keys, n, None)
    found = set(zip(left.tolist(), right.tolist(), strict=True))
    expected = {(row, row + 1) for row in range(0, n, 2)} | {(a, b) for a in range(10) for b in range(a + 1, 10)}
    assert len(left) == len(found)
    assert found == expected


def test_a_small_table_is_compared_whole() -> None:
    """No key is needed, and sources are minded."""
    with connected(name=["a", "b", "c"]) as con:
        left, right = block(con, [], 3, None)
        assert list(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 1), (0, 2), (1, 2)]
        left, right = block(con, [], 3, np.array([0, 0, 1], np.int32))
        assert list(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 2), (1, 2)]
    assert ALL_PAIRS >= 100 * 99 // 2


def test_keys_are_chosen_within_the_budget() -> None:
    """A phone that is nearly everyone's own is a key by itself; a town of many is none."""
    n = 5_000
    phones: list[object] = [str(row // 2) for row in range(n)]
    towns: list[object] = [f"t{row % 3}" for row in range(n)]
    given: list[object] = [f"g{row % 70}" for row in range(n)]
    with connected(phone=phones, city=towns, given=given, given_root=given) as con:
        keys = choose_keys(con, parse_columns("p=phone,c=city,g=given_name"), {"phone", "city", "given"}, n)
        left, _ = block(con, keys, n, None)
    parts = [{part.field for part in key.parts} for key in keys]
    assert {"phone"} in parts
    assert {"city"} not in parts
    assert len(left) <= budget(n)
