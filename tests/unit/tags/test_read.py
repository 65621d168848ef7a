from __future__ import annotations

import pytest
from tests.unit.tags.shop import NOW

from datong.errors import Rejected
from datong.model import DAY
from datong.storage import FACT_TABLES, Store, fact_table
from datong.tags import evaluate_all

EVENTS = {"offset": "BIGINT", "item": "SMALLINT", "type": "VARCHAR", "channel": "VARCHAR", "ts": "BIGINT",
          "hour": "TINYINT", "ident": "BIGINT", "place": "VARCHAR", "zone": "VARCHAR", "sku": "VARCHAR",
          "category": "VARCHAR", "brand": "VARCHAR", "quantity": "DOUBLE", "amount": "BIGINT", "campaign": "VARCHAR",
          "coupon": "VARCHAR", "value": "DOUBLE"}


def facts_of(store: Store) -> None:
    """Three receipts of member 1 under two identifiers, one of member 2, and a member without events."""
    events = FACT_TABLES.get("touchpoints.event") or fact_table("touchpoints", "event", EVENTS, "ident")
    links = FACT_TABLES.get("identity.link") or fact_table(
        "identity", "link", {"ident": "BIGINT", "member": "BIGINT", "ns": "VARCHAR"}, "ident")
    store.facts.rebuild()
    with store.facts.write() as tx:
        tx.append(links, {"ident": [11, 12, 21, 31], "member": [1, 1, 2, 3], "ns": ["phone"] * 4})
        tx.append(events, {
            "offset": [1, 1, 2, 3, 4], "item": [0, 1, 0, 0, 0], "type": ["Receipt Issued"] * 5,
            "ts": [NOW - DAY, NOW - DAY, NOW, NOW - 95 * DAY, NOW + 1], "ident": [11, 11, 12, 21, 21],
            "channel": ["pos"] * 5, "sku": ["a", "b", "a", "c", "c"],
            "category": ["shoes", "bags", "shoes/boots", "shoes", "shoes"],
            "amount": [10_000, 5_000, 7_050, 100, 100], "quantity": [1.0] * 5,
        })


def test_an_expression_gives_every_member_a_value(store: Store) -> None:
    facts_of(store)
    table = evaluate_all(store, 'spend(category="shoes", last="90d")')
    assert {r["member"]: r["value"] for r in table.to_pyarrow().to_pylist()} == {1: 17_050, 2: 0, 3: 0}
    table = evaluate_all(store, 'tag.rfm.orders_90d >= 2 and spend() > 220.49')
    assert {r["member"] for r in table.filter(table.value).to_pyarrow().to_pylist()} == {1}
    lost = evaluate_all(store, 'tag.shopper.lifecycle == "lapsing"')
    assert {r["member"] for r in lost.filter(lost.value).to_pyarrow().to_pylist()} == {2}


def test_a_wrong_expression_is_refused(store: Store) -> None:
    with pytest.raises(Rejected, match="column 1: there is no tag rfm"):
        evaluate_all(store, "tag.rfm > 1")
