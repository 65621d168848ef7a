"""Segment's official libraries, unchanged, deliver to the intake."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from segment.analytics.client import Client
from tests.absent import absent
from tests.contract.intake_server import NOW, VAULT, Running, running_intake

from datong.model import Event, Item

pytestmark = pytest.mark.network

HERE = Path(__file__).parent / "segment_node"
CACHE = Path(__file__).parents[2] / ".cache" / "segment_node"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    with running_intake(tmp_path) as running:
        yield running


def tool(name: str) -> str:
    """Return the path of node or npm: the packaged one, or the machine's."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if not found:
        absent(f"there is no {name} on this machine")
    return found


def check(server: Running, user: str, order: str, anonymous: str, before: str) -> dict[str, Event]:
    """Check what every library must have brought, whatever it adds of its own."""
    events = {event.type: event for event in server.events()}
    assert len(server.events()) == len(events) == 7
    assert set(events) == {"Identified", "Order Completed", "Product Viewed", "Page Viewed", "Screen Viewed", "Grouped",
                           "Aliased"}
    assert all(event.id and event.source == "shop" and event.channel == "web" for event in events.values())
    assert all(NOW - 60_000 < event.time <= NOW for event in events.values()), "corrected to the platform's clock"
    identified, bought, aliased = events["Identified"], events["Order Completed"], events["Aliased"]
    assert [(i.ns, i.key) for i in identified.identifiers] == [
        ("user_id", VAULT.key("user_id", user)), ("email", VAULT.key("email", "lilei@example.com")),
    ]
    assert {name: VAULT.unseal(value) for name, value in identified.personal.items()} == {
        "name": "Li Lei", "email": "lilei@example.com",
    }
    assert identified.properties == {"plan": "gold"}
    assert bought.items == (Item("A", 2.0, 3980),)
    assert (bought.ref, bought.amount, bought.currency) == (order, 3980, "CNY")
    assert events["Product Viewed"].ident == VAULT.key("anonymous_id", anonymous)
    assert events["Page Viewed"].properties["name"] == "Home"
    assert events["Page Viewed"].properties["category"] == "shop"
    assert events["Screen Viewed"].properties["name"] == "Start"
    assert events["Grouped"].properties["group_id"] == "club"
    assert {i.key for i in aliased.identifiers} >= {VAULT.key("user_id", user), VAULT.key("user_id", before)}
    (rejected,) = server.rejected()
    assert rejected.code == "unknown_event"
    return events


@pytest.mark.parametrize("gzip", [False, True])
def test_python(server: Running, gzip: bool) -> None:
    failures: list[Any] = []
    client = Client("k-shop", host=server.url, gzip=gzip, on_error=lambda error, _batch: failures.append(error))
    user = "python-user"
    client.identify(user, {"name": "Li Lei", "email": "lilei@example.com", "plan": "gold"})
    client.track(user, "Order Completed", {
        "order_id": "python-1", "revenue": 39.8, "currency": "CNY",
        "products": [{"sku": "A", "price": 19.9, "quantity": 2}],
    })
    client.track(anonymous_id="python-anonymous", event="Product Viewed", properties={"sku": "A", "price": 19.9})
    client.page(user, "shop", "Home", {"path": "/"})
    client.screen(user, name="Start")
    client.group(user, "club", {"name": "The club"})
    client.alias("python-before", user)
    client.track(user, "Nonsense")
    client.flush()
    client.shutdown()
    assert failures == []
    check(server, user, "python-1", "python-anonymous", "python-before")


def test_python_in_step(server: Running) -> None:
    client = Client("k-shop", host=server.url, sync_mode=True)
    client.track("u", "Product Viewed", {"sku": "A"}, message_id="same")
    client.track("u", "Product Viewed", {"sku": "A"}, message_id="other")
    assert [event.id for event in server.events()] == ["same", "other"]


def test_python_with_a_wrong_key_hears_of_it(server: Running) -> None:
    failures: list[Any] = []
    client = Client("wrong", host=server.url, on_error=lambda error, _batch: failures.append(error))
    client.track("u", "Product Viewed", {"sku": "A"})
    client.flush()
    client.shutdown()
    assert [(error.status, error.code) for error in failures] == [(401, "bad_write_key")]
    assert server.events() == []


@pytest.fixture(scope="module")
def node_library() -> Path:
    """Install the library, as its lock file names it, into a cache folder; once."""
    lock = (HERE / "package-lock.json").read_bytes()
    folder = CACHE / hashlib.sha256(lock).hexdigest()[:16]
    if not (folder / "node_modules" / "@segment").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, folder)
        command = [tool("npm"), "ci", "--no-audit", "--no-fund", "--ignore-scripts",
                   "--omit-lockfile-registry-resolved=true"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=150, check=False)
        if done.returncode:
            absent(f"the package index cannot be reached: {done.stderr[-300:]}")
    shutil.copy(HERE / "send.mjs", folder)
    return folder


def test_node(server: Running, node_library: Path) -> None:
    command = [tool("node"), "send.mjs", server.url, "k-shop"]
    done = subprocess.run(command, cwd=node_library, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    check(server, "node-user", "node-1", "node-anonymous", "node-before")


def test_node_with_a_wrong_key_hears_of_it(server: Running, node_library: Path) -> None:
    command = [tool("node"), "send.mjs", server.url, "wrong"]
    done = subprocess.run(command, cwd=node_library, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert server.events() == []
