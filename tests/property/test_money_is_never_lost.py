"""Money is never lost: events, receipts, lines, orders and reports agree to the last fen, however the log is cut."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.commerce.ledger import MORNING, event, settle

import datong.identity
import datong.places  # noqa: F401 the fact tables a report reads are declared by their owners
from datong.analytics import by_day, sales
from datong.commerce.tables import DUPLICATE, LINE, ORDER, REDEEMED, SKU, TENDERED
from datong.config import FixedClock, Settings
from datong.model import HOUR, Event, Item
from datong.storage import Store, open_store

CENTS = st.integers(min_value=1, max_value=10**9)
SPLITS = (("day",), ("hour", "sku"), ("store", "category", "brand"), ("channel",))
APART = """
SELECT r."offset" FROM commerce.receipt r
LEFT JOIN (SELECT "offset", sum(amount) AS amount, count(*) AS n FROM commerce.receipt_line GROUP BY 1) l
    USING ("offset")
WHERE l.amount IS DISTINCT FROM r.amount OR l.n IS DISTINCT FROM r.lines
"""
LINES = st.lists(
    st.builds(Item, st.sampled_from("abcdef"), st.sampled_from([1.0, 2.0, 0.5, 12.0]), CENTS, st.integers(0, 500)),
    min_size=1, max_size=5,
).map(tuple)


@st.composite
def logs(draw: st.DrawFn) -> tuple[list[Event], int]:
    """A log of receipts, returns, online orders, refunds and cancellations, and the money it is worth."""
    events: list[Event] = []
    orders: dict[str, int] = {}
    closed: set[str] = set()
    worth = 0
    for number in range(draw(st.integers(1, 25))):
        kind = draw(st.sampled_from(["sale", "return", "order", "refund", "whole", "cancel", "again"]))
        parts: dict[str, Any] = {"at": MORNING + number * HOUR, "items": draw(LINES), "ident": number % 4}
        total = sum(i.amount for i in parts["items"])
        parts["amount"] = paid = max(1, total + draw(st.integers(-300, 300))) if draw(st.booleans()) else total
        ref = str(number)
        if kind == "sale":
            events.append(event("Receipt Issued", ref, **parts))
            worth += paid
        elif kind == "return":
            events.append(event("Receipt Returned", ref, **parts))
            worth -= paid
        elif kind == "order":
            events.append(event("Order Completed", ref, **parts))
            orders[ref] = paid
        elif orders:
            of = draw(st.sampled_from(sorted(orders)))
            if kind == "refund":
                events.append(event("Order Refunded", of, **parts))
                orders[of] -= 0 if of in closed else paid  # it follows from a cancellation
            elif kind == "again":
                original = next(e for e in events if e.type == "Order Completed" and e.ref == of)
                events.append(event("Order Completed", of, at=parts["at"], items=original.items, amount=paid))
            else:
                events.append(event("Order Refunded" if kind == "whole" else "Order Cancelled", of, at=parts["at"]))
                orders[of] = 0
                closed.add(of)
    return events, worth + sum(orders.values())


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for all examples; each begins by emptying it."""
    opened = open_store(Settings(root=str(tmp_path_factory.mktemp("money"))), FixedClock(MORNING + 100 * HOUR))
    yield opened
    opened.close()


def empty(store: Store) -> None:
    with store.state.write() as tx:
        for table in (SKU, ORDER, LINE, TENDERED, REDEEMED, DUPLICATE):
            tx.execute(table.delete())
    with store.facts.write() as facts:
        for name in ("receipt", "receipt_line", "tender", "redemption", "product"):
            facts.execute(f"DELETE FROM commerce.{name}")


@settings(max_examples=40, deadline=None)
@given(log=logs(), size=st.integers(1, 9), fold=st.integers(1, 9), by=st.sampled_from(SPLITS))
def test_money_is_never_lost(
    ledger: Store, log: tuple[list[Event], int], size: int, fold: int, by: tuple[str, ...]
) -> None:
    events, worth = log
    empty(ledger)
    settle(ledger, events, size, fold)
    query = "SELECT coalesce(sum(amount), 0)::BIGINT AS amount FROM commerce."
    assert ledger.facts.rows(query + "receipt") == [{"amount": worth}]
    assert ledger.facts.rows(query + "receipt_line") == [{"amount": worth}]
    assert ledger.facts.rows(APART) == []
    found = sales(ledger, by)
    assert found.totals.amount == sum(row["amount"] for row in found.rows) == worth
    assert sum(day.amount for day in by_day(ledger)) == worth
    with ledger.state.read() as tx:
        orders = tx.execute(ORDER.select().where(ORDER.c.kind == "order")).all()
        receipts = tx.execute(ORDER.select().where(ORDER.c.kind != "order", ORDER.c.source == "till")).all()
    left = sum(0 if o.state == "cancelled" else o.amount - o.returned for o in orders)
    assert left + sum(r.amount for r in receipts) == worth
