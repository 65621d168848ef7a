"""Report: a table with titles and notes, the same one for the command line, the web and a file."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any, Literal

import msgspec

from datong.model import exponent

__all__ = ["Column", "Report", "cell"]

Kind = Literal["text", "number", "decimal", "money", "percent", "date", "dwell"]


class Column(msgspec.Struct, frozen=True):
    """One column: `name` is the key in every row; `money` is in minor units, `dwell` in ms, `percent` of 1."""

    name: str
    title: str
    kind: Kind = "text"


class Report(msgspec.Struct, frozen=True):
    """Rows by column name, with a title, remarks, and the currency of its amounts."""

    name: str
    title: str
    columns: list[Column]
    rows: list[dict[str, Any]]
    notes: list[str]
    currency: str
    exponent: int

    def csv(self) -> str:
        """Return the rows as CSV: column names first, amounts in major units, dates as ISO 8601."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow([column.name for column in self.columns])
        for row in self.rows:
            writer.writerow([_plain(row.get(c.name), c.kind, self.currency) for c in self.columns])
        return out.getvalue()


def cell(value: Any, kind: Kind, currency: str) -> str:
    """Return the value as people read it in a table."""
    if value is None:
        return "–"
    if kind == "money":
        return f"{_major(value, currency):,}"
    if kind == "percent":
        return f"{value:.1%}"
    if kind == "number":
        return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"
    if kind == "decimal":
        return f"{value:,.2f}"
    if kind == "dwell":
        minutes, seconds = divmod(round(value / 1000), 60)
        return f"{minutes}:{seconds:02d}"
    return str(value)


def _plain(value: Any, kind: Kind, currency: str) -> str:
    if value is None:
        return ""
    if kind == "money":
        return str(_major(value, currency))
    if kind == "text":
        text = str(value)
        return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text  # a spreadsheet must not run it
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


def _major(value: float, currency: str) -> Decimal:
    digits = exponent(currency)
    return Decimal(round(value)).scaleb(-digits).quantize(Decimal(1).scaleb(-digits))
