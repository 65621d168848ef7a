"""The shopper's pages: codes on goods, orders, remembering, kiosk, screens and shelves, on the whole HTTP surface."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from tests.flow.mall import CARD, PHONE, Mall, opened

from datong.commerce import order_key, order_progress
from datong.identity import who
from datong.model import MINUTE
from datong.touchpoints import NewLink, drop_playlist, links, make_links
from datong.web import claim_for, create_app, signed_address, take_playlist_file
from datong.web.shopper.words import WORDS

GTIN = "06901234567892"
PHONE_UA = {"user-agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0", "accept-language": "en"}
PLAYLIST = """
playlists:
  - code: spring
    screens: [{code: door-1, place: mall, zone: shoes}]
    items: [{spot: boots, title: {en: New boots, zh: 新靴}, seconds: 10, campaign: shoes-now, link: boots}]
"""


@pytest.fixture(scope="module")
def mall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mall]:
    """A mall with stock in two shops and a warehouse, links, and a member with a coupon."""
    with opened(tmp_path_factory.mktemp("shopper")) as found:
        def office(event: str, **properties: Any) -> None:
            found.track(event, properties, "office")

        for store, city in (("S1", "Shanghai"), ("S2", "Shanghai"), ("W1", "Suzhou")):
            office("Store Updated", code=store, name=f"Store {store}", city=city, format="fashion")
        office("Product Updated", sku="shoe-1", name="Boots", category="shoes/boots", brand="Stride", price="499.00",
               style="boots", size="42", gtins=[GTIN])
        office("Product Updated", sku="shoe-2", name="Boots", category="shoes/boots", brand="Stride", price="499.00",
               style="boots", size="43")
        for store, count in (("S1", 2), ("S2", 9), ("W1", 1)):
            office("Stock Counted", store_id=store, products=[{"sku": "shoe-1", "quantity": count}])
        office("Stock Counted", store_id="W1", products=[{"sku": "shoe-2", "quantity": 1}])
        found.drain()
        make_links(found.store, [
            NewLink(sku="shoe-1", place="S1", campaign="tags", code="boots"),
            NewLink("shelf", "shoe-1", "S1", code="shelf-1"),
            NewLink("page", target="https://shop.example/spring", code="spring")], "user:ann")
        take_playlist_file(found.platform, PLAYLIST, "user:ann")
        found.show_card()
        found.browse()
        found.log_in()
        found.log_in_to_wifi()
        found.stay_among_shoes()
        yield found


@pytest.fixture
def client(mall: Mall, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient[Any]]:
    """A shopper's browser; the flow runs when a test lets it, so nobody waits for it."""
    monkeypatch.setattr("datong.web.shopper.order._WAIT", 0.0)
    monkeypatch.setattr("datong.web.asked.WAIT", 0.0)
    with TestClient(create_app(mall.platform), raise_server_exceptions=False) as found:
        found.headers.update(PHONE_UA)
        found.follow_redirects = False
        yield found


def scans(mall: Mall) -> list[Any]:
    mall.drain()
    return mall.events("Tag Scanned")


def coupon(mall: Mall) -> str:
    return str(mall.events("Coupon Issued")[0].coupon)


