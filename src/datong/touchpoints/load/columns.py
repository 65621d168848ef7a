"""Columns: a mapping's expressions over a batch of source rows, computed for the whole batch at once."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from datong.errors import ConfigError
from datong.model import from_iso
from datong.touchpoints.load.files import find_files
from datong.touchpoints.load.mapping import Expression, Load, LoadMapping
from datong.touchpoints.load.shapes import TIMES

__all__ = ["Columns", "moments", "text"]

MONEY = ("price", "amount", "discount")
"""Fields in the currency's major unit, which must be exact to the cent."""


class Columns(msgspec.Struct):
    """The fields of one load: `fill(batch)` computes them from the source columns in `needs`."""

    fields: dict[str, Expression]
    zone: str
    lookups: dict[str, tuple[pa.Array, pa.Array]]

    @classmethod
    def of(cls, mapping: LoadMapping, load: Load, where: str) -> Columns:
        """Return the columns of a load, with the tables it looks up read in; raises ConfigError when one is wrong."""
        lookups = {}
        for name, each in load.expressions.items():
            if each.lookup:
                lookups[name] = _lookup(mapping, load, each, f"{where}.columns.{name}")
        return cls(load.expressions, mapping.timezone, lookups)

    @property
    def needs(self) -> list[str]:
        """Return the source columns that are read, each once."""
        return list(dict.fromkeys(c for e in self.fields.values() for c in e.columns))

    def fill(self, batch: pa.RecordBatch) -> dict[str, pa.Array]:
        """Return one array per field: times as ms (int64), sums and plain numbers as numbers, all else as text.

        Where a time cannot be read, its field is null and the field `NAME?` holds what was written.
        """
        filled: dict[str, pa.Array] = {}
        for name, each in self.fields.items():
            array = self._value(name, each, batch)
            if name in TIMES:
                filled[name], filled[f"{name}?"] = moments(array, each, self.zone)
            else:
                filled[name] = array if _plain(name, array) else text(array)
        return filled

    def _value(self, name: str, each: Expression, batch: pa.RecordBatch) -> pa.Array:
        if each.column:
            return _present(batch.column(each.column))
        if each.join:
            return _join([text(batch.column(c)) for c in each.join], each.by)
        if each.sum:
            return _sum([_present(batch.column(c)) for c in each.sum])
        if each.lookup:
            keys, values = self.lookups[name]
            return pc.take(values, pc.index_in(text(batch.column(each.lookup)), value_set=keys))
        return pa.repeat(pa.scalar(each.constant), batch.num_rows)


def text(array: Any) -> pa.Array:
    """Return the values as trimmed text, null where there is nothing; whole numbers carry no `.0`."""
    array = _present(array)
    if pa.types.is_floating(array.type):
        with suppress(pa.ArrowInvalid):  # fractions stay
            array = pc.cast(array, pa.int64())
    if not pa.types.is_string(array.type):
        array = pc.cast(array, pa.string())
    array = pc.utf8_trim_whitespace(array)
    return pc.if_else(pc.equal(array, ""), pa.scalar(None, pa.string()), array)


def moments(array: Any, how: Expression, zone: str) -> tuple[pa.Array, pa.Array]:
    """Return (ms since 1970, the unreadable values as text); times without a zone are in `how.zone`, else in `zone`.

    An hour that the clock shows twice counts as the first one, an hour it leaves out as the moment it jumps.
    """
    local = how.zone or zone
    kind = array.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        moment = pc.cast(array, pa.timestamp("ms", getattr(kind, "tz", None)), safe=False)
        if moment.type.tz is None:
            moment = pc.assume_timezone(moment, local, ambiguous="earliest", nonexistent="latest")
        return pc.cast(moment, pa.int64()), pa.nulls(len(array), pa.string())
    if how.unit:
        factor = 1000 if how.unit == "s" else 1
        try:
            number = pc.multiply(pc.cast(array, pa.float64()), factor)
            return pc.cast(pc.round(number), pa.int64()), pa.nulls(len(array), pa.string())
        except pa.ArrowInvalid:
            pass  # one of them is no number: value by value
    return _by_value(text(array), how, factor=1000 if how.unit == "s" else 1, zone=ZoneInfo(local))


def _by_value(array: pa.Array, how: Expression, factor: int, zone: ZoneInfo) -> tuple[pa.Array, pa.Array]:
    known: dict[str | None, int | None] = {None: None}
    written = array.to_pylist()
    for value in written:
        if value not in known:
            known[value] = _moment(value, how, factor, zone)
    found = [known[v] for v in written]
    unread = [v if v is not None and known[v] is None else None for v in written]
    return pa.array(found, pa.int64()), pa.array(unread, pa.string())


def _moment(value: str, how: Expression, factor: int, zone: ZoneInfo) -> int | None:
    try:
        if how.unit:
            return round(float(value) * factor)
        read = datetime.strptime(value, how.format) if how.format else datetime.fromisoformat(value)  # noqa: DTZ007
        return from_iso((read if read.tzinfo else read.replace(tzinfo=zone)).isoformat())
    except (ValueError, OverflowError):
        return None


def _present(array: Any) -> Any:
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_floating(array.type):  # pandas writes a missing number as NaN
        return pc.if_else(pc.is_finite(array), array, pa.scalar(None, array.type))
    return array


def _plain(name: str, array: Any) -> bool:
    numbers = pa.types.is_integer(array.type) or pa.types.is_floating(array.type) or pa.types.is_decimal(array.type)
    return pa.types.is_boolean(array.type) or (numbers and (name in (*MONEY, "quantity") or "." in name))


def _join(parts: list[pa.Array], by: str) -> pa.Array:
    """Put the texts of each row together; `by` inside a text becomes a hyphen, so that levels remain levels."""
    parts = [pc.replace_substring(part, by, "-") if by else part for part in parts]
    # pyarrow 26 drops rows in which all parts are null (null_handling="skip"), so begin with a part that never is
    first = pa.repeat(pa.scalar(""), len(parts[0]))
    return text(pc.utf8_slice_codeunits(pc.binary_join_element_wise(first, *parts, by, null_handling="skip"), len(by)))


def _sum(parts: list[Any]) -> pa.Array:
    try:
        numbers = [pc.fill_null(_number(part), 0) for part in parts]
        total = numbers[0]
        for number in numbers[1:]:
            total = pc.add(total, number)
        return pc.cast(total, pa.string()) if pa.types.is_decimal(total.type) else total
    except pa.ArrowInvalid:  # one of them is no number: let the intake say so about that row
        rows = zip(*(text(part).to_pylist() for part in parts), strict=True)
        return pa.array([_added(row) for row in rows], pa.string())


def _added(row: tuple[str | None, ...]) -> str | None:
    total = Decimal(0)
    for value in row:
        try:
            total += Decimal(value or 0)
        except InvalidOperation:
            return value
    return str(total)


def _number(array: Any) -> pa.Array:
    return pc.cast(text(array), pa.decimal128(18, 6)) if pa.types.is_string(array.type) else array


def _lookup(mapping: LoadMapping, load: Load, each: Expression, where: str) -> tuple[pa.Array, pa.Array]:
    keys: list[pa.Array] = []
    values: list[pa.Array] = []
    for file in find_files(load, mapping.root, where, each.table, each.file):
        file.check([each.match, each.take], where)
        for batch in file.batches([each.match, each.take]):
            keys.append(text(batch.column(each.match)))
            values.append(_present(batch.column(each.take)))
    if not keys:
        raise ConfigError(f"{where}: the table it looks into is empty", field=where, code="file_broken")
    return pa.concat_arrays(keys), pa.concat_arrays(values)
