from __future__ import annotations

import datetime as dt

from tests.unit.analytics.ledger import DAY, MORNING, event, know, sale, settle

from datong.analytics import members
from datong.model import Item
from datong.storage import Store


def test_counts_new_and_returning_and_the_best(store: Store) -> None:
    know(store, {1: "both", 2: "offline", 3: "online", 4: "none"}, {101: 1})
    settle(store, [
        sale("1", 1, 10_000, MORNING - 60 * DAY),
        sale("2", 101, 5_000),
        sale("3", 2, 20_000),
        event("Receipt Returned", "4", MORNING + DAY, ident=2, items=(Item("a", 1, 20_000),)),
        sale("5", 999, 700),
    ])
    found = members(store, dt.date(2026, 2, 1), dt.date(2026, 2, 28))
    assert found.counts == {"online": 1, "offline": 1, "both": 1, "none": 1}
    assert (found.new, found.returning, found.known_share) == (1, 1, 2 / 3)
    assert [(t.label, t.amount, t.receipts, t.last) for t in found.top] == [
        ("M000001", 15_000, 2, dt.date(2026, 2, 2)), ("M000002", 0, 1, dt.date(2026, 2, 2)),
    ]


def test_deciles_by_spend(store: Store) -> None:
    know(store, dict.fromkeys(range(1, 21), "offline"))
    settle(store, [sale(str(n), n, n * 100) for n in range(1, 21)])
    deciles = members(store).deciles
    assert [(d.decile, d.members) for d in deciles] == [(n, 2) for n in range(1, 11)]
    assert (deciles[0].amount, deciles[-1].amount) == (3_900, 300)
    assert sum(d.amount for d in deciles) == 21_000
    assert deciles[0].share == 3_900 / 21_000
    assert (deciles[0].recency, deciles[0].receipts) == (27.1, 1.0)


def test_nobody(store: Store) -> None:
    found = members(store)
    assert (found.new, found.returning, found.known_share, found.deciles, found.top) == (0, 0, None, [], [])
    assert (found.since, found.until) == (dt.date(2026, 1, 31), dt.date(2026, 3, 1))
