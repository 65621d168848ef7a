from __future__ import annotations

import re
from typing import Any

import pytest
from litestar.testing import TestClient
from tests.flow.mall import Mall
from tests.unit.web.conftest import PASSWORD

from datong.identity import ACTIONS
from datong.web import hash_password
from datong.web.login import check_password

READ = ("/api/me", "/api/live", "/api/events", "/api/stream", "/api/members", "/api/members/1", "/api/members/1/why",
        "/api/members/1/path?a=1&b=2", "/api/sales", "/api/visits", "/api/visitors", "/api/funnel", "/api/overlap",
        "/api/campaigns", "/api/campaigns/shoes-now", "/api/scenes", "/api/identity/corrections/1",
        "/api/identity/policy", "/api/identity/dry-run/1", "/api/identity/shared", "/api/review", "/api/linking/runs",
        "/api/linking/runs/1", "/api/quarantine", "/api/quarantine/1",
        "/api/quarantine/1/versions", "/api/report/sales", "/api/sales?format=csv")
WRITE = ("/api/campaigns/shoes-now/state", "/api/campaigns/shoes-now/launch", "/api/quarantine/replay",
         "/api/quarantine/discard", "/api/quarantine/1", "/api/review/1", "/api/review/1/undo", "/api/linking/runs",
         "/api/linking/runs/1/publish", "/api/linking/runs/1/withdraw", "/api/identity/dry-run",
         "/api/identity/dry-run/1/stop", *(f"/api/identity/{action}" for action in ACTIONS))
TILL = (*(f"/api/till/{name}" for name in ("lookup", "receipt", "void", "coupons")),
        *(f"/api/till/coupon/{name}" for name in ("check", "lock", "unlock", "redeem")))
GOODS_READ = ("goods", "goods/one?sku=a", "stock/findings", "transfers", "orders", "orders/one?key=a", "orders/refused")
COMMERCE_READ = ("reservations/1", "orders/one?key=a", "stock?sku=a")
COMMERCE_WRITE = ("reservations", "reservations/1/release", "orders", "orders/step", "transfers", "transfers/receive",
                  "transfers/cancel", "stock")
READ += (*(f"/api/{name}" for name in GOODS_READ), *(f"/api/commerce/{name}" for name in COMMERCE_READ))
WRITE += ("/api/goods", *(f"/api/commerce/{name}" for name in COMMERCE_WRITE))
KEYED = (*(("GET", f"/v1/commerce/{name}") for name in COMMERCE_READ),
         *(("POST", f"/v1/commerce/{name}") for name in COMMERCE_WRITE))
OPEN = {"/api/login", "/api/logout", "/api/clock", "/healthz", "/metrics"}


@pytest.mark.parametrize("path", READ)
def test_nothing_is_shown_without_a_login(client: TestClient[Any], path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 401
    assert answer.json() == {"code": "not_logged_in", "message": "log in first",
                             "hint": "POST /api/login {user, password}"}


@pytest.mark.parametrize("path", WRITE)
def test_nothing_is_changed_without_a_login(client: TestClient[Any], path: str) -> None:
    assert client.post(path, json={"state": "paused", "ids": "all", "raw": ""}).status_code == 401


@pytest.mark.parametrize("path", TILL)
def test_a_till_says_who_it_is(client: TestClient[Any], path: str) -> None:
    for answer in (client.get(path), client.post(path, json={})):
        if answer.status_code != 405:
            assert (answer.status_code, answer.json()["code"]) == (401, "bad_write_key")


@pytest.mark.parametrize(("method", "path"), KEYED)
def test_stock_and_orders_are_for_systems_with_a_key(client: TestClient[Any], method: str, path: str) -> None:
    answer = client.request(method, path, json={} if method == "POST" else None)
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_write_key")


def test_every_address_of_the_api_is_among_those(client: TestClient[Any]) -> None:
    paths = client.get("/api/schema/openapi.json").json()["paths"]
    guarded = {path for path in paths if path not in OPEN}
    tried = [re.sub(r"\?.*", "", path) for path in (*READ, *WRITE, *TILL, *(path for _, path in KEYED))]
    patterns = {path: re.sub(r"\{[^}]*\}", "[^/]+", path) for path in guarded}
    assert [path for path, known in patterns.items() if not any(re.fullmatch(known, one) for one in tried)] == []


def test_a_login_opens_and_a_logout_closes(client: TestClient[Any]) -> None:
    answer = client.post("/api/login", json={"user": "ann", "password": PASSWORD})
    assert (answer.status_code, answer.content) == (204, b"")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "ann" not in cookie
    me = client.get("/api/me").json()
    assert {k: me[k] for k in ("user", "retailer", "currency", "exponent", "timezone", "demo", "speed")} == {
        "user": "ann", "retailer": "Small Mall", "currency": "CNY", "exponent": 2, "timezone": "Asia/Shanghai",
        "demo": False, "speed": 1.0}
    assert client.post("/api/logout").status_code == 204
    assert client.get("/api/me").status_code == 401


@pytest.mark.parametrize(("user", "password"), [("ann", "wrong"), ("bob", PASSWORD), ("", "")])
def test_a_wrong_login_is_refused_and_the_next_must_wait(client: TestClient[Any], user: str, password: str) -> None:
    answer = client.post("/api/login", json={"user": user, "password": password})
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_login")
    fast = client.post("/api/login", json={"user": "ann", "password": PASSWORD})
    assert (fast.status_code, fast.json()["code"], fast.headers["retry-after"]) == (429, "login_too_fast", "1")
    assert client.get("/api/me").status_code == 401


def test_a_login_that_is_none(client: TestClient[Any]) -> None:
    for body in (b"{", b"[]", b'{"user": "ann"}', b'{"user": 1, "password": 2}'):
        answer = client.post("/api/login", content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 400
        assert {"code", "message"} <= answer.json().keys() <= {"code", "message", "hint", "field"}


def test_a_foreign_cookie_opens_nothing(client: TestClient[Any]) -> None:
    client.cookies.set("datong-0", "bm90IG91cnM=")
    assert client.get("/api/me").status_code == 401


def test_the_command_line_has_a_token(client: TestClient[Any], mall: Mall) -> None:
    for token, status in ((mall.platform.token, 200), ("wrong", 401), ("", 401)):
        assert client.get("/api/me", headers={"Authorization": f"Bearer {token}"}).status_code == status


def test_passwords_are_salted_and_checked() -> None:
    one, two = hash_password("a"), hash_password("a")
    assert one != two
    assert check_password("a", one)
    assert not check_password("b", one)
    for broken in ("", "a", "scrypt:", "md5:AA==:AA=="):
        assert not check_password("a", broken)
