"""An order told once more under another message id counts once, in every figure."""

from __future__ import annotations

from pathlib import Path

from tests.flow.mall import Mall, opened

from datong.analytics import sales
from datong.model import MINUTE
from datong.tags import evaluate_all, values

ORDER = {"order_id": "o-1", "revenue": "499.00", "currency": "CNY",
         "products": [{"sku": "shoe-1", "quantity": 1, "price": "499.00"}]}


def figures(mall: Mall) -> list[object]:
    """Return sales in the report, spend and purchases in the member's tags, and spend as the facts have it."""
    member = mall.member("user_id", "u17")
    assert member is not None
    with mall.store.state.read() as tx:
        tags = values(tx, [member])[member]
    every = evaluate_all(mall.store, 'spend(last="365d")').to_pyarrow().to_pylist()
    (told,) = [row["value"] for row in every if row["member"] == member]
    return [sales(mall.store, by=("day",)).totals.amount, tags["rfm.spend_365d"].value, tags["rfm.orders_90d"].value,
            told]


def test_a_reloaded_page_does_not_sell_twice(tmp_path: Path) -> None:
    with opened(tmp_path) as mall:
        mall.track("Order Completed", ORDER, userId="u17", messageId="first")
        mall.drain()
        once = figures(mall)
        assert once == [49_900, 49_900, 1, once[3]]
        mall.wait(MINUTE)
        mall.track("Order Completed", ORDER, userId="u17", messageId="page reloaded")
        mall.drain()
        assert figures(mall) == once
        mall.store.facts.rebuild()
        mall.drain()
        assert figures(mall) == once
