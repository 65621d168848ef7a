"""One record as a model reads it: the fields it compares, in one order, packed to be kept sealed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from datong.identity.linker.clean import clean_record
from datong.identity.linker.columns import Columns
from datong.identity.linker.model import Model, Predicate

__all__ = ["Layout", "Row", "fields_of", "with_rest"]

Row = tuple[str | None, ...]

_decode = msgspec.json.Decoder(tuple[str | None, ...]).decode
_encode = msgspec.json.Encoder().encode


class Layout:
    """Which fields a model reads, and in which order a row holds them."""

    def __init__(self, model: Model) -> None:
        """Find the fields of every comparison and blocking key."""
        read = {field for each in model.comparisons for level in each.levels for field in fields_of(level.when)}
        read |= {field for each in model.comparisons for field in each.fields}
        read |= {part.field for key in model.keys for part in key.parts}
        self.fields = tuple(sorted(read))
        self.columns = Columns(model.kinds)

    def clean(self, record: Mapping[str, object], habits: Mapping[str, str]) -> Row:
        """Return the row of a record given by column name, read by the habits of the model's table."""
        return self.row(with_rest(clean_record(record, self.columns, habits), self.columns))

    def row(self, fields: Mapping[str, str | None]) -> Row:
        """Return the row of cleaned fields."""
        return tuple(fields.get(field) for field in self.fields)

    @staticmethod
    def pack(row: Row) -> str:
        """Return the row as text."""
        return _encode(row).decode()

    @staticmethod
    def unpack(text: str) -> Row:
        """Return the row that was packed; raises msgspec.DecodeError when it is none."""
        return _decode(text)


def with_rest(fields: Mapping[str, str | None], columns: Columns) -> dict[str, str | None]:
    """Return the fields with `name_rest` and `name_rest_tokens`: words of a whole name said in no other name column."""
    made = dict(fields)
    parts = [*columns.of("given_name"), *columns.of("surname")]
    if not parts:
        return made
    said = f" {' '.join(fields.get(each.names[0]) or '' for each in parts)} "
    for each in columns.of("full_name"):
        words = [w for w in (fields.get(f"name_tokens{each.suffix}") or "").split() if f" {w} " not in said]
        made[f"name_rest{each.suffix}"] = made[f"name_rest_tokens{each.suffix}"] = " ".join(words) or None
    return made


def fields_of(when: Predicate) -> Iterable[str]:
    """Yield the fields a predicate reads."""
    yield from when.fields
    for each in when.of:
        yield from fields_of(each)
