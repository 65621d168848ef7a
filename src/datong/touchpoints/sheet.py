"""Sheets: CSV as people save it, from any spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from datong.errors import Rejected

__all__ = ["read_sheet", "sheet_text"]


def sheet_text(body: bytes) -> str:
    """Return the text of a file in UTF-8 or GB 18030, which spreadsheets save in China; raises Rejected (`bad_csv`)."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = body.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Rejected("the file is neither UTF-8 nor GB 18030", code="bad_csv", hint="save it as CSV UTF-8")
    if "\0" in text:
        raise Rejected("the file is no text", code="bad_csv", hint="save the list as CSV, not as a spreadsheet")
    return text


def read_sheet(body: bytes) -> Iterator[tuple[int, list[str]]]:
    """Give (line, cells) of each row that holds anything, the header first; the delimiter is `,`, `;` or a tab.

    Raises Rejected (`bad_csv`) where the bytes are no such file.
    """
    text = sheet_text(body)
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, row
    except csv.Error as error:
        raise Rejected(f"line {reader.line_num + 1} is not CSV: {error}", code="bad_csv",
                       hint='a quotation mark is not closed, or the file is no CSV: save it as CSV UTF-8') from None
