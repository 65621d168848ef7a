"""Reading datong.toml."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from datong.config import FixedClock, ScaledClock, Secret, Settings, WallClock, load, make_clock, secret
from datong.config.sections import ClockSettings
from datong.errors import ConfigError
from datong.model import from_iso


def write(folder: Path, text: str) -> Path:
    """Write a configuration file."""
    file = folder / "datong.toml"
    file.write_text(text, "utf-8")
    return file


def test_defaults_file_environment_and_override(tmp_path: Path) -> None:
    """Later ones go before earlier ones."""
    file = write(tmp_path, '[server]\nport = 1\n[retailer]\nname = "A"\n')
    settings = load(file, {"DATONG__RETAILER__NAME": "B", "DATONG__SERVER__PORT": "2"}, server={"port": 3})
    assert (settings.retailer.name, settings.server.port, settings.retailer.currency) == ("B", 3, "CNY")
    assert settings.data == tmp_path / "data"


@pytest.mark.parametrize(("text", "message", "hint"), [
    ("[server]\nprot = 1", "unknown key server.prot", "did you mean server.port?"),
    ("[touchpoints.web]\nkind = 'web'\nwritekey = 'x'", "unknown key touchpoints.web.writekey", "write_key"),
    ("[delivery.channels.mail]\nkind = 'smtp'\nhosts = 'x'", "unknown key delivery.channels.mail.hosts", "host"),
    ("[sever]", "unknown key sever", "did you mean server?"),
])
def test_an_unknown_key_is_an_error_with_the_nearest_name(tmp_path: Path, text: str, message: str, hint: str) -> None:
    """A slip of the pen is found, not ignored."""
    with pytest.raises(ConfigError) as caught:
        load(write(tmp_path, text), {})
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_a_wrong_value_names_its_key(tmp_path: Path) -> None:
    """The message says where and what was expected."""
    with pytest.raises(ConfigError) as caught:
        load(write(tmp_path, '[server]\nport = "many"'), {})
    assert "server.port" in caught.value.message


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    """The next step is in the hint."""
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "none.toml", {})
    assert (caught.value.code, caught.value.hint) == ("config_missing", "make one with: datong init")


def test_secrets_come_from_files_and_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret that is not there is an error that names it."""
    settings = load(write(tmp_path, ""), {})
    (tmp_path / "key").write_text("abc\n")
    monkeypatch.setenv("DATONG_TEST_SECRET", "def")
    assert secret(settings, Secret(file="key")) == "abc"
    assert secret(settings, Secret(env="DATONG_TEST_SECRET")) == "def"
    with pytest.raises(ConfigError, match="NOT_SET"):
        secret(settings, Secret(env="NOT_SET"))


def test_clocks() -> None:
    """Real, standing still, and simulated from a start or from where it was."""
    assert isinstance(make_clock(ClockSettings()), WallClock)
    fixed = make_clock(ClockSettings(as_of="2018-01-01T00:00:00Z"))
    assert isinstance(fixed, FixedClock)
    assert fixed.now() == from_iso("2018-01-01T00:00:00Z")
    later = from_iso("2026-05-02T00:00:00Z")
    scaled = make_clock(ClockSettings(start="2026-05-01T00:00:00Z", speed=60), resume=later)
    assert isinstance(scaled, ScaledClock)
    assert later <= scaled.now() < later + 60_000
    with pytest.raises(ConfigError):
        make_clock(ClockSettings(as_of="yesterday"))


def test_a_secret_may_come_from_a_key_stores_command() -> None:
    print_it = (sys.executable, "-c", "print('  the key \\n2 abcd ')")
    assert secret(Settings(), Secret(command=print_it)) == "the key \n2 abcd"
    failing = (sys.executable, "-c", "raise SystemExit(3)")
    for command, why in ((failing, "exit code 3"), (("/no/such",), "FileNotFound")):
        with pytest.raises(ConfigError, match=why) as found:
            secret(Settings(), Secret(command=command))
        assert found.value.code == "secret_missing"
