"""Drawing a plan, and visits and flow lines, in a real browser in front of a living mall."""

from __future__ import annotations

import re
from typing import Any

LONG = 30_000  # ms, on a busy machine


def drag(page: Any, box: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag over the canvas; points are shares of its width and height."""
    points = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in (start, end)]
    page.mouse.move(*points[0])
    page.mouse.down()
    page.mouse.move(*points[1], steps=4)
    page.mouse.up()


def test_a_plan_is_drawn_taken_back_and_saved(open_console: Any) -> None:
    from playwright.sync_api import expect
    page = open_console("venues")
    page.get_by_label("Code", exact=True).fill("corner-shop")
    page.get_by_role("button", name="New venue").click()
    canvas = page.get_by_role("application")
    expect(canvas).to_be_visible(timeout=LONG)
    box = canvas.bounding_box()
    page.get_by_role("button", name="Rectangle").click()
    drag(page, box, (0.1, 0.2), (0.4, 0.6))
    expect(canvas.locator("path.area")).to_have_count(1)
    page.get_by_role("region", name="Zone").get_by_label("Name (English)").fill("Till")
    page.get_by_role("region", name="Zone").get_by_label("Name (English)").press("Enter")
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo").click()
    expect(canvas.locator("path.area")).to_have_count(0)
    page.get_by_role("button", name="Redo").click()
    page.get_by_role("button", name="Redo").click()
    expect(canvas).to_contain_text("Till")
    page.get_by_role("button", name="Hole").click()
    for x, y in ((0.2, 0.3), (0.3, 0.3), (0.3, 0.5)):
        page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
    page.keyboard.press("Enter")
    expect(canvas.locator("polygon.void")).to_have_count(1)
    page.get_by_label("Longitude, degrees").fill("121.47")
    page.get_by_label("Latitude, degrees").fill("31.23")
    page.get_by_label("Latitude, degrees").press("Enter")
    page.get_by_role("button", name="Add circle").click()
    expect(page.get_by_text("a circle of 7.5 km")).to_be_visible()
    page.get_by_role("link", name="To the venue").click()
    page.get_by_role("button", name="Leave").click()  # asked first, and kept as a draft
    page.go_back()
    page.get_by_role("button", name="Take it up").click(timeout=LONG)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved as version 2")).to_be_visible(timeout=LONG)
    page.reload()
    expect(page.get_by_role("application")).to_contain_text("Till", timeout=LONG)
    expect(page.get_by_role("application").locator("polygon.void")).to_have_count(1)


def test_visits_and_flow_lines_of_the_mall_are_shown(open_console: Any) -> None:
    from playwright.sync_api import expect
    page = open_console("venues/datong-mall")
    expect(page.get_by_role("heading", name="Flow lines")).to_be_visible(timeout=LONG)
    expect(page.get_by_text(re.compile(r"^\d+ of \d+ are heard"))).to_be_visible(timeout=LONG)
    expect(page.get_by_text("No staff devices registered")).to_be_visible(timeout=LONG)
    expect(page.get_by_text("No survey yet")).to_be_visible(timeout=LONG)
