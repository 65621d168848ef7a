"""A step that comes before its order waits for it, over batches, a restart and a week."""

from __future__ import annotations

from pathlib import Path

from tests.flow.mall import Mall, opened

from datong.commerce import order_progress, stock_of, waiting_steps
from datong.model import DAY, MINUTE


def tell(mall: Mall, kind: str, ref: str = "K1", **more: object) -> None:
    mall.track(kind, {"order_id": ref, **more}, source="office")
    mall.wait(MINUTE)


def test_what_was_shipped_before_it_was_ordered(tmp_path: Path) -> None:
    with opened(tmp_path) as mall:
        pieces = [{"sku": "bag-1", "price": "299.00"}]
        mall.track("Stock Counted", {"store_id": "S1", "products": [{"sku": "bag-1", "quantity": 5}]}, source="office")
        tell(mall, "Order Delivered")
        tell(mall, "Order Shipped", store_id="S1")
        tell(mall, "Order Shipped", "K9", store_id="S1")
        with mall.store.state.read() as tx:
            assert [(one.key, one.kind) for one in waiting_steps(tx)] == [
                ("office/K1", "Order Delivered"), ("office/K1", "Order Shipped"), ("office/K9", "Order Shipped")]
            assert stock_of(tx, ["bag-1"])[0].quantity == 5
        mall.wait(9 * DAY)  # it is a finding by now, and taken even so
        tell(mall, "Order Placed", products=pieces)
        with mall.store.state.read() as tx:
            one = order_progress(tx, "office/K1")
            assert one is not None
            assert (one.state, one.waiting, stock_of(tx, ["bag-1"])[0].quantity) == ("delivered", (), 4)
            (left,) = waiting_steps(tx)
            assert (left.key, left.due < mall.clock.at) == ("office/K9", True)
        mall.wait(80 * DAY)
        tell(mall, "Order Shipped", "K10", store_id="S1")
        with mall.store.state.read() as tx:
            assert [one.key for one in waiting_steps(tx)] == ["office/K10"]
