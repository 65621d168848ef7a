"""The files behind a mapping: finding them, naming their columns, reading them in batches of bounded size."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from datong.errors import ConfigError, MissingExtra
from datong.touchpoints.load.mapping import FileFormat, Load

__all__ = ["DataFile", "find_files"]

ROWS = 65_536
"""Rows in one batch; with twenty text columns some tens of megabytes."""

_KINDS = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".parquet": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl"}


class DataFile(msgspec.Struct, frozen=True):
    """One file to read: its `name` as the mapping and the summary call it, and how its text is written."""

    name: str
    path: Path
    format: FileFormat = FileFormat()

    @property
    def kind(self) -> str:
        """Return csv, parquet or jsonl."""
        return _KINDS[self.path.suffix.lower()]

    def columns(self) -> list[str] | None:
        """Return the names of the columns, or None where every row may have its own (JSON Lines)."""
        if self.kind == "parquet":
            names: list[str] = pq.read_schema(self.path).names
            return names
        if self.kind == "jsonl":
            return None
        with self._text() as lines:
            return next(csv.reader(lines, delimiter=self._delimiter), [])

    def rows(self) -> int | None:
        """Return the number of rows where the file says so (Parquet)."""
        return int(pq.read_metadata(self.path).num_rows) if self.kind == "parquet" else None

    def digest(self) -> str:
        """Return a fingerprint of the contents."""
        found = blake2b(digest_size=8)
        with self.path.open("rb") as file:
            while block := file.read(1 << 22):
                found.update(block)
        return found.hexdigest()

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Read the columns, in file order; text stays text, so that 00123 remains 00123."""
        if self.kind == "parquet":
            with pq.ParquetFile(self.path) as file:
                yield from file.iter_batches(ROWS, columns=list(dict.fromkeys(columns)))
        elif self.kind == "csv":
            yield from self._csv(columns)
        else:
            decode = msgspec.json.Decoder(dict[str, Any]).decode
            for first, lines in self.lines():
                rows = []
                for number, line in enumerate(lines, first):
                    try:
                        rows.append(decode(line))
                    except msgspec.DecodeError as error:
                        raise self._broken(f"line {number} is not a JSON object: {error}") from None
                yield pa.RecordBatch.from_pydict({name: _texts([row.get(name) for row in rows]) for name in columns})

    def lines(self) -> Iterator[tuple[int, list[bytes]]]:
        """Read JSON Lines: runs of (number of the first line, lines)."""
        first = 1
        with self.path.open("rb") as file:
            while lines := list(islice(file, ROWS // 4)):
                yield first, [line for line in lines if line.strip()]
                first += len(lines)

    def check(self, columns: Sequence[str], where: str) -> None:
        """Raise ConfigError when a column is not in the file."""
        there = self.columns()
        for name in columns if there is not None else ():
            if name not in there:  # type: ignore[operator]
                near = difflib.get_close_matches(name, there or (), 1)
                hint = f"did you mean {near[0]}?" if near else f"its columns: {', '.join(there or ())}"
                raise ConfigError(
                    f"{where}: there is no column {name} in {self.name}", hint=hint, field=name, code="mapping_column"
                )

    @property
    def _delimiter(self) -> str:
        return "\t" if self.path.suffix.lower() == ".tsv" and self.format.delimiter == "," else self.format.delimiter

    def _text(self) -> Any:
        try:
            return self.path.open(encoding="utf-8-sig" if self.format.encoding == "utf-8" else self.format.encoding)
        except LookupError:
            raise ConfigError(
                f"{self.name}: there is no encoding {self.format.encoding}", hint="write utf-8, gb18030 or latin-1",
                field="encoding", code="mapping_value",
            ) from None

    def _csv(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        wanted = list(dict.fromkeys(columns))
        try:
            reader = pa.csv.open_csv(
                self.path,
                read_options=pa.csv.ReadOptions(encoding=self.format.encoding, block_size=8 << 20),
                parse_options=pa.csv.ParseOptions(delimiter=self._delimiter, newlines_in_values=True),
                convert_options=pa.csv.ConvertOptions(
                    include_columns=wanted, column_types=dict.fromkeys(wanted, pa.string()), strings_can_be_null=True,
                    null_values=["", "NULL", "null", "NaN", "nan"],
                ),
            )
            for batch in reader:
                for at in range(0, batch.num_rows, ROWS):
                    yield batch.slice(at, ROWS)
        except (pa.ArrowInvalid, pa.ArrowKeyError, UnicodeDecodeError) as error:
            raise self._broken(str(error).strip()) from None

    def _broken(self, why: str) -> ConfigError:
        return ConfigError(f"{self.name}: {why}", hint="mend the file and load it again", code="file_broken")


def find_files(load: Load, root: str, where: str, table: str = "", file: str = "") -> list[DataFile]:
    """Return the files of a load in the order of their names, or of another `table` or `file` beside them.

    Raises ConfigError when there is none, MissingExtra when the package is not installed.
    """
    package = load.package if not file else ""
    if package:
        return [_packaged(package, table or load.table, where)]
    pattern = file or load.file
    path = Path(root, pattern)
    found = [path] if path.is_file() else sorted(Path(root).glob(pattern)) if not Path(pattern).is_absolute() else []
    if not found:
        raise ConfigError(
            f"{where}: there is no file {pattern} in {Path(root).resolve()}", field="file", code="file_missing",
            hint="file names start from the mapping's folder, or from --data",
        )
    for each in found:
        if each.suffix.lower() not in _KINDS:
            raise ConfigError(
                f"{where}: {each.name} is of no known kind", hint=f"known: {', '.join(_KINDS)}", field="file",
                code="file_kind",
            )
    return [DataFile(str(p.relative_to(root)) if p.is_relative_to(root) else str(p), p, load.format) for p in found]


def _packaged(package: str, table: str, where: str) -> DataFile:
    spec = find_spec(package) if package.isidentifier() else None
    if spec is None or not spec.submodule_search_locations:
        extra = package.removesuffix("_py").replace("_", "")
        raise MissingExtra(package.replace("_", "-"), extra)
    found: dict[str, Path] = {}
    for folder in spec.submodule_search_locations:
        found |= {p.stem: p for p in Path(folder).rglob("*") if p.suffix.lower() in _KINDS}
    if table not in found:
        near = difflib.get_close_matches(table, found, 1)
        raise ConfigError(
            f"{where}: there is no table {table} in {package}", field="table", code="file_missing",
            hint=f"did you mean {near[0]}?" if near else f"its tables: {', '.join(sorted(found))}",
        )
    return DataFile(f"{package}/{table}", found[table])


def _texts(values: list[Any]) -> pa.Array:
    encode = msgspec.json.encode
    return pa.array([v if v is None or type(v) is str else encode(v).decode() for v in values], pa.string())
