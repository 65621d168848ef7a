from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from litestar.testing import TestClient
from tests.flow.mall import CARD, PHONE, Mall

from datong.marketing import campaign as campaign_of

EVENT = {"offset", "id", "time", "type", "channel", "source", "place", "zone", "label", "amount", "items", "member"}


def test_live(user: TestClient[Any]) -> None:
    shown = user.get("/api/live").json()
    assert shown.keys() == {"now", "behind_ms", "events_per_s", "present", "floors", "venues", "last", "firings",
                            "messages", "redeemed", "effect", "sources", "channels"}
    assert shown["present"] == {"total": 0, "known": 0, "anonymous": 0}
    (floor,) = shown["floors"]
    assert [(z["zone"], z["name"], z["shop"], z["category"]) for z in floor["zones"]] == [
        ("hall", "Hall", "", ""), ("shoes", "Shoes", "S1", "shoes")]
    assert all(row.keys() == EVENT for row in shown["last"])
    assert {(f["scene"], f["outcome"], f["reason"]) for f in shown["firings"]} == {
        ("shoe_dwell", "sent", ""), ("online_viewer_arrives", "silent", "paused")}
    (message,) = shown["messages"]
    assert (message["title"], message["status"], message["label"]) == ("L***, 20% off", "sent", "M000001")
    (redeemed,) = shown["redeemed"]
    assert (redeemed["amount"], redeemed["spent"], redeemed["coupon"]) == (9_980, 39_920, message["coupon"])
    sources = {s["name"]: (s["kind"], s["quarantined"]) for s in shown["sources"]}
    assert sources["tills"] == ("pos", 1)
    assert [(c["name"], c["kind"], c["state"], c["reason"], c["waiting"]) for c in shown["channels"]] == [
        ("inbox", "inbox", "ok", "", 0)]


def test_live_speaks_the_readers_language(user: TestClient[Any]) -> None:
    shown = user.get("/api/live", headers={"Accept-Language": "zh-CN"}).json()
    assert shown["venues"] == [{"place": "mall", "name": "小商场"}]
    assert "鞋区驻留五分钟" in {f["title"] for f in shown["firings"]}


def test_events(user: TestClient[Any]) -> None:
    rows = user.get("/api/events?limit=3").json()["events"]
    assert len(rows) == 3
    assert [r["offset"] for r in rows] == sorted((r["offset"] for r in rows), reverse=True)
    only = user.get("/api/events", params={"type": "Order Completed", "channel": "web"}).json()["events"]
    assert [(r["label"], r["amount"], r["member"]) for r in only] == [("bag-1", 29_900, 1)]
    assert user.get(f"/api/events?after={rows[0]['offset']}").json() == {"events": []}


@pytest.mark.parametrize("text", ["", "M000001", "1", PHONE, CARD])
def test_members_are_found(user: TestClient[Any], text: str) -> None:
    found = user.get("/api/members", params={"query": text}).json()
    assert found["counts"] == {"online": 0, "offline": 0, "both": 1, "none": 0}
    assert (found["total"], found["page"]) == (1, 1)
    (row,) = found["members"]
    assert (row["label"], row["name"], row["phone"], row["channels"]) == ("M000001", "L***", "138****5678", "both")
    assert (row["spend_365d"], row["orders_365d"]) == (49_900 + 39_920 + 29_900 + 1_000, 4)


def test_members_who_are_not_there(user: TestClient[Any]) -> None:
    assert user.get("/api/members?query=13900000000").json()["members"] == []
    assert user.get("/api/members?channels=online").json()["total"] == 0
    assert user.get("/api/members?channels=telepathy").status_code == 400
    assert user.get("/api/members?page=0").status_code == 400
    assert user.get("/api/members?page=9").json()["members"] == []


