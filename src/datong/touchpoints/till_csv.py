"""CSV from tills: one row per receipt line, brought to the same receipts as JSON."""

from __future__ import annotations

import csv
import io
from typing import Any

from datong.errors import Rejected
from datong.touchpoints.call import Listening

__all__ = ["read_till_csv"]

_KEY = ("store", "till", "business_day", "sequence")
_NEEDED = ("till", "business_day", "sequence", "time", "sku")
_LINE = ("sku", "name", "category", "brand", "quantity", "price", "discount", "amount")
_CUSTOMER = ("member_card", "phone", "email", "pos_customer", "payment_token", "wechat_openid", "wechat_unionid")
_WHOLE = (*_KEY, "time", "kind", "currency", "total", "original")


def read_till_csv(frame: bytes, context: Listening) -> list[tuple[dict[str, Any], bytes]]:
    """Return (receipt, its own rows as CSV) in the order in which receipts begin.

    Rows belong to one receipt by (store, till, business_day, sequence), wherever they stand. The touchpoint's
    settings may name another `encoding` (such as `gb18030`) and `delimiter`. Raises Rejected (`bad_csv`) where the
    text or its header cannot be used.
    """
    encoding, delimiter = str(context.settings.get("encoding", "utf-8-sig")), context.settings.get("delimiter", ",")
    try:
        text = frame.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        hint = f"set settings.encoding of the touchpoint {context.source}, for instance to gb18030"
        raise Rejected(f"the frame is not {encoding}", code="bad_csv", hint=hint) from None
    try:
        header, *rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(row)]
    except (csv.Error, ValueError):
        raise Rejected("the frame is neither JSON nor CSV", code="bad_csv", hint="the first row names the columns"
                       ) from None
    header = [name.strip().lower() for name in header]
    missing = [name for name in _NEEDED if name not in header]
    if missing:
        raise Rejected(f"the header has no {', '.join(missing)}", code="bad_csv", field=missing[0],
                       hint=f"columns: {', '.join((*_WHOLE, *_CUSTOMER[:2], *_LINE))}")
    groups: dict[tuple[str, ...], list[list[str]]] = {}
    for number, row in enumerate(rows):
        named = dict(zip(header, row, strict=False))
        key = tuple(named.get(part, "") for part in _KEY)
        if len(row) != len(header) or not all(key[1:]):
            key = (f"\0{number}",)  # it cannot be grouped: it stands, and is refused, alone
        groups.setdefault(key, []).append(row)
    return [(_receipt(header, group), _frame(header, group, delimiter, encoding)) for group in groups.values()]


def _receipt(header: list[str], rows: list[list[str]]) -> dict[str, Any]:
    named = [dict(zip(header, row, strict=False)) for row in rows]
    first = named[0]
    receipt: dict[str, Any] = {name: first[name].strip() for name in _WHOLE if first.get(name, "").strip()}
    customer = {name: first[name].strip() for name in _CUSTOMER if first.get(name, "").strip()}
    if customer:
        receipt["customer"] = customer
    receipt["lines"] = [{name: row[name].strip() for name in _LINE if row.get(name, "").strip()} for row in named]
    for plural, code, label in (("tenders", "tender", "kind"), ("coupons", "coupon", "code")):
        # the same tender or coupon may be written on every row of the receipt
        found = {row[code]: {label: row[code], "amount": row.get(f"{code}_amount") or 0}
                 for row in named if row.get(code)}
        if found:
            receipt[plural] = list(found.values())
    if any(len(row) != len(header) for row in rows):
        receipt["lines"] = "the row has another number of columns than the header"
    return receipt


def _frame(header: list[str], rows: list[list[str]], delimiter: str, encoding: str) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows([header, *rows])
    return out.getvalue().encode(encoding.replace("-sig", ""))
