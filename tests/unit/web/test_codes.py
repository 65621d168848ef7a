"""The pages Codes and Screens: links made, printed, retired and brought back; scans; what played and who was there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import TestClient
from tests.flow.mall import CARD, MAC, Mall, opened

from datong.analytics import plays, scans
from datong.model import MINUTE, SECOND
from datong.web import create_app, signed_address

PHONE = {"user-agent": "Mozilla/5.0 (iPhone)", "accept-language": "en"}
SPRING = {"code": "spring", "screens": [{"code": "door-1", "place": "mall", "zone": "shoes"}],
          "items": [{"spot": "boots", "title": {"en": "New boots"}, "seconds": 600, "from": "00:00", "until": None}]}


@pytest.fixture(scope="module")
def mall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mall]:
    with opened(tmp_path_factory.mktemp("codes")) as found:
        found.show_card()
        found.log_in_to_wifi()
        found.drain()
        yield found


@pytest.fixture(scope="module")
def client(mall: Mall) -> Iterator[TestClient[Any]]:
    """Somebody at the console; the flow runs after each call, so nobody waits for it."""
    with pytest.MonkeyPatch.context() as patch, TestClient(create_app(mall.platform)) as found:
        patch.setattr("datong.web.asked.WAIT", 0.0)
        found.follow_redirects = False
        found.event_hooks = {"request": [], "response": [lambda _: mall.drain()]}
        yield found


@pytest.fixture
def key(mall: Mall) -> dict[str, str]:
    return {"authorization": f"Bearer {mall.platform.token}"}


def test_links_of_a_file_are_listed_printed_retired_and_brought_back(
    client: TestClient[Any], key: dict[str, str], mall: Mall
) -> None:
    body = "\ufeffsku, place ,label,code\nshoe-1,S1,<Boots 42>,boots\n\nbag-1,,,\n"
    made = client.post("/api/links/file", content=body.encode(), headers=key).json()
    assert made["unknown"] == {}
    assert made["codes"][0] == "boots"
    for _ in range(2):
        assert client.get("/q/boots", headers=PHONE).status_code == 200  # a reload is no second scan
    listed = client.get("/api/links?page=1&query=BOOTS", headers=key).json()
    assert (listed["total"], listed["links"][0]["scans"], listed["links"][0]["members"]) == (1, 1, 0)
    assert listed["links"][0]["last"] == mall.clock.at
    assert client.get("/api/links?page=2", headers=key).json()["links"] == []
    (row,) = scans(mall.store, ["link", "store", "sku"])
    assert {name: row[name] for name in ("link", "store", "sku", "scans", "known_scans")} == {
        "link": "boots", "store": "S1", "sku": "shoe-1", "scans": 1, "known_scans": 0}
    sheet = client.post("/api/links/sheet", json={"codes": made["codes"], "base": "https://shop.example/"}, headers=key)
    assert sheet.text.count("<svg") == 2
    assert "&lt;Boots 42&gt;" in sheet.text
    for turn, status in (("retire", 410), ("restore", 200)):
        assert client.post(f"/api/links/boots/{turn}", json={}, headers=key).status_code == 202
        assert client.get("/q/boots", headers=PHONE).status_code == status
        state = "retired" if turn == "retire" else "used"
        shown = client.get(f"/api/links?page=1&state={state}", headers=key).json()["links"]
        assert "boots" in {one["code"] for one in shown}
    assert client.post("/api/links/nothing/retire", json={}, headers=key).json()["code"] == "unknown_link"


def test_what_nobody_knows_is_taken_and_told(client: TestClient[Any], key: dict[str, str]) -> None:
    made = client.post("/api/links", json={"links": [{"sku": "nope", "place": "XX"}]}, headers=key).json()
    assert (len(made["codes"]), made["unknown"]) == (1, {"sku": ["nope"], "place": ["XX"]})
    hung = [{"code": "s-1", "place": "mall", "zone": "attic"}, {"code": "s-2", "place": "moon"}]
    lost = {"code": "lost", "screens": hung, "items": [{"spot": "a", "title": {"en": "A"}, "link": "nowhere"}]}
    told = client.post("/api/playlists", json={"playlists": [lost]}, headers=key).json()
    assert told["unknown"] == {"link": ["nowhere"], "place": ["moon"], "zone": ["mall/attic"]}
    client.post("/api/playlists/lost/remove", json={}, headers=key)
    assert client.get("/api/devices/kiosk/moon", headers=key).json()["code"] == "unknown_venue"


@pytest.mark.parametrize(("body", "said"), [
    (b"sku,colour\nA,red\n", "colour"), (b"sku\n", "no row"), (b"sku,place\nA,S1,x\n", "line 2"),
    (b"\xff\xfe\x00", ""), (b"sku,code\nA,a/b\n", "a/b"),
])
def test_a_file_that_cannot_be_taken_says_where(
    client: TestClient[Any], key: dict[str, str], body: bytes, said: str
) -> None:
    answer = client.post("/api/links/file", content=body, headers=key)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_link" if said else "bad_csv")
    assert said in answer.json()["message"]
    assert answer.json()["hint"]


def test_a_code_is_drawn_as_picture(client: TestClient[Any], key: dict[str, str]) -> None:
    svg = client.post("/api/qr", json={"text": "https://shop.example/q/boots"}, headers=key)
    assert (svg.headers["content-type"], b"<svg" in svg.content) == ("image/svg+xml", True)
    png = client.post("/api/qr", json={"text": "x", "form": "png"}, headers=key)
    assert png.content.startswith(b"\x89PNG")
    assert client.post("/api/qr", json={"text": ""}, headers=key).json()["field"] == "text"


def test_a_screen_shows_that_it_lives_what_it_played_and_who_was_there(
    client: TestClient[Any], key: dict[str, str], mall: Mall
) -> None:
    sent = client.post("/api/playlists", json={"text": json.dumps({"playlists": [SPRING]})}, headers=key)
    assert sent.json()["playlists"] == ["spring"]
    (screen,) = client.get("/api/screens", headers=key).json()["screens"]
    assert (screen["code"], screen["spot"], screen["last"]) == ("door-1", "boots", 0)
    mall.sight(MAC)
    assert "New boots" in client.get(signed_address(mall.platform, "screen/door-1")).text
    assert client.get("/api/screens", headers=key).json()["screens"][0]["last"] == mall.clock.at
    mall.wait(31 * SECOND)
    mall.sight(MAC)
    mall.wait(10 * MINUTE)
    (turn,) = client.get("/api/screens/plays?screen=door-1", headers=key).json()["plays"]
    assert (turn["spot"], turn["devices"]) == ("boots", 1)
    assert plays(mall.store, spot="other") == []
    assert client.get("/api/screens/exposures", headers=key).json()["exposures"] == []  # nobody agreed
    gone = client.post("/api/playlists/spring/remove", json={}, headers=key).json()["playlist"]
    assert client.get("/api/screens", headers=key).json()["screens"] == []
    client.post("/api/playlists", json={"playlists": [gone]}, headers=key)
    assert len(client.get("/api/screens", headers=key).json()["screens"]) == 1
    assert client.post("/api/playlists/none/remove", json={}, headers=key).status_code == 404


def test_kiosks_shelves_and_claims_are_listed(client: TestClient[Any], key: dict[str, str], mall: Mall) -> None:
    (kiosk,) = client.get("/api/devices/kiosks", headers=key).json()["kiosks"]
    assert (kiosk["place"], kiosk["last"]) == ("mall", 0)
    assert client.get(kiosk["address"]).status_code == 200
    assert client.get("/api/devices/kiosks", headers=key).json()["kiosks"][0]["last"] == mall.clock.at
    client.post("/api/links", json={"links": [{"kind": "shelf", "sku": "shoe-1", "place": "S1", "code": "shelf-1"}]},
                headers=key)
    (shelf,) = client.get("/api/devices/shelves", headers=key).json()["shelves"]
    assert (shelf["code"], shelf["last"]) == ("shelf-1", 0)
    client.get("/shelf/shelf-1/feed")
    assert client.get("/api/devices/shelves", headers=key).json()["shelves"][0]["last"] == mall.clock.at
    member = mall.member("member_card", CARD)
    made = client.post("/api/claims", json={"member": member}, headers=key).json()
    assert made["until"] == mall.clock.at + 15 * MINUTE
    assert client.get("/api/claims", headers=key).json() == {"claims": []}
