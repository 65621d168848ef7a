from __future__ import annotations

from typing import Any

from litestar.testing import TestClient
from tests.flow.mall import Mall


def spoil(mall: Mall, *messages: str) -> list[int]:
    """Let a misspelt event come in for each of these message ids, and return the numbers in quarantine."""
    mall.calls("web", *({"type": "track", "event": "Produkt Viewed", "messageId": m, "anonymousId": "x",
                         "properties": {"sku": "shoe-1"}} for m in messages))
    mall.drain()
    return [row["id"] for row in mall.rows("SELECT id FROM touchpoints_quarantine ORDER BY id")][-len(messages):]


def test_the_list_says_what_is_wrong_and_why(user: TestClient[Any]) -> None:
    found = user.get("/api/quarantine").json()
    assert found["reasons"] == [{"code": "unknown_store", "count": 1}]
    (item,) = found["items"]
    assert item.keys() == {"id", "at", "source", "kind", "code", "message", "hint", "field", "state", "raw", "cut"}
    assert (item["source"], item["kind"], item["field"]) == ("tills", "pos", "properties.store_id")
    assert "S9/T1/2026-03-07/5" in item["raw"]
    assert user.get(f"/api/quarantine/{item['id']}").json() == item
    assert user.get("/api/quarantine?reason=unknown_event").json()["total"] == 0
    assert user.get("/api/quarantine?source=tills").json()["total"] == 1
    elsewhere = user.get("/api/quarantine?source=web").json()
    assert (elsewhere["total"], elsewhere["reasons"]) == (0, [])


def test_mend_replay_and_discard(user: TestClient[Any], mall: Mall) -> None:
    mended, discarded, left = spoil(mall, "q1", "q2", "q3")
    raw = user.get(f"/api/quarantine/{mended}").json()["raw"]
    again = user.post(f"/api/quarantine/{mended}", json={"raw": raw})
    assert again.json() == {"replayed": 0, "stored": 0, "still_rejected": 1}
    done = user.post(f"/api/quarantine/{mended}", json={"raw": raw.replace("Produkt", "Product")})
    assert (done.status_code, done.json()) == (200, {"replayed": 1, "stored": 1, "still_rejected": 0})
    twice = user.post(f"/api/quarantine/{mended}", json={"raw": raw})
    assert (twice.status_code, twice.json()["code"]) == (409, "conflict")
    assert user.post("/api/quarantine/discard", json={"ids": [discarded]}).json() == {"discarded": 1}
    assert user.get(f"/api/quarantine/{discarded}").json()["state"] == "discarded"
    assert [i["id"] for i in user.get("/api/quarantine?state=discarded").json()["items"]] == [discarded]
    some = user.post("/api/quarantine/replay", json={"ids": [left]})
    assert some.json() == {"replayed": 0, "stored": 0, "still_rejected": 1}
    everything = user.post("/api/quarantine/replay", json={"ids": "all", "reason": "unknown_event"})
    assert everything.json() == {"replayed": 0, "stored": 0, "still_rejected": 1}
    mall.drain()
    assert [e.id for e in mall.events("Product Viewed")][-1] == "q1"


def test_what_is_cured_comes_in(user: TestClient[Any], mall: Mall) -> None:
    mall.track("Store Updated", {"code": "S9", "name": "Ninth"}, "office")
    mall.drain()
    done = user.post("/api/quarantine/replay", json={"ids": "all", "reason": "unknown_store"}).json()
    assert done == {"replayed": 1, "stored": 1, "still_rejected": 0}
    mall.drain()
    ninth = user.get("/api/sales?by=store&store=S9").json()["rows"]
    assert [(r["store_name"], r["amount"]) for r in ninth] == [("Ninth", 100)]


def test_bad_orders(user: TestClient[Any]) -> None:
    bodies: tuple[Any, ...] = ({}, {"ids": "some"}, {"ids": ["x"]}, [])
    for body in bodies:
        for path in ("replay", "discard"):
            answer = user.post(f"/api/quarantine/{path}", json=body)
            assert answer.status_code == 400
            assert answer.json()["code"] == "bad_request"
    assert user.post("/api/quarantine/999999", json={"raw": "{}"}).status_code == 404
