"""The Python client against a real server: what it was told arrives once, whatever happens to the line."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.contract.till_server import Shop, shop
from tests.flow.mall import CARD

from datong.marketing import signed_code
from datong.model import DAY
from datong_client import Collector, LineDown, OutboxFull, Refused, Till, read_day

pytestmark = pytest.mark.network
DAY_OF = "2026-03-07"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with shop(tmp_path_factory.mktemp("client")) as found:
        yield found


def till_at(place: Shop, folder: Path, name: str = "T1", **more: Any) -> Till:
    clock = place.mall.clock
    return Till(place.url, "key-tills", "S1", name, str(folder / f"{name}.sqlite"),
                **{"retry": 0.2, "now": lambda: clock.at / 1000, **more})


def sale(number: int, amount: str = "499.00", **more: Any) -> dict[str, Any]:
    return {"business_day": DAY_OF, "sequence": number, "currency": "CNY", "total": amount,
            "lines": [{"sku": "shoe-1", "amount": amount}], **more}


def test_events_arrive_once_though_the_line_was_down(place: Shop, tmp_path: Path) -> None:
    told: list[Exception] = []
    path = str(tmp_path / "events.sqlite")
    place.stop()
    events = Collector(place.url, "key-office", path, interval=0.01, on_error=told.append)
    ids = [events.track("Product Viewed", {"sku": "shoe-1"}, anonymous_id=f"c{n}") for n in range(30)]
    events.identify("u-1", {"nickname": "x"})
    assert not events.flush(0.2)
    assert events.waiting == 31
    events.close(0.2)
    assert isinstance(told[0], LineDown)
    place.start()
    events = Collector(place.url, "key-office", path, interval=0.01)
    assert events.flush(20)
    events.page("Home", anonymous_id="c1")
    with pytest.raises(ValueError, match="at most"):
        events.track("Product Viewed", {"x": "y" * 40_000}, user_id="u")
    events.close()
    place.caught_up()
    found = [e.id for e in place.mall.events("Product Viewed") if e.source == "office"]
    assert sorted(found) == sorted(ids)
    assert [e.identifiers[0].ns for e in place.mall.events("Page Viewed") if e.source == "office"] == ["anonymous_id"]


def test_a_wrong_key_throws_nothing_away(place: Shop, tmp_path: Path) -> None:
    told: list[Exception] = []
    events = Collector(place.url, "key-nobody", str(tmp_path / "e.sqlite"), interval=0.01, on_error=told.append)
    events.track("Product Viewed", {"sku": "shoe-1"}, user_id="u")
    assert not events.flush(0.3)
    events.close(0.1)
    assert "bad_write_key" in str(told[0])
    till = Till(place.url, "key-web", "S1", "T1", str(tmp_path / "t.sqlite"))
    with pytest.raises(Refused):
        till.receipt(sale(900))
    assert till.waiting == 1
    till.close()


def test_a_full_outbox_says_so(tmp_path: Path) -> None:
    events = Collector("http://127.0.0.1:9", "k", str(tmp_path / "e.sqlite"), limit=1)
    events.track("Product Viewed", user_id="u")
    with pytest.raises(OutboxFull):
        events.track("Product Viewed", user_id="u")
    events.close(0.1)


def test_a_till_online(place: Shop, tmp_path: Path) -> None:
    till, other = till_at(place, tmp_path), till_at(place, tmp_path, "T2")
    code = place.mall.events("Coupon Issued")[0].coupon
    assert till.lookup(card=CARD)["member"] == "M000001"
    told = till.receipt(sale(100))
    assert (told.sent, told.answer["results"][0]["status"]) == (True, "stored")
    assert till.check(code) == (True, True, "", code, "20% off", None)
    assert till.lock(code, DAY_OF, 101).ok
    assert other.redeem(code, DAY_OF, 1).reason == "locked_coupon"
    till.unlock(code, DAY_OF, 101)
    assert till.redeem(code, DAY_OF, 101, "99.80", "CNY").ok
    assert till.redeem(code, DAY_OF, 101, "99.80", "CNY").ok
    late = other.redeem(code, DAY_OF, 2)
    assert (late.ok, late.sure, late.reason) == (False, True, "redeemed_coupon")
    assert late.other is not None
    assert late.other["receipt"] == "S1/T1/2026-03-07/101"
    till.receipt(sale(101, "399.20", coupons=[{"code": code, "amount": "99.80"}]))
    assert till.void(DAY_OF, 102, "101").sent
    place.caught_up()
    assert till.original(DAY_OF, 101)["left"] == 0
    assert till.check(code).ok
    assert till.refresh() == 1
    changed = till.receipt(sale(100, "1.00"))
    assert changed.answer["results"][0]["status"] == "conflict"
    assert [p.kind for p in till.problems()] == ["receipt"]
    till.settle(till.problems()[0].number)
    assert till.problems() == []
    till.close()
    other.close()


def test_an_hour_offline_then_nothing_is_lost_or_doubled(place: Shop, tmp_path: Path) -> None:
    code = place.mall.events("Coupon Issued")[0].coupon
    till, other = till_at(place, tmp_path), till_at(place, tmp_path, "T2")
    till.refresh()
    other.refresh()
    place.stop()
    for minute in range(60):
        told = till.receipt(sale(200 + minute, f"{minute + 1}.00"))
        assert not told.sent
    first = till.redeem(code, DAY_OF, 230, "10.00", "CNY")
    assert (first.ok, first.sure, first.reason) == (True, False, "not_asked")
    again = till.redeem(code, DAY_OF, 231)
    assert (again.ok, again.sure, again.reason) == (False, True, "redeemed_coupon")
    assert other.redeem(code, DAY_OF, 7).ok  # another till offline cannot know
    assert till.check("SAVE10").reason == "foreign_coupon"
    unknown = code[:-1] + ("0" if code[-1] != "0" else "1")
    assert till.check(unknown)[:3] == (False, False, "unlisted_coupon")
    with pytest.raises(LineDown):
        till.lookup(card=CARD)
    assert (till.waiting, other.waiting) == (61, 1)
    other.close()  # a till that is switched off keeps what it has to tell
    place.start()
    assert till.sync() == 0
    other = till_at(place, tmp_path, "T2")
    assert other.sync() == 0
    place.caught_up()
    rows = place.mall.store.facts.rows(
        "SELECT count(*) AS n, sum(amount)::BIGINT AS paid FROM commerce.receipt WHERE split_part(ref, '/', 4)::INT "
        "BETWEEN 200 AND 259 AND kind = 'sale'")
    assert rows == [{"n": 60, "paid": sum(range(1, 61)) * 100}]
    assert till.problems() == []
    (problem,) = other.problems()
    assert (problem.answer["reason"], problem.answer["other"]["receipt"]) == (
        "redeemed_coupon", "S1/T1/2026-03-07/230")
    till.close()
    other.close()


def test_a_code_says_its_last_day_and_nothing_else(place: Shop, tmp_path: Path) -> None:
    issued = place.mall.events("Coupon Issued")[0]
    day = read_day(issued.coupon.replace("-", " ").lower())
    assert day is not None
    assert day.code == issued.coupon
    assert 3 * DAY <= day.until - issued.time <= 4 * DAY + DAY
    assert read_day("SAVE10") is None
    till = till_at(place, tmp_path, "T3", now=lambda: day.until / 1000 + 1)
    place.stop()
    assert till.check(issued.coupon)[:3] == (False, True, "expired_coupon")
    place.start()
    till.close()


def test_the_background_sends_by_itself(place: Shop, tmp_path: Path) -> None:
    till = till_at(place, tmp_path, "T4", retry=0.05)
    place.stop()
    till.receipt(sale(1))
    place.start()
    until = time.monotonic() + 10
    while till.waiting:
        assert time.monotonic() < until
        time.sleep(0.02)
    till.close()


def test_a_picture_is_checked_without_a_line(place: Shop, tmp_path: Path) -> None:
    """The till was refreshed before the coupon was there: its picture is proof enough, a made-up one is refused."""
    vault, code = place.mall.platform.vault, place.mall.events("Coupon Issued")[0].coupon
    till = till_at(place, tmp_path, "T9")
    till.refresh(1)
    till._outbox.list_coupons([])  # as if it had been issued since
    place.stop()
    assert till.check(code)[:3] == (False, False, "unlisted_coupon")
    assert till.check(signed_code(vault, code))[:3] == (True, False, "not_asked")
    made_up = code[:-1] + ("0" if code[-1] != "0" else "1")
    assert till.check(f"{made_up}.{signed_code(vault, code).partition('.')[2]}")[:3] == (False, True, "forged_coupon")
    taken = till.redeem(signed_code(vault, code), DAY_OF, 990, "10.00", "CNY")
    assert (taken.ok, taken.sure, taken.code) == (True, False, code)
    assert till.redeem(signed_code(vault, code), DAY_OF, 991).reason == "redeemed_coupon"
    place.start()
    assert till.sync() == 0
    # the hour offline had redeemed it before, on another receipt: that is told now
    assert [(p.kind, p.answer["reason"]) for p in till.problems()] == [("redeem", "redeemed_coupon")]
    till.close()
