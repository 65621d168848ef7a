"""`datong qr`: codes made, drawn, listed and retired; claims, kiosk addresses and playlists."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.flow.mall import CARD, build, opened

from datong.cli import main

BASE = "https://shop.example"


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("qr")
    with opened(folder) as mall:
        mall.show_card()
        mall.drain()
        assert mall.member("member_card", CARD) == 1
    return build(folder)


def run(config: Path, *words: str) -> tuple[int, str]:
    found = CliRunner().invoke(main, ["qr", words[0], "--config", str(config), *words[1:]])
    return found.exit_code, found.stdout if found.exit_code == 0 else found.output


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_code_needs_an_address_to_lead_to(config: Path) -> None:
    code, out = run(config, "make", "--base", "shop", "--sku", "shoe-1")
    assert (code, "write it as https://shop.example" in out) == (2, True)


def test_one_code_is_drawn_listed_and_retired(config: Path, tmp_path: Path) -> None:
    code, out = run(config, "make", "--base", f"{BASE}/", "--sku", "shoe-1", "--place", "S1", "--out", str(tmp_path))
    assert code == 0
    (made,) = table(out)
    assert made["address"] == f"{BASE}/q/{made['code']}"
    assert (tmp_path / f"{made['code']}.svg").read_text("utf-8").startswith("<?xml")
    listed = {row["code"]: row["place"] for row in table(run(config, "list", "--sku", "shoe-1")[1])}
    assert listed[made["code"]] == "S1"
    assert run(config, "retire", made["code"]) == (0, f"retired: {made['code']}\n")
    (row,) = [row for row in table(run(config, "list")[1]) if row["code"] == made["code"]]
    assert row["retired"]


def test_a_table_makes_a_sheet_to_print(config: Path, tmp_path: Path) -> None:
    (tmp_path / "tags.csv").write_text("sku,place,label\nshoe-1,S1,<Boots 42>\nbag-1,,Tote\n", "utf-8")
    sheet = tmp_path / "sheet.html"
    code, out = run(config, "make", "--base", BASE, "--file", str(tmp_path / "tags.csv"), "--out", str(sheet))
    assert code == 0
    assert [row["label"] for row in table(out)] == ["<Boots 42>", "Tote"]
    text = sheet.read_text("utf-8")
    assert text.count("<svg") == 2
    assert "&lt;Boots 42&gt;" in text


def test_what_cannot_be_made_is_said(config: Path, tmp_path: Path) -> None:
    (tmp_path / "tags.csv").write_text("sku,shop\nshoe-1,S1\n", "utf-8")
    code, out = run(config, "make", "--base", BASE, "--file", str(tmp_path / "tags.csv"))
    assert (code, "columns: kind, sku, place" in out) == (1, True)
    code, out = run(config, "make", "--base", BASE)
    assert (code, "sku is missing" in out) == (1, True)


def test_claims_kiosks_and_playlists(config: Path, tmp_path: Path) -> None:
    code, out = run(config, "claim", "M000001")
    assert (code, out.split()[0], out.split()[1][:2]) == (0, "scene", "k=")
    assert run(config, "claim", "ann")[0] == 2
    assert run(config, "claim", "M999999")[0] == 1
    assert run(config, "kiosk", "mall", "--base", BASE)[1].startswith(f"{BASE}/kiosk/mall?key=")
    (tmp_path / "p.yaml").write_text(
        "playlists: [{code: p, screens: [{code: door-1, place: mall}], items: [{spot: a, title: {en: A}}]}]", "utf-8")
    code, out = run(config, "playlist", str(tmp_path / "p.yaml"), "--base", BASE)
    assert (code, out.split()[0], out.split()[1][:36]) == (0, "door-1", f"{BASE}/screen/door-1?key="[:36])
