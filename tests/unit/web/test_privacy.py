"""Export and erasure over the API and the command line."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from litestar.testing import TestClient
from tests.flow.mall import PHONE, Mall, build

import datong
from datong.cli import main
from datong.web import create_app, hash_password


@pytest.fixture
def mall(tmp_path: Path) -> Iterator[Mall]:
    with datong.open(str(build(tmp_path, password=hash_password("open sesame")))) as platform:
        found = Mall(platform)
        found.stock()
        found.log_in()
        found.show_card()
        found.drain()
        yield found


@pytest.fixture
def user(mall: Mall) -> Iterator[TestClient[Any]]:
    with TestClient(create_app(mall.platform), raise_server_exceptions=False) as client:
        assert client.post("/api/login", json={"user": "ann", "password": "open sesame"}).status_code == 204
        yield client


def await_done(user: TestClient[Any], number: str) -> dict[str, Any]:
    for _ in range(200):
        (row,) = [row for row in user.get("/api/erasures").json()["erasures"] if row["id"] == number]
        if row["finished"]:
            return dict(row)
        time.sleep(0.05)
    raise AssertionError(row)


def test_a_member_is_exported_and_erased_after_the_number_is_typed(mall: Mall, user: TestClient[Any]) -> None:
    number = mall.member("phone", PHONE)
    answer = user.get(f"/api/members/{number}/export")
    assert answer.headers["content-disposition"] == f'attachment; filename="M{number:06d}.zip"'
    assert "person.json" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()

    refused = user.post(f"/api/members/{number}/erase", json={"confirm": "M000999"})
    assert (refused.status_code, refused.json()["code"]) == (422, "not_confirmed")
    assert mall.member("phone", PHONE) == number

    asked = user.post(f"/api/members/{number}/erase", json={"confirm": f"m{number:06d}", "reason": "by letter"})
    assert asked.status_code == 202
    row = await_done(user, asked.json()["id"])
    assert (row["actor"], row["reason"], row["stage"]) == ("user:ann", "by letter", "done")
    paper = user.get(f"/api/erasures/{row['id']}").json()
    assert paper["rows_left"] == 0
    assert user.post("/api/erasures/verify", json=paper).json() == {"genuine": True}
    assert user.post("/api/erasures/verify", json={**paper, "rows_left": 1}).json() == {"genuine": False}
    assert user.get(f"/api/members/{number}").status_code == 404
    assert user.get(f"/api/members/{number}/export").status_code == 404
    assert user.get("/api/erasures/nothing").status_code == 404


def test_nobody_exports_or_erases_without_a_login(mall: Mall) -> None:
    number = mall.member("phone", PHONE)
    with TestClient(create_app(mall.platform), raise_server_exceptions=False) as client:
        assert client.get(f"/api/members/{number}/export").status_code == 401
        assert client.post(f"/api/members/{number}/erase", json={"confirm": f"M{number:06d}"}).status_code == 401
        assert client.get("/api/erasures").status_code == 401


def test_the_commands_export_erase_and_verify(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = str(build(tmp_path))
    with datong.open(config) as platform:
        mall = Mall(platform)
        mall.stock()
        mall.log_in()
        mall.show_card()
        number = mall.member("phone", PHONE)

    def run(*arguments: str) -> tuple[int, str]:
        found = CliRunner().invoke(main, [*arguments, "--config", config], env={"COLUMNS": "200"})
        return found.exit_code, found.output

    code, out = run("export", "--member", PHONE)
    assert code == 0, out
    assert f"Wrote M{number:06d}.zip" in out
    assert (tmp_path / f"M{number:06d}.zip").stat().st_mode & 0o777 == 0o600
    code, out = run("erase", "--member", "13900000000", "--yes")
    assert code != 0
    assert "nobody is known by 13…" in out
    assert "13900000000" not in out
    code, out = run("erase", "--member", PHONE, "--yes", "--certificate", "paper.json", "--reason", "by letter")
    assert code == 0, out
    assert f"M{number:06d} is erased; 0 rows are left. The certificate is paper.json." in out
    assert run("erase", "--verify", "paper.json") == (0, "paper.json is genuine.\n")
    paper = json.loads((tmp_path / "paper.json").read_text())
    (tmp_path / "paper.json").write_text(json.dumps({**paper, "reason": "none"}))
    code, out = run("erase", "--verify", "paper.json")
    assert code != 0
    assert "not a certificate of this installation" in out
    assert run("erase")[0] == 2


def test_every_word_about_consent_has_its_proof(mall: Mall, user: TestClient[Any]) -> None:
    said = {"purpose": "marketing", "channel": "sms", "granted": False, "text_version": "2026-02", "asked_by": "till 3"}
    mall.track("Consent Changed", said, userId="u17")
    mall.drain()
    words = user.get(f"/api/members/{mall.member('phone', PHONE)}/consents").json()["words"]
    assert [(w["channel"], w["granted"]) for w in words] == [("sms", False), ("", True)]
    assert words[0]["proof"]["details"] == {"text_version": "2026-02", "asked_by": "till 3"}
    assert words[0]["source"] == "web"
    assert words[1]["proof"]["details"] == {}
    assert user.get("/api/members/999999/consents").status_code == 404
