"""CSV from tills: one row per receipt line, brought to the same receipts as JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from datong.errors import Rejected
from datong.touchpoints.call import Listening
from datong.touchpoints.sheet import sheet_text
from datong.touchpoints.till.receipt import KEY

__all__ = ["read_till_csv"]

_NEEDED = ("till", "business_day", "sequence", "time")
_LINE = ("sku", "name", "category", "brand", "quantity", "price", "discount", "amount", "tax", "tax_rate",
         "tax_included", "voided")
_OWN = {"line_kind": "kind", "line_original": "original"}
"""Columns of a line whose names the receipt has too."""

_CUSTOMER = ("member_card", "phone", "email", "pos_customer", "payment_token", "wechat_openid", "wechat_unionid")
_WHOLE = (*KEY, "time", "kind", "currency", "total", "original", "voids", "operator", "staff", "order")
_TENDER = {"tender_amount": "amount", "tender_currency": "foreign_currency",
           "tender_foreign_amount": "foreign_amount", "tender_rate": "rate"}


def read_till_csv(frame: bytes, context: Listening) -> Iterator[Any]:
    """Return (receipt, a function that writes its own rows as CSV) in the order in which receipts begin.

    Rows belong to one receipt by (store, till, business_day, sequence), wherever they stand. The touchpoint's
    settings may name an `encoding` (UTF-8 and GB 18030 are told apart without) and a `delimiter`. Raises Rejected
    (`bad_csv`) where the text or its header cannot be used.
    """
    encoding, delimiter = str(context.settings.get("encoding", "")), context.settings.get("delimiter", ",")
    try:
        text = frame.decode(encoding) if encoding else sheet_text(frame)
    except (UnicodeError, LookupError):
        hint = f"set settings.encoding of the touchpoint {context.source}, for instance to gb18030"
        raise Rejected(f"the frame is not {encoding}", code="bad_csv", hint=hint) from None
    try:
        header, *rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(row)]
    except (csv.Error, ValueError, TypeError):
        raise Rejected("the frame is neither JSON nor XML nor CSV", code="bad_csv",
                       hint="the first row names the columns") from None
    header = [name.strip().lower() for name in header]
    missing = [name for name in _NEEDED if name not in header]
    if missing:
        raise Rejected(f"the header has no {', '.join(missing)}", code="bad_csv", field=missing[0],
                       hint=f"columns: {', '.join((*_WHOLE, *_CUSTOMER[:2], *_LINE))}")
    groups: dict[tuple[str, ...], list[list[str]]] = {}
    places = [header.index(part) if part in header else -1 for part in KEY]
    for number, row in enumerate(rows):
        if len(row) != len(header):
            key: tuple[str, ...] = (f"\0{number}",)  # it cannot be grouped: it stands, and is refused, alone
        else:
            key = tuple(row[at].strip() if at >= 0 else "" for at in places)
            if not all(key[1:]):
                key = (f"\0{number}",)
        groups.setdefault(key, []).append(row)
    for group in groups.values():
        yield _receipt(header, group), lambda rows=group: _frame(header, rows, delimiter, encoding)


def _receipt(header: list[str], rows: list[list[str]]) -> dict[str, Any]:
    # every value that is there, by its column: most columns are empty on most rows
    named = [{name: text for name, text in zip(header, map(str.strip, row), strict=False) if text} for row in rows]
    first = named[0]
    receipt: dict[str, Any] = {name: first[name] for name in _WHOLE if name in first}
    customer = {name: first[name] for name in _CUSTOMER if name in first}
    if customer:
        receipt["customer"] = customer
    lines = [{name: row[name] for name in _LINE if name in row} for row in named]
    for line, row in zip(lines, named, strict=True):
        line.update({own: row[name] for name, own in _OWN.items() if name in row})
    receipt["lines"] = [line for line in lines if line]
    if "receipt_discount" in first:
        receipt["discounts"] = [{"amount": first["receipt_discount"]}]
    if "receipt_tax" in first:
        receipt["tax"] = first["receipt_tax"]
    # the same tender or coupon may be written on every row of the receipt
    tenders = {row["tender"]: {"kind": row["tender"], "amount": 0,
                               **{name: row[column] for column, name in _TENDER.items() if column in row}}
               for row in named if "tender" in row}
    coupons = {row["coupon"]: {"code": row["coupon"], "amount": row.get("coupon_amount", 0)}
               for row in named if "coupon" in row}
    if tenders:
        receipt["tenders"] = list(tenders.values())
    if coupons:
        receipt["coupons"] = list(coupons.values())
    if any(len(row) != len(header) for row in rows):
        receipt["lines"] = "the row has another number of columns than the header"
    return receipt


def _frame(header: list[str], rows: list[list[str]], delimiter: str, encoding: str) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows([header, *rows])
    return out.getvalue().encode(encoding.replace("-sig", "") or "utf-8")
