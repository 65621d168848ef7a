"""The sealing key is rotated: all is readable as before, and nothing is sealed with the old key any more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from tests.flow.mall import PHONE, Mall, opened

import datong
from datong.cli import main
from datong.identity import person
from datong.model import decode_event
from datong.storage import EVENTS, QUARANTINE
from datong.touchpoints import inspect, quarantined


def seals(mall: Mall) -> dict[str, set[int]]:
    """Return the numbers of the keys with which everything in state and log is sealed."""
    state = {row["sealed"][0] for table in ("identity_link", "identity_told", "identity_record")
             for row in mall.rows(f"SELECT sealed FROM {table} WHERE sealed IS NOT NULL")}
    log, rejected = set(), set()
    for entry in mall.store.log.read(0, 100_000):
        if entry.topic == EVENTS:
            event = decode_event(entry.body)
            log |= {i.sealed[0] for i in event.identifiers if i.sealed} | {s[0] for s in event.personal.values()}
        elif entry.topic == QUARANTINE:
            rejected.add(msgspec.msgpack.decode(entry.body)["raw"][0])
    rejected |= {row["raw"][0] for row in mall.rows("SELECT raw FROM touchpoints_quarantine WHERE length(raw) > 0")}
    return {"state": state, "log": log, "quarantine": rejected}


def readable(mall: Mall) -> Any:
    number = mall.member("phone", PHONE)
    assert number is not None
    with mall.store.state.read() as tx:
        raw = [inspect(tx, mall.platform.vault, one.id).raw for one in quarantined(tx, mall.platform.vault)[1]]
        return person(tx, mall.platform.vault, number), raw


def test_a_rotation_renews_every_seal_and_changes_nothing_else(tmp_path: Path) -> None:
    with opened(tmp_path) as mall:
        mall.a_day()
        before = readable(mall)
        assert seals(mall) == {"state": {1}, "log": {1}, "quarantine": {1}}
        slip = mall.slip(900, "10.00", customer={"phone": PHONE})
        assert [r.status for r in mall.frame("tills", slip)] == ["stored"]
        mall.drain()
        now = mall.clock.at
    for number in (2, 3):
        done = CliRunner().invoke(main, ["key", "rotate", "--config", str(tmp_path / "datong.toml")])
        assert done.exit_code == 0, done.output
        assert f"values are sealed with key {number}." in done.output
        text = (tmp_path / "secret.key").read_text().splitlines()
        assert [line.split()[0] for line in text] == ["5a" * 32, str(number)]
        assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
        with datong.open(str(tmp_path / "datong.toml")) as platform:
            mall = Mall(platform)
            mall.clock.at = now
            who, rejected = readable(mall)
            assert who == before[0]
            assert set(rejected) >= set(before[1])
            assert seals(mall) == {"state": {number}, "log": {number}, "quarantine": {number}}
            assert [r.status for r in mall.frame("tills", slip)] == ["duplicate"]
            assert [r.status for r in mall.frame("tills", {**slip, "total": "11.00"})] == ["conflict"]


def test_a_key_in_a_variable_is_rotated_in_two_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path) as mall:
        mall.log_in()
    config = tmp_path / "datong.toml"
    config.write_text(config.read_text() + '\n[privacy]\nkey = { env = "MALL_KEY" }\n')
    monkeypatch.setenv("MALL_KEY", "5a" * 32)
    first = CliRunner().invoke(main, ["key", "rotate", "--config", str(config)])
    assert first.exit_code == 0, first.output
    line = first.output.splitlines()[1]
    assert line.startswith("2 ")
    monkeypatch.setenv("MALL_KEY", "5a" * 32 + "\n" + line)
    second = CliRunner().invoke(main, ["key", "rotate", "--config", str(config)])
    assert second.exit_code == 0, second.output
    assert "sealed with key 2" in second.output
