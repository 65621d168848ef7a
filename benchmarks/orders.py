"""Benchmark: orders through the state machine with reservation and stock, beside plain SQL that writes the same rows.

Every order is placed with its pieces reserved, paid, picked, shipped and delivered; one in ten comes back and is
refunded, and tills sell beside it from the same stock. The stage `settle` of commerce takes the events in batches, each
one transaction on a real store. The anchor runs, in the same call and on a fresh database of the same engine, exactly
the INSERTs, upserts and UPDATEs that ours ran, in the same transactions: no state machine, no reading, no deciding.

    python benchmarks/orders.py [--orders 10000] [--batch 1000] [--postgresql postgresql://…] [--profile]
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import sqlalchemy as sa

from datong.commerce import Commerce, stock_of
from datong.config import FixedClock, Settings, StorageSettings
from datong.model import DAY, MINUTE, Batch, Event, Item, from_iso, local_parts
from datong.storage import METADATA, Store, open_store
from line import print_line

START = from_iso("2026-03-01T10:00:00+08:00")
SKUS, PLACES = 500, 20
LINES = 2
Writes = list[list[tuple[str, Any, bool]]]


def event(kind: str, ref: str, at: int, **parts: Any) -> Event:
    """Return an event of the web shop, or of a till."""
    date, hour = local_parts(at, "Asia/Shanghai")
    given = {"id": f"{kind}/{ref}", "source": "shop", "channel": "web", "currency": "CNY", "received": at, **parts}
    return Event(type=kind, time=at, ref=ref, date=date, hour=hour, **given)


def history(orders: int, dice: random.Random) -> list[Event]:
    """Return counts of stock, then the steps of all orders and sales of tills, interleaved in time."""
    goods = [f"SKU-{n}" for n in range(SKUS)]
    told = [event("Stock Counted", f"count-{p}", START - DAY, place=f"P{p}",
                  items=tuple(Item(sku, 100_000.0) for sku in goods)) for p in range(PLACES)]
    later: list[tuple[int, int, Event]] = []
    for n in range(orders):
        at, ref, place = START + n * 1_000, f"W{n}", f"P{dice.randrange(PLACES)}"
        items = tuple(Item(sku, 1.0, 10_000) for sku in dice.sample(goods, LINES))
        steps: list[tuple[str, dict[str, Any]]] = [
            ("Order Placed", {"items": items, "amount": 10_000 * LINES, "place": place, "ident": n + 1,
                              "properties": {"reserve": True}}),
            ("Order Completed", {"items": items, "amount": 10_000 * LINES, "place": place, "ident": n + 1}),
            ("Order Picked", {}), ("Order Shipped", {"properties": {"carrier": "SF", "tracking": ref}}),
            ("Order Delivered", {})]
        if n % 10 == 0:
            steps += [("Order Returned", {"place": place}), ("Order Refunded", {"amount": 10_000 * LINES})]
        heard = at
        for k, (kind, parts) in enumerate(steps):
            heard += dice.randrange(1, 30) * MINUTE
            later.append((heard, k, event(kind, ref, heard, **parts)))
        sold = (Item(dice.choice(goods), 1.0, 9_000),)
        later.append((at, 9, event("Receipt Issued", f"R{n}", at, source="till", channel="pos", place=place,
                                   items=sold, amount=9_000)))
    later.sort(key=lambda one: one[:2])
    told += [one for _, _, one in later]
    return [msgspec.structs.replace(one, offset=n, received=START + n) for n, one in enumerate(told, 1)]


@contextmanager
def opened(url: str) -> Iterator[Store]:
    """Give a new store: a folder of its own, and the state in it or in an emptied PostgreSQL database."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Settings(root=folder, storage=StorageSettings(state=url) if url else StorageSettings()),
                           FixedClock(START))
        with store.state.write() as tx:
            for table in METADATA.sorted_tables:
                if table.name.startswith("commerce_") or table.name == "storage_cursor":
                    tx.execute(table.delete())
        try:
            yield store
        finally:
            store.close()


def run(store: Store, events: list[Event], size: int) -> tuple[float, float, Writes]:
    """Carry the events through the stage; return the seconds, the slowest batch, and what was written by batch."""
    writes: Writes = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if statement.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE"):
            writes[-1].append((statement, parameters, many))

    sa.event.listen(store.state.engine, "before_cursor_execute", note)
    commerce, spent, slowest = Commerce(store), 0.0, 0.0
    for at in (0, *range(PLACES, len(events), size)):  # first the counts of stock, which are not timed
        part = events[at : at + size if at else PLACES]
        batch = Batch(part, part[0].offset, part[-1].offset, part[-1].received)
        writes.append([])
        began = time.perf_counter()
        with store.state.write() as tx:
            commerce.step(batch, tx)
        took = time.perf_counter() - began
        if at:
            spent, slowest = spent + took, max(slowest, took)
    sa.event.remove(store.state.engine, "before_cursor_execute", note)
    return spent, slowest, writes


def again(store: Store, writes: Writes) -> float:
    """Run the same statements in the same transactions, and return the seconds."""
    began = 0.0
    for at, batch in enumerate(writes):
        if at == 1:
            began = time.perf_counter()
        with store.state.write() as tx:
            cursor = tx.connection.cursor()
            for statement, parameters, many in batch:
                (cursor.executemany if many else cursor.execute)(statement, parameters)
    return time.perf_counter() - began


def main() -> None:
    """Run both and print the line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=10_000)
    parser.add_argument("--batch", type=int, default=1_000)
    parser.add_argument("--postgresql", default="", help="URL of a database that may be emptied")
    parser.add_argument("--profile", action="store_true")
    asked = parser.parse_args()
    events = history(asked.orders, random.Random(7))
    profile = cProfile.Profile()
    with opened(asked.postgresql) as store:
        if asked.profile:
            profile.enable()
        seconds, slowest, writes = run(store, events, asked.batch)
        profile.disable()
        check(store, asked.orders)
    with opened(asked.postgresql) as store:
        plain = again(store, writes)
        check(store, asked.orders)
    if asked.profile:
        pstats.Stats(profile).sort_stats("tottime").print_stats(25)
    ours = {"orders_per_s": round(asked.orders / seconds), "events_per_s": round(len(events) / seconds),
            "slowest_batch_ms": round(slowest * 1000, 1), "engine": "postgresql" if asked.postgresql else "sqlite"}
    anchor = {"orders_per_s": round(asked.orders / plain), "events_per_s": round(len(events) / plain)}
    print_line("orders", ours, anchor, {"orders_per_s": round(seconds and plain / seconds, 3)})


def check(store: Store, orders: int) -> None:
    """Every order is where it belongs, nothing is kept any more, and the pieces add up."""
    with store.state.read() as tx:
        states = dict(map(tuple, tx.exec_driver_sql("SELECT state, count(*) FROM commerce_progress GROUP BY state")))
        held = stock_of(tx, [f"SKU-{n}" for n in range(SKUS)])
    back = -(-orders // 10)
    if states != {"delivered": orders - back, "refunded": back} or any(one.reserved for one in held):
        raise SystemExit(f"the orders did not go their way: {states}")
    gone = SKUS * PLACES * 100_000 - sum(one.quantity for one in held)
    if gone != LINES * (orders - back) + orders:
        raise SystemExit(f"{gone:g} pieces are gone, not {LINES * (orders - back) + orders}")


if __name__ == "__main__":
    main()