def token(page: str) -> str:
    found = re.search(r'name="t" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_a_code_on_a_garment_leads_to_its_page_and_counts_once(mall: Mall, client: TestClient[Any]) -> None:
    before = len(scans(mall))
    page = client.get("/q/boots")
    assert page.status_code == 200
    assert len(page.content) < 30_000
    for text in ("Boots", "Stride at Stride", "¥499.00"):
        assert text in " ".join(page.text.split())
    cells = re.findall(r"<td[^>]*>(.*?)</td>", page.text)
    assert cells == ["42", "1", "5+", "1", "43", "–", "–", "1"]  # one of the two here was sold
    client.get("/q/boots")
    found = scans(mall)
    assert len(found) == before + 1
    last = found[-1]
    assert (last.items[0].sku, last.place, last.campaign, last.channel) == ("shoe-1", "S1", "tags", "qr")
    assert (last.ref, last.properties) == ("boots", {"link": "boots"})
    mall.wait(31 * MINUTE)
    client.get("/q/boots")
    assert len(scans(mall)) == before + 2


@pytest.mark.parametrize("headers", [
    {"user-agent": "Googlebot/2.1"}, {"user-agent": "facebookexternalhit/1.1"}, {"sec-purpose": "prefetch;prerender"},
    {"user-agent": ""},
])
def test_robots_and_prefetches_are_no_scans(mall: Mall, client: TestClient[Any], headers: dict[str, str]) -> None:
    before = len(scans(mall))
    assert client.get("/q/boots?via=nfc", headers={"accept-language": "de", **headers}).status_code == 200
    assert len(scans(mall)) == before


def test_the_digital_link_names_product_piece_and_store(mall: Mall, client: TestClient[Any]) -> None:
    page = client.get(f"/01/{GTIN}/10/L7/21/s-9?store=S2&17=271231", headers={"accept-language": "zh"})
    assert page.status_code == 200
    assert "尺码与库存" in page.text
    last = scans(mall)[-1]
    assert (last.items[0].sku, last.place) == ("shoe-1", "S2")
    assert last.properties == {"gtin": GTIN, "lot": "L7", "serial": "s-9"}
    found = client.get(f"/01/{GTIN}/21/s-9?linkType=all")
    assert found.headers["content-type"].startswith("application/linkset+json")
    (one,) = found.json()["linkset"]
    assert one["anchor"].endswith(f"/01/{GTIN}/21/s-9")
    assert one["https://gs1.org/voc/pip"][0]["href"] == one["anchor"]
    assert client.get(f"/01/{GTIN}", headers={"accept": "application/linkset+json"}).json()["linkset"]


@pytest.mark.parametrize(("path", "status"), [
    ("/01/06901234567899", 400), ("/01/nonsense", 400), ("/01/04006381333931", 404), ("/q/nowhere", 404),
    ("/scan/nowhere", 404), ("/shelf/boots", 404), ("/screen/nowhere", 404), ("/m/nonsense", 404),
])
def test_what_is_not_there_is_said_kindly(client: TestClient[Any], path: str, status: int) -> None:
    page = client.get(path)
    assert (page.status_code, page.headers["content-type"].partition(";")[0]) == (status, "text/html")
    assert "<h1>" in page.text


def test_an_address_that_leads_nowhere_is_a_page_for_people_and_json_for_programs(client: TestClient[Any]) -> None:
    page = client.get("/sale", headers={"accept": "text/html,*/*;q=0.8"})
    assert (page.status_code, "nothing at this address" in page.text) == (404, True)
    assert page.headers["content-type"].startswith("text/html")
    assert client.get("/sale").json()["code"] == client.get("/api/no", headers={"accept": "text/html"}).json()["code"]


def test_a_picture_of_a_spot_stays_an_address(mall: Mall, client: TestClient[Any]) -> None:
    text = PLAYLIST.replace("spring", "film").replace("door-1", "door-2").replace(
        "link: boots", "image: \"https://cdn.example/a b.jpg?w=1') red\"")
    take_playlist_file(mall.platform, text, "user:ann")
    mall.drain()
    assert "url(&#39;" not in (page := client.get("/screen/door-2").text)
    assert "url('https://cdn.example/a%20b.jpg?w=1%27%29%20red')" in page
    drop_playlist(mall.store, "film", "user:ann")
    mall.drain()


def test_a_link_to_a_page_leads_away_and_is_counted(mall: Mall, client: TestClient[Any]) -> None:
    away = client.get("/q/spring")
    assert (away.status_code, away.headers["location"]) == (302, "https://shop.example/spring")
    mall.drain()
    assert mall.events("Page Viewed")[-1].properties == {"link": "spring", "url": "https://shop.example/spring"}


def test_a_fitting_is_asked_for_once(mall: Mall, client: TestClient[Any]) -> None:
    form = {"t": token(client.get("/q/boots").text), "sku": "shoe-2"}
    for _ in range(2):
        assert "bringing it" in client.post("/scan/fitting", data=form).text
    mall.drain()
    (asked,) = mall.events("Fitting Requested")
    assert (asked.items[0].sku, asked.place, asked.identifiers) == ("shoe-2", "S1", ())
    assert client.post("/scan/fitting", data={**form, "sku": "bag-1"}).status_code == 422
    assert client.post("/scan/fitting", data={**form, "t": form["t"][:-2] + "AA"}).status_code == 422


def test_what_is_not_here_is_ordered(mall: Mall, client: TestClient[Any]) -> None:
    form = {"t": token(client.get("/q/boots").text), "sku": "shoe-2", "mode": "collect"}
    assert "phone number we can reach" in client.post("/scan/order", data={**form, "phone": "12"}).text
    for _ in range(2):  # a reload sends the form again
        said = client.post("/scan/order", data={**form, "phone": "13800001111", "address": "Ann, 1 Lane"})
        assert "Thank you" in said.text
    mall.drain()
    (placed,) = mall.events("Order Placed")
    assert (placed.items[0].sku, placed.place, placed.amount) == ("shoe-2", "S1", 49_900)
    assert placed.properties["mode"] == "collect"
    assert placed.identifiers[0].ns == "phone"
    assert not placed.identifiers[0].verified
    assert mall.platform.vault.unseal(placed.personal["address"]) == "Ann, 1 Lane"
    with mall.store.state.read() as tx:
        order = order_progress(tx, order_key("pages", placed.ref))
    assert order is not None
    assert (order.state, order.mode) == ("reserved", "collect")


def test_who_asks_is_remembered_by_a_coupon_and_forgotten_again(mall: Mall, client: TestClient[Any]) -> None:
    code = coupon(mall)
    page = client.get(f"/c/{code}")
    assert "Remember me" in page.text
    assert "set-cookie" not in page.headers
    done = client.post(f"/c/{code}/remember")
    assert "HttpOnly" in done.headers["set-cookie"]
    mall.drain()
    assert "Remember me" not in client.get(f"/c/{code}").text
    greeted = client.get("/q/boots").text
    assert "Welcome back" in greeted
    assert f'<a href="/c/{code}">20% off</a>' in greeted
    last = scans(mall)[-1]
    with mall.store.state.read() as tx:
        assert who(tx, [last.ident])[last.ident] == mall.member("member_card", CARD)
    client.post("/forget")
    assert "Welcome back" not in client.get("/q/boots?again").text
    assert client.post("/c/AAAAA-AAAAA-AAAAA-AAAAA/remember").status_code == 404


def test_another_site_cannot_send_our_forms(mall: Mall, client: TestClient[Any]) -> None:
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}, {"origin": "null"}):
        answer = client.post(f"/c/{coupon(mall)}/remember", headers=headers)
        assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
    form = {"t": token(client.get("/q/boots").text), "phone": "1" * 20_000}
    assert client.post("/scan/order", data=form).status_code == 413
    assert "default-src 'none'" in client.get("/q/boots").headers["content-security-policy"]


