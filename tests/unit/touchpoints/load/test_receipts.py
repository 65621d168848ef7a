"""Receipts out of grouped lines, and the calls of all other shapes."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from datong.model import from_iso
from datong.touchpoints import Call
from datong.touchpoints.load.calls import Maker, flag
from datong.touchpoints.load.receipts import receipts
from datong.touchpoints.load.shapes import IDENTIFIERS

AT = from_iso("2026-02-01T07:31:00Z")


def maker(kind: str) -> Maker:
    return Maker(kind, IDENTIFIERS, "CNY", "1-abc", lambda value: f"<{value}>")


def made(**columns: list[Any]) -> list[Call]:
    return list(receipts(pa.table(columns), maker("receipts")))


def one(kind: str, **fields: Any) -> Call:
    batch = pa.RecordBatch.from_pydict({name.replace("__", "."): [value] for name, value in fields.items()})
    (call,) = maker(kind).calls(batch, 5)
    return call


def people(call: Call) -> list[tuple[str, Any]]:
    return [(e.type, e.id) for e in (call.context.external_ids or [] if call.context else [])]


def test_lines_of_one_key_are_one_receipt() -> None:
    first, second = made(
        key=["s/1", "s/1", "s/2"], receipt=["1", "1", "2"], store=["s"] * 3, time=[AT, AT, AT + 1],
        member_card=[None, "88", None], sku=["a", "b", "a"], quantity=[1, 2, 0], amount=[1.10, 2.20, 0.0],
        discount=[0.0, 0.5, None],
    )
    assert (first.type, first.event, first.message_id) == ("track", "Receipt Issued", "s/1")
    assert first.timestamp == "2026-02-01T07:31:00.000Z"
    assert people(first) == [("member_card", "88")]
    assert first.properties == {
        "receipt_id": "1", "store_id": "s", "currency": "CNY", "total": 3.3,
        "products": [{"product_id": "a", "quantity": 1, "amount": 1.10, "discount": 0.0},
                     {"product_id": "b", "quantity": 2, "amount": 2.20, "discount": 0.5}],
    }
    assert (second.message_id, people(second)) == ("s/2", [])
    assert second.properties is not None
    assert second.properties["products"] == [{"product_id": "a", "quantity": 0, "amount": 0.0}]


def test_the_total_of_text_amounts_is_exact() -> None:
    (call,) = made(key=["s/1"] * 3, time=[AT] * 3, sku=["a", "b", "c"], amount=["0.10", "0.20", "1e1"])
    assert call.properties is not None
    assert call.properties["total"] == "10.30"


def test_a_price_stands_for_a_missing_amount() -> None:
    (call,) = made(key=["s/1"] * 2, time=[AT] * 2, sku=["a", "b"], price=["10.00", "3.00"], quantity=["2", None],
                   discount=["1.50", None])
    assert call.properties is not None
    assert call.properties["total"] == "21.50"


def test_a_negative_total_is_a_return() -> None:
    (call,) = made(key=["s/1"], time=[AT], sku=["a"], quantity=[-1], amount=[-129.0])
    assert call.event == "Receipt Returned"
    assert call.properties is not None
    assert call.properties["total"] == -129.0


@pytest.mark.parametrize("word", ["return", "Refund", "退货"])
def test_a_kind_may_say_that_it_is_a_return(word: str) -> None:
    (call,) = made(key=["s/1"], time=[AT], kind=[word], original=["s/0"], sku=["a"], amount=[129.0])
    assert call.event == "Receipt Returned"
    assert call.properties is not None
    assert call.properties["original"] == "s/0"


def test_a_line_given_back_on_a_sale_has_a_negative_quantity() -> None:
    (call,) = made(key=["s/1"] * 2, time=[AT] * 2, sku=["a", "b"], quantity=[1, 2], amount=[100.0, -30.0])
    assert call.properties is not None
    assert [p["quantity"] for p in call.properties["products"]] == [1, -2.0]
    assert call.event == "Receipt Issued"


def test_a_tills_numbering_makes_the_reference_whole() -> None:
    (call,) = made(key=["s/1/2026-02-01/7"], time=[AT], store=["s"], till=["1"], business_day=["2026-02-01"],
                   sequence=["7"], sku=["a"], amount=[1.0], tender=["cash"])
    assert call.properties is not None
    assert call.properties["receipt_id"] == "s/1/2026-02-01/7"
    assert call.properties["till"] == "1"
    assert call.properties["tenders"] == [{"kind": "cash", "amount": 1.0}]


def test_an_unreadable_time_is_passed_on_as_written() -> None:
    written: dict[str, list[Any]] = {"time": [None], "time?": ["soon"]}
    (call,) = made(key=["s/1"], **written, sku=["a"], amount=[1.0])
    assert call.timestamp == "soon"


def test_products_and_stores_carry_the_edition_of_their_file() -> None:
    call = one("products", sku="7", name="Shoe", category="shoes/running", brand=None, price="9.90", listed="no")
    assert (call.event, call.message_id, call.timestamp) == ("Product Updated", "products/7/1-abc", None)
    assert call.properties == {"product_id": "7", "currency": "CNY", "name": "Shoe", "category": "shoes/running",
                               "price": "9.90", "listed": False}
    call = one("stores", store="S1", city="Shanghai")
    assert (call.event, call.message_id) == ("Store Updated", "stores/S1/1-abc")
    assert call.properties == {"store_id": "S1", "city": "Shanghai"}


def test_members_are_identified_with_their_traits() -> None:
    call = one("members", member_card="88", phone=None, traits__age="30-39", traits__kids=2, traits__none=None)
    assert (call.type, call.event, call.message_id) == ("identify", None, "members/<member_card/88>/1-abc")
    assert call.traits == {"age": "30-39", "kids": 2}
    assert people(call) == [("member_card", "88")]


def test_campaigns_messages_redemptions_and_consents() -> None:
    call = one("campaigns", campaign="3", name="Spring", start=AT, **{"start?": None})
    assert call.event == "Campaign Updated"
    assert call.properties == {"campaign_id": "3", "name": "Spring", "start": "2026-02-01T07:31:00.000Z"}
    call = one("messages", campaign="3", member_card="88", time=AT)
    assert (call.event, call.message_id) == ("Message Sent", f"messages/<member_card/88>/3/{AT}")
    assert call.properties == {"campaign_id": "3", "message_id": f"<member_card/88>/3/{AT}", "channel": ""}
    call = one("redemptions", coupon="C1", campaign="3", member_card="88", amount="5.00", time=AT)
    assert (call.event, call.message_id) == ("Coupon Redeemed", f"redemptions/<member_card/88>/C1/3/{AT}/")
    assert call.properties == {"coupon": "C1", "currency": "CNY", "campaign_id": "3", "value": "5.00"}
    call = one("consents", phone="13912345678", granted="yes", time=AT)
    assert (call.event, call.message_id) == ("Consent Changed", f"consents/<phone/13912345678>/marketing//{AT}")
    assert call.properties == {"purpose": "marketing", "channel": "", "granted": True}


def test_events_are_told_apart_by_their_row() -> None:
    call = one("events", event="Product Viewed", time=AT, anonymous_id="a1", properties__product_id="7")
    assert (call.event, call.message_id) == ("Product Viewed", "1-abc/5")
    assert call.properties == {"product_id": "7"}


def test_whole_calls_keep_their_id_or_get_their_lines_number() -> None:
    lines = [b'{"type":"track","event":"Product Viewed","messageId":"m1"}', b'{"type":"page"}']
    first, second = maker("events").whole(lines, 10)
    assert isinstance(first, Call)
    assert isinstance(second, Call)
    assert (first.message_id, second.message_id) == ("m1", "1-abc/11")


@pytest.mark.parametrize(("word", "said"), [("Yes", True), ("1", True), (False, False), ("n", False), ("so", "so")])
def test_flags(word: object, said: object) -> None:
    assert flag(word) == said
