from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from tests.unit.commerce.ledger import MORNING, event

import datong
from datong.analytics import report as make_report
from datong.cli.report import report
from datong.errors import Unavailable
from datong.model import HOUR, Item
from datong.privacy import Vault
from datong.storage import event_record


@pytest.fixture
def config(tmp_path: Path) -> str:
    """An installation with two receipts in its log, taken by the spine."""
    Vault.create(tmp_path / "secret.key")
    path = tmp_path / "datong.toml"
    path.write_text('[clock]\nas_of = "2026-03-01T04:00:00Z"\n')
    with datong.open(str(path)) as platform:
        platform.store.log.append([event_record(e) for e in (
            event("Receipt Issued", "1", items=(Item("a", 2, 39_900),)),
            event("Receipt Issued", "2", MORNING + HOUR, items=(Item("b", 1, 100),)),
        )])
        while platform.flow.pump():
            pass
    return str(path)


def run(*arguments: str) -> str:
    found = CliRunner().invoke(report, arguments, env={"COLUMNS": "160"}, catch_exceptions=False)
    assert found.exit_code == 0, found.output
    return found.output


def test_a_table_folds_first_what_the_spine_has_taken(config: str) -> None:
    shown = run("--config", config, "sales", "--by", "hour,sku", "--top", "5")
    assert "Sales (CNY)" in shown
    assert "399.00" in shown
    assert "2 receipts, 3 pieces, 400.00 CNY after returns, 0 members" in shown


def test_no_figure_is_cut_in_a_narrow_place(config: str) -> None:
    found = CliRunner().invoke(report, ("-c", config, "campaigns"), env={"COLUMNS": "30"}, catch_exceptions=False)
    assert "Members redeeming" in found.output
    assert "…" not in found.output


def test_csv_and_json(config: str) -> None:
    assert run("sales", "-c", config, "--by", "sku", "--format", "csv") == (
        "sku,sku_name,rank,quantity,amount,receipts\na,,1,2,399.00,1\nb,,2,1,1.00,1\n"
    )
    shape = msgspec.json.decode(run("-c", config, "-f", "json", "sales", "--to", "2026-02-02"))
    assert shape["rows"] == [{"day": "2026-02-02", "quantity": 3.0, "amount": 40_000, "receipts": 2, "rank": 1}]


def test_nothing_to_show(config: str) -> None:
    assert "nothing to show here yet" in run("-c", config, "visits")


def test_a_running_platform_is_asked(config: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, Any]] = []
    with datong.open(config) as platform:
        while platform.flow.fold():
            pass

        def ask(_settings: Any, path: str, params: Any) -> Any:
            asked.append((path, params))
            return msgspec.json.decode(msgspec.json.encode(make_report(platform.store, "sales", params)))

        monkeypatch.setattr(sys.modules["datong.cli.report"], "ask", ask)
        assert "day,rank,quantity,amount,receipts" in run("-c", config, "sales", "--from", "2026-02-01", "-f", "csv")
    assert asked == [("/api/report/sales", {"by": "day", "from": "2026-02-01"})]


def test_another_failure_is_not_hidden(config: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_path: str) -> Any:
        raise Unavailable("the disk is full", code="disk_full")

    monkeypatch.setattr(datong, "open", fail)
    with pytest.raises(Unavailable, match="the disk is full"):
        run("-c", config, "sales")