def test_who_takes_the_consent_back_is_a_stranger(mall: Mall, client: TestClient[Any]) -> None:
    client.post(f"/c/{coupon(mall)}/remember")
    mall.drain()
    said = {"purpose": "marketing", "granted": False}
    mall.track("Consent Changed", said, userId="u17")
    mall.wait(MINUTE)
    assert "Welcome back" not in client.get("/q/boots").text
    mall.track("Consent Changed", {**said, "granted": True}, userId="u17")
    mall.wait(MINUTE)
    assert "Welcome back" in client.get("/q/boots").text


def test_a_claim_remembers_once(mall: Mall, client: TestClient[Any]) -> None:
    member = mall.member("member_card", CARD)
    assert member is not None
    path = claim_for(mall.platform, member, 1.0)["path"]
    assert "Remember me" in client.get(path).text  # looking uses nothing up
    assert client.post(f"{path}/yes").status_code == 200
    mall.drain()
    assert "Welcome back" in client.get("/q/boots").text
    client.cookies.clear()
    client.post(f"{path}/yes")
    mall.drain()
    (refused, linked) = mall.rows('SELECT outcome, reason FROM touchpoints_claim ORDER BY "offset" DESC LIMIT 2')
    assert (linked["outcome"], refused["reason"]) == ("linked", "used_claim")
    mall.wait(61 * MINUTE)
    assert client.get(path).status_code == 404


def test_a_kiosk_prints_and_a_stranger_browser_does_not(mall: Mall, client: TestClient[Any]) -> None:
    page = client.get("/kiosk/mall")
    assert page.status_code == 200
    assert len(page.content) < 30_000
    assert "<polygon" in page.text
    assert "Stride" in page.text
    assert "<h3>Shoes</h3>" in client.get("/kiosk/mall?lang=en").text
    assert "<h3>鞋履</h3>" in client.get("/kiosk/mall?lang=zh").text
    assert 'name="card"' not in page.text
    assert client.post("/kiosk/mall/coupons", data={"card": CARD}).status_code == 403
    assert 'name="card"' in client.get(signed_address(mall.platform, "kiosk/mall")).text
    assert client.post("/kiosk/mall/coupons", data={"card": "8800000999"}).text.count("do not know this number") == 1
    found = client.post("/kiosk/mall/coupons", data={"card": PHONE})
    assert "20% off" in found.text
    assert "Li Na" not in found.text
    slip = client.post("/kiosk/mall/print", data={"t": token(found.text)})
    assert coupon(mall) in slip.text
    mall.drain()
    (printed,) = mall.events("Coupon Printed")
    assert (printed.coupon, printed.place, printed.channel) == (coupon(mall), "mall", "kiosk")
    assert printed.campaign == "shoes-now"
    assert printed.ident == mall.key("phone", PHONE)
    assert client.get("/kiosk/nowhere").status_code == 200


def test_a_kiosk_does_not_let_numbers_be_tried(mall: Mall, client: TestClient[Any]) -> None:
    mall.wait(31 * MINUTE)
    client.get(signed_address(mall.platform, "kiosk/mall"))
    answers = [client.post("/kiosk/mall/coupons", data={"card": f"77000{n:05}"}).text for n in range(25)]
    assert ["Too many tries" in answer for answer in answers] == [False] * 20 + [True] * 5
    assert "Too many tries" in client.post("/kiosk/mall/coupons", data={"card": CARD}).text  # nor does a right one tell


