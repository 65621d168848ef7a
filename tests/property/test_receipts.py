"""Receipts in any form: no byte breaks the readers, and no money is lost on the way to the event."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from datong.config import Settings
from datong.errors import Rejected
from datong.model import Event, from_iso
from datong.privacy import Vault
from datong.touchpoints.admit import Admission, Origin
from datong.touchpoints.call import Call, Heard, Listening, Unread
from datong.touchpoints.till import read_frame
from datong.touchpoints.till.sums import prorate

TILL = Listening("tills", "S1", "Asia/Shanghai")
NOW = from_iso("2026-03-03T04:00:00Z")
SAMPLES = Path(__file__).parents[1] / "unit" / "touchpoints" / "till"
POSLOG = [(SAMPLES / f"poslog_{version}.xml").read_bytes() for version in ("22", "6")]
CSV = b"store,till,business_day,sequence,time,sku,price,kind\nS1,2,2026-03-01,17,2026-03-01 10:00:00,A,5,sale\n"
JSON = json.dumps({"store": "S1", "till": "2", "business_day": "2026-03-01", "sequence": 1,
                   "time": "2026-03-01T10:00:00Z", "lines": [{"sku": "A", "price": 5, "tax": "1"}],
                   "discounts": [{"amount": 1}], "tenders": [{"kind": "cash", "amount": 4}]}).encode()
_ADMISSION = Admission(Settings(), Vault(b"0123456789abcdef0123456789abcdef"))


def admitted(heard: list[Heard]) -> list[Event]:
    """Return the events of calls; an unread part fails."""
    origin = Origin("tills", "pos", "pos")
    assert not [one for one in heard if isinstance(one, Unread)], heard
    return [_ADMISSION.admit(one, origin, NOW, NOW)[0] for one in heard if isinstance(one, Call)]


def survives(frame: bytes) -> None:
    """Read a frame: it gives calls and unread parts, each of which can be read again, or is refused whole."""
    try:
        heard = read_frame(frame, TILL)
    except Rejected:
        return
    for one in heard:
        if isinstance(one, Unread):
            try:
                read_frame(one.raw, TILL)
            except Rejected:
                continue
        elif isinstance(one, Call):
            try:
                _ADMISSION.admit(one, Origin("tills", "pos", "pos"), NOW, NOW)
            except Rejected:
                continue


@given(st.binary(max_size=400))
@example(b"\xff\xfe<\x00")
@example(b'<?xml version="1.0" encoding="punycode"?><a/>')
def test_any_bytes(frame: bytes) -> None:
    survives(frame)
    survives(b"<POSLog>" + frame)
    survives(b'{"receipts": ' + frame)


@given(st.sampled_from([*POSLOG, CSV, JSON]), st.data())
def test_any_damage(sample: bytes, data: st.DataObject) -> None:
    """Cut bytes out, put others in, turn some over: at most what was hit is lost."""
    frame = bytearray(sample)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(frame)))
        until = at + data.draw(st.integers(0, 30))
        frame[at:until] = data.draw(st.one_of(st.binary(max_size=12), st.sampled_from(
            [b"<", b"&", b"]]>", b"<!--", b"<![CDATA[", b"nan", b"-1e999", b'"', b"\x00", b"</Transaction>", b"&#0;"])))
    survives(bytes(frame))


_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8), lambda inner:
    st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["sku", "amount", "price", "kind", "tax", "voided", "original", "code", "store", "x"]), inner, max_size=4),
    max_leaves=4)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from([
    "kind", "lines", "discounts", "taxes", "tenders", "coupons", "customer", "total", "tax", "currency", "voids",
    "staff", "time", "sequence", "business_day", "tax_included", "operator", "original"]), _anything, max_size=3))
def test_any_json(change: dict[str, Any]) -> None:
    survives(json.dumps({**json.loads(JSON), **change}).encode())


@given(st.integers(-10**9, 10**9), st.lists(st.integers(0, 10**7), min_size=1, max_size=20))
def test_shares_add_up(total: int, weights: list[int]) -> None:
    parts = prorate(total, weights)
    assert sum(parts) == total
    if sum(weights):
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part * sum(weights) - total * weight) < sum(weights)  # less than one unit off its due


_amount = st.integers(1, 500_000)
_line = st.fixed_dictionaries({"amount": _amount, "off": st.integers(0, 9_999), "back": st.booleans(),
                               "void": st.booleans(), "tax": st.integers(0, 999)})


def major(minor: int) -> str:
    """Write an amount as a till does."""
    return str(Decimal(minor).scaleb(-2))


@given(st.lists(_line, min_size=1, max_size=8), st.integers(0, 100), st.booleans())
def test_poslog_json_and_csv_come_to_the_same_money(lines: list[dict[str, Any]], percent: int, inside: bool) -> None:
    counting = [one for one in lines if not one["void"]]
    sold = [one for one in counting if not one["back"]] or counting
    off = sum(one["amount"] for one in sold) * percent // 100
    as_json = {
        "till": "2", "business_day": "2026-03-01", "sequence": 1, "time": "2026-03-01T10:00:00Z", "currency": "CNY",
        "kind": "exchange" if any(not one["back"] for one in counting) else "return", "tax_included": inside,
        "lines": [{"sku": "A", "amount": major(one["amount"]), "discount": major(one["off"]), "voided": one["void"],
                   "kind": "return" if one["back"] else "sale", "tax": major(one["tax"])} for one in lines],
        "discounts": [{"amount": major(off)}],
    }
    items = "".join(
        f"<LineItem VoidFlag='{str(one['void']).lower()}'><SequenceNumber>{n}</SequenceNumber>"
        f"<{'Return' if one['back'] else 'Sale'}><ItemID>A</ItemID>"
        f"<ExtendedAmount>{major(one['amount'] + one['off'])}</ExtendedAmount>"
        f"<ExtendedDiscountAmount>{major(one['off'])}</ExtendedDiscountAmount>"
        f"<TaxIncludedInPriceFlag>{str(inside).lower()}</TaxIncludedInPriceFlag>"
        f"<Tax><Amount>{major(one['tax'])}</Amount></Tax></{'Return' if one['back'] else 'Sale'}></LineItem>"
        for n, one in enumerate(lines))
    xml = ("<POSLog><Transaction><WorkstationID>2</WorkstationID><SequenceNumber>1</SequenceNumber>"
           "<BusinessDayDate>2026-03-01</BusinessDayDate><EndDateTime>2026-03-01T10:00:00Z</EndDateTime>"
           f"<CurrencyCode>CNY</CurrencyCode><RetailTransaction>{items}<LineItem><Discount><Amount>{major(off)}"
           "</Amount></Discount></LineItem></RetailTransaction></Transaction></POSLog>")
    by_json = admitted(read_frame(json.dumps(as_json).encode(), TILL))
    by_xml = admitted(read_frame(xml.encode(), TILL))
    rows = ["till,business_day,sequence,time,currency,kind,sku,amount,discount,voided,line_kind,tax,tax_included,"
            "receipt_discount"]
    rows += [f"2,2026-03-01,1,2026-03-01T10:00:00Z,CNY,{as_json['kind']},A,{major(one['amount'])},{major(one['off'])},"
             f"{one['void']},{'return' if one['back'] else 'sale'},{major(one['tax'])},{inside},{major(off)}"
             for one in lines]
    by_csv = admitted(read_frame("\n".join(rows).encode(), TILL))
    due = sum((-1 if one["back"] else 1) * (one["amount"] + (0 if inside else one["tax"])) for one in counting)
    due += -off if any(not one["back"] for one in counting) else off
    for events in (by_json, by_xml, by_csv):
        assert sum(e.amount for e in events) == (due if counting else 0)
        for event in events:
            beside = sum(t["amount"] for t in event.properties.get("taxes", ()) if not t["included"])
            assert sum(item.amount for item in event.items) + beside == event.amount
    assert [(e.type, e.id, e.amount, [(i.amount, i.discount) for i in e.items]) for e in by_json] == [
        (e.type, e.id, e.amount, [(i.amount, i.discount) for i in e.items]) for e in by_xml]


@pytest.mark.parametrize("text", ["运动鞋 & <b>", "]]>", "\u202e"])
def test_text_comes_through(text: str) -> None:
    xml = POSLOG[0].replace(b"Runner 42", escape(text).encode())
    (sale,) = [e for e in admitted(read_frame(xml, TILL)) if e.type == "Receipt Issued"]
    assert sale.items[0].name == text
