from __future__ import annotations

import io

import pytest

from datong.errors import Rejected
from datong.places.position import read_survey

HEAD = "scan,x,y,floor,sensor,rssi,walk\n"


def test_rows_of_a_scan_come_together() -> None:
    found = read_survey(io.StringIO(HEAD + "a,1,2,g,ap1,-50,w1\nb,3,2,g,ap2,-60,w1\na,1,2,g,ap2,-70.5,w1\n"))
    assert (found.x.tolist(), found.walk.tolist(), found.floors) == ([1, 3], [0, 0], ("g",))
    assert found.scans.table(["ap1", "ap2"]).tolist()[0] == [-50, -70.5]


def test_without_walks_each_point_is_one() -> None:
    text = "scan,x,y,floor,sensor,rssi\na,1,2,g,ap1,-50\nb,1,2,g,ap1,-52\nc,3,2,g,ap1,-60\n"
    assert read_survey(io.StringIO(text), ("g", "f1")).walk.tolist() == [0, 0, 1]


@pytest.mark.parametrize(("text", "message"), [
    ("scan,x,y,floor,rssi\n", "the survey has no column sensor"),
    (HEAD, "the survey has no readings"),
    (HEAD + "a,one,2,g,ap1,-50,w\n", "line 2, x: 'one' is not a number"),
    (HEAD + "a,nan,2,g,ap1,-50,w\n", "line 2, x: 'nan' is not a number"),
    (HEAD + "a,1,2,g,ap1,50,w\n", "line 2, rssi: 50 is not between -120 and -1"),
    (HEAD + "a,1,2,g,ap1,-50,w\na,2,2,g,ap1,-50,w\n", "line 3: scan 'a' is at another point than before"),
    (HEAD + "a,1,2,roof,ap1,-50,w\n", "line 2: the venue has no floor 'roof'"),
])
def test_mistakes_are_named(text: str, message: str) -> None:
    with pytest.raises(Rejected, match=message) as error:
        read_survey(io.StringIO(text), ("g",))
    assert error.value.hint


def test_a_thin_survey_says_what_is_missing() -> None:
    few = "".join(f"s{n},{n * 20},0,g,ap1,-50,w{n % 2}\n" for n in range(40))
    remarks = list(read_survey(io.StringIO(HEAD + few + "x,1,1,f1,ap1,-50,w1\n"), ("g", "f1")).remarks())
    assert [r.split(":")[0] for r in remarks] == ["floor g", "floor g", "floor f1"]
    assert "fewer than 3 sensors" in remarks[0]
    assert "20 m apart" in remarks[1]
    assert "1 scans, at least 30" in remarks[2]
