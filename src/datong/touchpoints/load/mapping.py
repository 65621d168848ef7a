"""The mapping file: which files to load, as what, and which of their columns mean what."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from datong.config import Settings
from datong.errors import ConfigError
from datong.touchpoints.load.shapes import IDENTIFIERS, NAMED, SHAPES, Shape

__all__ = ["Expression", "FileFormat", "Load", "LoadMapping", "read_mapping"]


class Expression(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a field's value comes from: one of `column`, `constant`, `join`, `sum` or `lookup`.

    A plain text in the mapping stands for `{ column = text }`. `join` puts the columns' texts together with `by`
    between them and leaves empty ones out; `sum` adds numeric columns; `lookup` finds the column's value in the column
    `match` of another table (`file`, or `table` of the same package) and answers with that table's column `take`.
    `format` (as in strptime), `unit` (of a number: s or ms since 1970) and `zone` say how to read a time.
    """

    column: str = ""
    constant: str | int | float | bool | None = None
    join: tuple[str, ...] = ()
    by: str = "/"
    sum: tuple[str, ...] = ()
    lookup: str = ""
    file: str = ""
    table: str = ""
    match: str = ""
    take: str = ""
    format: str = ""
    unit: Literal["", "s", "ms"] = ""
    zone: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the source columns that are read."""
        return tuple(c for c in (self.column, *self.join, *self.sum, self.lookup) if c)


class FileFormat(msgspec.Struct, frozen=True):
    """How the text of a CSV file is written."""

    delimiter: str = ","
    encoding: str = "utf-8"


class Load(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[load]]`: one table to load. `columns` fill the fields of its shape, `traits` and `properties` free names."""

    as_: str = msgspec.field(name="as")
    file: str = ""
    package: str = ""
    table: str = ""
    delimiter: str = ","
    encoding: str = "utf-8"
    columns: dict[str, Expression] = {}
    traits: dict[str, Expression] = {}
    properties: dict[str, Expression] = {}

    @property
    def shape(self) -> Shape:
        """Return what the rows become."""
        return SHAPES[self.as_]

    @property
    def format(self) -> FileFormat:
        """Return how the file's text is written."""
        return FileFormat(self.delimiter, self.encoding)

    @property
    def expressions(self) -> dict[str, Expression]:
        """Return every expression by its place in the mapping; traits and properties carry their table's name."""
        named = dict(self.columns)
        named.update({f"traits.{name}": e for name, e in self.traits.items()})
        named.update({f"properties.{name}": e for name, e in self.properties.items()})
        return named


class LoadMapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole mapping file; `path` is the file, `root` the folder its file names start from."""

    load: tuple[Load, ...]
    source: str = "history"
    currency: str = ""
    timezone: str = ""
    unknown_goods: Literal["create", "quarantine"] = "quarantine"
    path: str = ""
    root: str = "."


def read_mapping(path: str | Path, settings: Settings, data: str | Path = "") -> LoadMapping:
    """Return the mapping in the TOML file, with the retailer's currency and zone where it names none.

    File names start from `data`, or from the mapping's own folder. Identifier columns may also be of the namespaces
    that the settings add. Raises ConfigError naming file, key and the nearest known name.
    """
    file = Path(path)
    try:
        raw = tomllib.loads(file.read_text("utf-8"))
    except (FileNotFoundError, IsADirectoryError):
        hint = "the how-to “Load your receipts” shows one"
        raise ConfigError(f"there is no mapping {file}", hint=hint, code="mapping_missing") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} is not TOML: {error}", code="mapping_syntax") from None
    _known(file, "", raw, set(LoadMapping.__struct_fields__) - {"path", "root"})
    tables = raw.get("load")
    if not isinstance(tables, list) or not tables:
        raise ConfigError(f"{file}: there is no [[load]] table, so nothing to load", field="load", code="mapping_key")
    namespaces = (*IDENTIFIERS, *settings.identity.namespaces)
    raw["load"] = [_load_table(file, at, table, namespaces) for at, table in enumerate(tables, 1)]
    raw |= {"path": str(file), "root": str(data or file.resolve().parent)}
    raw["currency"] = raw.get("currency") or settings.retailer.currency
    raw["timezone"] = raw.get("timezone") or settings.retailer.timezone
    try:
        mapping = msgspec.convert(raw, LoadMapping)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{file}: {error}", code="mapping_value") from None
    _check_zones(mapping)
    return mapping


def _load_table(file: Path, at: int, table: Any, namespaces: tuple[str, ...]) -> dict[str, Any]:
    where = f"load[{at}]"
    if not isinstance(table, dict):
        raise ConfigError(f"{file}: {where} is not a table", field=where, code="mapping_value")
    known = {f.encode_name for f in msgspec.structs.fields(Load)}
    _known(file, where, table, known)
    kind = table.get("as", "")
    if kind not in SHAPES:
        _unknown(file, f"{where}.as = {kind!r}", str(kind), SHAPES)
    if bool(table.get("file")) == bool(table.get("package")):
        raise ConfigError(
            f"{file}: {where} must name either a file, or a package and one of its tables", field=f"{where}.file",
            code="mapping_value", hint='file = "receipts-*.csv"',
        )
    if table.get("package") and not table.get("table"):
        raise ConfigError(f"{file}: {where} names a package but no table", field=f"{where}.table", code="mapping_value")
    shape = SHAPES[kind]
    for group in ("columns", "traits", "properties"):
        entries = table.get(group, {})
        if not isinstance(entries, dict):
            raise ConfigError(f"{file}: {where}.{group} is not a table", field=f"{where}.{group}", code="mapping_value")
        if group == "columns":
            _known(file, f"{where}.columns", entries, shape.known(namespaces))
        elif entries and group not in shape.open:
            fits = " or ".join(sorted(n for n, s in SHAPES.items() if group in s.open))
            raise ConfigError(
                f"{file}: {where}.{group} does not go with as = {kind!r}", field=f"{where}.{group}",
                code="mapping_key", hint=f"{group} go with {fits}",
            )
        table[group] = {name: _expression(file, f"{where}.{group}.{name}", e) for name, e in entries.items()}
    if table["columns"] or not shape.raw:
        needs = (*shape.needs, namespaces) if kind in NAMED else shape.needs
        _check_needs(file, where, kind, table["columns"], needs)
    return table


def _check_needs(
    file: Path, where: str, kind: str, columns: Mapping[str, Any], needs: Iterable[tuple[str, ...]]
) -> None:
    for choice in needs:
        if not any(name in columns for name in choice):
            names = " or ".join(choice if len(choice) < 6 else (*choice[:5], "…"))
            raise ConfigError(
                f"{file}: {where}.columns has no {names}", field=f"{where}.columns.{choice[0]}", code="mapping_key",
                hint=f"{kind} cannot be told apart without it",
            )


def _expression(file: Path, where: str, value: Any) -> dict[str, Any]:
    if isinstance(value, str) and value:
        return {"column": value}
    if not isinstance(value, dict):
        hint = f'write a column\'s name in quotes, or {{ constant = {value!r} }}'
        raise ConfigError(f"{file}: {where} = {value!r} is not a column", hint=hint, field=where, code="mapping_value")
    _known(file, where, value, Expression.__struct_fields__)
    ways = [k for k in ("column", "constant", "join", "sum", "lookup") if value.get(k) not in (None, "", [])]
    if len(ways) != 1:
        raise ConfigError(
            f"{file}: {where} must have exactly one of column, constant, join, sum, lookup", field=where,
            code="mapping_value",
        )
    if ways == ["lookup"]:
        for key in ("match", "take"):
            if not value.get(key):
                raise ConfigError(f"{file}: {where} has no {key}", field=f"{where}.{key}", code="mapping_key")
    return value


def _check_zones(mapping: LoadMapping) -> None:
    zones = [("timezone", mapping.timezone)]
    for at, load in enumerate(mapping.load, 1):
        zones += [(f"load[{at}].{name}.zone", e.zone) for name, e in load.expressions.items() if e.zone]
    for where, zone in zones:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ConfigError(
                f"{mapping.path}: {where} = {zone!r} is not a time zone", field=where, code="mapping_value",
                hint="write it as Asia/Shanghai",
            ) from None


def _known(file: Path, prefix: str, table: Mapping[str, Any], known: Iterable[str]) -> None:
    for key in table:
        if key not in known:
            _unknown(file, f"unknown key {prefix}.{key}" if prefix else f"unknown key {key}", key, known)


def _unknown(file: Path, what: str, word: str, known: Iterable[str]) -> None:
    near = difflib.get_close_matches(word, known, 1)
    hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(sorted(known))}"
    raise ConfigError(f"{file}: {what}", hint=hint, field=word, code="mapping_key")
