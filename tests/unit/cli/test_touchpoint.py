"""`datong touchpoint`: the list, and trying a frame without keeping it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from datong.cli import main

CONFIG = """\
[touchpoints.hook]
kind = "webhook"
place = "S1"
[touchpoints.hook.settings]
event = "@x-topic"
events = { paid = "Order Completed" }
id = "$.id"
time = "$.at"
identifiers = { email = "$.mail" }
properties = { order_id = "$.id", products = { each = "$.lines", sku = "$.sku", price = "$.price", quantity = "$.n" } }
traits = { name = "$.who" }
"""
ORDER = {"id": "7", "at": "2026-03-01T04:00:00Z", "mail": "ann@example.org", "who": "Ann",
         "lines": [{"sku": "A", "price": 10, "n": 2}]}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "secret.key").write_text("0123456789abcdef" * 4)
    (tmp_path / "datong.toml").write_text(CONFIG)
    return tmp_path / "datong.toml"


def run(config: Path, *words: str, body: object = None) -> tuple[int, str]:
    found = CliRunner().invoke(main, ["touchpoint", words[0], "--config", str(config), *words[1:]],
                               input=json.dumps(body) if body is not None else None)
    return found.exit_code, found.output


def test_what_would_be_stored_is_shown_and_nothing_is_kept(config: Path) -> None:
    code, out = run(config, "try", "hook", "-", "--header", "X-Topic: paid", body=ORDER)
    assert code == 0
    assert "event: Order Completed" in out
    assert "amount: 2000" in out
    assert "- email" in out
    assert "1 would be stored, 0 would wait" in out
    assert "Ann" not in out
    assert "ann@example.org" not in out
    assert not (config.parent / "data").exists()


def test_why_not_is_shown(config: Path) -> None:
    code, out = run(config, "try", "hook", "-", "--header", "x-topic: paid", body={**ORDER, "mail": "no address"})
    assert code == 1
    assert "rejected, bad_identifier" in out
    code, out = run(config, "try", "hook", "-", body=ORDER)
    assert (code, "next: correct settings.event" in out) == (1, True)


def test_a_touchpoint_that_is_not_there(config: Path) -> None:
    assert run(config, "try", "hok", "-", body=ORDER)[0] == 1


def test_the_list_names_kinds_where_there_is_none(config: Path) -> None:
    assert "/touchpoints/hook" in run(config, "list")[1]
    config.write_text("")
    assert "webhook, wechat, weibo" in run(config, "list")[1]
