"""A living mall behind a real server, and a real Chromium in front of it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

BUILT = Path(__file__).parents[2] / "src" / "datong" / "web" / "static" / "console" / "index.html"
CHROMIUM = os.environ.get("DATONG_TEST_BROWSER") or shutil.which("chromium") or shutil.which("google-chrome") or ""
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
         "--disable-component-update", "--disable-sync"]


class Mall(NamedTuple):
    """A running demo: its address, and the write key of its web shop."""

    url: str
    write_key: str


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test here as one that drives a browser, and skip it where none is."""
    missing = "no Chromium on this machine" if not CHROMIUM else "" if BUILT.exists() else "the console is not built"
    if missing and os.environ.get("CI"):
        raise pytest.UsageError(f"the browser tests cannot run: {missing}")
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if missing:
                item.add_marker(pytest.mark.skip(reason=missing))


@pytest.fixture(scope="session")
def mall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mall]:
    """`datong demo`, running in a folder of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url, folder = f"http://127.0.0.1:{port}", tmp_path_factory.mktemp("mall")
    command = [sys.executable, "-m", "datong", "demo", "--dir", str(folder), "--port", str(port), "--no-browser"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        for _ in range(240):
            assert process.poll() is None, "datong demo ended by itself"
            try:
                httpx.get(f"{url}/healthz", timeout=1)
                break
            except httpx.TransportError:
                time.sleep(0.25)
        else:
            pytest.fail("datong demo did not answer within a minute")
        settings = tomllib.loads((folder / "datong.toml").read_text())
        yield Mall(url, settings["touchpoints"]["web"]["write_key"])
    finally:
        process.send_signal(signal.SIGINT)  # as Ctrl-C does: the simulator ends with it
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One headless Chromium for all tests."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()


@pytest.fixture
def open_console(mall: Mall, browser: Any) -> Iterator[Any]:
    """A function that opens the console, signed in, in a window of its own; a page error fails the test."""
    contexts, errors = [], []

    def opened(path: str = "live", phone: bool = False, language: str = "en", theme: str = "light") -> Any:
        size = {"width": 390, "height": 844} if phone else {"width": 1440, "height": 900}
        context = browser.new_context(viewport=size, has_touch=phone, is_mobile=phone, color_scheme=theme,
                                      locale=language, reduced_motion="reduce")
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        answer = context.request.post(f"{mall.url}/api/login", data={"user": "demo", "password": "demo"})
        assert answer.status == 204
        page.goto(f"{mall.url}/console/")
        page.wait_for_selector("h1")  # it leads to the Live page by itself; only then may we lead elsewhere
        page.evaluate(f"localStorage.setItem('datong.language', '{language}')")
        page.goto(f"{mall.url}/console/#/{path}")
        page.reload()
        page.wait_for_selector("h1")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []
