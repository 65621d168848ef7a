from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datong.errors import ConfigError, Rejected
from datong.touchpoints import Call, Listening, Unread
from datong.touchpoints.kinds.epcis import Epcis

HERE = Listening("wms", "S9", settings={"locations": {"0614141123452": "S1", "9521141111116": "W1"}})
SGTIN, LINK = "urn:epc:id:sgtin:0614141.812345.{}", "https://id.gs1.org/01/80614141123458/21/{}"


def event(step: str = "receiving", kind: str = "ObjectEvent", **more: Any) -> dict[str, Any]:
    return {"type": kind, "action": "OBSERVE", "eventTime": "2026-03-01T10:00:00.000+08:00", "bizStep": step,
            "eventTimeZoneOffset": "+08:00", "bizLocation": {"id": "urn:epc:id:sgln:0614141.12345.0"}, **more}


def listen(*events: Any, context: Listening = HERE) -> list[Any]:
    document = {"type": "EPCISDocument", "schemaVersion": "2.0", "epcisBody": {"eventList": list(events)}}
    return Epcis().listen(json.dumps(document).encode(), context)


def one(*args: Any, context: Listening = HERE, **more: Any) -> Call:
    heard = listen(event(*args, **more), context=context)[0]
    assert isinstance(heard, Call), heard
    return heard


def lines(call: Call) -> list[tuple[str, float]]:
    assert call.properties is not None
    return [(line["sku"], line["quantity"]) for line in call.properties["products"]]


def test_pieces_and_classes_are_counted_by_gtin() -> None:
    call = one("urn:epcglobal:cbv:bizstep:receiving", epcList=[SGTIN.format(1), LINK.format(2)],
               quantityList=[{"epcClass": "urn:epc:class:lgtin:4012345.012345.998877", "quantity": 200}])
    assert call.event == "Stock Received"
    assert lines(call) == [("80614141123458", 2), ("04012345123456", 200)]
    assert call.properties is not None
    assert (call.properties["store_id"], call.timestamp) == ("S1", "2026-03-01T10:00:00.000+08:00")


@pytest.mark.parametrize(("step", "name", "quantity"), [
    ("cycle_counting", "Stock Counted", 1), ("https://ref.gs1.org/cbv/BizStep-retail_selling", "Stock Adjusted", -1),
    ("returning", "Stock Adjusted", 1), ("shipping", "Stock Adjusted", -1), ("stocking", "Goods Observed", 1),
    ("inspecting", "Goods Observed", 1),
])
def test_steps_and_what_they_move(step: str, name: str, quantity: float) -> None:
    call = one(step, epcList=[SGTIN.format(1)])
    assert (call.event, lines(call)) == (name, [("80614141123458", quantity)])


def test_what_is_shipped_by_a_despatch_advice_is_known_again() -> None:
    paper = [{"type": "po", "bizTransaction": "PO-7"},
             {"type": "urn:epcglobal:cbv:btt:desadv", "bizTransaction": "D-1"}]
    end = [{"type": "owning_party", "destination": "urn:epc:id:sgln:0614141.00000.0"},
           {"type": "location", "destination": "https://id.gs1.org/414/0614141123452"}]
    sent = one("shipping", epcList=[SGTIN.format(1)], bizTransactionList=paper, destinationList=end,
               bizLocation=None, readPoint={"id": "https://id.gs1.org/414/9521141111116/254/dock"})
    assert sent.properties is not None
    assert (sent.event, sent.properties["store_id"], sent.properties["to"]) == ("Transfer Sent", "W1", "S1")
    got = one("receiving", "AggregationEvent", childEPCs=[SGTIN.format(1)], bizTransactionList=paper)
    assert got.properties is not None
    assert (got.event, got.properties["transfer_id"]) == ("Transfer Received", "D-1") == (
        got.event, sent.properties["transfer_id"])


def test_an_event_has_its_id_or_that_of_its_contents() -> None:
    assert one(eventID="ni:///sha-256;ab?ver=CBV2.0", epcList=[SGTIN.format(1)]).message_id == "ni:///sha-256;ab?ver=CBV2.0"
    first, second = one(epcList=[SGTIN.format(1)]), one(epcList=[SGTIN.format(1)], recordTime="2026-03-01T12:00:00Z")
    assert first.message_id == second.message_id != one(epcList=[SGTIN.format(2)]).message_id


def test_tills_may_keep_their_sales() -> None:
    context = Listening("wms", settings={"selling": "note"})
    call = one("retail_selling", epcList=[SGTIN.format(1)], context=context)
    assert call.event == "Goods Observed"
    assert call.properties is not None
    assert call.properties["store_id"] == "0614141123452"  # without a name for it, a location is its GLN
    assert one(bizLocation=None, epcList=[SGTIN.format(1)]).properties["store_id"] == "S9"  # type: ignore[index]


@pytest.mark.parametrize(("bad", "code", "field"), [
    (7, "bad_type", "eventList"), (event(kind="TransformationEvent"), "epcis_type", "type"),
    (event(errorDeclaration={}), "epcis_correction", "errorDeclaration"), (event(), "missing_field", "epcList"),
    (event(eventTime=7), "missing_field", "eventTime"), (event(epcList="x"), "bad_type", "epcList"),
    (event(epcList=["urn:epc:id:sscc:0614141.1234567890"]), "bad_gtin", "epcList[0]"),
    (event(epcList=["nothing"]), "bad_gtin", "epcList[0]"),
    (event(quantityList=[{"epcClass": SGTIN.format(1)}]), "missing_field", "quantityList[0].quantity"),
    (event(quantityList=[7]), "missing_field", "quantityList[0].quantity"),
])
def test_what_cannot_be_read_is_kept_with_its_reason(bad: Any, code: str, field: str) -> None:
    good, unread = listen(event(epcList=[SGTIN.format(1)]), bad)
    assert isinstance(good, Call)
    assert isinstance(unread, Unread)
    assert (unread.code, unread.field) == (code, field)
    assert Epcis().listen(unread.raw, HERE)[0].code == code  # type: ignore[union-attr]


def test_frames_that_are_no_documents() -> None:
    for frame in (b"<xml/>", b"7", b'{"epcisBody": {}}'):
        with pytest.raises(Rejected) as raised:
            Epcis().listen(frame, HERE)
        assert raised.value.code == ("bad_xml" if frame[:1] == b"<" else "bad_json")
    assert len(Epcis().listen(json.dumps(event(epcList=[SGTIN.format(1)])).encode(), HERE)) == 1


def test_settings_of_no_use_are_refused() -> None:
    for name, value in (("locations", []), ("selling", "maybe")):
        with pytest.raises(ConfigError):
            Epcis().check(Listening("wms", settings={name: value}))
    Epcis().check(HERE)


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
    | st.sampled_from(["receiving", SGTIN.format(1), "desadv"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["type", "epcList", "quantityList", "bizStep", "bizLocation", "id", "eventTime", "epcClass",
                         "quantity", "bizTransactionList", "destinationList", "bizTransaction", "childEPCs"]), inner),
    max_leaves=12)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(list(event(epcList=[], quantityList=[], destinationList=[]))), _JSON))
def test_any_json_is_heard_part_by_part(broken: dict[str, Any]) -> None:
    heard = listen({**event(epcList=[SGTIN.format(1)]), **broken})
    assert len(heard) == 1


XML_2 = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<!DOCTYPE project>
<epcis:EPCISDocument schemaVersion="2.0" creationDate="2026-03-01T10:00:00Z" xmlns:epcis="urn:epcglobal:epcis:xsd:2"
  xmlns:ext1="http://ext.com/ext1/"><EPCISBody><EventList>
  <ObjectEvent>
    <eventTime>2026-03-01T10:00:00.000+08:00</eventTime><eventTimeZoneOffset>+08:00</eventTimeZoneOffset>
    <eventID>urn:uuid:1</eventID>
    <epcList><epc>urn:epc:id:sgtin:0614141.812345.1</epc><epc>urn:epc:id:sgtin:0614141.812345.2</epc></epcList>
    <action>OBSERVE</action><bizStep>urn:epcglobal:cbv:bizstep:receiving</bizStep>
    <disposition>urn:epcglobal:cbv:disp:in_progress</disposition>
    <bizLocation><id>urn:epc:id:sgln:0614141.12345.0</id></bizLocation>
    <bizTransactionList><bizTransaction type="urn:epcglobal:cbv:btt:desadv">D-1</bizTransaction></bizTransactionList>
    <quantityList><quantityElement><epcClass>urn:epc:class:lgtin:4012345.012345.998877</epcClass>
      <quantity>200</quantity><uom>KGM</uom></quantityElement></quantityList>
    <ext1:epcList><epc>urn:epc:id:sgtin:0614141.812345.9</epc></ext1:epcList>
  </ObjectEvent>
