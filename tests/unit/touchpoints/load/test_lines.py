"""Lines: grouped by receipt, in memory and on disk alike."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa

from datong.touchpoints.load.lines import PARTS, Lines

BATCH = 500


def batches(count: int) -> list[dict[str, pa.Array]]:
    """Return shuffled lines of `count` receipts; receipt N has N % 4 + 1 lines and happened at time (N * 7) % count."""
    dice = random.Random(3)
    lines = [(str(n), f"s{n % 3}", (n * 7) % count, f"{n}-{k}") for n in range(count) for k in range(n % 4 + 1)]
    dice.shuffle(lines)
    cut = [lines[at : at + BATCH] for at in range(0, len(lines), BATCH)]
    return [
        {"receipt": pa.array([r for r, *_ in part]), "store": pa.array([s for _, s, *_ in part]),
         "time": pa.array([t for *_, t, _ in part], pa.int64()), "sku": pa.array([k for *_, k in part])}
        for part in cut
    ]


def receipts(lines: Lines) -> list[list[tuple[str, list[str]]]]:
    """Return, run by run, the keys in order with their SKUs."""
    runs = []
    for table in lines.runs():
        found: list[tuple[str, list[str]]] = []
        for key, sku in zip(table["key"].to_pylist(), table["sku"].to_pylist(), strict=True):
            if not found or found[-1][0] != key:
                found.append((key, []))
            found[-1][1].append(sku)
        runs.append(found)
    return runs


def test_lines_come_back_receipt_by_receipt_oldest_first() -> None:
    lines = Lines()
    for batch in batches(1_000):
        lines.add(batch)
    (run,) = receipts(lines)
    assert len(run) == len(dict(run)) == 1_000
    times = [int(key.split("/")[1]) * 7 % 1_000 for key, _ in run]
    assert times == sorted(times)
    assert sorted(dict(run)["s2/11"]) == ["11-0", "11-1", "11-2", "11-3"]


def test_more_lines_than_memory_give_the_same_receipts(tmp_path: Path) -> None:
    kept, spilled = Lines(), Lines(tmp_path, limit=700)
    for batch in batches(2_000):
        kept.add(batch)
        spilled.add(batch)
    (whole,) = receipts(kept)
    parts = receipts(spilled)
    assert 1 < len(parts) <= PARTS
    assert {k: sorted(v) for part in parts for k, v in part} == {k: sorted(v) for k, v in whole}
    assert sum(len(part) for part in parts) == 2_000
    spilled.close()
    assert list(tmp_path.iterdir()) == []


def test_the_order_is_the_same_every_time(tmp_path: Path) -> None:
    orders = []
    for _ in range(2):
        lines = Lines(tmp_path, limit=700)
        for batch in batches(1_000):
            lines.add(batch)
        orders.append(receipts(lines))
        lines.close()
    assert orders[0] == orders[1]


def test_lines_keep_their_order_within_a_receipt() -> None:
    lines = Lines()
    lines.add({"receipt": pa.array(["1", "2", "1"]), "store": pa.array(["s"] * 3),
               "time": pa.array([5, 4, 6], pa.int64()), "sku": pa.array(["a", "b", "c"])})
    assert receipts(lines) == [[("s/2", ["b"]), ("s/1", ["a", "c"])]]


def test_a_number_starts_again_in_every_store() -> None:
    lines = Lines()
    lines.add({"receipt": pa.array(["1", "1"]), "store": pa.array(["a", "b"]),
               "time": pa.array([1, 2], pa.int64()), "sku": pa.array(["x", "y"])})
    assert receipts(lines) == [[("a/1", ["x"]), ("b/1", ["y"])]]


def test_lines_without_a_receipt_stand_alone() -> None:
    lines = Lines()
    lines.add({"receipt": pa.array(["1", None, None]), "store": pa.array(["a"] * 3),
               "time": pa.array([1, 2, None], pa.int64()), "sku": pa.array(["x", "y", "z"])})
    assert receipts(lines) == [[("a/1", ["x"]), ("?2", ["y"]), ("?3", ["z"])]]


def test_no_lines_no_runs() -> None:
    assert list(Lines().runs()) == []
