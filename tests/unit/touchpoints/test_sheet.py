from __future__ import annotations

import pytest

from datong.errors import Rejected
from datong.touchpoints.counts import read_counts
from datong.touchpoints.sheet import read_sheet


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_what_spreadsheets_save_is_read(encoding: str, mark: str) -> None:
    text = f"编码{mark}名称\r\n\r\nS1{mark}\"上海{mark}静安\"\r\n"
    assert list(read_sheet(text.encode(encoding))) == [(1, ["编码", "名称"]), (3, ["S1", f"上海{mark}静安"])]


@pytest.mark.parametrize(("body", "said"), [
    (b"code\n\xff\xff", "neither UTF-8 nor GB 18030"), (b"PK\x03\x04\0\0", "no text"),
    (b'code\nS1,"' + b"a" * 200_000, r"line \d is not CSV"),
])
def test_what_is_no_sheet_is_refused(body: bytes, said: str) -> None:
    with pytest.raises(Rejected, match=said) as caught:
        list(read_sheet(body))
    assert (caught.value.code, bool(caught.value.hint)) == ("bad_csv", True)


def test_a_short_line_of_counts_and_a_giant_number_stay_single_faults() -> None:
    body = b"place,time,entries\nS1\nS1,2026-03-07 10:00," + b"9" * 5_000 + b"\nS1,2026-03-07 11:00,4\n"
    heard = [found for _, _, found in read_counts(body, "Asia/Shanghai")]
    assert [getattr(found, "code", "") for found in heard] == ["bad_time", "bad_type", ""]
