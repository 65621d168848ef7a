"""How fast events are recognised, with evidence and every decision kept.

python benchmarks/resolve.py [--events N] [--people N]

`p50_ms` and `p99_ms` are one event recognised, all it teaches written, beside a hundred others in one transaction;
`durable_p50_ms` is one in a transaction of its own, committed and on disk; `events_per_s` is batches of 1,000 on one
core, all on SQLite (`synchronous=FULL`). `pg_events_per_s` is four processes with one stream each over
the same people on PostgreSQL (DATONG_TEST_POSTGRESQL, or one that is started here); it is missing where there is none.
The anchor, in the same call: the bare upsert of the same links into SQLite, one statement per batch, which recognises
nobody. Half of the events only browse; the others log in, pay with a card and a telephone number, or open the app.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1] / "scripts"))

from servers import postgresql

from datong.config import Settings, StorageSettings
from datong.identity import Identity
from datong.model import Batch, Event, Identifier
from datong.privacy import Vault
from datong.storage import State, Store, migrate, open_store
from line import print_line

START = 1_750_000_000_000
BATCH, TOGETHER, WORKERS = 1_000, 100, 4
VAULT = Vault(b"a benchmark's key: nothing secret")


def identifier(ns: str, value: str) -> Identifier:
    """Return an identifier as the intake makes it."""
    return Identifier(ns, VAULT.key(ns, value), b"sealed" * 8, True)


def events(count: int, people: int, seed: int, first: int = 0) -> Iterator[Event]:
    """Yield events of people who browse, log in, pay and use the app, each with devices of their own."""
    dice = random.Random(seed)
    for at in range(first, first + count):
        person = dice.randrange(people)
        device = identifier("anonymous_id", f"{person}-{dice.randrange(2)}")
        draw = dice.random()
        if draw < 0.5:
            shown, channel = (device,), "web"
        elif draw < 0.65:
            shown, channel = (identifier("user_id", str(person)), device), "web"
        elif draw < 0.9:
            shown, channel = (identifier("member_card", str(person)), identifier("phone", str(person))), "pos"
        else:
            shown = (identifier("user_id", str(person)), identifier("phone", str(person)),
                     identifier("app_device", str(person)))
            channel = "app"
        now = START + at * 500
        yield Event(id=f"{seed}-{at}", source="shop", channel=channel, type="Product Viewed", time=now, received=now,
                    identifiers=shown, ident=shown[0].key, offset=at + 1)


def run(store: Store, stream: Sequence[Event], size: int, worker: str = "") -> list[float]:
    """Recognise the events in batches; return the seconds of each."""
    stage, times = Identity(store, VAULT, worker), []
    for at in range(0, len(stream), size):
        part = list(stream[at : at + size])
        began = time.perf_counter()
        with store.state.write() as tx:
            stage.step(Batch(part, part[0].offset, part[-1].offset, part[-1].received), tx)
        times.append(time.perf_counter() - began)
    return times


def run_together(store: Store, stream: Sequence[Event]) -> list[float]:
    """Recognise events one by one, a hundred in each transaction; return the seconds of each."""
    stage, times = Identity(store, VAULT), []
    for at in range(0, len(stream), TOGETHER):
        with store.state.write() as tx:
            for event in stream[at : at + TOGETHER]:
                began = time.perf_counter()
                stage.step(Batch([event], event.offset, event.offset, event.received), tx)
                times.append(time.perf_counter() - began)
    return times


def on_sqlite(count: int, people: int) -> dict[str, float]:
    """Return the figures of one process on SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Settings(root=folder))
        stream = list(events(count, people, 1))
        cpu = time.process_time()
        batches = run(store, stream, BATCH)
        cpu = time.process_time() - cpu
        few = min(2_000, count)
        single = sorted(run_together(store, list(events(few, people, 2, count))))
        durable = sorted(run(store, list(events(few // 2, people, 3, count + few)), 1))
        store.close()
    return {
        "p50_ms": round(statistics.median(single) * 1e3, 3),
        "p99_ms": round(single[int(len(single) * 0.99)] * 1e3, 3),
        "durable_p50_ms": round(statistics.median(durable) * 1e3, 3),
        "events_per_s": round(count / sum(batches)), "events_per_cpu_s": round(count / cpu),
        "batch_p99_ms": round(sorted(batches)[int(len(batches) * 0.99)] * 1e3, 1),
    }


def bare_upserts(count: int, people: int) -> dict[str, float]:
    """Return how fast SQLite takes the same links when nobody asks whose they are."""
    stream = list(events(count, people, 1))
    with tempfile.TemporaryDirectory() as folder:
        db = sqlite3.connect(Path(folder) / "links.sqlite", isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            db.execute(f"PRAGMA {pragma}")
        db.execute("CREATE TABLE link (key INTEGER PRIMARY KEY, ns TEXT, member INTEGER, sealed BLOB, seen INTEGER)")
        upsert = "INSERT INTO link VALUES (?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET seen = excluded.seen"

        def put(part: Sequence[Event], size: int) -> list[float]:
            times = []
            db.execute("BEGIN IMMEDIATE")
            for at in range(0, len(part), size):
                began = time.perf_counter()
                rows = [(i.key, i.ns, 1, i.sealed, e.time) for e in part[at : at + size] for i in e.identifiers]
                db.executemany(upsert, rows)
                times.append(time.perf_counter() - began)
            began = time.perf_counter()
            db.execute("COMMIT")
            times[-1] += (time.perf_counter() - began) * (size == len(part))
            return times

        whole = sum(put(stream[at : at + BATCH], BATCH)[0] for at in range(0, count, BATCH))
        few = list(events(min(2_000, count), people, 2, count))
        single = sorted(t for at in range(0, len(few), TOGETHER) for t in put(few[at : at + TOGETHER], 1))
        durable = sorted(put([event], 1)[0] for event in events(len(few) // 2, people, 3, count + len(few)))
        db.close()
    return {"p50_ms": round(statistics.median(single) * 1e3, 3),
            "p99_ms": round(single[int(len(single) * 0.99)] * 1e3, 3),
            "durable_p50_ms": round(statistics.median(durable) * 1e3, 3), "events_per_s": round(count / whole)}


def _work(url: str, number: int, count: int, people: int, start: Any, done: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Settings(root=folder, storage=StorageSettings(state=url)))
        stream = list(events(count, people, 10 + number))
        start.wait()
        began = time.time()
        run(store, stream, BATCH, f"w{number}")
        done.put((began, time.time()))
        store.close()


def on_postgresql(url: str, count: int, people: int) -> float:
    """Return events per second of four processes that recognise the same people at once."""
    state = State(url)
    with state.engine.begin() as tx:
        tx.exec_driver_sql("DROP SCHEMA public CASCADE")
        tx.exec_driver_sql("CREATE SCHEMA public")
    migrate(state.engine)
    state.close()
    context = multiprocessing.get_context("spawn")
    start, done = context.Barrier(WORKERS), context.Queue()
    share = count // WORKERS
    workers = [context.Process(target=_work, args=(url, n, share, people, start, done)) for n in range(WORKERS)]
    for worker in workers:
        worker.start()
    spans = [done.get(timeout=600) for _ in workers]
    for worker in workers:
        worker.join()
        if worker.exitcode:
            raise SystemExit("a worker failed")
    return WORKERS * share / (max(end for _, end in spans) - min(began for began, _ in spans))


def main() -> None:
    """Measure and print the line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--people", type=int, default=20_000)
    asked = parser.parse_args()
    ours: dict[str, Any] = on_sqlite(asked.events, asked.people)
    anchor = bare_upserts(asked.events, asked.people)
    with postgresql() as url:
        if url:
            ours["pg_events_per_s"] = round(on_postgresql(url, asked.events // 2, asked.people))
    ratio = {name: round(ours[name] / anchor[name], 2) for name in anchor}
    print_line("resolve", ours, anchor, ratio)


if __name__ == "__main__":
    main()
