from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from tests.flow.mall import Mall, build

import datong
from datong.cli import main
from datong.errors import DatongError


def run(*arguments: str) -> tuple[int, str, str]:
    found = CliRunner().invoke(main, arguments, env={"COLUMNS": "400"})
    return found.exit_code, found.stdout, found.stderr


@pytest.fixture
def config(tmp_path: Path) -> str:
    """A mall with two rejected calls that the flow has not seen yet."""
    path = build(tmp_path)
    with datong.open(str(path)) as platform:
        mall = Mall(platform)
        mall.stock()
        mall.receipt(5, "1.00", store="S9")
        mall.track("Product Viewd", {"sku": "shoe-1"}, anonymousId="x")
    return str(path)


@pytest.fixture
def running(config: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, Any, Any]]]:
    """The same mall, held by a running platform whose answers are set here."""
    asked: list[tuple[str, Any, Any]] = []

    def ask(_settings: Any, path: str, params: Any = None, body: Any = None) -> Any:
        asked.append((path, params, body))
        if path == "/healthz":
            return {"status": "ok", "behind": 7}
        return {"discarded": 2} if "discard" in path else {"replayed": 1, "stored": 1, "still_rejected": 0}

    for name in ("doctor", "quarantine"):
        monkeypatch.setattr(sys.modules[f"datong.cli.{name}"], "ask", ask)
    with datong.open(config):
        yield asked


def commands(group: click.Group, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        yield (*before, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*before, name))


@pytest.mark.parametrize("command", [(), *commands(main)], ids=" ".join)
def test_every_command_has_help(command: tuple[str, ...]) -> None:
    for option in ("--help", "-h"):
        code, out, _ = run(*command, option)
        assert code == 0
        assert out.startswith("Usage:")
    assert len(out.splitlines()[2].strip()) > 10  # it says what it does


def test_version() -> None:
    assert run("--version") == (0, f"datong, version {datong.__version__}\n", "")


@pytest.mark.parametrize("command", [
    ("serve", "--config"), ("doctor", "--config"), ("quarantine", "list", "--config"), ("report", "sales", "-c"),
])
def test_a_missing_file_is_told_in_one_line(tmp_path: Path, command: tuple[str, ...]) -> None:
    code, _, err = run(*command, str(tmp_path / "none.toml"))
    assert (code, err) == (2, f"error there is no {tmp_path / 'none.toml'}\n→ make one with: datong init\n")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    code, _, err = run("serve", "--config", str(tmp_path))
    assert (code, err) == (2, f"error {tmp_path} cannot be read: Is a directory\n→ give the path of datong.toml\n")


@pytest.mark.parametrize(("text", "said"), [
    ("[retailr]\n", "unknown key retailr\n→ did you mean retailer?\n"),
    ("[server]\nprt = 1\n", "unknown key server.prt\n→ did you mean server.port?\n"),
    ("[server]\nport = 'x'\n", "Expected `int`, got `str` - at `$.server.port`\n"),
    ("x", "is not TOML"),
    ("[retailer]\ncurrency = 'RMB'\n", "'RMB' is not a currency\n→ did you mean CNY?\n"),
    ("[retailer]\ntimezone = 'Asia/Shangai'\n", "no time zone 'Asia/Shangai'\n→ did you mean Asia/Shanghai?\n"),
])
def test_a_wrong_file_is_told_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "datong.toml"
    path.write_text(text)
    code, _, err = run("serve", "--config", str(path))
    assert code == 2
    assert err.startswith("error ")
    assert said in err
    assert str(path) in err
    assert "Traceback" not in err


@pytest.mark.parametrize(("body", "command", "said"), [
    (b"[1]", ("erase", "--verify"), "is no certificate"), (b"{", ("erase", "--verify"), "is no certificate"),
    (b"\0\xff", ("erase", "--verify"), "is no certificate"),
    (b"\xff\xfe", ("qr", "playlist", "--base", "https://shop.example"), "no text in UTF-8"),
    (b"\xff\xff", ("survey", "--venue", "mall"), "neither UTF-8 nor GB 18030"),
])
def test_any_bytes_are_told_in_words(
    config: str, tmp_path: Path, body: bytes, command: tuple[str, ...], said: str
) -> None:
    (tmp_path / "file").write_bytes(body)
    code, _, err = run(*command, str(tmp_path / "file"), "--config", config)
    assert code != 0
    assert said in err
    assert "Traceback" not in err


def test_a_number_that_no_call_has_is_told(config: str) -> None:
    code, _, err = run("quarantine", "show", "99999999999999999999", "--config", config)
    assert (code, "99999999999999999999 is not in the range" in err) == (2, True)


