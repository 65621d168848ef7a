"""A backup is made while the platform works, put back, and whoever was erased since stays erased."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner
from tests.flow.mall import CARD, PHONE, Mall, opened

import datong
from datong.cli import main
from datong.model import DAY, SECOND
from datong.storage import backups

OTHER = "8800000099"


def run(folder: Path, *arguments: str) -> str:
    done = CliRunner().invoke(main, [*arguments, "--config", str(folder / "datong.toml")], env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    return done.output


def test_a_backup_put_back_goes_on_where_it_was_made(tmp_path: Path) -> None:
    with opened(tmp_path) as mall:
        mall.a_day()
        mall.receipt(78, "33.00", customer={"member_card": OTHER})
        while mall.platform.flow.pump():
            pass  # spine done, facts behind
        made = mall.platform.back_up()
        mall.drain()
        before = mall.reports()
        member, other = mall.member("phone", PHONE), mall.member("member_card", OTHER)
        assert member is not None
        mall.receipt(79, "44.00")
        mall.drain()
        assert mall.reports() != before
        paper = mall.platform.erase(mall.platform.ask_erasure(member, actor="user:ann"))
        assert paper["backups"] == [made.name]
    assert {file.name for file in made.iterdir()} == {"log.sqlite", "state.sqlite", "facts.duckdb"}

    out = run(tmp_path, "restore")
    assert f"Put {made.name} back." in out
    assert f"Erased {paper['person']} again." in out
    with datong.open(str(tmp_path / "datong.toml")) as platform:
        mall = Mall(platform)
        assert mall.member("phone", PHONE) is None
        assert mall.member("member_card", CARD) is None
        assert mall.member("member_card", OTHER) == other
        assert {e.ref for e in mall.events("Receipt Issued")} >= {"S1/T1/2026-03-07/78"}
        assert "S1/T1/2026-03-07/79" not in {e.ref for e in mall.events("Receipt Issued")}
    assert (tmp_path / f"data.before-{made.name}" / "log.sqlite").exists()


def test_a_backup_put_back_at_once_gives_the_same_reports(tmp_path: Path) -> None:
    with opened(tmp_path) as mall:
        mall.a_day()
        mall.drain()
        before, now = mall.reports(), mall.clock.at
        mall.platform.back_up()
    run(tmp_path, "restore")
    with datong.open(str(tmp_path / "datong.toml")) as platform:
        mall = Mall(platform)
        mall.clock.at = now
        mall.drain()
        assert mall.reports() == before


def test_only_the_newest_backups_are_kept_and_a_broken_one_does_not_count(tmp_path: Path) -> None:
    with opened(tmp_path, storage={"keep_backups": 2}) as mall:
        made = []
        for _ in range(3):
            made.append(mall.platform.back_up())
            mall.clock.at += DAY + SECOND
        (tmp_path / "backups" / "2027-01-01T000000Z.part").mkdir()
        assert backups(tmp_path / "backups") == made[:0:-1]


def test_what_cannot_be_put_back_is_said(tmp_path: Path) -> None:
    with opened(tmp_path):
        pass
    config = str(tmp_path / "datong.toml")
    done = CliRunner().invoke(main, ["restore", "--config", config], env={"COLUMNS": "200"})
    assert done.exit_code != 0
    assert "there is no backup in" in done.output
    assert "datong backup" in done.output
    done = CliRunner().invoke(main, ["restore", str(tmp_path), "--config", config], env={"COLUMNS": "200"})
    assert "is no backup" in done.output
    with opened(tmp_path):
        done = CliRunner().invoke(main, ["restore", "--config", config])
        assert done.exit_code != 0
        assert "in use" in done.output
