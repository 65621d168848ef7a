from __future__ import annotations

import msgspec
import pytest

from datong.errors import Rejected
from datong.model import decode_event
from datong.privacy import Vault
from datong.storage import EVENTS, Store
from datong.touchpoints import Intake, StoresTaken, read_stores, take_stores

GOOD = """code,name,city,region,country,lat,lon,format,hours
S1,Nanjing Road,Shanghai,East,China,31.2304,121.4737,fashion,10:00-22:00
S2,"Hubin, West Lake",Hangzhou,East,China,30.25,120.16,fashion,"Mo-Fr 10:00-22:00; Sa,Su 09:00-23:00"
"""
BAD = """门店编码;门店名称;纬度;经度;营业时间
A1;好;31.2;121.5;10:00-22:00
;没有编码;;;
A1;又来;;;
A3;对调;121.5;31.2;
A4;文字;north;121.5;
A5;半个;31.2;;
A6;几点;;;sometimes
A7;多;;;;one;two
A8;好;;;
"""


def take(store: Store, vault: Vault, text: str, encoding: str = "utf-8") -> StoresTaken:
    return take_stores(Intake(store, vault), text.encode(encoding))


def test_stores_are_taken_once_however_often_the_list_comes(store: Store, vault: Vault) -> None:
    heard: list[tuple[int, int]] = []
    first = take_stores(Intake(store, vault), GOOD.encode(), lambda done, total: heard.append((done, total)))
    assert (first.rows, first.stored, first.known, first.quarantined, heard) == (2, 2, 0, 0, [(2, 2)])
    again = take(store, vault, "\ufeff" + GOOD.replace("Nanjing Road", "Nanjing Rd."))
    assert (again.stored, again.known) == (1, 1)
    events = [decode_event(e.body) for e in store.log.read(0, 10) if e.topic == EVENTS]
    assert [(e.type, e.place) for e in events] == [("Store Updated", s) for s in ("S1", "S2", "S1")]
    assert events[1].properties["name"] == "Hubin, West Lake"
    assert events[0].properties["lat"] == 31.2304


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_bad_lines_are_told_and_quarantined_and_the_rest_is_taken(store: Store, vault: Vault, encoding: str) -> None:
    taken = take(store, vault, BAD, encoding)
    assert (taken.rows, taken.stored, taken.quarantined) == (9, 2, 7)
    told = {line.line: (line.code, line.message, line.hint) for line in taken.lines}
    assert sorted(told) == [3, 4, 5, 6, 7, 8, 9]
    assert told[3] == ("bad_store", "the line has no code", "every store needs a code of its own")
    assert told[4][1] == "store A1 stands in line 2 already"
    assert told[5][1:] == ("lat 121.5 is beyond 90", "lat and lon seem to be swapped")
    assert told[6][1] == "lat 'north' is no number"
    assert told[7][1] == "lon is missing beside lat"
    assert told[8][0] == "bad_hours"
    assert told[9][1] == "the line has 7 cells, the header 5"
    assert taken.stored + taken.known + taken.quarantined == taken.rows


@pytest.mark.parametrize(("body", "told"), [
    (b"name,city\nA,B\n", "names no column code"), (b"", "names no column code"), (b"PK\x03\x04\0\0", "is no text"),
])
def test_what_is_no_list_of_stores_is_refused(body: bytes, told: str) -> None:
    with pytest.raises(Rejected, match=told):
        list(read_stores(body))


def test_six_thousand_stores_go_in_at_one_go(store: Store, vault: Vault) -> None:
    rows = [f"N{n},Store {n},City {n % 300},R{n % 7},China,{20 + n % 30},{100 + n % 20},fashion,10:00-22:00"
            for n in range(6_000)]
    taken = take(store, vault, "\n".join(["code,name,city,region,country,lat,lon,format,hours", *rows]))
    assert msgspec.structs.asdict(taken) == {
        "rows": 6_000, "stored": 6_000, "known": 0, "quarantined": 0, "lines": [], "remarks": []}
