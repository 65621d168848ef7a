"""A store's Global Location Number is its code, whoever writes it: tills, warehouses, codes on goods."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.flow.mall import Mall, build

import datong
from datong.commerce import order, stock_of
from datong.errors import ConfigError
from datong.model import MINUTE
from datong.places import by_gln, read_venue

GLN, BACK, VENUE_GLN = "9521141111116", "9521141111116/BACK", "9521141222225"
MORE = """
[touchpoints.epcis]
kind = "epcis"
write_key = "key-epcis"
trusted = true
"""


@pytest.fixture
def mall(tmp_path: Path) -> Iterator[Mall]:
    target = build(tmp_path, more=MORE)
    venue = tmp_path / "venue.yaml"
    text = venue.read_text("utf-8").replace("format: fashion,", f'format: fashion, gln: "{GLN}",')
    venue.write_text(text.replace("  - code: mall\n", f'  - code: mall\n    gln: "{VENUE_GLN}"\n'), "utf-8")
    with datong.open(str(target)) as platform:
        one = Mall(platform)
        one.stock()
        one.track("Store Updated", {"store_id": "W1", "name": "Back room", "gln": BACK}, source="office")
        one.drain()
        yield one


def test_every_channel_may_name_a_store_by_its_number(mall: Mall) -> None:
    with mall.store.state.read() as tx:
        assert by_gln(tx, [GLN, BACK, VENUE_GLN, f"{VENUE_GLN}/7", "9521141333334", "S1"]) == {
            GLN: "S1", BACK: "W1", VENUE_GLN: "mall", f"{VENUE_GLN}/7": "mall"}
    results = mall.receipt(1, "499.00", store=GLN)
    results += mall.receipt(2, "499.00", store=GLN, kind="return", original=f"{GLN}/T1/2026-03-07/1")
    results += mall.receipt(3, "499.00", store=GLN)
    void = {**mall.slip(4, "0", store=GLN), "kind": "void", "voids": "3", "lines": [], "tenders": []}
    results += mall.frame("tills", void)
    gtin = {"type": "track", "event": "Product Updated", "properties": {"sku": "bag-1", "gtins": ["9521141111123"]}}
    mall.calls("office", gtin)
    mall.wait(MINUTE)
    shipped = {"type": "ObjectEvent", "action": "OBSERVE", "eventTime": "2026-03-07T10:00:00+08:00",
               "eventTimeZoneOffset": "+08:00", "bizStep": "receiving",
               "bizLocation": {"id": "https://id.gs1.org/414/9521141111116/254/BACK"},
               "quantityList": [{"epcClass": "https://id.gs1.org/01/09521141111123", "quantity": 3}]}
    results += mall.frame("epcis", json.dumps(shipped).encode())
    mall.wait(MINUTE)
    assert [(r.status, r.code) for r in results] == [("stored", "")] * 5
    with mall.store.state.read() as tx:
        sold = order(tx, "S1/S1/T1/2026-03-07/1")
        gone = order(tx, "S1/S1/T1/2026-03-07/3")
        assert sold is not None
        assert gone is not None
        assert (sold.place, sold.state, sold.returned, gone.state) == ("S1", "returned", 49_900, "voided")
        assert [(s.place, s.quantity) for s in stock_of(tx, ["bag-1"])] == [("W1", 3)]
    assert mall.store.facts.rows("SELECT DISTINCT place FROM commerce.receipt") == [{"place": "S1"}]


def test_a_number_that_nobody_has_is_a_store_that_nobody_knows(mall: Mall) -> None:
    (result,) = mall.receipt(1, "499.00", store="9521141333334")
    assert (result.status, result.code) == ("quarantined", "unknown_store")
    (result,) = mall.track("Store Updated", {"store_id": "S7", "gln": "9521141111110"}, source="office")
    assert (result.code, result.field) == ("bad_place", "properties.gln")


def test_a_wrong_number_in_the_venue_file_is_told(tmp_path: Path) -> None:
    build(tmp_path)
    venue = tmp_path / "venue.yaml"
    venue.write_text(venue.read_text("utf-8").replace("format: fashion,", 'format: fashion, gln: "123",'), "utf-8")
    with pytest.raises(ConfigError, match="gln of S1: '123' is none"):
        read_venue(venue)