def test_a_screen_plays_and_only_ours_tells(mall: Mall, client: TestClient[Any]) -> None:
    page = client.get("/screen/door-1?lang=en")
    assert "New boots" in page.text
    assert 'http-equiv="refresh" content="' in page.text
    assert mall.events("Spot Played") == []
    mall.stay_among_shoes(minutes=1)
    client.get(signed_address(mall.platform, "screen/door-1"))
    client.get("/screen/door-1")
    mall.drain()
    (played,) = mall.events("Spot Played")
    assert (played.ref, played.place, played.zone, played.campaign) == ("boots", "mall", "shoes", "shoes-now")
    (seen,) = mall.events("Screen Seen")
    assert seen.ident == mall.key("wifi_mac", "3c:22:fb:10:20:30")


def test_a_shelf_says_what_changed(mall: Mall, client: TestClient[Any]) -> None:
    page = client.get("/shelf/shelf-1")
    assert "¥499.00" in page.text
    assert "<svg" in page.text
    first = client.get("/shelf/shelf-1/feed")
    assert {k: first.json()[k] for k in ("sku", "price", "stock", "currency")} == {
        "sku": "shoe-1", "price": 49_900, "stock": first.json()["stock"], "currency": "CNY"}
    again = client.get("/shelf/shelf-1/feed", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    found = {"store_id": "S1", "reason": "found", "products": [{"sku": "shoe-1", "quantity": 3}]}
    mall.track("Stock Adjusted", found, "office")
    mall.drain()
    changed = client.get("/shelf/shelf-1/feed", headers={"if-none-match": first.headers["etag"]})
    assert (changed.status_code, changed.json()["stock"]) == (200, first.json()["stock"] + 3)
    assert [one["code"] for one in client.get("/shelves/S1/feed").json()["labels"]] == ["shelf-1"]
    assert client.get("/q/shelf-1").headers["location"] == "/shelf/shelf-1"
    before = len(scans(mall))
    assert "Boots" in client.get("/scan/shelf-1").text
    assert scans(mall)[-1].properties == {"link": "shelf-1", "via": "shelf"} or len(scans(mall)) == before
    assert client.get("/shelf/nowhere/feed").status_code == 404


def test_the_console_makes_links_claims_and_playlists(mall: Mall, client: TestClient[Any]) -> None:
    assert client.post("/api/links", json={"links": []}).status_code == 401
    key = {"authorization": f"Bearer {mall.platform.token}"}
    made = client.post("/api/links", json={"links": [{"sku": "bag-1"}]}, headers=key).json()["codes"]
    mall.drain()
    assert client.get("/api/links?sku=bag-1", headers=key).json()["links"][0]["code"] == made[0]
    client.post(f"/api/links/{made[0]}/retire", json={}, headers=key)
    mall.drain()
    assert client.get(f"/q/{made[0]}").status_code == 410
    with mall.store.state.read() as tx:
        assert links(tx, sku="bag-1")[0].retired is not None
    bad = client.post("/api/playlists", json={"text": "playlists: 5"}, headers=key)
    assert (bad.status_code, bad.json()["code"]) == (422, "bad_playlist")
    assert client.get("/api/playlists", headers=key).json()["screens"].keys() == {"door-1"}
    assert json.dumps(client.get("/api/claims", headers=key).json())
    assert client.get("/api/devices/kiosk/mall", headers=key).json()["address"].startswith("/kiosk/mall?key=")


def test_both_languages_have_the_same_words() -> None:
    assert WORDS["zh"].keys() == WORDS["en"].keys()
    templates = Path("src/datong/web/shopper/templates")
    used = {name for page in templates.glob("*.html") for name in re.findall(r"\bw\.(\w+)", page.read_text("utf-8"))}
    assert used <= WORDS["en"].keys()


def test_a_reload_after_a_restart_is_no_second_scan(mall: Mall, client: TestClient[Any]) -> None:
    """A second server has nothing in memory; the log tells it that this browser was here within half an hour."""
    mall.wait(60 * MINUTE)
    client.headers["user-agent"] += " restarted"
    before = len(scans(mall))
    assert client.get(f"/01/{GTIN}?store=S1").status_code == 200
    for minutes, scanned in ((0, 1), (20, 1), (15, 2)):  # the half hour counts from the scan, not from a full one
        mall.wait(minutes * MINUTE)
        with TestClient(create_app(mall.platform), raise_server_exceptions=False) as again:
            again.headers.update(client.headers)
            assert again.get(f"/01/{GTIN}?store=S1").status_code == 200
        assert len(scans(mall)) - before == scanned, minutes
