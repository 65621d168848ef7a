"""Codes and screens in a browser: a code is made, read, retired and brought back; a playlist is made."""

from __future__ import annotations

from typing import Any

import httpx
from tests.browser.conftest import Mall

LONG = 30_000  # ms, on a busy machine
PHONE = {"user-agent": "Mozilla/5.0 (iPhone)"}


def test_a_code_is_made_read_retired_and_brought_back(open_console: Any, mall: Mall) -> None:
    from playwright.sync_api import expect
    page = open_console("codes")
    page.get_by_role("button", name="Web page").first.click()
    page.get_by_label("Web address").fill("https://shop.example/spring")
    page.get_by_label("Code", exact=True).fill("poster-1")
    page.get_by_role("button", name="Make the code").click()
    row = page.get_by_role("row").filter(has_text="poster-1")
    expect(row).to_be_visible(timeout=LONG)
    assert httpx.get(f"{mall.url}/q/poster-1", headers=PHONE).status_code == 302
    row.get_by_role("button", name="poster-1").click()
    expect(page.get_by_role("dialog").get_by_role("img")).to_be_visible(timeout=LONG)
    with page.expect_download() as kept:
        page.get_by_role("dialog").get_by_role("button", name="SVG").click()
    assert kept.value.suggested_filename == "poster-1.svg"
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Print 1 picked").click()
    expect(page.frame_locator("iframe").locator("figure")).to_have_count(1, timeout=LONG)
    page.keyboard.press("Escape")
    row.get_by_role("button", name="Retire").click()
    page.get_by_role("button", name="Undo").click(timeout=LONG)
    expect(page.get_by_text("poster-1 is in use again")).to_be_visible(timeout=LONG)
    assert httpx.get(f"{mall.url}/q/poster-1", headers=PHONE).status_code == 302


def test_a_playlist_is_made_in_a_form_and_its_screen_has_an_address(open_console: Any) -> None:
    from playwright.sync_api import expect
    page = open_console("screens")
    page.get_by_role("button", name="Playlists").click()
    page.get_by_role("button", name="New playlist").click()
    form = page.get_by_role("dialog")
    form.get_by_label("Playlist").fill("summer")
    form.get_by_label("Screen", exact=True).fill("hall-9")
    form.get_by_label("Place", exact=True).fill("datong-mall")
    form.get_by_label("Title (English)").fill("Summer is here")
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Summer is here")).to_be_visible(timeout=LONG)
    page.get_by_role("button", name="Screens", exact=True).click()
    page.get_by_role("row").filter(has_text="hall-9").get_by_role("button", name="Connect").click()
    expect(page.get_by_role("dialog")).to_contain_text("/screen/hall-9?key=", timeout=LONG)
