"""Lines: group a file's lines by their receipt, in bounded memory, oldest receipt first."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import pyarrow as pa
import pyarrow.compute as pc

from datong.touchpoints.load.columns import text

__all__ = ["Lines", "receipt_key"]

IN_MEMORY = 2_000_000
"""Lines kept in memory; more are spread over files on disk by their receipt's hash, and each file is one run."""

PARTS = 64
KEYS = ("store", "till", "business_day", "receipt", "sequence")
"""What tells one receipt from another, as far as the mapping has it: numbers start again in every store and day."""


def receipt_key(filled: dict[str, pa.Array], first: int) -> pa.Array:
    """Return the natural key of each line's receipt, `store/till/business_day/sequence` as tills have it.

    A line that names no receipt stands alone, by its number in the file (`first` is the batch's first).
    """
    parts = [text(filled[name]) for name in KEYS if name in filled]
    keys = pc.binary_join_element_wise(*parts, "/", null_handling="replace", null_replacement="")
    named = pc.is_valid(pc.coalesce(*[text(filled[name]) for name in ("receipt", "sequence") if name in filled]))
    alone = pa.array([f"?{number}" for number in range(first, first + len(keys))])
    return pc.if_else(named, keys, alone) if pc.any(pc.invert(named)).as_py() else keys


class Lines:
    """The lines of one file: `add` them as they are read, then take them back receipt by receipt in `runs`."""

    def __init__(self, folder: Path | None = None, limit: int = IN_MEMORY) -> None:
        """Keep at most `limit` lines in memory; more go to a temporary folder inside `folder`."""
        self._folder, self._limit = folder, limit
        self._kept: list[pa.RecordBatch] = []
        self._count = 0
        self._spill: Path | None = None
        self._writers: list[Any] = []

    def add(self, filled: dict[str, pa.Array]) -> None:
        """Take in one batch of lines."""
        batch = pa.RecordBatch.from_pydict({**filled, "key": receipt_key(filled, self._count + 1)})
        self._count += batch.num_rows
        self._kept.append(batch)
        if self._count > self._limit:
            self._write_out()

    def runs(self) -> Iterator[pa.Table]:
        """Return tables of whole receipts, their lines side by side, the oldest receipt of each table first.

        The order depends on the lines alone, so that a second run can go on where the first one stopped.
        """
        if self._spill is None:
            if self._kept:
                yield _in_order(self._take())
            return
        self._write_out()
        for writer in self._writers:
            writer.close()
        for part in range(PARTS):
            with pa.OSFile(str(self._spill / str(part))) as file:
                table = pa.ipc.open_stream(file).read_all()
            if table.num_rows:
                yield _in_order(table)

    def close(self) -> None:
        """Remove what lies on disk."""
        if self._spill is not None:
            shutil.rmtree(self._spill, ignore_errors=True)

    def _take(self) -> pa.Table:
        table = pa.Table.from_batches(self._kept)
        self._kept = []
        return table

    def _write_out(self) -> None:
        if self._spill is None:
            self._spill = Path(tempfile.mkdtemp(prefix="load-", dir=self._folder))
            schema = self._kept[0].schema
            self._writers = [pa.ipc.new_stream(str(self._spill / str(part)), schema) for part in range(PARTS)]
        for batch in self._kept:
            keys = batch.column("key").dictionary_encode()
            homes = pa.array([crc32(k.encode()) % PARTS for k in keys.dictionary.to_pylist()], pa.int64())
            home = pc.take(homes, keys.indices)
            rows = batch.take(pc.sort_indices(home))
            at = 0
            for entry in sorted(pc.value_counts(home).to_pylist(), key=lambda e: int(e["values"])):
                self._writers[entry["values"]].write_batch(rows.slice(at, entry["counts"]))
                at += entry["counts"]
        self._kept = []


def _in_order(table: pa.Table) -> pa.Table:
    keys = table.column("key").combine_chunks().dictionary_encode()
    lines = pa.table({"code": keys.indices, "time": table.column("time")})
    firsts = lines.group_by("code").aggregate([("time", "min")]).sort_by("code").column("time_min").combine_chunks()
    order = pa.table({"first": pc.take(firsts, keys.indices), "code": keys.indices})
    return table.take(pc.sort_indices(order, sort_keys=[("first", "ascending"), ("code", "ascending")]))
