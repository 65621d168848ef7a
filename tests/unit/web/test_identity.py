"""Corrections, linking and review over HTTP, on a mall of their own: they change who is who."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import TestClient
from tests.flow.mall import PHONE, Mall, build

import datong
from datong.web import create_app, hash_password


@pytest.fixture
def mall(tmp_path: Any) -> Iterator[Mall]:
    """The mall after a day."""
    with datong.open(str(build(tmp_path, password=hash_password("open sesame")))) as platform:
        found = Mall(platform)
        found.stock()
        found.a_day()
        yield found


@pytest.fixture
def user(mall: Mall) -> Iterator[TestClient[Any]]:
    with TestClient(create_app(mall.platform), raise_server_exceptions=False) as client:
        assert client.post("/api/login", json={"user": "ann", "password": "open sesame"}).status_code == 204
        yield client


def _done(user: TestClient[Any], mall: Mall, action: str, **said: Any) -> dict[str, Any]:
    """Ask for a correction, let the flow carry it out, and return what became of it."""
    answer = user.post(f"/api/identity/{action}", json=said)
    assert answer.status_code == 202, answer.text
    name = answer.json()["id"]
    assert user.get(f"/api/identity/corrections/{name}").json() == {"state": "waiting", "reason": "", "seq": None}
    mall.platform.flow.drain()
    outcome: dict[str, Any] = user.get(f"/api/identity/corrections/{name}").json()
    return outcome


def _key(user: TestClient[Any], ns: str) -> str:
    why = user.get("/api/members/1/why").json()
    return next(str(i["key"]) for i in why["identifiers"] if i["ns"] == ns)


def test_an_identifier_is_taken_out_and_undo_brings_it_back(user: TestClient[Any], mall: Mall) -> None:
    before = user.get("/api/members/1").json()["identifiers"]
    done = _done(user, mall, "unmerge", key=_key(user, "phone"))
    assert (done["state"], done["reason"]) == ("done", "")
    left = {i["ns"] for i in user.get("/api/members/1").json()["identifiers"]}
    assert "phone" not in left
    assert "member_card" in left
    assert user.get("/api/members", params={"query": PHONE}).json()["members"][0]["id"] != 1
    undone = _done(user, mall, "undo", seq=done["seq"])
    assert undone["state"] == "done"
    assert user.get("/api/members/1").json()["identifiers"] == before


def test_what_cannot_be_done_is_refused_with_its_reason(user: TestClient[Any], mall: Mall) -> None:
    assert _done(user, mall, "undo", seq=4_711)["reason"] == "there is no decision 4711"
    answer = user.post("/api/identity/split", json={"groups": [["1"]]})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_correction")
    answer = user.post("/api/identity/levitate", json={})
    assert (answer.status_code, answer.json()["field"]) == (422, "action")


def test_a_correction_names_who_asked_for_it(user: TestClient[Any], mall: Mall) -> None:
    _done(user, mall, "unmerge", key=_key(user, "phone"), reason="a colleague's number")
    decisions = user.get("/api/members/1/why").json()["timeline"]
    (taken,) = [d for d in decisions if d["kind"] == "unmerge"]
    assert (taken["actor"], taken["detail"], taken["ns"], taken["value"]) == (
        "user:ann", "a colleague's number", "phone", "138****5678")
    assert taken["undoable"]


def test_why_says_what_holds_a_member_together_and_nothing_in_the_clear(user: TestClient[Any]) -> None:
    answer = user.get("/api/members/1/why")
    why = answer.json()
    for secret in (PHONE, "Li Na", "3c:22:fb", "cookie-17"):
        assert secret not in answer.text
    keys = {i["key"] for i in why["identifiers"]}
    assert {i["ns"] for i in why["identifiers"]} == {"member_card", "phone", "user_id", "anonymous_id", "wifi_mac"}
    assert all(isinstance(key, str) for key in keys)
    assert why["evidence"]
    assert all({e["a"], e["b"]} <= keys and e["active"] and e["kind"] == "deterministic" for e in why["evidence"])
    assert [g["value"] for g in why["golden"] if g["field"] == "name"] == ["L***"]
    assert why["timeline"][-1]["kind"] == "create"


def test_the_path_leads_from_one_identifier_to_another(user: TestClient[Any]) -> None:
    keys = [i["key"] for i in user.get("/api/members/1/why").json()["identifiers"]]
    edges = user.get("/api/members/1/path", params={"a": keys[0], "b": keys[-1]}).json()["edges"]
    assert edges
    here = keys[0]
    for edge in edges:
        assert here in (edge["a"], edge["b"])
        here = edge["b"] if here == edge["a"] else edge["a"]
    assert here == keys[-1]
    assert user.get("/api/members/1/path", params={"a": keys[0], "b": "12"}).status_code == 404
    assert user.get("/api/members/1/path", params={"a": keys[0], "b": "phone"}).json()["code"] == "bad_key"
    assert user.get("/api/members/99/why").status_code == 404


def test_a_member_that_shared_nothing_is_found_by_a_run_published_reviewed_and_taken_back(
    user: TestClient[Any], mall: Mall
) -> None:
    assert user.get("/api/review").json() == {"open": 0, "voted": 0, "runs": 0, "last": None, "pair": None}
    assert user.get("/api/linking/runs").json() == {"runs": []}
    assert user.get("/api/linking/runs/1").status_code == 404
    number = user.post("/api/linking/runs", json={}).json()["id"]
    for _ in range(600):
        run = user.get(f"/api/linking/runs/{number}").json()
        if run["state"] in ("done", "failed"):
            break
        time.sleep(0.05)
    assert (run["state"], run["error"], run["actor"]) == ("done", "", "user:ann")
    assert user.get("/api/review").json()["runs"] == 1
    assert user.post(f"/api/linking/runs/{number}/publish").json() == {"published": 0}
    assert user.post("/api/review/1", json={"same": True}).status_code == 404


def test_a_policy_is_tried_without_being_made(user: TestClient[Any], mall: Mall) -> None:
    assert user.get("/api/identity/dry-run/1").status_code == 404
    answer = user.post("/api/identity/dry-run", json={"namespaces": {"member_card": {"merges": "attach"}}})
    assert (answer.status_code, answer.json()) == (202, {"id": "1"})
    for _ in range(600):
        trial = user.get("/api/identity/dry-run/1").json()
        if trial["state"] != "running":
            break
        time.sleep(0.05)
    found = trial["diff"]
    assert (trial["state"], trial["progress"], trial["error"], found["before"]) == ("done", 1.0, "", 1)
    assert {"after", "unchanged", "merged", "split", "merged_total", "split_total", "events", "ms"} <= found.keys()
    wrong = user.post("/api/identity/dry-run", json={"namespaces": {"phone": {"limit": 0}}})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "identity.namespaces.phone.limit")
    assert user.post("/api/identity/dry-run", json={"namespaces": {}}).status_code == 422
    assert user.post("/api/identity/dry-run/2/stop").status_code == 404
    assert user.post("/api/identity/dry-run/1/stop").json()["state"] == "done"  # too late to stop it