def test_a_members_page_shows_nothing_in_the_clear(user: TestClient[Any]) -> None:
    answer = user.get("/api/members/1")
    page = answer.json()
    for secret in (PHONE, CARD, "Li Na", "3c:22:fb", "cookie-17"):
        assert secret not in answer.text
    assert {i["ns"] for i in page["identifiers"]} == {"member_card", "phone", "user_id", "anonymous_id", "wifi_mac"}
    assert page["traits"] == [{"name": "name", "value": "L***"}, {"name": "phone", "value": "138****5678"}]
    assert {t["name"]: t["value"] for t in page["tags"]}["rfm.orders_365d"] == 4
    assert [(c["campaign"], c["state"], c["receipt"]) for c in page["coupons"]] == [
        ("shoes-now", "redeemed", "S1/T1/2026-03-07/2")]
    assert [(c["purpose"], c["granted"]) for c in page["consents"]] == [("marketing", True)]
    assert [m["campaign"] for m in page["messages"]] == ["shoes-now"]
    assert {h["kind"] for h in page["history"]} >= {"create", "attach", "merge"}
    assert page["names"] == ["M000002"]
    assert user.get("/api/members/2").json()["id"] == 1  # the name from before the merge


def test_sales_as_json_and_csv(user: TestClient[Any]) -> None:
    found = user.get("/api/sales?by=store,sku").json()
    expected = [("S1", "shoe-1", 80_840, "Stride", "Boots"), ("", "bag-1", 29_900, None, "Tote")]
    assert [(r["store"], r["sku"], r["amount"], r["store_name"], r["sku_name"]) for r in found["rows"]] == expected
    assert found["totals"] == {"amount": 110_740, "receipts": 5, "quantity": 4.0, "members": 1}
    assert found["currency"] == "CNY"
    only = user.get("/api/sales?from=2026-03-08&to=2026-03-08&store=S1").json()
    assert [(r["day"], r["amount"]) for r in only["rows"]] == [("2026-03-08", 1_000)]
    answer = user.get("/api/sales?by=day&format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="datong-sales.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(r["day"], r["amount"]) for r in rows] == [("2026-03-07", "1097.40"), ("2026-03-08", "10.00")]


def test_other_figures(user: TestClient[Any]) -> None:
    visits = user.get("/api/visits").json()
    assert [(z["zone"], z["visits"], z["known"]) for z in visits["zones"]] == [
        ("", 2, 0.5), ("hall", 2, 0.5), ("shoes", 2, 0.5)]
    assert visits["days"] == [{"date": "2026-03-07", "visits": 2, "devices": 2}]
    steps = user.get("/api/funnel").json()["steps"]
    assert [(s["name"], s["members"]) for s in steps] == [("seen", 1), ("visited", 1), ("tried", 0), ("bought", 0)]
    assert user.get("/api/overlap").json() == {"online": 0, "offline": 0, "both": 1}
    assert user.get("/api/overlap?from=2027-01-01").json() == {"online": 0, "offline": 0, "both": 0}


@pytest.mark.parametrize("name", ["sales", "members", "campaigns", "visits", "funnel", "overlap"])
def test_every_report(user: TestClient[Any], name: str) -> None:
    shape = user.get(f"/api/report/{name}").json()
    assert shape["name"] == name
    assert shape["rows"]
    heads = [c["name"] for c in shape["columns"]]
    table = csv.reader(io.StringIO(user.get(f"/api/report/{name}?format=csv").content.decode("utf-8-sig")))
    assert next(table) == heads


