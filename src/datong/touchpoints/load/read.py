"""Reading one file into calls, whatever its shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from datong.touchpoints.call import Call, Heard
from datong.touchpoints.load.calls import Maker
from datong.touchpoints.load.columns import Columns
from datong.touchpoints.load.files import DataFile
from datong.touchpoints.load.lines import Lines
from datong.touchpoints.load.receipts import receipts

__all__ = ["Loaded", "Reader", "Report"]

Report = Callable[[str, str, int, int | None], None]
"""Hears how it goes: what is done (reading, storing), with which file, how much of it, of how much if known."""


class Loaded(msgspec.Struct):
    """What became of one file: `rows` were read and made events: `before` in an earlier run, the others now.

    Of these `stored` are new, `duplicates` were known, and `reasons` counts by code the quarantined ones. `created`
    counts the goods that no product file names. `skipped` means that all of it was loaded before.
    """

    kind: str
    file: str
    rows: int = 0
    before: int = 0
    stored: int = 0
    duplicates: int = 0
    created: int = 0
    reasons: Counter[str] = msgspec.field(default_factory=Counter)
    skipped: bool = False

    @property
    def quarantined(self) -> int:
        """Return how many events lie in quarantine."""
        return sum(self.reasons.values())


class Reader:
    """Reads one file; `skus` are those its receipts name, known before the first receipt comes out."""

    def __init__(
        self, kind: str, columns: Columns, file: DataFile, maker: Maker, loaded: Loaded, report: Report
    ) -> None:
        self._kind, self._columns, self._file, self._maker = kind, columns, file, maker
        self._loaded, self._report = loaded, report
        self.skus: set[str] = set()

    def calls(self, folder: Path) -> Iterator[Heard]:
        """Make the file's calls, in an order that depends on its contents alone.

        Receipts that do not fit into memory lie in a temporary folder inside `folder` meanwhile.
        """
        if self._kind == "receipts":
            return self._receipts(folder)
        if not self._columns.fields:
            return self._whole()
        return self._stores() if self._kind == "stores" else self._rows()

    def _filled(self) -> Iterator[tuple[int, dict[str, pa.Array]]]:
        """Read batches: the number of the first row and the filled columns."""
        total = self._file.rows()
        for batch in self._file.batches(self._columns.needs):
            first = self._loaded.rows + 1
            self._loaded.rows += batch.num_rows
            self._report("reading", self._file.name, self._loaded.rows, total)
            yield first, self._columns.fill(batch)

    def _rows(self) -> Iterator[Call]:
        for first, filled in self._filled():
            yield from self._maker.calls(pa.RecordBatch.from_pydict(filled), first)

    def _stores(self) -> Iterator[Call]:
        """Make one call per different row: the stores are often those of another table, which names each again."""
        seen: set[bytes] = set()
        for first, filled in self._filled():
            rows = pa.table(filled).group_by(list(filled), use_threads=False).aggregate([])
            for call in self._maker.calls(rows, first):
                told = msgspec.json.encode(call.properties)
                if told not in seen:
                    seen.add(told)
                    yield call

    def _whole(self) -> Iterator[Heard]:
        for first, lines in self._file.lines():
            self._loaded.rows += len(lines)
            self._report("reading", self._file.name, self._loaded.rows, None)
            yield from self._maker.whole(lines, first)

    def _receipts(self, folder: Path) -> Iterator[Call]:
        lines = Lines(folder)
        try:
            for _, filled in self._filled():
                lines.add(filled)
                self.skus.update(pc.drop_null(pc.unique(filled["sku"])).to_pylist())
            for run in lines.runs():
                yield from receipts(run, self._maker)
        finally:
            lines.close()
