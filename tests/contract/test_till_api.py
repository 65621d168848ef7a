"""The till API on a real server: each question answered in one round trip, each word safe to say again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.contract.till_server import Shop, shop
from tests.flow.mall import CARD, PHONE

pytestmark = pytest.mark.network


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with shop(tmp_path_factory.mktemp("till")) as found:
        yield found


@pytest.fixture
def till(place: Shop) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{place.url}/api/till", auth=("key-tills", ""), trust_env=False) as client:
        yield client


def key(number: int, till: str = "T1") -> dict[str, Any]:
    return {"store": "S1", "till": till, "business_day": "2026-03-07", "sequence": number}


def coupon(place: Shop) -> str:
    return place.mall.events("Coupon Issued")[0].coupon


def test_only_a_tills_key_opens_it(place: Shop, till: httpx.Client) -> None:
    assert till.post("/lookup", json={"card": CARD}, auth=("wrong", "")).status_code == 401
    answer = till.post("/lookup", json={"card": CARD}, auth=("key-web", ""))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("asked", [{"card": CARD}, {"phone": PHONE}, {"code": CARD}, {"code": "coupon"}])
def test_who_stands_here(place: Shop, till: httpx.Client, asked: dict[str, str]) -> None:
    asked = {"code": coupon(place)} if asked.get("code") == "coupon" else asked
    found = till.post("/lookup", json=asked).json()
    assert found["found"] is True
    assert found["member"] == "M000001"
    assert "Li Na" not in str(found)
    assert PHONE not in str(found)
    assert found["name"]
    assert [c["code"] for c in found["coupons"]] in ([coupon(place)], [])
    assert found["points"] is None
    assert found["tags"] == {}


def test_nobody_is_an_answer(till: httpx.Client) -> None:
    assert till.post("/lookup", json={"card": "0000"}).json()["found"] is False


def test_a_coupon_is_checked_locked_redeemed_and_refused_elsewhere(place: Shop, till: httpx.Client) -> None:
    code = coupon(place)
    first = till.post("/coupon/check", json={"code": code.lower().replace("-", " ")}).json()
    assert (first["ok"], first["code"], first["campaign"], first["offer"]) == (True, code, "shoes-now", "20% off")
    use = {**key(20), "code": code}
    assert till.post("/coupon/lock", json=use).json()["outcome"] == "locked"
    assert till.post("/coupon/check", json={"code": code}).json()["reason"] == "locked_coupon"
    other = {**key(9, "T2"), "code": code}
    refused = till.post("/coupon/lock", json=other).json()
    assert (refused["outcome"], refused["reason"], refused["other"]["receipt"]) == (
        "refused", "locked_coupon", "S1/T1/2026-03-07/20")
    assert till.post("/coupon/redeem", json=other).json()["reason"] == "locked_coupon"
    assert till.post("/coupon/unlock", json=use).json()["outcome"] == "unlocked"
    for _ in range(2):
        done = till.post("/coupon/redeem", json={**use, "amount": "99.80", "currency": "CNY"}).json()
        assert (done["outcome"], done["reason"]) == ("redeemed", "")
    late = till.post("/coupon/redeem", json={**key(10, "T2"), "code": code, "offline": True}).json()
    assert (late["outcome"], late["reason"]) == ("refused", "redeemed_coupon")
    assert (late["other"]["place"], late["other"]["receipt"]) == ("S1", "S1/T1/2026-03-07/20")
    # the receipt itself names the coupon again: it is the same redemption, and counted once
    told = place.mall.slip(20, "399.20", coupons=[{"code": code, "amount": "99.80"}])
    taken = till.post("/receipt", json=told).json()
    assert [r["status"] for r in taken["results"]] == ["stored", "duplicate"]
    assert [(c["outcome"], c["reason"]) for c in taken["coupons"]] == [("redeemed", "")]
    place.caught_up()
    assert place.mall.store.facts.rows('SELECT amount FROM commerce.redemption WHERE ref LIKE \'%/20\'') == [
        {"amount": 9_980}]
    # the void gives the coupon back
    void = till.post("/void", json={**key(21), "voids": "20"}).json()
    assert void["results"][0]["status"] == "stored"
    place.caught_up()
    assert till.post("/coupon/check", json={"code": code}).json()["ok"] is True
    listed = till.get("/coupons").json()
    assert [c["code"] for c in listed] == [code]
    found = till.get("/receipt", params=key(20)).json()
    assert (found["state"], found["amount"], found["left"]) == ("voided", 39_920, 0)


def test_foreign_and_forged_codes(place: Shop, till: httpx.Client) -> None:
    assert till.post("/coupon/check", json={"code": "SAVE10"}).json()["reason"] == "foreign_coupon"
    code = coupon(place)
    forged = code[:-1] + ("0" if code[-1] != "0" else "1")
    assert till.post("/coupon/check", json={"code": forged}).json()["reason"] == "forged_coupon"
    assert till.post("/coupon/redeem", json={**key(30), "code": forged}).json() == {
        "outcome": "refused", "code": forged, "reason": "forged_coupon", "other": None}


def test_a_return_with_its_original(place: Shop, till: httpx.Client) -> None:
    till.post("/receipt", json=place.mall.slip(40, "499.00"))
    place.caught_up()
    found = till.get("/receipt", params=key(40)).json()
    assert (found["receipt"], found["state"], found["left"]) == ("S1/T1/2026-03-07/40", "paid", 49_900)
    assert [line["sku"] for line in found["lines"]] == ["shoe-1"]
    back = place.mall.slip(41, "499.00", kind="return", original="S1/T1/2026-03-07/40")
    answer = till.post("/receipt", json=back).json()
    assert answer["originals"][0]["receipt"] == "S1/T1/2026-03-07/40"
    again = till.post("/receipt", json=back).json()
    assert [r["status"] for r in again["results"]] == ["duplicate"]
    place.caught_up()
    assert till.get("/receipt", params=key(40)).json()["left"] == 0
    lost = place.mall.slip(42, "5.00", kind="return", original="S1/T9/2026-03-07/1")
    assert till.post("/receipt", json=lost).json()["unknown"] == ["S1/T9/2026-03-07/1"]
    assert till.get("/receipt", params=key(77)).status_code == 404


def test_a_receipt_that_changed_is_a_conflict_and_the_first_stays(place: Shop, till: httpx.Client) -> None:
    till.post("/receipt", json=place.mall.slip(50, "499.00"))
    answer = till.post("/receipt", json=place.mall.slip(50, "1.00")).json()
    assert [(r["status"], r["code"]) for r in answer["results"]] == [("conflict", "conflict")]
    place.caught_up()
    assert till.get("/receipt", params=key(50)).json()["amount"] == 49_900


def test_the_api_is_described(place: Shop, till: httpx.Client) -> None:
    paths = httpx.get(f"{place.url}/api/schema/openapi.json", trust_env=False).json()["paths"]
    assert {"/api/till/lookup", "/api/till/receipt", "/api/till/coupon/redeem", "/api/till/void"} <= set(paths)
