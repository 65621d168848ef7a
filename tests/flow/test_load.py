"""A shop's files of the past, as a user loads them: the examples, end to end."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import datong
from datong.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples"
FIGURES = """
SELECT (SELECT sum(amount) FROM commerce.receipt) AS amount, (SELECT count(*) FROM commerce.receipt) AS receipts,
       (SELECT count(*) FROM commerce.receipt_line) AS lines, (SELECT count(*) FROM commerce.product) AS products,
       (SELECT count(DISTINCT member) FROM commerce.receipt JOIN identity.link USING (ident)) AS members,
       (SELECT count(*) FROM touchpoints.event WHERE history) AS items
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A copy of the small example, without data."""
    folder = tmp_path / "shop"
    shutil.copytree(EXAMPLES / "receipts", folder, ignore=shutil.ignore_patterns("data", "secret.key"))
    return folder


def load(folder: Path, *options: str) -> Result:
    command = ["load", str(folder / "mapping.toml"), "--config", str(folder / "datong.toml"), *options]
    return CliRunner().invoke(main, command, env={"COLUMNS": "200"})


def figures(folder: Path) -> dict[str, Any]:
    with datong.open(str(folder / "datong.toml")) as platform:
        (row,) = platform.store.facts.rows(FIGURES)
        return row


def test_the_small_example_adds_up(shop: Path) -> None:
    done = load(shop)
    assert done.exit_code == 0, done.output
    assert "A new privacy key lies in" in done.output
    assert "SKUs that are on receipts and in no product file: 1. They came into" in done.output
    found = figures(shop)
    assert found.pop("items") == 41
    assert found == {"amount": Decimal(1024370), "receipts": 26, "lines": 41, "products": 7, "members": 4}
    with datong.open(str(shop / "datong.toml")) as platform:
        rows = platform.store.facts.rows(
            "SELECT kind, channel, source, place, ref, amount FROM commerce.receipt WHERE amount < 0"
        )
    assert rows == [{"kind": "return", "channel": "pos", "source": "till", "place": "S01", "ref": "S01/1/113",
                     "amount": -12900}]


def test_loading_twice_changes_nothing(shop: Path) -> None:
    assert load(shop).exit_code == 0
    before = figures(shop)
    again = load(shop)
    assert "3 of 3 tables were loaded before and have not changed" in again.output
    forced = load(shop, "--again")
    assert forced.exit_code == 0, forced.output
    assert figures(shop) == before


def test_a_dry_run_leaves_no_trace(shop: Path) -> None:
    done = load(shop, "--dry-run")
    assert done.exit_code == 0, done.output
    assert "What would be stored" in done.output
    assert figures(shop)["receipts"] == 0
    assert load(shop).exit_code == 0
    assert figures(shop)["receipts"] == 26


def test_bad_rows_are_told_with_the_way_to_them(shop: Path) -> None:
    path = shop / "receipts.csv"
    path.write_text(path.read_text() + "S09,1,900,soon,,00101,1,9.00,0.00\nS01,1,901,01.02.2026 10:00,,00101,1,x,0\n")
    done = load(shop)
    assert done.exit_code == 0, done.output
    assert "bad_time 1" in done.output
    assert "bad_amount 1" in done.output
    assert "datong quarantine list" in done.output
    assert figures(shop)["receipts"] == 26


def test_a_wrong_mapping_is_told_in_one_line(shop: Path) -> None:
    path = shop / "mapping.toml"
    path.write_text(path.read_text().replace('sku = "article"', 'sku = "artikle"'))
    done = load(shop)
    assert done.exit_code == 2
    assert "there is no column artikle in products.csv" in done.output
    assert "did you mean article?" in done.output


def test_while_the_platform_runs_the_user_is_told_what_to_do(shop: Path) -> None:
    assert load(shop).exit_code == 0
    with datong.open(str(shop / "datong.toml")):
        done = load(shop)
    assert done.exit_code == 1
    assert "is in use by a running platform" in done.output
    assert "POST /v1/batch" in done.output


def test_history_starts_no_scene_and_sends_nothing(shop: Path) -> None:
    assert load(shop).exit_code == 0
    with datong.open(str(shop / "datong.toml")) as platform:
        assert platform.store.facts.rows("SELECT count(*) AS n FROM delivery.message") == [{"n": 0}]
        assert platform.store.facts.rows("SELECT count(*) AS n FROM marketing.assignment") == [{"n": 0}]


def test_json_lines_and_parquet_tell_the_same_story(shop: Path) -> None:
    import pyarrow.csv
    import pyarrow.parquet as pq

    table = pyarrow.csv.read_csv(
        shop / "receipts.csv", convert_options=pyarrow.csv.ConvertOptions(column_types={"article": "string"})
    )
    assert load(shop).exit_code == 0
    expected = figures(shop)
    for name in ("receipts.parquet", "receipts.jsonl"):
        folder = shop.parent / name
        shutil.copytree(shop, folder, ignore=shutil.ignore_patterns("data", "secret.key"))
        if name.endswith("parquet"):
            pq.write_table(table, folder / name)
        else:
            import msgspec

            (folder / name).write_bytes(b"\n".join(msgspec.json.encode(row) for row in table.to_pylist()))
        mapping = folder / "mapping.toml"
        mapping.write_text(mapping.read_text().replace("receipts.csv", name))
        done = load(folder)
        assert done.exit_code == 0, done.output
        assert figures(folder) == expected
