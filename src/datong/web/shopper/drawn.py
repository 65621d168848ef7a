"""Drawn: QR codes as pictures, and sheets of them to print as garment tags."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from html import escape
from io import BytesIO, StringIO
from typing import Any, Literal

import msgspec
import segno

from datong.errors import Rejected
from datong.touchpoints import NewLink, sheet_text

__all__ = ["COLUMNS", "Tag", "picture", "read_links", "sheet"]

COLUMNS = ("kind", "sku", "place", "campaign", "target", "label", "code")
"""The columns of a list of links to make."""
_LONGEST = 1_000
_SIZES = {"small": 30, "medium": 38, "large": 55}
_SHEET = """<!doctype html><meta charset="utf-8"><title>Codes</title><style>
body {{ margin: 0; font: {font}pt/1.25 system-ui, "PingFang SC", "Noto Sans CJK SC", sans-serif; display: grid;
  grid-template-columns: repeat(auto-fill, {wide}mm); gap: 4mm; padding: 8mm; background: #fff; color: #000; }}
figure {{ margin: 0; text-align: center; break-inside: avoid; border: .2mm dashed #bbb; padding: 3mm; }}
svg {{ width: {code}mm; height: {code}mm; }} figcaption {{ overflow-wrap: anywhere; }} small {{ color: #555; }}
@page {{ size: A4; margin: 0; }}
</style>"""


class Tag(msgspec.Struct, frozen=True):
    """One tag of a sheet: the address that its code holds, what stands under it, and a smaller second line."""

    address: str
    label: str
    line: str = ""


def picture(text: str, form: Literal["svg", "png"] = "svg") -> tuple[bytes, str]:
    """Return a QR code as picture and media type; raises Rejected (`bad_code`) for what is empty or too long."""
    if not text or len(text) > _LONGEST:
        raise Rejected(f"a code of {len(text):,} characters cannot be drawn", code="bad_code", field="text",
                       hint=f"1 to {_LONGEST:,} characters")
    out = BytesIO()
    segno.make(text, micro=False, error="m").save(out, kind=form, scale=10)
    return out.getvalue(), "image/png" if form == "png" else "image/svg+xml"


def sheet(tags: Iterable[Tag], size: Literal["small", "medium", "large"] = "medium") -> str:
    """Return tags as a page to print on A4."""
    wide = _SIZES[size]
    head = _SHEET.format(wide=wide, code=wide - 10, font=7 if size == "small" else 9)
    return head + "\n".join(
        f"<figure>{segno.make(tag.address, micro=False, error='m').svg_inline(omitsize=True)}"
        f"<figcaption>{escape(tag.label)}{f'<br><small>{escape(tag.line)}</small>' if tag.line else ''}</figcaption>"
        "</figure>" for tag in tags)


def read_links(raw: bytes) -> list[NewLink]:
    """Return the links that a CSV with some of COLUMNS asks for; raises Rejected (`bad_link`) naming line and column.

    Spaces around a value, empty values and empty lines do not count.
    """
    reader = csv.DictReader(StringIO(sheet_text(raw), newline=""))
    names = [(name or "").strip() for name in reader.fieldnames or ()]
    if strange := [name for name in names if name not in COLUMNS]:
        raise _wrong(f"column {strange[0][:40]!r}", "is not known", f"columns: {', '.join(COLUMNS)}")
    reader.fieldnames = names
    found: list[NewLink] = []
    for row in reader:
        if None in row:
            raise _wrong(f"line {reader.line_num}", "has more values than the first one has columns", "quote commas")
        said: dict[str, Any] = {name: value.strip() for name, value in row.items() if value and value.strip()}
        if said:
            found.append(NewLink(**said))
    if not found:
        raise _wrong("file", "holds no row", f"columns: {', '.join(COLUMNS)}; one code a line")
    return found


def _wrong(field: str, what: str, hint: str) -> Rejected:
    return Rejected(f"{field} {what}", code="bad_link", field=field, hint=hint)
