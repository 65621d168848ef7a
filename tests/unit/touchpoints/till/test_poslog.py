"""POSLog: both versions become receipts whose money is whole; one bad transaction stands alone; bombs are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from datong.config import Settings
from datong.errors import Rejected
from datong.model import Event, from_iso
from datong.privacy import Vault
from datong.touchpoints.admit import Admission, Origin
from datong.touchpoints.call import Call, Heard, Listening, Unread
from datong.touchpoints.till import FRAME_LIMIT, read_frame

TILL = Listening("tills", "", "Asia/Shanghai")
V22 = (Path(__file__).parent / "poslog_22.xml").read_bytes()
V6 = (Path(__file__).parent / "poslog_6.xml").read_bytes()
NOW = from_iso("2026-03-03T04:00:00Z")
_ADMISSION = Admission(Settings(), Vault(b"0123456789abcdef0123456789abcdef"))


def admitted(heard: list[Heard]) -> list[Event]:
    calls = [one for one in heard if isinstance(one, Call)]
    assert len(calls) == len(heard)
    origin = Origin("tills", "pos", "pos", verified=frozenset({"member_card"}))
    return [_ADMISSION.admit(call, origin, NOW, NOW)[0] for call in calls]


def transaction(inside: str, head: str = "", **more: str) -> bytes:
    parts = {"RetailStoreID": "S1", "WorkstationID": "1", "SequenceNumber": "7", "BusinessDayDate": "2026-03-01",
             "EndDateTime": "2026-03-01T10:00:00", "CurrencyCode": "CNY", **more}
    told = "".join(f"<{name}>{value}</{name}>" for name, value in parts.items())
    return (f'<POSLog xmlns="urn:x"><Transaction{head}>{told}{inside}</Transaction></POSLog>').encode()


def line(amount: str, kind: str = "Sale", more: str = "", number: int = 1) -> str:
    return (f"<LineItem><SequenceNumber>{number}</SequenceNumber><{kind}><ItemID>A</ItemID><ExtendedAmount>{amount}"
            f"</ExtendedAmount>{more}</{kind}></LineItem>")


def props(heard: list[Heard], at: int = 0) -> dict[str, Any]:
    call = heard[at]
    assert isinstance(call, Call)
    assert call.properties is not None
    return call.properties


def test_a_day_of_version_2_2() -> None:
    events = admitted(read_frame(V22, TILL))
    assert [(e.type, e.id, e.properties.get("report")) for e in events] == [
        ("Till Reported", "S1/2/2026-03-01/100", "sign_on"), ("Receipt Issued", "S1/2/2026-03-01/101", None),
        ("Coupon Redeemed", "S1/2/2026-03-01/101/coupon/7ZZZZ-00000-11111-22222", None),
        ("Coupon Redeemed", "S1/2/2026-03-01/101/coupon/PAPER-1", None),
        ("Till Reported", "S1/2/2026-03-01/102", "training"), ("Till Reported", "S1/2/2026-03-01/103", "no_sale"),
        ("Till Reported", "S1/2/2026-03-01/104", "suspended"), ("Receipt Returned", "S1/2/2026-03-01/105", None),
        ("Receipt Voided", "S1/2/2026-03-01/106", None),
    ]
    sale = events[1]
    # 540 + 10 - 50 for the whole receipt, of which the lines bear 49.09 and 0.91; the voided pair is gone
    assert [(i.sku, i.quantity, i.amount, i.discount) for i in sale.items] == [
        ("A", 2.0, 49_091, 10_909), ("C", 1.0, 909, 91)]
    assert (sale.amount, sale.currency, sale.time) == (50_000, "CNY", from_iso("2026-03-01T10:00:00+08:00"))
    assert sum(i.amount for i in sale.items) == sale.amount
    assert sale.properties["tenders"] == [
        {"kind": "cash", "amount": 9_000, "foreign_currency": "USD", "foreign_amount": 1_400, "rate": "7.142857"},
        {"kind": "credit_debit", "amount": 40_000}, {"kind": "coupon", "amount": 1_000},
    ]
    assert sum(t["amount"] for t in sale.properties["tenders"]) == sale.amount
    assert sale.properties["taxes"] == [{"line": 0, "amount": 6_212, "included": True, "rate": "13"}]
    assert (sale.properties["tax"], sale.properties["voided_lines"], sale.properties["operator"]) == (6_212, 2, "op7")
    assert [i.ns for i in sale.identifiers] == ["member_card"]
    returned, void = events[7], events[8]
    assert (returned.amount, returned.items[0].amount, returned.items[0].quantity) == (-27_000, -27_000, -1.0)
    assert returned.properties["original"] == "S1/2/2026-03-01/101"
    assert returned.properties["tenders"] == [{"kind": "cash", "amount": -27_000}]
    assert (void.ref, void.place, void.properties["voided_by"]) == (
        "S1/2/2026-03-01/99", "S1", "S1/2/2026-03-01/106")


def test_version_6_an_exchange_with_tax_on_top_and_a_staff_purchase() -> None:
    sale, back, staff = admitted(read_frame(V6, TILL))
    assert (sale.type, sale.id, sale.currency, sale.amount) == (
        "Receipt Issued", "S2/002/2026-03-02/543", "USD", 2_660 + 213)
    assert (back.type, back.id, back.amount) == ("Receipt Returned", "S2/002/2026-03-02/543/returned", -2_160)
    assert back.properties["original"] == "S9/1/2026-02-20/12"
    assert back.ref == back.id
    assert sale.amount + back.amount == 713
    assert sale.items[0].quantity == 0.532
    assert sale.properties["tenders"] == [{"kind": "cash", "amount": 713}, {"kind": "exchange", "amount": 2_160}]
    assert back.properties["tenders"] == [{"kind": "exchange", "amount": -2_160}]
    assert {i.ns for i in sale.identifiers} == {"member_card", "pos_customer"}
    assert (staff.amount, staff.currency, staff.items[0].discount) == (2_699, "JPY", 301)
    assert staff.properties["staff"] is True
    assert staff.identifiers == ()


def test_a_staff_purchase_may_count_as_the_members_own() -> None:
    context = Listening("tills", "", "UTC", {"staff_purchases": "count"})
    assert [i.ns for i in admitted(read_frame(V6, context))[2].identifiers] == ["member_card"]


@pytest.mark.parametrize(("lines", "off", "total", "amounts"), [
    (("10.00", "10.00", "10.00"), "10.00", None, [666, 667, 667]),  # 3.33 each, and one fen to the first
    (("0.01", "0.02"), "0.02", None, [0, 1]), (("5.00", "0.00"), "5.00", None, [0, 0]),
    (("90.00", "10.00"), "10.00", "100.00", [9_000, 1_000]),  # taken off the lines already, as the total shows
    (("90.00", "10.00"), "10.00", "90.00", [8_100, 900]),
])
def test_a_discount_on_the_whole_is_on_its_lines_to_the_fen(
    lines: tuple[str, ...], off: str, total: str | None, amounts: list[int]
) -> None:
    inside = "".join(line(amount, number=n) for n, amount in enumerate(lines))
    inside += f"<LineItem><Discount><Amount>{off}</Amount></Discount></LineItem>"
    inside += f'<Total TotalType="TransactionGrandAmount">{total}</Total>' if total else ""
    (event,) = admitted(read_frame(transaction(f"<RetailTransaction>{inside}</RetailTransaction>"), TILL))
    assert [i.amount for i in event.items] == amounts
    assert event.amount == sum(amounts)


@pytest.mark.parametrize(("total", "included", "paid"), [("108.00", False, 10_800), ("100.00", True, 10_000)])
def test_the_total_shows_whether_prices_hold_the_tax(total: str, included: bool, paid: int) -> None:
    inside = line("100.00", more="<Tax><Amount>8.00</Amount></Tax>")
    inside += f'<Total TotalType="TransactionGrandAmount">{total}</Total>'
    (event,) = admitted(read_frame(transaction(f"<RetailTransaction>{inside}</RetailTransaction>"), TILL))
    assert (event.properties["taxes"][0]["included"], event.amount) == (included, paid)


@pytest.mark.parametrize(("regular", "extended", "off", "paid"), [
    ("10.00", "20.00", "3.00", 1_700),  # the standard: before discounts
    ("10.00", "17.00", "3.00", 1_700),  # what many tills write: after
    ("10.00", "17.00", "", 1_700), ("10.00", "", "3.00", 1_700),
])
def test_what_was_paid_for_a_line(regular: str, extended: str, off: str, paid: int) -> None:
    parts = [("RegularSalesUnitPrice", regular), ("ExtendedAmount", extended), ("ExtendedDiscountAmount", off)]
    told = "".join(f"<{name}>{value}</{name}>" for name, value in parts if value)
    sale = f"<LineItem><Sale><ItemID>A</ItemID><Quantity>2</Quantity>{told}</Sale></LineItem>"
    (event,) = admitted(read_frame(transaction(f"<RetailTransaction>{sale}</RetailTransaction>"), TILL))
    assert event.items[0].amount == paid


@pytest.mark.parametrize(("inside", "head", "report"), [
    ("<ControlTransaction><BusinessEOD/></ControlTransaction>", "", "business_close"),
    ("<TenderControlTransaction><PickUp/></TenderControlTransaction>", "", "cash_out"),
    ("<InventoryControlTransaction/>", "", "control"),
    (f"<RetailTransaction>{line('5')}</RetailTransaction>", ' CancelFlag="true"', "voided"),
    (f'<RetailTransaction TransactionStatus="Voided">{line("5")}</RetailTransaction>', "", "voided"),
])
def test_what_is_no_receipt_is_counted(inside: str, head: str, report: str) -> None:
    (event,) = admitted(read_frame(transaction(inside, head), TILL))
    assert (event.type, event.properties["report"], event.amount) == ("Till Reported", report, 0)


def test_one_bad_transaction_stands_alone_with_its_xml() -> None:
    frame = V22.replace(b"<ExtendedAmount>-270.00</ExtendedAmount>", b"<ExtendedAmount>lots</ExtendedAmount>")
    heard = read_frame(frame, TILL)
    bad = [one for one in heard if isinstance(one, Unread)]
    assert [(one.code, one.field) for one in bad] == [("bad_amount", "ExtendedAmount")]
    assert len(heard) == 9
    (again,) = read_frame(bad[0].raw, TILL)
    assert isinstance(again, Unread)
    (mended,) = read_frame(bad[0].raw.replace(b"lots", b"270.00"), TILL)
    assert isinstance(mended, Call)
    assert mended.message_id == "S1/2/2026-03-01/105"


@pytest.mark.parametrize("broken", [b"<ItemID>A</ItemID>", b"</LineItem>"])
def test_a_document_that_breaks_loses_only_what_is_broken(broken: bytes) -> None:
    at = V22.index(broken, V22.index(b">0105<"))
    heard = read_frame(V22[:at] + b"<oops" + V22[at:], TILL)
    assert [type(one).__name__ for one in heard] == ["Call"] * 7 + ["Unread", "Call"]
    cut = read_frame(V22[: V22.index(b">0105<")], TILL)
    assert [type(one).__name__ for one in cut] == ["Call"] * 7 + ["Unread"]


BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(("frame", "code"), [
    (BOMB + b"<POSLog><Transaction>&b;</Transaction></POSLog>", "bad_xml"),
    ((BOMB + b"<POSLog><Transaction>&b;</Transaction></POSLog>").decode().encode("utf-16"), "bad_xml"),
    (b'<!DOCTYPE x SYSTEM "http://127.0.0.1/x"><POSLog><Transaction/></POSLog>', "bad_xml"),
    (b'<?xml version="1.0" encoding="unicode_escape"?><POSLog/>', "bad_xml"),
    (b'<?xml version="1.0" encoding="gbk"?><POSLog>\xff\xff</POSLog>', "bad_xml"),
    (b"<POSLog/>", "bad_xml"), (b"<", "bad_xml"), (b"<POSLog>", "bad_xml"), (b"<\x00", "bad_xml"),
    (b"<" + b" " * FRAME_LIMIT, "too_large"),
])
def test_bombs_and_what_is_no_poslog_are_refused(frame: bytes, code: str) -> None:
    with pytest.raises(Rejected) as caught:
        read_frame(frame, TILL)
    assert caught.value.code == code


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-16", "utf-8-sig", "big5"])
def test_encodings(encoding: str) -> None:
    name = encoding.replace("-sig", "")
    text = transaction(f"<RetailTransaction>{line('5', more='<Description>運動鞋</Description>')}</RetailTransaction>")
    frame = (f'<?xml version="1.0" encoding="{name}"?>' + text.decode()).encode(encoding)
    assert props(read_frame(frame, TILL))["products"][0]["name"] == "運動鞋"


def test_settings_say_which_number_is_the_sku_and_what_the_category_is() -> None:
    context = Listening("t", "", "UTC", {"sku": "POSItemID", "category_level": "Department"})
    product = props(read_frame(V22, context), 1)["products"][0]
    assert (product["sku"], product["category"]) == ("6900000000015", "shoes/sneakers")
    assert "category" not in props(read_frame(V22, TILL), 1)["products"][0]


def test_the_touchpoints_store_serves_where_none_is_named() -> None:
    frame = transaction(f"<RetailTransaction>{line('5')}</RetailTransaction>").replace(
        b"<RetailStoreID>S1</RetailStoreID>", b"")
    assert props(read_frame(frame, Listening("t", "S7", "UTC")))["store_id"] == "S7"
    (bad,) = read_frame(frame, TILL)
    assert isinstance(bad, Unread)
    assert bad.field == "store"
