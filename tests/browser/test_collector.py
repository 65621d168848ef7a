"""The browser collector in a real Chromium on a real shop page: events arrive, offline too, and consent holds."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.contract.till_server import Shop, serving
from tests.flow.mall import opened

from datong.model import Event

SCRIPT = Path(__file__).parents[2] / "src" / "datong" / "web" / "static" / "sdk" / "datong.js"
_PAGE = """<!doctype html><title>Shop</title><h1>Shop</h1>
<script>window.datong=window.datong||function(){(datong.q=datong.q||[]).push(arguments)}
datong("search","boots")</script>
<script async src="%s/sdk/datong.js" data-key="key-web"%s></script>"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with opened(tmp_path_factory.mktemp("shop")) as mall, serving(mall) as found:
        yield found


@pytest.fixture(scope="module")
def site(shop: Shop) -> Iterator[str]:
    """A shop page on a host of its own: every request to the platform crosses origins."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = (_PAGE % (shop.url, ' data-consent="required"' if "consent" in self.path else "")).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *said: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def visitor(browser: Any) -> Iterator[Any]:
    context = browser.new_context()
    yield context
    context.close()


def heard(shop: Shop, page: str, wanted: Callable[[list[Event]], bool]) -> list[Event]:
    """Wait until what came from visitors of a page is what is wanted, and return it."""
    until = time.monotonic() + 20
    while True:
        found = [e for e in shop.mall.events() if e.properties.get("page") == page]
        if wanted(found) or time.monotonic() > until:
            return found
        time.sleep(0.05)


def say(page: Any, name: str, *said: Any) -> None:
    page.wait_for_function("window.datong && !window.datong.q")
    page.evaluate("([name, said]) => datong(name, ...said)", [name, list(said)])


def test_it_is_small_and_cached(shop: Shop) -> None:
    assert len(gzip.compress(SCRIPT.read_bytes(), 9)) <= 6 * 1024
    first = httpx.get(f"{shop.url}/sdk/datong.js", trust_env=False)
    assert first.headers["cache-control"] == "public, max-age=3600"
    assert first.headers["content-type"].startswith("text/javascript")
    again = httpx.get(f"{shop.url}/sdk/datong.js", headers={"If-None-Match": first.headers["etag"]}, trust_env=False)
    assert (again.status_code, again.content) == (304, b"")


def test_what_a_visitor_does_arrives(shop: Shop, site: str, visitor: Any) -> None:
    page = visitor.new_page()
    page.goto(f"{site}/a?x=1")
    say(page, "product", {"product_id": "shoe-1", "price": 499, "page": "a"})
    say(page, "cart", "add", {"product_id": "shoe-1", "price": 499, "page": "a"})
    say(page, "cart", "view", [{"product_id": "shoe-1", "price": 499}])
    say(page, "identify", "u-browser")
    say(page, "track", "Coupon Entered", {"coupon": "X", "page": "a"})
    page.evaluate("history.pushState({}, '', '/b')")
    found = heard(shop, "a", lambda e: len(e) >= 3)
    assert [e.type for e in found] == ["Product Viewed", "Product Added", "Coupon Entered"]
    assert len({e.identifiers[-1].key for e in found[:2]}) == 1
    assert {i.ns for i in found[2].identifiers} == {"anonymous_id", "user_id"}
    pages = [e.properties["path"] for e in shop.mall.events("Page Viewed")]
    assert pages == ["/a", "/b"]
    assert [e.properties["query"] for e in shop.mall.events("Products Searched")] == ["boots"]
    assert shop.mall.events("Cart Viewed")[0].items[0].sku == "shoe-1"


def test_it_survives_offline_and_the_end_of_the_page(shop: Shop, site: str, visitor: Any) -> None:
    page = visitor.new_page()
    page.goto(f"{site}/offline")
    page.wait_for_function("window.datong && !window.datong.q")
    visitor.set_offline(True)
    for n in range(5):
        say(page, "product", {"product_id": "shoe-1", "page": "offline", "n": n})
    page.wait_for_timeout(1_300)
    page.close()
    assert heard(shop, "offline", lambda _: True) == []
    visitor.set_offline(False)
    page = visitor.new_page()
    page.goto(f"{site}/offline")
    found = heard(shop, "offline", lambda e: len(e) >= 5)
    assert [e.properties["n"] for e in found] == list(range(5))
    say(page, "product", {"product_id": "shoe-1", "page": "offline", "n": 5})
    page.close(run_before_unload=True)  # at once: only the beacon can carry it
    found = heard(shop, "offline", lambda e: len(e) >= 6)
    assert [e.properties["n"] for e in found] == list(range(6))


def test_a_page_sends_again_what_the_platform_did_not_take(shop: Shop, site: str, visitor: Any) -> None:
    page = visitor.new_page()
    page.goto(f"{site}/again")
    page.wait_for_function("window.datong && !window.datong.q")
    shop.stop()
    say(page, "product", {"product_id": "shoe-1", "page": "again"})
    page.wait_for_timeout(1_200)
    shop.start()
    assert len(heard(shop, "again", lambda e: len(e) >= 1)) == 1


def test_nothing_is_kept_or_sent_before_consent(shop: Shop, site: str, visitor: Any) -> None:
    page = visitor.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site}/consent")
    say(page, "product", {"product_id": "shoe-1", "page": "consent"})
    page.wait_for_timeout(1_500)
    assert not [url for url in asked if "/v1/" in url]
    assert page.evaluate("Object.keys(localStorage).length") == 0
    say(page, "consent", {"analytics": True, "marketing": False})
    (seen,) = heard(shop, "consent", lambda e: len(e) >= 1)
    assert seen.type == "Product Viewed"
    said = {e.properties["purpose"]: e.properties["granted"] for e in shop.mall.events("Consent Changed")}
    assert said == {"analytics": True, "marketing": False}
    say(page, "consent", False)
    page.wait_for_function("Object.keys(localStorage).join() === 'datong.consent'")
    say(page, "product", {"product_id": "shoe-1", "page": "consent"})
    page.wait_for_timeout(1_300)
    assert len(heard(shop, "consent", lambda _: True)) == 1


def test_denied_from_the_start_leaves_no_trace(shop: Shop, site: str, visitor: Any) -> None:
    page = visitor.new_page()
    before = len(shop.mall.events())
    page.goto(f"{site}/consent2?consent")
    say(page, "product", {"product_id": "shoe-1", "page": "denied"})
    say(page, "consent", False)
    say(page, "product", {"product_id": "shoe-1", "page": "denied"})
    page.wait_for_timeout(1_300)
    assert len(shop.mall.events()) == before
    assert page.evaluate("Object.keys(localStorage).join()") == "datong.consent"
