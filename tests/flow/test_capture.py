"""A warehouse that speaks EPCIS: a document over the standard's own interface moves the stock; a restart loses none."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from tests.flow.mall import Mall, build

import datong
from datong.commerce import stock_of
from datong.web import create_app

GTIN = "09521141012345"
_MORE = """
[touchpoints.warehouse]
kind = "epcis"
write_key = "key-warehouse"
settings = { locations = { "9521141111116" = "S1" } }
"""
_XML = """<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2" schemaVersion="2.0"
  creationDate="2026-03-07T02:00:00Z"><EPCISBody><EventList><ObjectEvent>
  <eventTime>2026-03-07T09:59:00+08:00</eventTime><eventTimeZoneOffset>+08:00</eventTimeZoneOffset>
  <eventID>urn:uuid:0d2a</eventID><epcList><epc>urn:epc:id:sgtin:9521141.001234.1</epc></epcList>
  <action>OBSERVE</action><bizStep>urn:epcglobal:cbv:bizstep:receiving</bizStep>
  <bizLocation><id>urn:epc:id:sgln:9521141.11111.0</id></bizLocation>
  <quantityList><quantityElement><epcClass>urn:epc:idpat:sgtin:9521141.001234.*</epcClass><quantity>24</quantity>
  </quantityElement></quantityList></ObjectEvent></EventList></EPCISBody></epcis:EPCISDocument>"""
KEY = {"authorization": "Bearer key-warehouse", "content-type": "application/xml"}


def there(mall: Mall) -> float:
    """Return the pieces of the shoe in the shop."""
    mall.drain()
    with mall.store.state.read() as tx:
        found = stock_of(tx, ["shoe-1"], ["S1"])
    return sum(one.quantity for one in found)


def job(client: TestClient[Any], address: str) -> dict[str, Any]:
    """Return a job when it is through."""
    for _ in range(500):
        found: dict[str, Any] = client.get(address, headers=KEY).json()
        if not found["running"]:
            return found
        time.sleep(0.01)
    raise AssertionError("the job does not end")


def test_a_document_moves_the_stock_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = str(build(tmp_path, more=_MORE))
    with datong.open(config) as platform, TestClient(create_app(platform)) as client:
        mall = Mall(platform)
        mall.track("Product Updated", {"sku": "shoe-1", "name": "Boots", "gtins": [GTIN]}, "office")
        mall.drain()
        sent = client.post("/epcis/capture", content=_XML, headers=KEY)
        assert (sent.status_code, sent.headers["gs1-epcis-version"]) == (202, "2.0")
        assert job(client, sent.headers["location"])["success"] is True
        assert there(mall) == 25
        again = client.post("/epcis/capture", content=_XML, headers=KEY)
        assert job(client, again.headers["location"])["success"] is True
        assert there(mall) == 25
        # a document that was taken and not captured before the process ended
        monkeypatch.setattr(platform.captures, "_capture", lambda number: None)
        more = client.post("/epcis/capture", content=_XML.replace("0d2a", "0d2b"), headers=KEY).headers["location"]
        assert client.get(more, headers=KEY).json()["running"] is True
        assert there(mall) == 25
    with datong.open(config) as platform, TestClient(create_app(platform)) as client:
        platform.captures.start()
        found = job(client, more)
        assert (found["success"], found["errors"]) == (True, [])
        assert there(Mall(platform)) == 50
        refused = client.post("/epcis/capture", content=_XML.replace("bizstep:receiving", "bizstep:shipping").replace(
            "sgtin:9521141.001234.1<", "sgtin:9521141.009999.1<"), headers=KEY)
        wrong = job(client, refused.headers["location"])
        assert (wrong["success"], [one["code"] for one in wrong["errors"]]) == (False, ["unknown_sku"])
        assert client.post("/epcis/capture", content=_XML).status_code == 401
