"""Columns: times, sums, joins and look-ups over a batch."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from datong.model import from_iso
from datong.touchpoints.load.columns import Columns, moments, text
from datong.touchpoints.load.mapping import Expression, Load, LoadMapping


def filled(fields: dict[str, Expression], **columns: list[Any]) -> dict[str, list[Any]]:
    batch = pa.RecordBatch.from_pydict(columns)
    return {name: a.to_pylist() for name, a in Columns(fields, "Asia/Shanghai", {}).fill(batch).items()}


def read(values: list[Any], how: Expression, zone: str = "Asia/Shanghai") -> tuple[list[Any], list[Any]]:
    found, unread = moments(pa.array(values), how, zone)
    return found.to_pylist(), unread.to_pylist()


def naive(moment: str) -> datetime:
    """Return the wall-clock time without a zone, as a Parquet file may hold it."""
    return datetime.fromisoformat(moment)


def test_whole_numbers_become_text_without_a_fraction() -> None:
    assert text(pa.array([900.0, None, float("nan")])).to_pylist() == ["900", None, None]
    assert text(pa.array([1.5, 2.0])).to_pylist() == ["1.5", "2"]
    assert text(pa.array(["  00123 ", "", "   "])).to_pylist() == ["00123", None, None]


def test_a_time_without_a_zone_is_local() -> None:
    found, unread = read(["2026-03-01 09:30", "2026-03-01T01:30:00Z", "2026-03-01T09:30:00+08:00"], Expression())
    assert found == [from_iso("2026-03-01T01:30:00Z")] * 3
    assert unread == [None, None, None]


def test_a_column_may_have_a_zone_of_its_own() -> None:
    how = Expression(zone="UTC")
    assert read([naive("2018-01-01 04:01:20")], how, "America/New_York")[0] == [from_iso("2018-01-01T04:01:20Z")]


def test_a_date_is_the_local_midnight() -> None:
    assert read([date(2017, 3, 3)], Expression(), "America/New_York")[0] == [from_iso("2017-03-03T05:00:00Z")]


def test_an_hour_that_comes_twice_is_the_first_one() -> None:
    zone = "America/New_York"
    expected = [from_iso("2017-11-05T05:30:00Z"), from_iso("2017-03-12T07:00:00Z")]
    twice, never = naive("2017-11-05 01:30"), naive("2017-03-12 02:30")
    assert read([twice, never], Expression(), zone)[0] == expected


def test_a_zoned_timestamp_keeps_its_instant() -> None:
    assert read([datetime(2026, 1, 1, tzinfo=UTC)], Expression())[0] == [from_iso("2026-01-01T00:00:00Z")]


def test_a_format_and_a_unit() -> None:
    assert read(["01.02.2026 15:31"], Expression(format="%d.%m.%Y %H:%M"))[0] == [from_iso("2026-02-01T07:31:00Z")]
    assert read(["1700000000", "1700000000.5"], Expression(unit="s"))[0] == [1_700_000_000_000, 1_700_000_000_500]
    assert read([1_700_000_000_000], Expression(unit="ms"))[0] == [1_700_000_000_000]


def test_what_cannot_be_read_is_kept_as_written() -> None:
    assert read(["yesterday", None, "2026-02-30"], Expression()) == (
        [None, None, None], ["yesterday", None, "2026-02-30"]
    )
    assert read(["12", "x"], Expression(unit="s")) == ([12_000, None], [None, "x"])


def test_a_category_path_leaves_gaps_out_and_keeps_its_levels() -> None:
    path = {"category": Expression(join=("a", "b", "c"), by="/")}
    got = filled(path, a=["FOOD", "FOOD", None], b=[None, "ICE/CUBES", None], c=["X", "Y", None])
    assert got["category"] == ["FOOD/X", "FOOD/ICE-CUBES/Y", None]


def test_sums_are_exact_and_gaps_count_nothing() -> None:
    total = {"discount": Expression(sum=("a", "b"))}
    exact = filled(total, a=["0.10", "1", None], b=["0.20", None, None])["discount"]
    assert exact == ["0.300000", "1.000000", "0.000000"]
    assert filled(total, a=[0.5, None], b=[0.25, 1.0])["discount"] == [0.75, 1.0]


def test_one_bad_number_spoils_its_own_row_only() -> None:
    total = {"discount": Expression(sum=("a", "b"))}
    assert filled(total, a=["0.10", "1", "free"], b=["0.20", "2", "1"])["discount"] == ["0.30", "3", "free"]


def test_amounts_stay_numbers_and_codes_become_text() -> None:
    fields = {"sku": Expression(column="s"), "amount": Expression(column="p"), "quantity": Expression(column="n")}
    got = filled(fields, s=[7, 8], p=[1.25, None], n=[1, 0])
    assert got == {"sku": ["7", "8"], "amount": [1.25, None], "quantity": [1, 0]}


def test_a_constant_is_the_same_in_every_row() -> None:
    got = filled({"store": Expression(constant="S1"), "sku": Expression(column="s")}, s=["a", "b"])
    assert got["store"] == ["S1", "S1"]


def test_a_lookup_takes_the_value_from_another_file(tmp_path: Path) -> None:
    (tmp_path / "campaigns.csv").write_text("id,begin\n1,2017-03-03\n2,2017-03-08\n")
    (tmp_path / "sent.csv").write_text("campaign,card\n2,9\n3,9\n1,9\n")
    when = Expression(lookup="campaign", file="campaigns.csv", match="id", take="begin")
    load = Load(as_="messages", file="sent.csv", columns={"time": when})
    mapping = LoadMapping(load=(load,), timezone="UTC", root=str(tmp_path))
    columns = Columns.of(mapping, load, "m.toml: load[1]")
    assert columns.needs == ["campaign"]
    got = columns.fill(pa.RecordBatch.from_pydict({"campaign": ["2", "3", "1"]}))
    assert got["time"].to_pylist() == [from_iso("2017-03-08"), None, from_iso("2017-03-03")]


@pytest.mark.parametrize("value", [1, 2.5, True, "x"])
def test_traits_keep_their_type(value: object) -> None:
    got = filled({"traits.a": Expression(column="v")}, v=[value])
    assert got["traits.a"] == [value]
