from __future__ import annotations

import stat
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

import datong
from datong.cli import main
from datong.config import load
from datong.web.login import check_password


def run(*arguments: str, text: str | None = None) -> tuple[int, str, str]:
    found = CliRunner().invoke(main, arguments, input=text)
    return found.exit_code, found.stdout, found.stderr


def test_the_defaults_make_an_installation_that_opens(tmp_path: Path) -> None:
    code, out, err = run("init", "--dir", str(tmp_path / "new"), "--yes")
    assert (code, err) == (0, "")
    target = tmp_path / "new" / "datong.toml"
    settings = load(target)
    assert (settings.retailer.currency, settings.retailer.timezone) == ("CNY", "Asia/Shanghai")
    assert f"Next: datong serve --config {target}" in out
    password = out.split("Console login: admin / ")[1].splitlines()[0]
    assert check_password(password, settings.console.password)
    for name in ("datong.toml", "secret.key"):
        assert stat.S_IMODE((tmp_path / "new" / name).stat().st_mode) == 0o600
    keys = {t.write_key for t in settings.touchpoints.values()}
    assert len(keys) == len(settings.touchpoints) == 3
    with datong.open(str(target)) as platform:
        assert platform.store.log.end() == 0


def test_questions_are_asked_and_every_name_is_written_as_it_is(tmp_path: Path) -> None:
    name = 'The "Old\\New" 店'
    answers = "\n".join([name, "jpy", "Asia/Tokyo", "zh-CN", "a secret", "a secret", ""])
    code, out, _ = run("init", "--dir", str(tmp_path), "--user", 'a"b', text=answers)
    assert code == 0
    assert "Console login" not in out  # who typed it knows it
    settings = load(tmp_path / "datong.toml")
    assert settings.retailer.name == name
    assert (settings.retailer.currency, settings.retailer.language) == ("JPY", "zh-CN")
    assert settings.console.user == 'a"b'
    assert check_password("a secret", settings.console.password)


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "datong.toml").write_text("# mine\n")
    code, _, err = run("init", "--dir", str(tmp_path), "--yes")
    assert code == 1
    assert err == (f"error {tmp_path / 'datong.toml'} is there already\n"
                   "→ edit it, or give another folder with --dir\n")
    assert (tmp_path / "datong.toml").read_text() == "# mine\n"
    assert not (tmp_path / "secret.key").exists()


def test_a_key_that_is_there_is_kept(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("5a" * 32)
    assert run("init", "--dir", str(tmp_path), "--yes")[0] == 0
    assert (tmp_path / "secret.key").read_text() == "5a" * 32


@pytest.mark.parametrize(("option", "value", "said"), [
    ("--currency", "RMB", "error 'RMB' is not a currency\n→ a code of ISO 4217, for instance CNY\n"),
    ("--currency", "YUANS", "error 'YUANS' is not a currency\n→ a code of ISO 4217, for instance CNY\n"),
    ("--timezone", "Asia/Peking", "error there is no time zone 'Asia/Peking'\n→ for instance Asia/Shanghai\n"),
])
def test_a_mistake_makes_nothing(tmp_path: Path, option: str, value: str, said: str) -> None:
    code, out, err = run("init", "--dir", str(tmp_path / "new"), "--yes", option, value)
    assert (code, out, err) == (2, "", said)
    assert not (tmp_path / "new").exists()


def test_the_file_is_plain_toml(tmp_path: Path) -> None:
    run("init", "--dir", str(tmp_path), "--yes", "--name", "Müller \t& Söhne\x7f")
    assert tomllib.loads((tmp_path / "datong.toml").read_text("utf-8"))["retailer"]["name"] == "Müller \t& Söhne\x7f"
