"""Bad input: every case gets its own reason, the good beside it is kept, and the cure lets it in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.flow.mall import CARD, COOKIE, Mall, opened

from datong.analytics import sales
from datong.errors import Conflict, NotFound, Rejected
from datong.model import HOUR, to_iso
from datong.touchpoints import discard, inspect, mend, quarantined, replay

WHO = {"anonymousId": COOKIE}
GOOD = {"type": "track", "event": "Product Viewed", "messageId": "good", "properties": {"sku": "shoe-1"}, **WHO}


@pytest.fixture
def mall(tmp_path: Path) -> Iterator[Mall]:
    with opened(tmp_path) as found:
        yield found


def bad(**changes: Any) -> dict[str, Any]:
    return {**GOOD, "messageId": "bad", **changes}


CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "unknown event": (bad(event="Product Viewd"), "unknown_event", "event"),
    "wrong type": (bad(properties=[1, 2]), "bad_type", "properties"),
    "a quantity that is none": (bad(properties={"sku": "shoe-1", "quantity": "two"}), "bad_amount",
                                "properties.quantity"),
    "no identifier": ({k: v for k, v in bad().items() if k != "anonymousId"}, "missing_identifier", "userId"),
    "placeholder": ({**bad(), "anonymousId": "null"}, "missing_identifier", "userId"),
    "no product": (bad(properties={}), "missing_field", "properties.products"),
    "not a time": (bad(timestamp="yesterday"), "bad_time", "timestamp"),
    "negative price": (bad(properties={"sku": "shoe-1", "price": "-1.00"}), "negative_price", "properties.price"),
    "not a currency": (bad(properties={"sku": "shoe-1", "price": "1.00", "currency": "RMB"}), "bad_currency",
                       "properties.currency"),
    "too large": (bad(properties={"sku": "shoe-1", "note": "x" * 40_000}), "too_large", ""),
    "unknown SKU": (bad(event="Order Completed", properties={
        "order_id": "W1", "products": [{"sku": "shoe-9", "price": "1.00"}]}), "unknown_sku",
        "properties.products[0].sku"),
    "bad phone": ({**bad(), "type": "identify", "traits": {"phone": "12"}}, "bad_identifier", "traits.phone"),
}


@pytest.mark.parametrize("case", CASES)
def test_each_case_has_its_reason_and_the_good_in_the_batch_is_kept(mall: Mall, case: str) -> None:
    call, code, field = CASES[case]
    first, wrong, last = mall.calls("web", {**GOOD, "messageId": "a"}, call, {**GOOD, "messageId": "b"})
    assert (first.status, last.status) == ("stored", "stored")
    assert wrong.status == ("too_large" if code == "too_large" else "quarantined")
    assert (wrong.id, wrong.code, wrong.field) == ("bad", code, field)
    assert wrong.message
    mall.drain()
    assert [e.id for e in mall.events("Product Viewed")] == ["a", "b"]
    with mall.store.state.read() as tx:
        total, (kept,) = quarantined(tx, mall.platform.vault)
    assert (total, kept.code, kept.message, kept.hint, kept.field) == (
        1, code, wrong.message, wrong.hint, field)
    assert json.loads(kept.raw)["messageId"] == "bad"
    assert kept.source == "web"


def test_a_time_in_the_future(mall: Mall) -> None:
    (found,) = mall.calls("web", bad(timestamp=to_iso(mall.clock.at + HOUR)))
    assert (found.code, found.message) == ("future_time", "the event lies 3600 s in the future")
    # a device whose clock is wrong says when it sends: the event is put right instead
    (mended,) = mall.calls("web", bad(timestamp=to_iso(mall.clock.at + HOUR), sentAt=to_iso(mall.clock.at + HOUR)))
    assert mended.status == "stored"
    mall.drain()
    assert mall.events("Product Viewed")[0].time == mall.clock.at


@pytest.mark.parametrize(("source", "frame", "code"), [
    ("web", b"{", "bad_json"), ("web", b"[" * 100_000, "bad_json"),
    ("tills", b'{"store": ', "bad_json"), ("tills", b"\xff\xfe", "bad_csv"), ("wifi", b"{}", "bad_json"),
])
def test_a_frame_that_cannot_be_read_is_refused_whole(mall: Mall, source: str, frame: bytes, code: str) -> None:
    before = mall.store.log.end()
    with pytest.raises(Rejected) as caught:
        mall.frame(source, frame)
    assert caught.value.code == code
    assert mall.store.log.end() == before


def test_a_receipt_number_with_other_contents(mall: Mall) -> None:
    assert mall.show_card(7, "399.20")[0].status == "stored"
    assert mall.show_card(7, "399.20")[0].status == "duplicate"
    (second,) = mall.show_card(7, "1.00")
    assert (second.status, second.code, second.field) == ("conflict", "conflict", "messageId")
    mall.drain()
    assert sales(mall.store).totals.amount == 39_920
    with mall.store.state.read() as tx:
        _, (kept,) = quarantined(tx, mall.platform.vault)
    assert kept.code == "conflict"
    assert replay(mall.platform.intake).still_rejected == 1
    # the till sends it as what it is, a new receipt
    mended = json.loads(kept.raw) | {"messageId": "S1/T1/2026-03-07/8"}
    mended["properties"] |= {"receipt_id": "S1/T1/2026-03-07/8", "sequence": "8"}
    assert mend(mall.platform.intake, kept.id, json.dumps(mended)).stored == 1
    mall.drain()
    assert sales(mall.store).totals.amount == 39_920 + 100


def test_a_receipt_with_unknown_goods_comes_in_when_they_are_known(mall: Mall) -> None:
    lines = [{"sku": "hat-1", "quantity": 2, "price": "50.00", "amount": "100.00"}]
    first, second = mall.frame("tills", {"receipts": [
        mall.slip(1, "100.00", lines=lines, customer={"member_card": CARD}), mall.slip(2, "499.00")]})
    assert (first.code, second.status) == ("unknown_sku", "stored")
    assert "'hat-1'" in first.message
    mall.drain()
    assert sales(mall.store).totals.amount == 49_900
    assert replay(mall.platform.intake).still_rejected == 1
    mall.track("Product Updated", {"sku": "hat-1", "name": "Hat", "price": "50.00"}, "office")
    mall.wait(HOUR)
    assert replay(mall.platform.intake, reason="unknown_sku").replayed == 1
    assert replay(mall.platform.intake).replayed == 0
    mall.drain()
    found = sales(mall.store, by=["sku"])
    assert {row["sku"]: row["amount"] for row in found.rows} == {"shoe-1": 49_900, "hat-1": 10_000}
    receipt = next(e for e in mall.events("Receipt Issued") if e.items[0].sku == "hat-1")
    assert receipt.time == mall.clock.at - HOUR  # when it was sold, not when it was cured
    assert mall.member("member_card", CARD) is not None


def test_a_receipt_from_an_unknown_store_comes_in_when_it_is_known(mall: Mall) -> None:
    (found,) = mall.receipt(1, "499.00", store="S9")
    assert (found.code, found.field) == ("unknown_store", "properties.store_id")
    mall.drain()
    mall.track("Store Updated", {"code": "S9", "name": "Ninth"}, "office")
    mall.drain()
    assert replay(mall.platform.intake).stored == 1
    mall.drain()
    (row,) = sales(mall.store, by=["store"]).rows
    assert (row["store"], row["store_name"], row["amount"]) == ("S9", "Ninth", 49_900)


def test_a_mended_call_counts_and_a_discarded_one_does_not(mall: Mall) -> None:
    mall.calls("web", CASES["unknown event"][0], CASES["negative price"][0])
    mall.drain()
    with mall.store.state.read() as tx:
        _, kept = quarantined(tx, mall.platform.vault)
    by = {one.code: one for one in kept}
    intake = mall.platform.intake
    raw = by["unknown_event"].raw.replace("Product Viewd", "Product Viewed")
    assert mend(intake, by["unknown_event"].id, raw).stored == 1
    with pytest.raises(Conflict, match="was taken in already"):
        mend(intake, by["unknown_event"].id, raw)
    with pytest.raises(NotFound):
        mend(intake, 999_999, raw)
    assert discard(mall.store.state, [one.id for one in kept], mall.clock.at) == 1
    mall.drain()
    with mall.store.state.read() as tx:
        assert quarantined(tx, mall.platform.vault)[0] == 0
        assert inspect(tx, mall.platform.vault, by["negative_price"].id).state == "discarded"
    assert len(mall.events("Product Viewed")) == 1


def test_radio_with_a_broken_sighting_keeps_the_others(mall: Mall) -> None:
    good = {"mac": "3c:22:fb:00:00:01", "rssi": -50, "time": to_iso(mall.clock.at)}
    found = mall.frame("wifi", {"sensor": "ap-hall", "sightings": [
        good, {**good, "rssi": "loud"}, {**good, "mac": "no"}, 7, {**good, "mac": "3c:22:fb:00:00:02"}]})
    assert {r.code: r.count for r in found} == {"": 2, "missing_field": 1, "bad_identifier": 1, "bad_type": 1}
    mall.drain()
    assert len(mall.events("Venue Entered")) == 2
