"""Goods, stock and orders in a real browser: count a piece, send a transfer, take an order to its end."""

from __future__ import annotations

from typing import Any


def test_a_count_changes_what_is_there(open_console: Any) -> None:
    page = open_console("goods/S201-001")
    page.wait_for_selector("table")
    page.click("text=Count or correct")
    page.fill("dialog input[list=places]", "S201")  # a mall that has just opened has not counted yet
    page.fill("dialog input[inputmode=decimal]", "7")
    page.click("dialog button.primary")
    page.wait_for_selector(".toast:has-text('7 are there now')")
    page.wait_for_selector("td:has-text('counted 7')")


def test_a_transfer_is_sent_and_taken_in(open_console: Any) -> None:
    page = open_console("stock")
    page.click("text=Transfers")
    page.click("text=Send a transfer")
    fields = page.locator("dialog input")
    fields.nth(0).fill("S201")
    fields.nth(1).fill("S202")
    page.fill("dialog textarea", "S201-002 2")
    page.click("dialog button.primary")
    page.wait_for_selector("td:has-text('0 / 2')")
    page.click("text=Take in")
    page.wait_for_selector(".toast:has-text('has arrived')")


def test_an_order_is_collected_and_a_wrong_code_is_refused(open_console: Any) -> None:
    page = open_console("orders")
    order = {"order_id": "B-1", "store_id": "S201", "mode": "collect", "products": [{"sku": "S201-004", "price": 99}]}
    root = page.url.split("/console")[0]
    placed = page.request.post(f"{root}/api/commerce/orders", data=order)
    assert placed.status == 201
    page.goto(f"{root}/console/#/orders/console%2FB-1")
    page.wait_for_selector("h1:has-text('B-1')")
    for code, seen in (("000000x", ".toast.bad"), (placed.json()["code"], ".badge:has-text('Collected')")):
        page.click("main button:has-text('Hand over')")
        page.fill("dialog input", code)
        page.click("dialog button.primary")
        page.wait_for_selector(seen)
        if page.locator("dialog[open]").count():
            page.keyboard.press("Escape")
    assert page.locator("main .badge:has-text('Refused')").count() >= 1
