"""Stock is the sum of its movements: in any order of arrival, however the log is cut, and in every replay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.unit.commerce.ledger import MORNING, batches, event

from datong.commerce import Commerce
from datong.commerce.movement import rounded
from datong.commerce.tables import MOVEMENT, PROGRESS, RESERVATION, RESERVED, STEP, STOCK, TRANSFER, TRANSFER_LINE
from datong.config import FixedClock, Settings
from datong.model import MINUTE, Event, Item
from datong.storage import METADATA, Store, open_store

SKUS, PLACES = ("a", "b"), ("s1", "s2")
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
quantities = st.sampled_from([1, 2, 3, 0.5, 1.125])
moments = st.integers(0, 9)


def stock(kind: str, sku: str, place: str, quantity: float, minute: int) -> Event:
    name = "r" if kind.startswith("Receipt") else ""
    amount = 100 if kind == "Receipt Issued" else -100 if kind == "Receipt Returned" else 0
    sign = -1 if kind == "Receipt Returned" else 1
    return event(kind, name, MORNING + minute * MINUTE, place=place, items=(Item(sku, sign * quantity, amount),))


stock_events = st.builds(
    stock, st.sampled_from(["Stock Counted", "Stock Received", "Stock Adjusted", "Receipt Issued", "Receipt Returned"]),
    st.sampled_from(SKUS), st.sampled_from(PLACES), quantities, moments)


def named(events: list[Event]) -> list[Event]:
    """Give every event an id and a number of its own, and the time at which it came in."""
    return [
        msgspec.structs.replace(e, id=f"e{n}", ref=e.ref and f"{e.ref}{n}" if e.type != "Transfer Sent" else e.ref,
                                received=MORNING + n * 1000)
        for n, e in enumerate(events)
    ]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for all examples; each begins with nothing in it."""
    opened = open_store(Settings(root=str(tmp_path_factory.mktemp("shop"))), FixedClock(MORNING))
    yield opened
    opened.close()


class Shop(Commerce):
    """The stage, on a log that is a list."""

    told: Mapping[int, Event]

    def _event(self, offset: int) -> Event | None:
        return self.told.get(offset)


def step(store: Store, events: list[Event], size: int) -> None:
    """Forget everything, then carry the events through the stage."""
    commerce = Shop(store)
    commerce.told = {e.offset: e for batch in batches(events, size) for e in batch.events}
    with store.state.write() as tx:
        for table in METADATA.sorted_tables:
            if table.name.startswith("commerce_") or table.name == "storage_cursor":
                tx.execute(table.delete())
        for batch in batches(events, size):
            commerce.step(batch, tx)


def balances(
    store: Store, events: list[Event], size: int
) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], float]]:
    """Return the balances after some events, and the sums of the movements."""
    step(store, events, size)
    with store.state.read() as tx:
        found = {(r.sku, r.place): r.quantity for r in tx.execute(STOCK.select())}
        sums: dict[tuple[str, str], float] = {}
        for row in tx.execute(MOVEMENT.select()):
            sums[row.sku, row.place] = rounded(sums.get((row.sku, row.place), 0.0) + row.quantity)
    return found, sums


def by_the_book(events: list[Event]) -> dict[tuple[str, str], float]:
    """Work the balances out the plain way: in order of time, a count says what is there."""
    found: dict[tuple[str, str], float] = {}
    for _, e in sorted(enumerate(events), key=lambda pair: (pair[1].time, pair[0])):
        for item in e.items:
            pair = item.sku, e.place
            if e.type == "Stock Counted":
                found[pair] = item.quantity
            else:
                sign = -1 if e.type.startswith("Receipt") else 1
                found[pair] = rounded(found.get(pair, 0.0) + sign * item.quantity)
    return found


@QUICK
@given(st.lists(stock_events, min_size=1, max_size=14), st.integers(1, 5))
def test_balances_are_those_of_the_book_whenever_the_news_comes(shop: Store, events: list[Event], size: int) -> None:
    told = named(events)
    found, sums = balances(shop, told, size)
    assert found == sums == by_the_book(told)


def request(name: int, sku: str, quantity: float, place: str) -> Event:
    return event("Reservation Requested", source="oms", id=str(name), place=place, items=(Item(sku, quantity),),
                 properties={"valid": "3s"})


def ordered(number: int, kind: str, sku: str) -> Event:
    items = (Item(sku, 1, 100),) if kind in ("Order Placed", "Order Completed") else ()
    return event(kind, f"W{number}", items=items, place="s1" if kind == "Order Shipped" else "",
                 properties={"reserve": True} if kind == "Order Placed" else {})


def moved(kind: str, sku: str, quantity: float) -> Event:
    return event(kind, "T1", source="wms", place="s2" if kind == "Transfer Received" else "s1",
                 items=() if kind == "Transfer Cancelled" else (Item(sku, quantity),), properties={"to": "s2"})


order_kinds = st.sampled_from(["Order Placed", "Order Completed", "Order Picked", "Order Shipped", "Order Cancelled",
                               "Order Refunded"])
all_events = st.one_of(
    stock_events, st.builds(request, st.integers(0, 99), st.sampled_from(SKUS), quantities, st.sampled_from(PLACES)),
    st.builds(ordered, st.integers(1, 2), order_kinds, st.sampled_from(SKUS)),
    st.builds(moved, st.sampled_from(["Transfer Sent", "Transfer Received", "Transfer Cancelled"]),
              st.sampled_from(SKUS), quantities))


def state(store: Store, events: list[Event], size: int) -> list[list[tuple[str, ...]]]:
    step(store, events, size)
    with store.state.read() as tx:
        tables = (STOCK, MOVEMENT, PROGRESS, RESERVATION, RESERVED, STEP, TRANSFER, TRANSFER_LINE)
        found = [sorted(tuple(map(repr, r)) for r in tx.execute(t.select())) for t in tables]
        free = [r.quantity - r.reserved for r in tx.execute(STOCK.select().where(STOCK.c.reserved > 0))]
        kept = sum(r.open for r in tx.execute(RESERVED.select()))
        assert rounded(kept) == rounded(sum(r.reserved for r in tx.execute(STOCK.select())))
    taking = ("Receipt Issued", "Stock Counted", "Stock Adjusted", "Transfer Sent", "Order Shipped", "Receipt Returned")
    if not any(e.type in taking for e in events):
        assert all(one >= 0 for one in free)  # nobody was promised what another holds
    return found


@QUICK
@example([moved("Transfer Sent", "b", 1), moved("Transfer Sent", "a", 1), moved("Transfer Cancelled", "a", 1)], 1)
@example([ordered(2, "Order Picked", "a"), stock("Stock Counted", "a", "s1", 1, 0), ordered(2, "Order Placed", "a")], 1)
@given(st.lists(all_events, min_size=2, max_size=16), st.integers(1, 7))
def test_every_cut_of_the_log_decides_the_same(shop: Store, events: list[Event], size: int) -> None:
    told = [msgspec.structs.replace(e, id=f"e{n}", received=MORNING + n * 1000,
                                    ref=f"r{n}" if e.type.startswith("Receipt") else e.ref)
            for n, e in enumerate(events)]
    assert state(shop, told, size) == state(shop, told, 100)
