"""The console in a real browser, in front of a living mall."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

PAGES = ["live", "members", "members/1", "members/1/why", "sales", "campaigns", "orders", "goods", "stock", "scenes",
         "review", "linking", "policy", "quarantine"]


def test_wrong_password_is_refused_and_right_one_lets_in(mall: Any, browser: Any) -> None:
    context = browser.new_context(locale="en")
    page = context.new_page()
    page.goto(f"{mall.url}/console/#/members")
    page.fill("input[name=user]", "demo")
    page.fill("input[name=password]", "wrong")
    page.click("button[type=submit]")
    page.wait_for_selector("[role=alert]:not(:empty)")
    page.wait_for_timeout(1100)  # the platform wants a second between two tries
    page.fill("input[name=password]", "demo")
    page.keyboard.press("Enter")
    page.wait_for_selector("nav [aria-current=page]")
    assert page.url.endswith("#/members")  # signing in leads to the page that was asked for
    context.close()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_page_fits_a_phone(open_console: Any, path: str, language: str) -> None:
    page = open_console(path, phone=True, language=language, theme="dark")
    page.wait_for_function("!document.querySelector('.skeleton')")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.locator("[role=alert]").count() == 0
    assert page.locator("html").get_attribute("lang") == language


def test_live_shows_people_on_every_floor_and_events_as_they_happen(open_console: Any) -> None:
    page = open_console("live")
    page.wait_for_selector(".event")
    page.wait_for_function("document.querySelector('.present-total').innerText !== '0'")
    assert int(page.locator(".present-total").inner_text().replace(",", "")) > 0
    tabs = page.locator(".plan-tabs button")
    for index in range(tabs.count()):
        tabs.nth(index).click()
        assert page.locator(".zone").count() > 0
    page.wait_for_function("document.querySelector('.tall .dot.good')", timeout=15_000)
    first = page.locator(".event").first.inner_text()
    page.wait_for_function("old => document.querySelector('.event').innerText !== old", arg=first, timeout=15_000)


def test_zone_tells_its_figures_by_keyboard(open_console: Any) -> None:
    page = open_console("live")
    page.wait_for_selector(".zone")
    page.locator(".zone").first.focus()
    name = page.locator(".zone").first.get_attribute("aria-label")
    assert name.startswith(page.locator(".zone-details strong").inner_text())


def test_member_is_found_by_number_and_opens(open_console: Any) -> None:
    page = open_console("members")
    page.wait_for_selector("tbody tr")
    label = page.locator("tbody a").first.inner_text()
    page.fill("input[type=search]", label)
    page.wait_for_function("document.querySelectorAll('tbody tr').length === 1")
    page.click("tbody a")
    page.wait_for_selector(".event")
    assert page.locator("h1").inner_text().startswith(label)
    page.go_back()
    page.fill("input[type=search]", "nobody@nowhere.example")
    page.wait_for_selector("text=Nobody matches")
    page.click("text=Clear search")
    page.wait_for_selector("tbody tr")


def test_language_and_theme_are_remembered(open_console: Any) -> None:
    page = open_console("scenes")
    page.click("button:has-text('中文')")
    assert page.locator("h1").inner_text() == "场景"
    page.wait_for_selector("td:has-text('开始：')")  # what the platform says follows the reader's language too
    page.click("button[aria-label^='外观']")  # as the system → light
    page.click("button[aria-label^='外观']")  # light → dark
    page.reload()
    page.wait_for_selector("h1:has-text('场景')")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_sales_draw_a_heat_map_and_give_a_file(open_console: Any, tmp_path: Path) -> None:
    page = open_console("sales")
    page.wait_for_selector("canvas")
    with page.expect_download() as download:
        page.click("a[download]")
    download.value.save_as(tmp_path / "sales.csv")
    lines = (tmp_path / "sales.csv").read_text("utf-8-sig").splitlines()
    assert "sku" in lines[0].split(",")
    assert len(lines) > 1


def test_campaign_pauses_and_the_way_back_works(open_console: Any) -> None:
    page = open_console("campaigns")
    page.locator("tbody tr", has=page.locator("button:has-text('Pause')")).first.locator("a").first.click()
    page.wait_for_selector(".verdict")
    page.click("button:has-text('Pause')")
    page.wait_for_selector("button:has-text('Resume')")
    page.click(".toast button:has-text('Undo')")
    page.wait_for_selector("button:has-text('Pause')")


def test_refused_call_is_mended_and_another_is_discarded_and_brought_back(open_console: Any, mall: Any) -> None:
    for _ in range(2):
        _send_unknown_event(mall)
    page = open_console("quarantine")
    page.wait_for_selector("li.refused")
    before = page.locator("li.refused").count()
    page.locator("li.refused .refused-open").first.click()
    page.click("button:has-text('Discard'):not([disabled]) >> nth=-1")
    page.wait_for_function("n => document.querySelectorAll('li.refused').length === n - 1", arg=before)
    page.click(".toast button:has-text('Undo')")
    page.wait_for_function("n => document.querySelectorAll('li.refused').length === n", arg=before)
    if not page.locator("textarea").count():
        page.locator("li.refused .refused-open").first.click()
    text = page.locator("textarea").first
    text.fill(text.input_value().replace("Browser Tested", "Page Viewed"))
    page.locator("button:has-text('Mend and replay')").first.click()
    page.wait_for_selector("text=1 replayed, 1 events stored, 0 still refused.")


def _send_unknown_event(mall: Any) -> None:
    """Send an event whose name nobody knows: it goes to quarantine, as the newest there."""
    call = {"writeKey": mall.write_key, "anonymousId": "browser-test", "event": "Browser Tested"}
    assert httpx.post(f"{mall.url}/v1/track", json=call).status_code == 200
