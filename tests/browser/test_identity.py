"""Why somebody is one person, taking it back, linking and reviewing, in a real browser in front of a living mall."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

LONG = 120_000  # ms: a linking run over the demo's five thousand shoppers, on a busy machine


def _identify(mall: Any, message: str, **said: Any) -> None:
    """Send an identify call as the web shop does, whose word may join members."""
    call = {"writeKey": mall.write_key, "type": "identify", "messageId": message, **said}
    assert httpx.post(f"{mall.url}/v1/identify", json=call).status_code == 200


def _member(page: Any, mall: Any, fits: Callable[[dict[str, Any]], bool], query: str = "") -> dict[str, Any]:
    """Return why the first member is one person for whom it holds."""
    for _ in range(60):
        which = {"query": query} if query else {"channels": "both"}
        listed = page.request.get(f"{mall.url}/api/members", params=which).json()["members"]
        for row in listed:
            why: dict[str, Any] = page.request.get(f"{mall.url}/api/members/{row['id']}/why").json()
            if fits(why):
                return why
        page.wait_for_timeout(1000)  # the town is still signing up
    pytest.fail("no such member among the latest fifty")


def _go(page: Any, mall: Any, path: str) -> None:
    page.goto(f"{mall.url}/console/#/{path}")
    page.wait_for_selector("h1")


def test_why_opens_from_the_member_and_tells_the_path_between_two_identifiers(open_console: Any, mall: Any) -> None:
    page = open_console("members")
    why = _member(page, mall, lambda w: len(w["identifiers"]) > 2)
    _go(page, mall, f"members/{why['id']}")
    page.click(".page-head a:has-text('Why one person')")
    page.wait_for_selector("canvas")
    assert page.locator("h1").inner_text() == f"Why {why['label']} is one person"
    assert page.locator("table[aria-label='Known by'] tbody tr").count() >= len(why["identifiers"])
    first, last = why["identifiers"][0]["key"], why["identifiers"][-1]["key"]
    page.select_option(".path-choice select >> nth=0", first)
    page.select_option(".path-choice select >> nth=1", last)
    page.wait_for_selector(".path")
    assert page.locator(".path > li").count() >= 2
    assert "Seen together" in page.locator(".path").inner_text()


def test_an_identifier_is_taken_out_and_the_way_back_works(open_console: Any, mall: Any) -> None:
    page = open_console("members")
    why = _member(page, mall, lambda w: len(w["identifiers"]) > 2)
    _go(page, mall, f"members/{why['id']}/why")
    taken = why["identifiers"][-1]
    row = page.locator(f"table[aria-label='Known by'] tbody tr:has-text('{taken['value']}')")
    row.locator("button:has-text('Take out')").click()
    page.click("dialog[open] button:has-text('Take out')")
    page.wait_for_selector(".toast:has-text('Taken out.')")
    row.wait_for(state="detached")
    page.click(".toast button:has-text('Undo')")
    page.wait_for_selector(".toast:has-text('Undone.')")
    row.wait_for(state="attached")


def test_a_merge_is_undone_from_the_list_of_decisions(open_console: Any, mall: Any) -> None:
    mail = "browser-tested@example.com"
    _identify(mall, "browser-1", traits={"email": mail})
    _identify(mall, "browser-2", userId="browser-tested")
    _identify(mall, "browser-3", userId="browser-tested", traits={"email": mail})
    page = open_console("members")
    why = _member(page, mall, lambda w: any(d["undoable"] and d["kind"] == "merge" for d in w["timeline"]), mail)
    decision = next(d for d in why["timeline"] if d["undoable"] and d["kind"] == "merge")
    _go(page, mall, f"members/{why['id']}/why")
    page.locator("li[data-kind=merge] button:has-text('Undo')").first.click()
    assert f"({decision['seq']})" in page.locator("dialog[open] h2").inner_text()
    page.click("dialog[open] button:has-text('Undo')")
    page.wait_for_selector(".toast:has-text('Undone.')")
    page.wait_for_selector("li[data-kind=undo]")
    other = page.request.get(f"{mall.url}/api/members/{int(decision['other'][1:])}").json()
    assert other["label"] == decision["other"]  # it lives again under its own number


def test_a_refused_correction_says_why(open_console: Any, mall: Any) -> None:
    page = open_console("members")
    answer = page.request.post(f"{mall.url}/api/identity/undo", data={"seq": 999_999_999})
    name = answer.json()["id"]
    for _ in range(50):
        found = page.request.get(f"{mall.url}/api/identity/corrections/{name}").json()
        if found["state"] != "waiting":
            break
        page.wait_for_timeout(200)
    assert (answer.status, found["state"]) == (202, "refused")
    assert found["reason"]


def test_a_run_is_looked_at_and_published_and_a_pair_is_voted_on_blind(open_console: Any) -> None:
    page = open_console("review")
    page.wait_for_selector("text=Nothing to review yet")
    page.click("a:has-text('Go to Linking')")
    page.locator("button:has-text('Start a dry run')").first.click()
    page.wait_for_selector("text=Would be joined", timeout=LONG)
    page.click("button:has-text('Publish')")
    page.click("dialog[open] button:has-text('Publish')")
    page.wait_for_selector(".toast:has-text('Published:')", timeout=LONG)
    page.click(".nav a:has-text('Review')")
    page.wait_for_selector(".versus tbody tr")
    assert page.locator(".waterfall").count() == 0
    first = page.locator(".versus").inner_text()
    page.keyboard.press("s")
    page.wait_for_function("old => document.querySelector('.versus').innerText !== old", arg=first)
    page.keyboard.press("y")
    page.wait_for_selector(".waterfall li.sum")
    page.wait_for_selector("text=You said: one person.")
    page.keyboard.press("u")
    page.wait_for_selector(".toast:has-text('Your vote was taken back.')")
    page.wait_for_selector("button:has-text('Yes, one person')")


def test_a_change_of_policy_is_tried_without_writing_anything(open_console: Any, mall: Any) -> None:
    page = open_console("policy")
    page.wait_for_selector("table[aria-label='Kinds of identifier'] tbody tr")
    assert page.locator("button:has-text('Work it out')").is_disabled()
    page.select_option(".dryrun-fields select >> nth=0", "never")
    page.click("button:has-text('Work it out')")
    page.wait_for_selector("[role=status] .figures", timeout=LONG)
    assert page.request.get(f"{mall.url}/api/identity/policy").json()["namespaces"][4]["merges"] == "yes"
