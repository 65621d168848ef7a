"""Odd files of records given to the benchmark of identity: each is read, or refused in a sentence."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HEAD = "first,last,cluster"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Any]:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
    import records_file  # type: ignore[import-not-found]

    monkeypatch.delitem(sys.modules, "records_file")
    return lambda path: records_file.read(str(path))


@pytest.mark.parametrize(("encoding", "name"), [
    ("utf-8", "José"), ("utf-8-sig", "José"), ("latin-1", "José"), ("utf-16", "José"), ("gb18030", "王建国"),
])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_every_encoding_is_read(
    tmp_path: Path, read: Callable[[Path], Any], encoding: str, name: str, sign: str
) -> None:
    path = tmp_path / "records.csv"
    path.write_bytes(f"{HEAD}\r\n {name} ,007,\r\n".replace(",", sign).encode(encoding))
    assert read(path).to_pylist() == [{"first": name, "last": "007", "cluster": None}]


def test_a_name_that_stands_twice_is_numbered(
    tmp_path: Path, read: Callable[[Path], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "records.csv"
    path.write_text("tel,tel,cluster\n1,2,3\n")
    assert read(path).to_pylist() == [{"tel": "1", "tel (2)": "2", "cluster": "3"}]
    assert "this one is called 'tel (2)'" in capsys.readouterr().err


@pytest.mark.parametrize(("text", "said"), [
    ("", "the first line, which should name the columns, is empty"), (f"{HEAD}\n", "has no rows"),
    (f"{HEAD}\na,b\n", "Expected 3 columns, got 2"),
])
def test_what_cannot_be_read_is_refused_in_a_sentence(
    tmp_path: Path, read: Callable[[Path], Any], text: str, said: str
) -> None:
    path = tmp_path / "records.csv"
    path.write_text(text)
    with pytest.raises(SystemExit, match=said):
        read(path)
    with pytest.raises(SystemExit, match="cannot read"):
        read(tmp_path / "none.parquet")
