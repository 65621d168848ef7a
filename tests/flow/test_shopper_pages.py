"""Stories of the shopper's pages, on the real server: from one touchpoint to the next, and who it was."""

from __future__ import annotations

import hashlib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from tests.flow.mall import CARD, MAC, PHONE, Mall, campaign, opened

from datong.analytics import exposures, report, spots
from datong.delivery import inbox
from datong.marketing import redemptions
from datong.model import MINUTE, SECOND
from datong.touchpoints import NewLink, make_links, used_claims
from datong.web import claim_for, create_app, signed_address, take_playlist_file

APP, TOKEN, OPENID = "wx49f0ab532d5d035a", "spring", "oTestOpenid0000000000000000A"
HUMAN = {"user-agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0", "accept-language": "en"}
PLAYLIST = """
playlists:
  - code: spring
    screens: [{code: shoes-1, place: mall, zone: shoes}]
    items: [{spot: boots, title: {en: New boots}, seconds: 30, campaign: boots-week}]
"""
SCENE = """
scene: saw_boots
title: {en: Saw the spot, zh: 看到屏幕}
start: {on: Screen Seen, bind: [zone, place]}
reentry: each
lateness: eager
"""


@contextmanager
def served(mall: Mall) -> Iterator[httpx.Client]:
    """Give a browser on the platform's real server; the flow runs in its thread."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(mall.platform), port=port, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    mall.platform.flow.start()
    try:
        until(lambda: server.started)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=HUMAN, timeout=20) as browser:
            yield browser
    finally:
        mall.platform.flow.stop()
        server.should_exit = True
        thread.join()


def until(true: Callable[[], object]) -> None:
    """Wait until something is so, ten seconds at most."""
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def settled(mall: Mall) -> None:
    """Wait until the flow has passed all of the log."""
    until(lambda: mall.platform.flow.position >= mall.store.log.end())


def form(page: str) -> dict[str, str]:
    found = re.search(r'name="t" value="([^"]+)"', page)
    assert found is not None
    return {"t": found[1]}


def with_coupon(mall: Mall) -> str:
    """Let the card holder be known on all channels and get a coupon; return its code."""
    mall.show_card()
    mall.browse()
    mall.log_in()
    mall.log_in_to_wifi()
    mall.stay_among_shoes()
    return str(mall.events("Coupon Issued")[0].coupon)


@pytest.mark.network
def test_online_coupon_store_scan_till_redemption(tmp_path: Path) -> None:
    with opened(tmp_path) as mall:
        code = with_coupon(mall)
        make_links(mall.store, [NewLink(sku="shoe-1", place="S1", campaign="shoes-now", code="boots")], "user:ann")
        member = mall.member("member_card", CARD)
        with served(mall) as phone:
            settled(mall)
            assert "20% off" in phone.get(f"/c/{code}").text  # the coupon came online, and its page is opened
            assert phone.post(f"/c/{code}/remember").status_code == 200
            settled(mall)
            assert "Welcome back" in phone.get("/q/boots").text  # in the shop a tag is scanned with the same phone
            paid = [{"code": code, "campaign": "shoes-now", "amount": "99.80"}]
            till = phone.post("/touchpoints/tills", json=mall.slip(9, "399.20", coupons=paid),
                              headers={"authorization": "Bearer key-tills"})
            assert till.json()["stored"] == 2
            settled(mall)
        (scan,) = mall.events("Tag Scanned")
        with mall.store.state.read() as tx:
            (redeemed,) = redemptions(tx)
        assert (scan.items[0].sku, scan.place) == ("shoe-1", "S1")
        assert mall.rows(f"SELECT member FROM identity_link WHERE key = {scan.ident}") == [{"member": member}]
        assert (redeemed.coupon, redeemed.outcome, redeemed.receipt) == (code, "redeemed", "S1/T1/2026-03-07/9")


@pytest.mark.network
def test_a_garment_tag_scanned_in_the_shop_is_a_view_by_the_known_member(tmp_path: Path) -> None:
    with opened(tmp_path) as mall:
        mall.show_card()
        mall.track("Product Updated", {"sku": "shoe-1", "gtins": ["06901234567892"]}, "office")
        mall.drain()
        member = mall.member("member_card", CARD)
        assert member is not None
        path = claim_for(mall.platform, member, 1.0)["path"]
        with served(mall) as phone:
            assert phone.post(f"{path}/yes").status_code == 200
            page = phone.get("/01/06901234567892/21/s-17?store=S1")
            phone.get("/01/06901234567892/21/s-17?store=S1")  # a reload is no second scan
            asked = phone.post("/scan/fitting", data=form(page.text))
            settled(mall)
        assert "Boots" in page.text
        assert "¥499.00" in page.text
        assert "fitting room" in asked.text
        (scan,) = mall.events("Tag Scanned")
        (fitting,) = mall.events("Fitting Requested")
        assert scan.properties == {"gtin": "06901234567892", "serial": "s-17"}
        mall.drain()
        found = mall.store.facts.query(
            "SELECT e.type, e.sku, e.place, l.member FROM touchpoints.event e JOIN identity.link l USING (ident) "
            "WHERE e.channel = 'qr' ORDER BY e.\"offset\"")
        assert found.to_pylist() == [{"type": kind, "sku": "shoe-1", "place": "S1", "member": member}
                                     for kind in ("Tag Scanned", "Fitting Requested")]
        assert fitting.ident == scan.ident


@pytest.mark.network
def test_what_the_kiosk_prints_is_redeemed_at_the_till(tmp_path: Path) -> None:
    with opened(tmp_path) as mall:
        code = with_coupon(mall)
        with served(mall) as kiosk:
            assert kiosk.get(signed_address(mall.platform, "kiosk/mall")).status_code == 200
            mine = kiosk.post("/kiosk/mall/coupons", data={"card": PHONE})
            slip = kiosk.post("/kiosk/mall/print", data=form(mine.text))
            assert code in slip.text
            settled(mall)
        mall.wait(MINUTE)
        mall.receipt(7, "399.20", coupons=[{"code": code, "campaign": "shoes-now", "amount": "99.80"}])
        mall.drain()
        (printed,) = mall.events("Coupon Printed")
        with mall.store.state.read() as tx:
            (redeemed,) = redemptions(tx)
        assert (printed.coupon, printed.channel, printed.ident) == (code, "kiosk", mall.key("phone", PHONE))
        assert (redeemed.coupon, redeemed.outcome) == (code, "redeemed")


@pytest.mark.network
def test_who_could_see_a_spot_gets_a_coupon_on_the_phone(tmp_path: Path) -> None:
    (tmp_path / "scenes.yaml").write_text(SCENE, "utf-8")
    after = campaign(code="boots-week", scene="saw_boots")
    with opened(tmp_path, after, scenes={"files": ["scenes.yaml"]}) as mall:
        mall.show_card()
        mall.browse()
        mall.log_in()
        mall.log_in_to_wifi()
        take_playlist_file(mall.platform, PLAYLIST, "user:ann")
        mall.stay_among_shoes(minutes=1)
        mall.stay_among_shoes("3c:22:fb:99:99:99", 1)  # a stranger stands beside
        with served(mall) as screen:
            settled(mall)
            assert "New boots" in screen.get(signed_address(mall.platform, "screen/shoes-1")).text
            screen.get("/screen/shoes-1")
            settled(mall)
        mall.drain()
        (seen,) = mall.events("Screen Seen")
        assert (seen.ref, seen.zone, seen.ident) == ("boots", "shoes", mall.key("wifi_mac", MAC))
        with mall.store.state.read() as tx:
            (said,) = inbox(tx, mall.platform.vault)
        assert said.member == mall.member("member_card", CARD)
        assert said.coupon == mall.events("Coupon Issued")[0].coupon
        for mac in (MAC, "3c:22:fb:99:99:99"):
            mall.sight(mac)
        mall.wait(31 * SECOND)
        for mac in (MAC, "3c:22:fb:99:99:99"):
            mall.sight(mac)
        mall.wait(10 * MINUTE)
        (spot,) = spots(mall.store)
        assert (spot.plays, spot.devices, spot.members) == (1, 2, 1)
        (one,) = exposures(mall.store, "boots")
        assert (one.member, one.screen, one.overlap) == (said.member, "shoes-1", spot.shown_ms)
        assert report(mall.store, "screens").rows[0]["looks"] == 2


@pytest.mark.network
def test_who_follows_by_a_code_shown_to_a_member_is_that_member(tmp_path: Path) -> None:
    wechat = {"kind": "wechat", "settings": {"app_id": APP, "token": TOKEN}}
    with opened(tmp_path, touchpoints={"wechat": wechat}) as mall:
        mall.show_card()
        mall.drain()
        member = mall.member("member_card", CARD)
        assert member is not None
        scene = claim_for(mall.platform, member, 0.25)["scene"]
        with served(mall) as world:
            def push(openid: str, nonce: str) -> httpx.Response:
                at = str(mall.clock.at // 1000)
                signed = "".join(sorted((TOKEN, at, nonce))).encode()
                signature = hashlib.sha1(signed, usedforsecurity=False).hexdigest()
                frame = (f"<xml><ToUserName>gh</ToUserName><FromUserName>{openid}</FromUserName><CreateTime>{at}"
                         f"</CreateTime><MsgType>event</MsgType><Event>subscribe</Event>"
                         f"<EventKey><![CDATA[qrscene_{scene}]]></EventKey></xml>")
                query = {"signature": signature, "timestamp": at, "nonce": nonce}
                return world.post("/touchpoints/wechat", params=query, content=frame)

            answer = push(OPENID, "1")
            assert (answer.status_code, answer.text) == (200, "success")
            settled(mall)
            assert push("oSomebodyElse000000000000000", "2").text == "success"  # who got hold of the same code
            settled(mall)
            query = {"signature": "0" * 40, "timestamp": "1", "nonce": "3"}
            forged: Any = world.post("/touchpoints/wechat", params=query, content=b"<xml/>")
            assert (forged.status_code, forged.json()["code"]) == (403, "bad_signature")
        mall.drain()
        assert mall.member("wechat_openid", f"{APP}:{OPENID}") == member
        assert mall.member("wechat_openid", f"{APP}:oSomebodyElse000000000000000") != member
        with mall.store.state.read() as tx:
            assert [(one.outcome, one.reason) for one in used_claims(tx)] == [("refused", "used_claim"), ("linked", "")]
        assert mall.platform.intake.counts()["wechat", "refused"] == 1
