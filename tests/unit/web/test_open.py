"""What answers without a login: the health check, the counters, the clock, the schema, the coupon page, the intake."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import TestClient
from prometheus_client.parser import text_string_to_metric_families
from tests.flow.mall import COOKIE, Mall, opened

from datong.marketing import normalise_code
from datong.model import DAY
from datong.web import create_app


def test_health(client: TestClient[Any], mall: Mall, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "behind": 0})
    monkeypatch.setattr(mall.platform.flow, "failure", "pump: ValueError: 13812345678 is strange")
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "failing", "behind": 0, "reason": "pump failed; see the log"}


def test_counters(client: TestClient[Any], mall: Mall) -> None:
    answer = client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = {f.name: f for f in text_string_to_metric_families(answer.text)}
    assert families["datong_log_offset"].samples[0].value == mall.store.log.end()
    taken = {(s.labels["source"], s.labels["outcome"]): s.value for s in families["datong_intake_events"].samples}
    assert taken["tills", "quarantined"] == 1
    sent = {(s.labels["campaign"], s.labels["state"]): s.value for s in families["datong_messages"].samples}
    assert sent["shoes-now", "sent"] == 1


def test_clock_and_schema_and_home(client: TestClient[Any], mall: Mall) -> None:
    assert client.get("/api/clock").json() == {"now": mall.clock.at, "speed": 1.0}
    assert client.get("/api/schema").status_code == 200
    paths = client.get("/api/schema/openapi.json").json()["paths"]
    assert {"/api/sales", "/api/members/{number}", "/api/quarantine/replay"} <= paths.keys()
    home = client.get("/", follow_redirects=False)
    assert (home.status_code, home.headers["location"]) == (302, "/console/")


def test_the_intake_is_beside_it(client: TestClient[Any]) -> None:
    call = {"type": "page", "anonymousId": COOKIE, "messageId": "over-http"}
    key = {"Authorization": "Bearer key-web"}
    answer = client.post("/v1/page?results=each", json=call, headers=key)
    assert answer.json() == {"success": True, "results": [{"id": "over-http", "status": "stored"}]}
    again = client.post("/v1/page?results=each", json=call, headers=key)
    assert again.json()["results"][0]["status"] == "duplicate"
    refused = client.post("/v1/page", json=call, headers={"Authorization": "Bearer no"})
    assert (refused.status_code, refused.json()["code"]) == (401, "bad_write_key")
    elsewhere = client.post("/touchpoints/tills", content=b"{", headers={"Authorization": "Bearer key-tills"})
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (400, "bad_json")


@pytest.fixture
def coupons(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Mall, TestClient[Any], str]]:
    """A mall that has just issued a coupon."""
    with opened(tmp_path_factory.mktemp("coupon")) as mall:
        mall.show_card()
        mall.browse()
        mall.log_in()
        mall.log_in_to_wifi()
        mall.stay_among_shoes()
        (issued,) = mall.events("Coupon Issued")
        with TestClient(create_app(mall.platform)) as client:
            yield mall, client, issued.coupon


def test_the_coupon_page(coupons: tuple[Mall, TestClient[Any], str]) -> None:
    mall, client, code = coupons

    def ask(text: str, language: str = "") -> tuple[int, str]:
        answer = client.get(f"/c/{text}", headers={"Accept-Language": language} if language else {})
        assert answer.headers["cache-control"] == "no-store"
        assert "<script" not in answer.text
        return answer.status_code, answer.text

    status, page = ask(code)
    assert status == 200
    for part in ("Small Mall", "20% off", code, "<svg", 'lang="en"', "Valid until 2026-03-10"):
        assert part in page
    for part in ("8折", "仅限使用一次"):
        assert part in ask(code, "zh-CN,zh;q=0.9")[1]
    typed = code.lower().replace("-", " ").replace("0", "o")
    assert normalise_code(typed) == code
    assert ask(typed)[0] == 200
    assert ask("AAAAA-AAAAA-AAAAA-AAAAA") == (404, ask("what")[1])
    assert "We do not know this coupon." in ask("what")[1]
    assert "&lt;b&gt;" not in ask("%3Cb%3E")[1]  # what was asked for is not repeated
    mall.clock.at += 4 * DAY
    assert "This coupon has expired." in ask(code)[1]
    mall.clock.at -= 4 * DAY
    mall.show_card(2, "399.20", coupons=[{"code": code, "amount": "99.80"}])
    mall.drain()
    assert ask(code)[0] == 404
    assert "This coupon has been used." in ask(code)[1]
    assert "此优惠券已使用" in ask(code, "zh")[1]