def test_brackets_in_an_error_are_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise DatongError("no [touchpoints.x] here [/]", hint="declare [touchpoints.x]")

    monkeypatch.setattr(datong, "open", fail)
    assert run("quarantine", "list", "--config", str(tmp_path)) == (
        1, "", "error no [touchpoints.x] here [/]\n→ declare [touchpoints.x]\n")


def test_doctor_finds_a_sound_installation(config: str) -> None:
    code, out, err = run("doctor", "--config", config)
    lines = {line.partition(" ")[2].strip() for line in out.splitlines() if line.startswith("ok")}
    assert f"{config} is understood" in lines
    assert any(line.startswith("the data open: log at ") for line in lines)
    bad = [line for line in out.splitlines() if line.startswith("BAD")]
    waiting = [line for line in bad if "events wait for the flow" in line]
    assert waiting  # the fixture left some
    assert (code, err) == (1, "")


def test_doctor_asks_a_running_platform(config: str, running: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    assert "ok   a platform is running: 7 events behind" in run("doctor", "--config", config)[1]

    def fail(*_: Any) -> Any:
        raise DatongError("HTTP Error 503: Service Unavailable")

    monkeypatch.setattr(sys.modules["datong.cli.doctor"], "ask", fail)
    code, out, _ = run("doctor", "--config", config)
    assert code == 1
    assert "BAD  the running platform is failing: HTTP Error 503: Service Unavailable" in out


def numbers(out: str) -> list[str]:
    return [cells[1].strip() for line in out.splitlines() if len(cells := line.split("│")) > 2 and
            cells[1].strip().isdigit()]


def test_quarantine_from_the_list_to_the_cure(config: str) -> None:
    code, out, _ = run("quarantine", "list", "--config", config)
    assert code == 0
    assert "unknown_event: 1, unknown_store: 1" in out
    assert 'custom_events of [intake] in datong.toml: custom_events = ["Product Viewd"]' in out
    event, store = numbers(out)
    assert numbers(run("quarantine", "list", "--config", config, "--reason", "unknown_store")[1]) == [store]
    shown = run("quarantine", "show", "--config", config, event)[1]
    assert "code     unknown_event\n" in shown
    assert json.loads(shown.splitlines()[-1])["event"] == "Product Viewd"
    replayed = run("quarantine", "replay", "--config", config)
    assert replayed == (0, "replayed: 0, stored: 0, still rejected: 2\n", "")
    text = Path(config).read_text("utf-8")
    Path(config).write_text(text + '\n[intake]\ncustom_events = ["Product Viewd"]\n', "utf-8")
    assert run("quarantine", "replay", "--config", config, event)[1] == "replayed: 1, stored: 1, still rejected: 0\n"
    assert run("quarantine", "discard", "--config", config, event, store)[1] == "discarded: 1\n"
    assert run("quarantine", "list", "--config", config)[1] == "Nothing is in quarantine.\n"
    assert numbers(run("quarantine", "list", "--config", config, "--state", "discarded")[1]) == [store]
    assert run("quarantine", "show", "--config", config, "999") == (1, "", "error there is no rejected call 999\n")
    with datong.open(config) as platform:
        assert [e.id for e in Mall(platform).events("Product Viewd")] == ["m3"]


def test_quarantine_asks_a_running_platform(config: str, running: list[Any]) -> None:
    assert run("quarantine", "replay", "--config", config)[1] == "replayed: 1, stored: 1, still rejected: 0\n"
    assert run("quarantine", "discard", "--config", config, "3", "4")[1] == "discarded: 2\n"
    assert running == [
        ("/api/quarantine/replay", None, {"ids": "all", "reason": ""}),
        ("/api/quarantine/discard", None, {"ids": [3, 4]}),
    ]


def test_two_platforms_on_one_folder(config: str) -> None:
    with datong.open(config):
        code, _, err = run("serve", "--config", config)
    assert code == 1
    assert err.splitlines()[-2:] == [
        f"error {Path(config).parent / 'data'} is in use by a running platform",
        "→ ask it over HTTP, or stop it first",
    ]


@pytest.mark.network
def test_a_taken_port_is_told_before_anything_starts(config: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = (
            f"error cannot listen at 127.0.0.1:{port}: address already in use\n"
            "→ stop what listens there, perhaps another Datong, or give another port: --port 8730\n"
        )
        for command in (("serve", "--config", config), ("demo", "--dir", str(tmp_path / "demo"), "--no-browser")):
            code, _, err = run(*command, "--port", str(port))
            assert (code, err[err.index("error "):]) == (2, said)
    assert not (tmp_path / "demo").exists()
    assert run("serve", "--config", config, "--port", "99999")[0] == 2


def test_a_wrong_option_is_a_usage_error() -> None:
    for command in (("serve", "--prot", "1"), ("nothing",), ("quarantine", "show", "x")):
        assert run(*command)[0] == 2
