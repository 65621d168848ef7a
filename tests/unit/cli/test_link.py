from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.flow.mall import build

import datong
from datong.cli import main
from datong.identity import linking

PAGE: dict[str, Any] = {
    "id": "3", "kind": "records", "state": "done", "stage": "", "progress": 1.0, "records": 1200, "merged": 2,
    "unchanged": 1100, "review": 7, "split": 1, "error": "",
    "merges": [{"members": [1, 2], "labels": ["M000001", "M000002"], "confidence": 0.998}],
    "splits": [{"member": 5, "label": "M000005", "parts": 2}],
    "largest": [{"members": [1, 2], "labels": ["M000001", "M000002"], "size": 2}],
    "drift": [{"name": "given: exact", "before": 5.0, "after": 7.25}],
}


def run(*arguments: str) -> tuple[int, str, str]:
    found = CliRunner().invoke(main, ("link", *arguments), env={"COLUMNS": "400"})
    return found.exit_code, found.stdout, found.stderr


@pytest.fixture
def config(tmp_path: Path) -> str:
    return str(build(tmp_path))


def test_an_empty_installation_is_linked_and_published_without_a_word_too_many(config: str) -> None:
    code, out, _ = run("--config", config)
    assert code == 0
    assert "Linking run 1 (done, 0 records)" in out
    assert "There is nothing to compare yet." in out
    code, out, _ = run("--config", config, "--publish", "1")
    assert (code, out.split(":")[0]) == (0, "Run 1 is published")
    code, out, _ = run("--config", config, "--show", "1", "--csv")
    assert (code, out) == (0, "kind,members,confidence\n")


def test_what_is_wrong_is_said_with_the_next_step(config: str) -> None:
    code, _, err = run("--config", config, "--publish", "4")
    assert code != 0
    assert "there is no linking run 4" in err
    code, _, err = run("--config", config, "--publish", "4", "--dry-run")
    assert code == 2
    assert "--publish, --withdraw, --dry-run and --show go without one another" in err
    code, _, err = run("--config", config, "--withdraw", "4")
    assert code != 0
    assert "there is no linking run 4" in err
    code, _, err = run("--config", config, "--auto", "0.1")
    assert code != 0
    assert "usual are 0.2 and 0.99" in err


def test_anchors_are_found_published_and_taken_back(config: str) -> None:
    code, out, _ = run("--config", config, "--anchors")
    assert code == 0
    assert "Anchor run 1 (done): 0 devices would be tied" in out
    assert "No device was at three payments of one member" in out
    assert run("--config", config, "--publish", "1")[1].startswith("Run 1 is published: 0 joins")
    assert run("--config", config, "--withdraw", "1")[1].startswith("Run 1 is withdrawn: 0 joins")
    code, _, err = run("--config", config, "--withdraw", "1")
    assert code != 0
    assert "linking run 1 is withdrawn" in err
    code, out, _ = run("--config", config, "--show", "1", "--csv")
    assert (code, out) == (0, "member,ns,meetings,occasions,others,weight,confidence\n")


def test_a_running_platform_does_it(config: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, Any]] = []
    states = iter(["waiting", "running", "done", "done"])

    def ask(_settings: Any, path: str, params: Any = None, body: Any = None) -> Any:
        asked.append((path, body))
        if path == "/api/linking/runs":
            return {"id": "3"}
        if path.endswith("publish"):
            return {"published": 1234}
        return {**PAGE, "state": next(states)}

    monkeypatch.setattr(sys.modules["datong.cli.link"], "remote", ask)
    monkeypatch.setattr(sys.modules["datong.cli.link"].time, "sleep", lambda _: None)
    with datong.open(config):
        code, out, _ = run("--config", config)
        assert code == 0
        assert "2 members would be one: M000001, M000002" in out
        assert "weight moved: given: exact +5.0 → +7.2 bits" in out
        assert asked[0] == ("/api/linking/runs", {"kind": "records", "auto": linking.AUTO, "ask": linking.ASK})
        code, out, _ = run("--config", config, "--publish", "3")
        assert "Run 3 is published: 1,234 joins went into the log." in out
        states = iter(["done"])
        code, out, _ = run("--config", config, "--show", "3", "--csv")
    assert out == "kind,members,confidence\nmerge,M000001 M000002,0.998\nsplit,M000005,\n"
