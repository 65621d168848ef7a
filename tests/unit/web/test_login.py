from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from litestar.testing import TestClient
from tests.flow.mall import Mall
from tests.unit.web.conftest import PASSWORD

from datong.web import hash_password
from datong.web.login import check_password

OPEN = {"/api/login", "/api/logout", "/api/clock", "/healthz", "/metrics"}
BY_KEY = ("/api/till/", "/v1/commerce/")
"""Addresses of machines, which say who they are by a write key."""


def test_no_address_answers_who_is_not_logged_in(client: TestClient[Any]) -> None:
    """Every address of the API, whatever is added to it, is behind the login or behind a write key."""
    paths = client.get("/api/schema/openapi.json").json()["paths"]
    tried: Counter[tuple[str, str]] = Counter()
    for path, methods in paths.items():
        for method in methods.keys() - ({"get", "post", "put", "delete"} if path in OPEN else ()):
            body: dict[str, Any] | None = {} if method != "get" else None
            answer = client.request(method, re.sub(r"\{[^}]*\}", "1", path), json=body)
            code = "bad_write_key" if path.startswith(BY_KEY) else "not_logged_in"
            assert (answer.status_code, answer.json()["code"]) == (401, code), (method, path)
            tried[method, code] += 1
    assert min(tried.values()) > 3
    assert len(tried) == 4


def test_what_is_missing_is_said(client: TestClient[Any]) -> None:
    answer = client.get("/api/members")
    assert answer.json() == {"code": "not_logged_in", "message": "log in first",
                             "hint": "POST /api/login {user, password}"}


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
