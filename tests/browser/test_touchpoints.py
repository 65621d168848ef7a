"""Adding a touchpoint in a real browser: the lines to write, and the first frame seen."""

from __future__ import annotations

import re
from typing import Any

LONG = 30_000  # ms, on a busy machine


def test_the_guide_writes_the_lines_and_sees_what_arrives(open_console: Any) -> None:
    from playwright.sync_api import expect
    page = open_console("touchpoints/new")
    page.get_by_role("button", name="Cisco Meraki").click()
    expect(page.get_by_text('validator = { file = "secrets/meraki-validator" }')).to_be_visible()
    expect(page.get_by_text("meraki is not in the running configuration")).to_be_visible(timeout=LONG)
    page.get_by_role("button", name="WiFi sensors").click()  # the demo has one of this name, and it is being heard
    expect(page.get_by_text("wifi is in the configuration")).to_be_visible(timeout=LONG)
    expect(page.get_by_text(re.compile(r"[1-9][\d,]* stored$"))).to_be_visible(timeout=LONG)
