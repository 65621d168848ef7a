"""Pos: a receipt has one natural key, in JSON and in CSV; a bad one stands alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from datong.config import Settings
from datong.errors import Rejected
from datong.model import from_iso
from datong.privacy import Vault
from datong.touchpoints.admit import Admission, Origin
from datong.touchpoints.call import Call, Listening, Scan, Unread
from datong.touchpoints.kinds.pos import Pos

TILL = Listening("tills", "", "Asia/Shanghai")
RECEIPT: dict[str, Any] = {
    "store": "S1", "till": "2", "business_day": "2026-03-01", "sequence": 17, "time": "2026-03-01T10:00:00+08:00",
    "currency": "CNY", "customer": {"member_card": "8800", "phone": "13912345678"},
    "lines": [{"sku": "A", "quantity": 2, "price": 19.9, "discount": 1}, {"sku": "B", "quantity": 1, "price": 5.0}],
    "tenders": [{"kind": "cash", "amount": 43.8}], "coupons": [{"code": "C1", "amount": 1}], "total": 43.8,
}
CSV = """\ufeffstore,till,business_day,sequence,time,currency,member_card,phone,sku,quantity,price,discount,total,\
tender,tender_amount,coupon,coupon_amount
S1,2,2026-03-01,17,2026-03-01 10:00:00,CNY,8800,13912345678,A,2,19.90,1.00,43.80,cash,43.80,C1,1.00
S1,2,2026-03-01,0018,2026-03-01 10:01:00,CNY,,,A,1,19.90,,,,,,
S1,2,2026-03-01,17,2026-03-01 10:00:00,CNY,8800,13912345678,B,1,5.00,,43.80,cash,43.80,,
"""


def listen(frame: bytes | str | dict[str, Any], context: Listening = TILL) -> list[Call | Unread]:
    if isinstance(frame, dict):
        frame = json.dumps(frame)
    heard = Pos().listen(frame.encode() if isinstance(frame, str) else frame, context)
    return [one for one in heard if not isinstance(one, Scan)]


def the_call(heard: list[Call | Unread], at: int = 0) -> Call:
    call = heard[at]
    assert isinstance(call, Call)
    return call


def the_unread(heard: list[Call | Unread], at: int = 0) -> Unread:
    unread = heard[at]
    assert isinstance(unread, Unread)
    return unread


def test_a_receipt_and_its_coupon() -> None:
    heard = listen(RECEIPT)
    receipt, coupon = the_call(heard), the_call(heard, 1)
    assert (receipt.event, receipt.message_id) == ("Receipt Issued", "S1/2/2026-03-01/17")
    assert receipt.properties is not None
    assert receipt.properties["tenders"] == [{"kind": "cash", "amount": 43.8}]
    assert (receipt.properties["till"], receipt.properties["sequence"]) == ("2", "17")
    assert receipt.context is not None
    assert receipt.context.external_ids is not None
    assert [(i.type, i.id) for i in receipt.context.external_ids] == [("member_card", "8800"), ("phone", "13912345678")]
    assert (coupon.event, coupon.message_id) == ("Coupon Redeemed", "S1/2/2026-03-01/17/coupon/C1")
    assert coupon.properties == {
        "receipt_id": "S1/2/2026-03-01/17", "store_id": "S1", "total": 1, "coupon": "C1", "currency": "CNY",
    }
    assert len(heard) == 2


def test_json_and_csv_say_the_same() -> None:
    admission = Admission(Settings(), Vault(b"0123456789abcdef0123456789abcdef"))
    now = from_iso("2026-03-01T04:00:00Z")
    by_json, by_csv = listen(RECEIPT), listen(CSV)
    assert [one.message_id for one in by_csv if isinstance(one, Call)] == [
        "S1/2/2026-03-01/17", "S1/2/2026-03-01/17/coupon/C1", "S1/2/2026-03-01/18",
    ]
    for at in (0, 1):
        first, record = admission.admit(the_call(by_json, at), Origin("tills"), now, now)
        second, other = admission.admit(the_call(by_csv, at), Origin("tills"), now, now)
        assert record.digest == other.digest
        assert first.amount == second.amount


def test_a_time_on_the_wall_is_local() -> None:
    assert the_call(listen({**RECEIPT, "time": "2026-03-01 10:00:00"})).timestamp == "2026-03-01T10:00:00+08:00"


def test_a_return() -> None:
    heard = listen({**RECEIPT, "kind": "return", "original": "S1/2/2026-02-28/3"})
    assert the_call(heard).event == "Receipt Returned"
    assert (the_call(heard).properties or {})["original"] == "S1/2/2026-02-28/3"
    assert len(heard) == 1


def test_many_receipts_and_the_touchpoints_store() -> None:
    bare = {k: v for k, v in RECEIPT.items() if k not in {"store", "coupons"}}
    heard = listen({"receipts": [bare, {**bare, "sequence": "0018"}]}, Listening("t", "S7", "UTC"))
    assert [c.message_id for c in heard if isinstance(c, Call)] == ["S7/2/2026-03-01/17", "S7/2/2026-03-01/18"]


def test_what_else_is_known_of_the_customer_is_personal() -> None:
    call = the_call(listen({**RECEIPT, "customer": {"name": "Li Lei", "phone": None}}))
    assert (call.traits, call.context) == ({"name": "Li Lei"}, None)


@pytest.mark.parametrize(("change", "code", "field"), [
    ({"till": None}, "missing_field", "till"),
    ({"sequence": ""}, "missing_field", "sequence"),
    ({"time": 5.5}, "missing_field", "time"),
    ({"business_day": "1.3.2026"}, "bad_time", "business_day"),
    ({"kind": "gift"}, "bad_type", "kind"),
    ({"lines": "A"}, "bad_type", "lines"),
    ({"tenders": [5]}, "bad_type", "tenders"),
    ({"customer": "Li"}, "bad_type", "customer"),
    ({"customer": {"phone": ["1"]}}, "bad_type", "customer.phone"),
])
def test_a_bad_receipt_stands_alone(change: dict[str, Any], code: str, field: str) -> None:
    heard = listen({"receipts": [{**RECEIPT, **change}, {**RECEIPT, "sequence": 18, "coupons": []}]})
    bad = the_unread(heard)
    assert (bad.code, bad.field) == (code, field)
    assert the_unread(listen(bad.raw)).code == code
    assert the_call(heard, 1).message_id == "S1/2/2026-03-01/18"


def test_a_bad_row_of_csv_stands_alone() -> None:
    heard = listen(CSV + "S1,2,2026-03-01\n,2,,19,2026-03-01 10:02:00,CNY,,,A,1,19.90,,,,,,\n")
    assert [type(one).__name__ for one in heard] == ["Call", "Call", "Call", "Unread", "Unread"]
    assert the_unread(heard, 4).field == "store"
    assert the_unread(heard, 4).raw.splitlines()[1].startswith(b",2,,19,")


@pytest.mark.parametrize(("frame", "code"), [
    (b'{"receipts": 5}', "bad_json"), (b"{", "bad_json"), (b"", "bad_csv"), (b"a,b\n1,2\n", "bad_csv"),
    (b"\xd6\xd0,\xff\n", "bad_csv"),
])
def test_bad_frames(frame: bytes, code: str) -> None:
    with pytest.raises(Rejected) as caught:
        listen(frame)
    assert caught.value.code == code
    assert caught.value.hint


def test_another_encoding_and_delimiter() -> None:
    text = "till;business_day;sequence;time;sku;name;price\n1;2026-03-01;1;2026-03-01 10:00;A;运动鞋;19.90\n"
    context = Listening("t", "S7", "UTC", {"encoding": "gb18030", "delimiter": ";"})
    call = the_call(listen(text.encode("gb18030"), context))
    assert (call.properties or {})["products"] == [{"sku": "A", "name": "运动鞋", "price": "19.90"}]
    with pytest.raises(Rejected):
        listen(text.encode("gb18030"))
