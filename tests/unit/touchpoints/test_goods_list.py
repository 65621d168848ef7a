from __future__ import annotations

from pathlib import Path

import pytest
from tests.flow.mall import build

import datong
from datong.commerce import goods_now, known_skus, price_of, prices_of, skus_by_gtin, stock_of
from datong.errors import Rejected
from datong.model import DAY
from datong.platform import Platform
from datong.touchpoints import Call, GoodsTaken, read_goods, take_goods

CSV = """货号,名称,类目,品牌,吊牌价,款号,颜色,尺码,季节,条码
A-38,帆布鞋,shoes,飞跃,199.00,A,白,38,2026SS,6901234567892
A-39,帆布鞋,shoes,飞跃,199.00,A,白,39,2026SS,
,没有货号,,,1,,,,,
A-38,又一行,,,1,,,,,
B-1,袜子,socks,飞跃,9.9,B,,,2025FW,6901234567893
"""


@pytest.fixture
def platform(tmp_path: Path):  # type: ignore[no-untyped-def]
    with datong.open(str(build(tmp_path))) as opened:
        yield opened


def take(platform: Platform, text: str | bytes) -> GoodsTaken:
    taken = take_goods(platform.intake, text.encode() if isinstance(text, str) else text)
    platform.flow.drain()
    return taken


def test_a_list_is_taken_and_told_line_by_line(platform: Platform) -> None:
    taken = take(platform, CSV)
    assert (taken.rows, taken.stored, taken.known, taken.quarantined) == (5, 2, 0, 3)
    assert [(line.line, line.code, line.field) for line in taken.lines] == [
        (4, "bad_goods", "sku"), (5, "bad_goods", "sku"), (6, "bad_gtin", "gtins")]
    with platform.store.state.read() as tx:
        assert goods_now(tx, ["A-38"])["A-38"] | {"updated": 0} == {
            "sku": "A-38", "name": "帆布鞋", "category": "shoes", "brand": "飞跃", "price": 19_900, "listed": True,
            "style": "A", "colour": "白", "size": "38", "season": "2026SS", "unit": "", "cost": 0,
            "gtins": {"06901234567892"}, "updated": 0}


def test_the_same_list_changes_nothing_and_a_changed_line_comes_back(platform: Platform) -> None:
    first, second = "sku,name,price\nA,Shoe,100\nB,Bag,50\n", "sku,name,price\nA,Shoe,90\nB,Bag,50\n"
    assert take(platform, first).stored == 2
    assert (take(platform, first).stored, take(platform, first).known) == (0, 2)
    assert (take(platform, second).stored, take(platform, first).stored) == (1, 1)
    with platform.store.state.read() as tx:
        assert goods_now(tx, ["A"])["A"]["price"] == 10_000


def test_json_lines_and_old_chinese_text_are_read(platform: Platform) -> None:
    body = '{"sku": "A", "name": "Shoe", "gtins": ["96385074", "6901234567892"]}\n7\n{bad\n'
    taken = take(platform, body)
    assert (taken.stored, [line.line for line in taken.lines]) == (1, [2, 3])
    assert take(platform, "货号;名称\nG;手套\n".encode("gb18030")).stored == 1
    with platform.store.state.read() as tx:
        assert skus_by_gtin(tx, ["00000096385074"]) == {"00000096385074": "A"}
        assert known_skus(tx, ["G"]) == {"G"}


@pytest.mark.parametrize("body", [b"name,price\nA,1\n", b"\xff\xfe\x00", b"sku\n\0"])
def test_what_is_no_list_is_refused(body: bytes) -> None:
    with pytest.raises(Rejected) as raised:
        list(read_goods(body))
    assert raised.value.code == "bad_csv"


def test_price_lists_by_place_channel_and_time(platform: Platform) -> None:
    take(platform, "sku,name,price\nA,Shoe,100\n")
    taken = take(platform, """sku,price,channel,store,from,until,list
A,95,web,,2026-03-01,,web
A,80,,,2026-03-05T00:00:00+08:00,2026-03-10T00:00:00+08:00,sale
A,70,,S1,2026-03-06,,S1
A,,,S1,2026-03-06,,nothing
Z,1,web,,,,web
""")
    assert taken.stored == 3
    assert [(line.line, line.code) for line in taken.lines] == [(5, "bad_goods"), (6, "unknown_sku")]
    now = platform.store.clock.now()
    with platform.store.state.read() as tx:
        def price(place: str, channel: str = "", at: int = now) -> tuple[int, str]:
            found = price_of(tx, ["A"], place, at, channel)["A"]
            return found.amount, found.list

        assert price("") == (8_000, "sale")
        assert price("", "web") == (9_500, "web")
        assert price("S1", "web") == (7_000, "S1")
        assert price("", at=now + 5 * DAY) == (10_000, "")
        assert len(prices_of(tx, ["A"])) == 3
    again = take(platform, "sku,price,channel,from,list\nA,95,web,2026-03-01,web\n")
    assert (again.stored, again.known) == (0, 1)


def test_a_number_stands_for_its_sku_in_whatever_comes_in(platform: Platform) -> None:
    take(platform, CSV)
    frame = ('{"store": "S1", "till": "1", "business_day": "2026-03-07", "sequence": 1, "time": "2026-03-07T09:00:00", '
             '"total": "199.00", "lines": [{"sku": "6901234567892", "quantity": 1, "price": "199.00"}]}')
    results = platform.intake.accept_calls("tills", platform.intake.listen("tills", frame.encode()))
    assert [r.status for r in results] == ["stored"]
    counted = Call("track", "Stock Counted", "c1", timestamp="2026-03-07T08:00:00+08:00", properties={
        "store_id": "S1", "products": [{"sku": "06901234567892", "quantity": 5}]})
    unknown = Call("track", "Stock Counted", "c2", properties={
        "store_id": "S1", "products": [{"sku": "96385074", "quantity": 5}]})
    results = platform.intake.accept_calls("office", [counted, unknown])
    assert [(r.status, r.code) for r in results] == [("stored", ""), ("quarantined", "unknown_sku")]
    assert "datong goods import" in results[1].hint
    platform.flow.drain()
    with platform.store.state.read() as tx:
        assert [(s.sku, s.quantity) for s in stock_of(tx, ["A-38"])] == [("A-38", 4.0)]
