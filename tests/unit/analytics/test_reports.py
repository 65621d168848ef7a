from __future__ import annotations

import csv
import io

import msgspec
import pytest
from tests.unit.analytics.ledger import DAY, MORNING, add, event, know, sale, settle
from tests.unit.commerce.ledger import product

from datong.analytics import REPORTS, Report, cell, report
from datong.errors import NotFound, Rejected
from datong.storage import Store


@pytest.fixture
def shop(store: Store) -> Store:
    know(store, {1: "both", 2: "offline"})
    settle(store, [product("a", name="=HYPERLINK()"), sale("1", 1, 1_234_56), sale("2", 2, 100, sku="b")])
    return store


def test_one_report_for_table_json_and_csv(shop: Store) -> None:
    found = report(shop, "sales", {"by": "hour,sku", "from": "2026-02-02", "to": "2026-02-02", "top": "5"})
    assert [c.name for c in found.columns] == ["hour", "sku", "sku_name", "rank", "quantity", "amount", "receipts"]
    assert found.notes == ["2 receipts, 2 pieces, 1,235.56 CNY after returns, 2 members"]
    assert list(csv.reader(io.StringIO(found.csv()))) == [
        ["hour", "sku", "sku_name", "rank", "quantity", "amount", "receipts"],
        ["10", "a", "'=HYPERLINK()", "1", "1", "1234.56", "1"],
        ["10", "b", "", "2", "1", "1.00", "1"],
    ]
    assert msgspec.json.decode(msgspec.json.encode(found), type=Report).csv() == found.csv()


def test_titles_in_the_retailers_language(shop: Store) -> None:
    chinese = report(shop, "sales", {"language": "zh-CN"})
    assert (chinese.title, [c.title for c in chinese.columns]) == ("销售", ["日期", "排名", "件数", "金额", "单数"])
    assert report(shop, "sales").columns[0].title == "Day"


def test_every_report_answers_without_data(store: Store) -> None:
    for name in REPORTS:
        found = report(store, name)
        assert found.csv().splitlines()[0] == ",".join(c.name for c in found.columns)


def test_members_three_ways(shop: Store) -> None:
    figures = report(shop, "members", {"from": "2026-02-01"})
    assert {r["figure"]: r["members"] for r in figures.rows} == {
        "online only": 0, "offline only": 1, "online and offline": 1, "on no channel yet": 0, "new buyers": 2,
        "returning buyers": 0,
    }
    assert figures.notes[1] == "receipts with a member: 100.0%"
    best = report(shop, "members", {"by": "member", "top": "1"})
    assert best.csv().splitlines()[1] == "M000001,1234.56,1,2026-02-02"
    assert [r["decile"] for r in report(shop, "members", {"by": "decile"}).rows] == [1, 2]


def test_a_campaign_and_its_effect(shop: Store) -> None:
    add(shop, "marketing.assignment", [
        {"offset": n, "campaign": "c", "ident": n, "arm": "treated" if n % 2 else "holdout", "ts": MORNING - DAY}
        for n in range(1, 5)
    ])
    settle(shop, [event("Coupon Redeemed", "1", coupon="K", campaign="c", amount=100, ident=1)], start=9)
    listed = report(shop, "campaigns")
    assert listed.csv().splitlines()[1] == "c,,,0,0,1,1,1,1,1.00,1234.56"
    found = report(shop, "campaigns", {"code": "c"})
    assert found.rows[0]["treated_mean"] == 61_728.0
    assert found.notes == ["0 sent to 0 members, 1 redeemed by 1",
                           "only 2 members in the smaller arm; 30 are needed to judge"]
    with pytest.raises(NotFound, match="nowhere"):
        report(shop, "campaigns", {"code": "nowhere"})


@pytest.mark.parametrize(("params", "field"), [
    ({"from": "yesterday"}, "from"), ({"top": "-1"}, "top"), ({"top": "x"}, "top"), ({"colour": "red"}, "colour"),
    ({"from": "2026-02-02", "to": "2026-02-01"}, "from"), ({"by": "moon"}, "by"), ({"window": "soon"}, "window"),
])
def test_bad_parameters_name_the_field(store: Store, params: dict[str, str], field: str) -> None:
    with pytest.raises(Rejected) as caught:
        report(store, "sales", params)
    assert (caught.value.code, caught.value.field) == ("bad_parameter", field)
    assert caught.value.hint


def test_redemptions_that_name_no_receipt_are_said_to_be_so(store: Store) -> None:
    settle(store, [event("Coupon Redeemed", coupon="K", campaign="c")])
    assert report(store, "campaigns").notes == [
        "1 with redemptions that name no receipt: what was paid there is not known"
    ]


def test_an_unknown_report_or_split(store: Store) -> None:
    with pytest.raises(NotFound, match="weather"):
        report(store, "weather")
    with pytest.raises(Rejected, match="moon"):
        report(store, "visits", {"by": "moon"})


def test_cells_as_people_read_them() -> None:
    assert cell(123_456, "money", "CNY") == "1,234.56"
    assert cell(-5, "money", "JPY") == "-5"
    assert cell(0.256, "percent", "") == "25.6%"
    assert (cell(1234.0, "number", ""), cell(0.5, "number", "")) == ("1,234", "0.50")
    assert (cell(95_000, "dwell", ""), cell(None, "money", "CNY"), cell(2.346, "decimal", "")) == ("1:35", "–", "2.35")
