"""A voided receipt never was, whichever of the two is heard of first: no sale, no return, no stock, no coupon."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.flow.mall import Mall, build, opened

import datong
from datong.analytics import report
from datong.commerce import order, order_progress, stock_of
from datong.model import MINUTE


def sold(mall: Mall) -> tuple[int, int, float]:
    found = mall.store.facts.rows(
        "SELECT coalesce(sum(amount), 0)::BIGINT AS paid, (SELECT coalesce(sum(amount), 0)::BIGINT FROM "
        "commerce.tender) AS tendered, (SELECT coalesce(sum(quantity), 0) FROM commerce.receipt_line) AS pieces "
        "FROM commerce.receipt")[0]
    return found["paid"], found["tendered"], found["pieces"]


def void(mall: Mall, number: int, of: str) -> None:
    mall.frame("tills", {**mall.slip(number, "0"), "kind": "void", "voids": of, "lines": [], "tenders": []})


@pytest.mark.parametrize("first", ["sale", "void", "together"])
def test_the_sums_come_back(tmp_path: Path, first: str) -> None:
    with opened(tmp_path) as mall:
        def sale() -> None:
            mall.show_card(7)

        steps: list[Callable[[], object]] = [sale, lambda: void(mall, 8, "S1/T1/2026-03-07/7")]
        for step in reversed(steps) if first == "void" else steps:
            step()
            if first != "together":
                mall.wait(MINUTE)
        mall.wait(MINUTE)
        assert sold(mall) == (0, 0, 0)
        assert mall.events("Receipt Returned") == []
        for name in ("sales", "members"):
            found = report(mall.store, name, {"by": "sku"} if name == "sales" else {"by": "member"})
            assert list(found.rows) == []
        with mall.store.state.read() as tx:
            kept = order(tx, "S1/S1/T1/2026-03-07/7")
            assert kept is not None
            assert (kept.state, kept.returned) == ("voided", 0)
        assert mall.rows("SELECT sum(quantity) AS n FROM commerce_stock WHERE sku = 'shoe-1'")[0]["n"] in (None, 0)
        void(mall, 8, "S1/T1/2026-03-07/7")
        mall.drain()
        assert sold(mall) == (0, 0, 0)


def test_an_order_that_a_voided_receipt_handed_over_waits_again(tmp_path: Path) -> None:
    with opened(tmp_path) as mall:
        mall.track("Stock Counted", {"store_id": "S1", "products": [{"sku": "bag-1", "quantity": 5}]}, source="office")
        mall.track("Order Placed", {"order_id": "K1", "store_id": "S1", "mode": "collect", "reserve": True,
                                    "products": [{"sku": "bag-1", "price": "299.00"}]}, source="office")
        mall.wait(MINUTE)
        mall.receipt(1, "299.00", lines=[{"sku": "bag-1", "price": "299.00"}], order="office/K1")
        mall.wait(MINUTE)
        seen = []
        for number in (2, 2):
            with mall.store.state.read() as tx:
                found = order_progress(tx, "office/K1")
                (there,) = stock_of(tx, ["bag-1"], ["S1"])
            assert found is not None
            seen.append((found.state, found.paid, found.pieces, there.quantity, there.reserved))
            void(mall, number, "S1/T1/2026-03-07/1")
            mall.wait(MINUTE)
        assert seen == [("collected", True, (("bag-1", 1, 1, 0),), 4, 0),
                        ("reserved", False, (("bag-1", 1, 0, 0),), 5, 1)]


def test_an_exchange_is_voided_with_both_halves(tmp_path: Path) -> None:
    with opened(tmp_path) as mall:
        mall.receipt(1, "299.00", lines=[{"sku": "bag-1", "price": "299.00"}])
        lines: list[dict[str, Any]] = [{"sku": "shoe-1", "price": "499.00"},
                                       {"sku": "bag-1", "price": "299.00", "kind": "return",
                                        "original": "S1/T1/2026-03-07/1"}]
        mall.receipt(2, "200.00", kind="exchange", lines=lines)
        mall.drain()
        assert sold(mall) == (49_900, 49_900, 1)
        void(mall, 3, "S1/T1/2026-03-07/2")
        mall.drain()
        assert sold(mall) == (29_900, 29_900, 1)




@pytest.mark.parametrize("source", ["page", "untrusted-till"])
def test_a_void_of_somebody_who_is_not_trusted_is_refused(tmp_path: Path, source: str) -> None:
    """Neither a page's key, which anybody can read, nor a till whose key is said to be public takes a receipt back."""
    more = """
[touchpoints.page]
kind = "web"
write_key = "key-page"
[touchpoints.untrusted-till]
kind = "pos"
write_key = "key-public"
trusted = false
"""
    with datong.open(str(build(tmp_path, more=more))) as platform:
        mall = Mall(platform)
        mall.stock()
        mall.show_card(7)
        mall.wait(MINUTE)
        before = sold(mall)
        if source == "page":
            said = {"order_id": "S1/T1/2026-03-07/7", "store_id": "S1"}
            found = mall.track("Receipt Voided", said, source, userId="u")
        else:
            slip = {**mall.slip(8, "0"), "kind": "void", "voids": "S1/T1/2026-03-07/7", "lines": [], "tenders": []}
            found = mall.frame(source, slip)
        mall.wait(MINUTE)
        assert [(one.status, one.code) for one in found] == [("quarantined", "not_trusted")]
        assert found[0].hint
        assert sold(mall) == before == (49_900, 49_900, 1)
        assert mall.events("Receipt Voided") == []
        assert [row["code"] for row in mall.rows("SELECT code FROM touchpoints_quarantine")] == ["not_trusted"]
        void(mall, 8, "S1/T1/2026-03-07/7")  # the shop's own till may
        mall.wait(MINUTE)
        assert sold(mall) == (0, 0, 0)