</EventList></EPCISBody></epcis:EPCISDocument>"""
XML_1 = """<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:1" schemaVersion="1.2"><EPCISBody><EventList>
  <AggregationEvent>
    <eventTime>2026-03-01T10:00:00.000+08:00</eventTime><eventTimeZoneOffset>+08:00</eventTimeZoneOffset>
    <baseExtension><eventID>urn:uuid:2</eventID></baseExtension>
    <parentID>urn:epc:id:sscc:0614141.1234567890</parentID>
    <childEPCs><epc>urn:epc:id:sgtin:0614141.812345.1</epc></childEPCs>
    <action>DELETE</action><bizStep>urn:epcglobal:cbv:bizstep:shipping</bizStep>
    <readPoint><id>urn:epc:id:sgln:9521141.11111.0</id></readPoint>
    <extension><childQuantityList><quantityElement><epcClass>urn:epc:idpat:sgtin:4012345.012345.*</epcClass>
      <quantity>3</quantity></quantityElement></childQuantityList>
      <destinationList><destination type="urn:epcglobal:cbv:sdt:location">urn:epc:id:sgln:0614141.12345.0</destination>
      </destinationList></extension>
    <bizTransactionList><bizTransaction type="urn:epcglobal:cbv:btt:desadv">D-1</bizTransaction></bizTransactionList>
  </AggregationEvent>
  <extension><TransformationEvent><eventTime>2026-03-01T10:00:00Z</eventTime></TransformationEvent></extension>
</EventList></EPCISBody></epcis:EPCISDocument>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_of_version_2_says_what_json_says(encoding: str) -> None:
    text = XML_2 if encoding == "utf-8" else XML_2.replace("UTF-8", "UTF-16").replace("<!DOCTYPE project>", "")
    (call,) = Epcis().listen(text.encode(encoding), HERE)
    same = one("receiving", eventID="urn:uuid:1", epcList=[SGTIN.format(1), SGTIN.format(2)], disposition="in_progress",
               bizTransactionList=[{"type": "desadv", "bizTransaction": "D-1"}],
               quantityList=[{"epcClass": "urn:epc:class:lgtin:4012345.012345.998877", "quantity": 200}])
    assert call == same


def test_xml_of_version_1_2_has_newer_fields_in_extensions() -> None:
    sent, other = Epcis().listen(XML_1.encode(), HERE)
    assert isinstance(sent, Call)
    assert (sent.event, sent.message_id, lines(sent)) == (
        "Transfer Sent", "urn:uuid:2", [("80614141123458", 1), ("04012345123456", 3)])
    assert sent.properties is not None
    assert (sent.properties["store_id"], sent.properties["to"]) == ("W1", "S1")
    assert isinstance(other, Unread)
    assert (other.code, Epcis().listen(other.raw, HERE)[0]) == ("epcis_type", other)  # a part alone says the same


BOMB = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><EPCISDocument>&b;</EPCISDocument>'


@pytest.mark.parametrize("frame", [
    BOMB.encode(), BOMB.encode("utf-16"), b'<!DOCTYPE d SYSTEM "file:///etc/passwd"><EPCISDocument/>', b"<a", b"<a/>",
    b"<x>" * 100_000, XML_2.replace("<eventID>", "<eventID>&x;").encode(), b"\xff\xfe<", b"<" + b"a" * 1_000_000,
])
def test_xml_that_is_none_or_a_bomb_is_refused(frame: bytes) -> None:
    with pytest.raises(Rejected) as caught:
        Epcis().listen(frame, HERE)
    assert (caught.value.code, bool(caught.value.hint)) == ("bad_xml", True)


@pytest.mark.parametrize("quantity", ["many", "", "-3", "nan", "1e999"])
def test_a_quantity_in_xml_that_is_none_is_refused(quantity: str) -> None:
    (heard,) = Epcis().listen(XML_2.replace(">200<", f">{quantity}<").encode(), HERE)
    assert isinstance(heard, Unread)
    assert (heard.code, heard.field) == ("missing_field", "quantityList[0].quantity")
