"""Files of records as somebody has them: read whole as text, or refused in a sentence."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["read"]


def read(path: str) -> Any:
    """Return a file as an Arrow table of text, blanks trimmed, empty text null.

    CSV (any of , ; tab |, in UTF-8 or 16, marked or not, GB 18030 or Latin-1), Parquet or JSON lines. Of columns
    with one name the later ones are numbered. Ends the program with a sentence where the file cannot be read, or has no
    rows.
    """
    try:
        table = _parsed(path)
    except (OSError, pa.ArrowException, ValueError) as error:
        raise SystemExit(f"cannot read {path}: {str(error).splitlines()[0][:300]}") from None
    if not table.num_rows:
        raise SystemExit(f"{path} has no rows")
    return pa.table([_trimmed(column) for column in table.columns], names=_unique(path, table.column_names))


def _parsed(path: str) -> Any:
    if path.endswith((".parquet", ".pq")):
        import pyarrow.parquet as pq

        return pq.read_table(path)
    if path.endswith((".json", ".jsonl", ".ndjson")):
        import pyarrow.json as pj

        return pj.read_json(path)
    import pyarrow.csv as pv

    text = _decoded(Path(path).read_bytes())
    head = text.split("\n", 1)[0]
    if not head.strip():
        raise ValueError("the first line, which should name the columns, is empty")
    sign = max(",;\t|", key=head.count)
    body = pa.BufferReader(text.encode())
    parse = pv.ParseOptions(delimiter=sign, newlines_in_values=True)
    names = next(pv.open_csv(pa.BufferReader(f"{head.rstrip()}\n".encode() * 2), parse_options=parse)).schema.names
    # by place, for names may stand twice
    options = pv.ReadOptions(column_names=[str(at) for at in range(len(names))], skip_rows=1)
    convert = pv.ConvertOptions(column_types={str(at): pa.string() for at in range(len(names))},
                                strings_can_be_null=True)
    return pv.read_csv(body, options, parse, convert).rename_columns(names)


def _decoded(given: bytes) -> str:
    """Return the text of a file in the first encoding that fits all of it; every byte is some letter of Latin-1."""
    marked = "utf-16" if given[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    for encoding in (marked, "gb18030", "latin-1"):
        try:
            text = given.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "gb18030" or _is_chinese(text):
            return text.replace("\r\n", "\n").replace("\0", "")
    raise AssertionError


def _is_chinese(text: str) -> bool:
    """Return whether the letters beyond ASCII are rather Chinese ones in use than bytes of Latin-1 taken in pairs."""
    beyond = [letter for letter in text[:200_000] if letter > "\x7f"]
    return sum("\u4e00" <= letter <= "\u9fa5" for letter in beyond) > 0.9 * len(beyond)


def _trimmed(column: Any) -> Any:
    kind = column.type
    if pa.types.is_floating(kind):
        return pc.if_else(pc.is_nan(column), pa.scalar(None, kind), column)
    text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    if not text and not pa.types.is_dictionary(kind):
        return column
    trimmed = pc.utf8_trim_whitespace(pc.cast(column, pa.string()))
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _unique(path: str, names: list[str]) -> list[str]:
    """Return the names trimmed, with a number behind those that stood before."""
    found: list[str] = []
    for name in (name.strip() for name in names):
        number = 2
        unique = name
        while unique in found:
            unique, number = f"{name} ({number})", number + 1
        if unique != name:
            print(f"{path}: column {name!r} stands more than once; this one is called {unique!r}", file=sys.stderr)
        found.append(unique)
    return found
