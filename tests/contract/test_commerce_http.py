"""Stock and orders over a real HTTP server, on each engine: the last pieces are promised once."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from tests.absent import absent
from tests.conftest import postgresql_url

import datong
from datong.commerce import findings, order_progress, reservations, stock_of
from datong.platform import Platform
from datong.privacy import Vault
from datong.storage import State
from datong.web import create_app, hash_password

pytestmark = pytest.mark.network

_CONFIG = """
[storage]
state = "{state}"
[console]
user = "ann"
password = "{password}"
[touchpoints.oms]
kind = "web"
write_key = "key-oms"
trusted = true
[touchpoints.page]
kind = "web"
write_key = "key-page"
"""
PASSWORD = hash_password("open sesame")


class Api:
    """A client of one running platform."""

    def __init__(self, platform: Platform, port: int) -> None:
        self.platform, self._port = platform, port

    def __call__(self, method: str, path: str, body: Any = None, key: str = "key-oms", once: str = "",
                 cookie: str = "") -> tuple[int, Any]:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=20)
        headers = {"Content-Type": "application/json"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        if once:
            headers["Idempotency-Key"] = once
        if cookie:
            headers["Cookie"] = cookie
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        text, self.cookie = answer.read(), (answer.getheader("set-cookie") or "").split(";")[0]
        connection.close()
        return answer.status, json.loads(text) if text else None

    def stock(self, sku: str = "shoe", place: str = "S1") -> tuple[float, float]:
        with self.platform.store.state.read() as tx:
            found = next(s for s in stock_of(tx, [sku]) if s.place == place)
        return found.quantity, found.reserved


@contextmanager
def serving(platform: Platform) -> Iterator[Api]:
    platform.flow.start()
    server = uvicorn.Server(uvicorn.Config(create_app(platform), host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    try:
        yield Api(platform, server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.should_exit = True
        thread.join()


def configured(folder: Path, engine: str) -> Path:
    url = "sqlite"
    if engine == "postgresql":
        if not (url := postgresql_url()):
            absent("no PostgreSQL on this machine; scripts/test starts one where Debian's package is installed")
        state = State(url)
        with state.engine.begin() as tx:
            tx.exec_driver_sql("DROP SCHEMA public CASCADE")
            tx.exec_driver_sql("CREATE SCHEMA public")
        state.close()
    Vault.create(folder / "secret.key")
    (folder / "datong.toml").write_text(_CONFIG.format(state=url, password=PASSWORD))
    return folder / "datong.toml"


@pytest.fixture(params=["sqlite", "postgresql"])
def api(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Api]:
    with datong.open(str(configured(tmp_path, request.param))) as platform, serving(platform) as found:
        for place, form in (("S1", ""), ("S2", ""), ("W1", "warehouse")):
            found("POST", "/v1/track", {"type": "track", "event": "Store Updated", "userId": "master",
                                        "properties": {"store_id": place, "city": "Shanghai", "format": form}})
        for sku, number in (("shoe", "6901234567892"), ("sock", "")):
            found("POST", "/v1/track", {"type": "track", "event": "Product Updated", "userId": "master", "properties": {
                "sku": sku, "price": 100, "name": sku.title(), **({"gtins": [number]} if number else {})}})
        yield found


def test_fifty_ask_at_once_for_the_last_three(api: Api) -> None:
    assert api("POST", "/v1/commerce/stock", {"kind": "counted", "store_id": "S1",
                                              "products": [{"sku": "6901234567892", "quantity": 3}]})[0] == 200

    def ask(number: int) -> tuple[int, Any]:
        return api("POST", "/v1/commerce/reservations", {"store_id": "S1", "products": [{"sku": "shoe"}]},
                   once=f"ask-{number}")

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(ask, range(50)))
        again = list(pool.map(ask, range(50)))
    assert Counter(status for status, _ in answers) == {201: 3, 409: 47}
    assert {body["code"] for status, body in answers if status == 409} == {"reservation_refused"}
    assert [status for status, _ in again] == [status for status, _ in answers]
    assert api.stock() == (3.0, 3.0)
    with api.platform.store.state.read() as tx:
        assert len(reservations(tx)) == 3
        assert findings(tx) == []
    name = next(body["id"] for status, body in answers if status == 201)
    assert api("POST", f"/v1/commerce/reservations/{name}/release")[1]["state"] == "released"
    assert api("POST", "/v1/commerce/reservations", {"products": [{"sku": "shoe"}]})[0] == 201


def test_an_order_of_another_stores_stock_is_collected(api: Api) -> None:
    counted = {"kind": "counted", "store_id": "W1", "products": [{"sku": "shoe", "quantity": 2}]}
    api("POST", "/v1/commerce/stock", counted)
    order = {"order_id": "K7", "store_id": "S1", "mode": "collect", "products": [{"sku": "shoe", "price": 100}],
             "customer": {"phone": "13812345678"}}
    status, placed = api("POST", "/v1/commerce/orders", order, once="k7")
    assert (status, placed["state"], placed["reservations"][0]["lines"][0][1]) == (201, "reserved", "W1")
    assert api("POST", "/v1/commerce/orders", order, once="k7") == (201, placed)
    sent = api("POST", "/v1/commerce/transfers", {"store_id": "W1", "to": "S1", "products": [{"sku": "shoe"}]})[1]
    assert (sent["state"], sent["lines"]) == ("sent", [["shoe", 1.0, 0.0]])
    arrived = api("POST", "/v1/commerce/transfers/receive", {"transfer_id": sent["key"]})
    assert (arrived[0], arrived[1]["state"]) == (200, "received")
    assert api("POST", "/v1/commerce/transfers/receive", {"transfer_id": sent["key"]})[1]["code"] == "transfer_over"
    key = placed["key"]
    assert api("POST", "/v1/commerce/orders/step", {"order": key, "step": "ready"})[1]["state"] == "ready"
    refused = api("POST", "/v1/commerce/orders/step", {"order": key, "step": "delivered"})
    assert (refused[0], refused[1]["code"]) == (409, "step_refused")
    assert refused[1]["said"]["reason"] in ("wrong_way", "over")
    assert refused[1]["said"]["step"] == "delivered"
    api("POST", "/v1/track", {"type": "track", "event": "Order Shipped", "messageId": "early", "userId": "u",
                              "properties": {"order_id": "never", "store_id": "S1"}})
    api.platform.flow.drain()
    api("POST", "/api/login", {"user": "ann", "password": "open sesame"}, key="")
    (early,) = api("GET", "/api/orders/waiting", key="", cookie=api.cookie)[1]
    assert (early["key"], early["kind"], early["late"]) == ("oms/never", "Order Shipped", False)
    done = api("POST", "/v1/commerce/orders/step", {"order": key, "step": "collected", "store_id": "S1",
                                                    "code": placed["code"]})
    assert (done[1]["state"], done[1]["steps"][-1]["actor"]) == ("collected", "touchpoint:oms")
    assert (api.stock("shoe", "S1"), api.stock("shoe", "W1")) == ((0.0, 0.0), (1.0, 0.0))


def test_who_may_not_ask_is_told_why(api: Api) -> None:
    ask = {"products": [{"sku": "shoe"}]}
    assert api("POST", "/v1/commerce/reservations", ask, key="")[0] == 401
    assert api("POST", "/v1/commerce/reservations", ask, key="key-page")[1]["code"] == "not_trusted"
    assert api("POST", "/api/commerce/reservations", ask)[1]["code"] == "not_logged_in"
    assert api("POST", "/v1/commerce/reservations", {"products": [{"sku": "ghost"}]})[1]["code"] == "unknown_sku"
    assert api("POST", "/v1/commerce/orders/step", {"order": "x", "step": "picked"})[1]["code"] == "unknown_order"
    api("POST", "/v1/track", {"type": "track", "event": "Stock Adjusted", "messageId": "m", "anonymousId": "a",
                              "properties": {"store_id": "S1", "products": [{"sku": "shoe", "quantity": -9}]}},
        key="key-page")
    assert api("POST", "/v1/commerce/reservations", ask, once="same")[0] == 409
    other = api("POST", "/v1/commerce/reservations", {"products": [{"sku": "sock"}]}, once="same")
    assert (other[0], other[1]["code"]) == (409, "conflict")


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_crash_between_deciding_and_committing_doubles_nothing(engine: str, tmp_path: Path) -> None:
    config = configured(tmp_path, engine)
    with datong.open(str(config), intake={"unknown_goods": "accept"}) as platform:
        def track(kind: str, name: str, **said: Any) -> dict[str, Any]:
            return {"type": "track", "event": kind, "messageId": name, "userId": "u",
                    "properties": {"store_id": "S1", "products": [{"sku": "shoe", "price": 1}], **said}}

        from datong.touchpoints.kinds.web import read_batch

        calls = [track("Stock Counted", "c", products=[{"sku": "shoe", "quantity": 2}])]
        calls += [track("Order Placed", f"p{n}", order_id=f"W{n}", reserve=True) for n in range(4)]
        platform.intake.accept_calls("oms", read_batch(json.dumps({"batch": calls}).encode()))
        broken = platform.flow.stages[-1]
        step = broken.step
        broken.step = lambda *_: 1 / 0  # type: ignore[method-assign, assignment]
        with pytest.raises(ZeroDivisionError):
            platform.flow.pump()
        broken.step = step  # type: ignore[method-assign]
    with datong.open(str(config)) as platform:
        platform.flow.drain()
        with platform.store.state.read() as tx:
            states = [found.state if (found := order_progress(tx, f"oms/W{n}")) else "none" for n in range(4)]
            stock = stock_of(tx, ["shoe"])[0]
        assert states == ["reserved", "reserved", "none", "none"]
        assert (stock.quantity, stock.reserved) == (2.0, 2.0)
