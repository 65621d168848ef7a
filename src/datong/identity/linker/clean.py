"""Cleaning: from what a file or a form says to the fields that are compared, the same for a column and for one record.

A column is cleaned value by value, each distinct value once. What only a whole column can tell, whether 3/4/1990 is in
March and which country a number without a prefix is of, is its *habit*; a single record is read by the habits of the
table its model was trained upon.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datong.identity.linker.address import clean_address, clean_region
from datong.identity.linker.columns import ALL, FIELDS, SEVERAL, Columns, Fields
from datong.identity.linker.contact import clean_email, clean_phone, phone_region
from datong.identity.linker.date import clean_date, date_order
from datong.identity.linker.name import full_name, given_name, split_name, surname
from datong.identity.linker.text import code, empty, fold, tokens

__all__ = ["clean_column", "clean_record", "clean_table", "clean_value", "habits"]

Cleaned = tuple[str | None, ...]

_SAMPLE = 20_000
_LONGEST = 15
"""Digits of a number at most: a longer one is no quantity, and would be rounded."""

_LEGAL = re.compile(
    r"\b(?:co ltd|ltd|limited|inc|incorporated|corp|corporation|company|co|llc|llp|plc|gmbh|ag|kg|sa|sarl|srl|spa|bv"
    r"|nv|pty)\b"
    r"|(?:股份)?有限(?:责任)?公司|集团|公司$"
)
_ZIP4 = re.compile(r"(\d{5})-?\d{4}")
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
_GENDERS = {
    "f": "f", "female": "f", "woman": "f", "女": "f", "女性": "f", "2": "f", "w": "f", "weiblich": "f", "femme": "f",
    "m": "m", "male": "m", "man": "m", "男": "m", "男性": "m", "1": "m", "mannlich": "m", "homme": "m",
}
"""ISO 5218 numbers, English, Chinese, German and French words."""

_COUNTRIES = {
    "us": "usa", "united states": "usa", "united states of america": "usa", "america": "usa", "uk": "united kingdom",
    "gb": "united kingdom", "great britain": "united kingdom", "cn": "china", "prc": "china", "中国": "china",
    "中华人民共和国": "china", "hk": "hong kong", "香港": "hong kong", "can": "canada", "aus": "australia",
}


def _text(text: str) -> str | None:
    folded = fold(text)
    return None if empty(folded) or folded in ("na", "x", "xx") else folded


def _one(text: str, _habit: str) -> Cleaned:
    return (_text(text),)


def _with_tokens(text: str, _habit: str) -> Cleaned:
    folded = _text(text)
    return (folded, tokens(folded)) if folded else (None, None)


def _company(text: str, _habit: str) -> Cleaned:
    folded = _text(text)
    if not folded:
        return None, None
    short = " ".join(_LEGAL.sub(" ", folded).split()) or folded
    return short, tokens(short)


def _postcode(text: str, _habit: str) -> Cleaned:
    found = _ZIP4.fullmatch(text.strip())
    written = code(found[1] if found else text)
    return (None if written and len(set(written)) == 1 else written,)


def _number(text: str, _habit: str) -> Cleaned:
    found = _NUMBER.search(text)
    if not found or len(found[0]) > _LONGEST:
        return (None,)
    return (f"{float(found[0].replace(',', '')):.6f}".rstrip("0").rstrip("."),)


def _gender(text: str, _habit: str) -> Cleaned:
    folded = _text(text)
    return (_GENDERS.get(folded, folded) if folded and folded not in ("u", "0", "9") else None,)


def _country(text: str, _habit: str) -> Cleaned:
    folded = _text(text)
    return (_COUNTRIES.get(folded, folded) if folded else None,)


def _code(text: str, _habit: str) -> Cleaned:
    return (code(text),)


def _street_number(text: str, _habit: str) -> Cleaned:
    written = fold(text).replace(" ", "")
    return (written.lstrip("0") or None,)


_CLEANERS: dict[str, Callable[[str, str], Cleaned]] = {
    "given_name": lambda text, _: given_name(text), "surname": lambda text, _: surname(text),
    "full_name": lambda text, _: full_name(text),
    "date_of_birth": lambda text, habit: (clean_date(text, habit or "dmy"),),
    "date": lambda text, habit: (clean_date(text, habit or "dmy"),),
    "phone": lambda text, habit: (clean_phone(text, habit),), "email": lambda text, _: clean_email(text),
    "address": lambda text, _: clean_address(text), "street_number": _street_number, "postcode": _postcode,
    "city": _one, "region": lambda text, _: (clean_region(text),), "country": _country, "national_id": _code,
    "card": _code, "gender": _gender, "occupation": _one, "company": _company, "place_of_birth": _one,
    "household": _code, "title": _with_tokens, "number": _number, "other": _with_tokens,
}
assert list(_CLEANERS) == list(FIELDS), "a kind without a cleaner"  # noqa: S101  (holds at import)

_HABITS: dict[str, Callable[[list[str]], str]] = {
    "phone": phone_region, "date_of_birth": date_order, "date": date_order,
}


def clean_value(kind: str, text: str | None, habit: str = "") -> dict[str, str | None]:
    """Return the fields of one value of a kind; every field is None where the value says nothing."""
    names = FIELDS[kind]
    found = _CLEANERS[kind](text, habit) if text else (None,) * len(names)
    return dict(zip(names, found, strict=True))


def clean_column(kind: str, column: Any, habit: str = "") -> dict[str, Any]:
    """Return the fields of a whole column (an Arrow array, chunked or not, of any type) as Arrow arrays of text."""
    coded = pc.dictionary_encode(_as_text(column))
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
        coded = coded.chunk(0) if isinstance(coded, pa.ChunkedArray) else coded
    clean = _CLEANERS[kind]
    nothing = (None,) * len(FIELDS[kind])
    rows = [clean(text, habit) if text else nothing for text in coded.dictionary.to_pylist()]
    columns = list(zip(*rows, strict=True)) or [()] * len(nothing)
    return {
        name: pa.array(values, pa.string()).take(coded.indices)
        for name, values in zip(FIELDS[kind], columns, strict=True)
    }


def habits(table: Any, columns: Columns) -> dict[str, str]:
    """Return what the columns of a table show about themselves: column name to country or order of dates."""
    found = {}
    for fields in columns:
        if fields.kind in _HABITS:
            texts = _as_text(table.column(fields.column)).slice(0, _SAMPLE).drop_null().to_pylist()
            found[fields.column] = _HABITS[fields.kind](texts)
    return found


def clean_table(table: Any, columns: Columns, known: Mapping[str, str] | None = None) -> Any:
    """Return the fields of every column that is compared, as an Arrow table with as many rows.

    `known` are habits as `habits` returns them (learnt from this table when None). Raises KeyError for a column that
    is not there.
    """
    known = habits(table, columns) if known is None else known
    made: dict[str, Any] = {}
    for fields in columns:
        cleaned = clean_column(fields.kind, table.column(fields.column), known.get(fields.column, ""))
        made.update((name + fields.suffix, values) for name, values in cleaned.items())
    _fill_names(made, table, columns)
    for kind in SEVERAL:
        if len(several := columns.of(kind)) > 1:
            words = [pc.fill_null(made[fields.names[0]], "") for fields in several]
            joined = pc.utf8_trim_whitespace(pc.replace_substring_regex(
                pc.binary_join_element_wise(*words, " "), " +", " "))
            made[kind + ALL] = pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), joined)
    return pa.table(made)


def _named(columns: Columns) -> tuple[Fields, Fields, Fields] | None:
    """Return the columns of the whole name, the given name and the surname, where a table has all three."""
    found = [columns.of(kind) for kind in ("full_name", "given_name", "surname")]
    return (found[0][0], found[1][0], found[2][0]) if all(found) else None


def _parted(text: str) -> dict[str, str | None]:
    """Return the fields of the given name and the surname that a whole name consists of."""
    given, family = split_name(text)
    return clean_value("given_name", given) | clean_value("surname", family)


def _fill_names(made: dict[str, Any], table: Any, columns: Columns) -> None:
    """Take the given name and the surname out of the whole name where a row has neither."""
    named = _named(columns)
    if named is None:
        return
    empty_rows = pc.and_(pc.is_null(made["given"]), pc.is_null(made["surname"]))
    rows = np.flatnonzero(np.asarray(pc.and_(empty_rows, pc.is_valid(made["name"]))))
    if not len(rows):
        return
    texts = _as_text(table.column(named[0].column)).take(pa.array(rows)).to_pylist()
    parts = {text: _parted(text) for text in set(texts)}
    for name in (*FIELDS["given_name"], *FIELDS["surname"]):
        values = made[name].to_pylist()
        for row, text in zip(rows.tolist(), texts, strict=True):
            values[row] = parts[text][name]
        made[name] = pa.array(values, pa.string())


def clean_record(
    record: Mapping[str, object], columns: Columns, known: Mapping[str, str] | None = None
) -> dict[str, str | None]:
    """Return the fields of one record, given by column name: the same that `clean_table` makes of its row."""
    made: dict[str, str | None] = {}
    for fields in columns:
        value = record.get(fields.column)
        text = None if value is None else value if isinstance(value, str) else _written(value)
        cleaned = clean_value(fields.kind, text, (known or {}).get(fields.column, ""))
        made.update((name + fields.suffix, each) for name, each in cleaned.items())
    named = _named(columns)
    if named is not None and made["name"] and not made["given"] and not made["surname"]:
        made |= _parted(str(record[named[0].column]))
    for kind in SEVERAL:
        if len(several := columns.of(kind)) > 1:
            made[kind + ALL] = " ".join(value for fields in several if (value := made[fields.names[0]])) or None
    return made


def _as_text(column: Any) -> Any:
    """Return a column as text; numbers that are whole lose their `.0`, days and times are ISO."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_string(kind):
        return column
    if pa.types.is_floating(kind):
        return pc.replace_substring_regex(pc.cast(column, pa.string()), r"\.0$", "")
    return pc.cast(column, pa.string())


def _written(value: object) -> str:
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)