def test_campaigns_and_their_switch(user: TestClient[Any], mall: Mall) -> None:
    rows = {c["code"]: c for c in user.get("/api/campaigns").json()["campaigns"]}
    assert {code: c["state"] for code, c in rows.items()} == {"shoes-now": "running", "seen-online": "paused"}
    shoes = rows["shoes-now"]
    assert (shoes["kind"], shoes["sent"], shoes["redeemed"], shoes["effect"]) == ("scene", 1, 1, None)
    assert shoes["reason"]
    for state in ("paused", "running"):
        answer = user.post("/api/campaigns/shoes-now/state", json={"state": state})
        assert (answer.status_code, answer.json()) == (200, {"code": "shoes-now", "state": state})
        listed = {c["code"]: c["state"] for c in user.get("/api/campaigns").json()["campaigns"]}
        assert listed["shoes-now"] == state  # at once, though the list is kept for some seconds
        with mall.store.state.read() as tx:
            assert campaign_of(tx, "shoes-now").state == state
    for sent, code, field in ((b"", "bad_request", ""), (b"{", "bad_json", ""), (b"{}", "bad_request", "state")):
        refused = user.post("/api/campaigns/shoes-now/state", content=sent).json()
        assert (refused["code"], refused.get("field", ""), bool(refused["hint"])) == (code, field, True)
    bad = user.post("/api/campaigns/shoes-now/state", json={"state": "dancing"})
    assert (bad.status_code, bad.json()["code"]) == (400, "bad_request")
    assert user.post("/api/campaigns/none/state", json={"state": "paused"}).status_code == 404
    one = user.get("/api/campaigns/shoes-now").json()
    assert one["offer"] == {"kind": "percent", "value": 20, "category": "shoes", "valid": "3d"}
    assert one["days"] == [{"date": "2026-03-07", "sent": 1, "redeemed": 1}]
    assert [m["status"] for m in one["messages"]] == ["sent"]
    paused = user.get("/api/campaigns/seen-online").json()
    assert paused["silence"] == [{"reason": "paused", "count": 1}]
    refused = user.post("/api/campaigns/shoes-now/launch")
    assert refused.status_code == 422
    assert refused.json()["code"]


def test_scenes(user: TestClient[Any]) -> None:
    found = {s["name"]: s for s in user.get("/api/scenes").json()}
    assert found["shoe_dwell"]["title"] == "Five minutes among the shoes"
    assert found["shoe_dwell"]["steps"][0] == "Begins with Zone Entered in shoes"
    assert (found["shoe_dwell"]["fired_today"], found["shoe_dwell"]["last"]) == (0, None)  # it was yesterday
    chinese = {s["name"]: s for s in user.get("/api/scenes", headers={"Accept-Language": "zh"}).json()}
    assert chinese["shoe_dwell"]["title"] == "鞋区驻留五分钟"


@pytest.mark.parametrize(("path", "status", "code", "field"), [
    ("/api/nothing", 404, "not_found", ""),
    ("/api/members/99", 404, "not_found", "member"),
    ("/api/members/x", 404, "not_found", ""),
    ("/api/members/99999999999999999999", 400, "bad_request", ""),
    ("/api/members?page=99999999999999999999", 400, "bad_request", ""),
    ("/api/commerce/stock", 400, "missing_field", "sku"),
    ("/api/attendance?store=mall&from=0001-01-01&to=9999-12-31", 422, "bad_request", "from"),
    ("/api/attendance?store=nowhere", 404, "unknown_venue", "store"),
    ("/api/campaigns/none", 404, "campaign_not_found", "code"),
    ("/api/report/none", 404, "unknown_report", ""),
    ("/api/report/sales?top=x", 422, "bad_parameter", "top"),
    ("/api/report/sales?colour=red", 422, "bad_parameter", "colour"),
    ("/api/report/sales?from=2026-03-09&to=2026-03-08", 422, "bad_parameter", "from"),
    ("/api/sales?by=colour", 422, "bad_parameter", "by"),
    ("/api/sales?top=0", 400, "bad_request", "top"),
    ("/api/sales?from=yesterday", 400, "bad_request", "from"),
    ("/api/sales?format=xml", 400, "bad_request", "format"),
    ("/api/events?limit=900", 400, "bad_request", "limit"),
    ("/api/quarantine?state=lost", 400, "bad_request", "state"),
    ("/api/quarantine/999999", 404, "not_found", ""),
])
def test_every_error_has_one_shape(user: TestClient[Any], path: str, status: int, code: str, field: str) -> None:
    answer = user.get(path)
    shape = answer.json()
    assert (answer.status_code, shape["code"], shape.get("field", "")) == (status, code, field)
    assert shape["message"]
    assert shape.keys() <= {"code", "message", "hint", "field"}


def test_the_wrong_method_and_our_own_fault(user: TestClient[Any], mall: Mall, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = user.post("/api/live")
    assert (answer.status_code, answer.json()["code"]) == (405, "http_405")
    monkeypatch.setattr(mall.store.facts, "_cursor", lambda: 1 / 0)
    answer = user.get("/api/visits?from=2020-01-01")
    assert (answer.status_code, answer.json()) == (
        500, {"code": "broken", "message": "something went wrong here; the log of the platform says what"})
