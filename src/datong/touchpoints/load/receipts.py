"""Receipts: one call out of the lines of one receipt."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from datong.touchpoints.call import Call
from datong.touchpoints.load.calls import Maker, call, when

__all__ = ["receipts"]

_BUNDLE = 4_000
"""Receipts that are turned into Python objects at once."""

_LINE = {"sku": "product_id", "name": "name", "category": "category", "brand": "brand", "quantity": "quantity",
         "price": "price", "amount": "amount", "discount": "discount"}
"""Fields of a line, and what intake calls them; all other fields belong to the receipt."""

_LONG = ("till", "business_day", "sequence")
"""Parts of a till's numbering: where they are given, the number alone does not name the receipt."""

_RETURNS = frozenset({"return", "returned", "refund", "退货"})


def receipts(run: pa.Table, maker: Maker) -> Iterator[Call]:
    """Make one call per receipt; the lines of one receipt lie side by side and share the column `key`."""
    if not run.num_rows:
        return
    keys = run.column("key").combine_chunks()
    turns = pc.indices_nonzero(pc.not_equal(keys.slice(1), keys.slice(0, len(keys) - 1)))
    starts = [0, *(turn + 1 for turn in turns.to_pylist()), len(keys)]
    for at in range(0, len(starts) - 1, _BUNDLE):
        bounds = starts[at : at + _BUNDLE + 1]
        part = run.slice(bounds[0], bounds[-1] - bounds[0])
        products, paid = _products(part), _paid(part)
        if min(paid) < 0:
            _given_back(products, paid)
        said = [n for n in part.column_names if n not in _LINE and part.column(n).null_count < part.num_rows]
        heads = {n: part.column(n).to_pylist() for n in said}
        for start, stop in pairwise(at - bounds[0] for at in bounds):
            head = {n: _said(values, start, stop) for n, values in heads.items()}
            yield _receipt(head, products[start:stop], sum(paid[start:stop]), maker)


def _said(values: list[Any], start: int, stop: int) -> Any:
    """Return the first value that is there: one line may speak for its receipt."""
    first = values[start]
    return first if first is not None else next((v for v in values[start:stop] if v is not None), None)


def _receipt(head: dict[str, Any], products: list[dict[str, Any]], total: float | Decimal, maker: Maker) -> Call:
    returned = str(head.get("kind") or "").lower() in _RETURNS
    properties: dict[str, Any] = {
        "receipt_id": head["key"] if any(head.get(n) for n in _LONG) else head.get("receipt"),
        "store_id": head.get("store"), "currency": head.get("currency") or maker.currency, "products": products,
        "total": round(total, 4) if isinstance(total, float) else str(total),
    }
    for name in (*_LONG, "original"):
        if head.get(name) is not None:
            properties[name] = head[name]
    if head.get("tender") is not None:
        properties["tenders"] = [{"kind": head["tender"], "amount": properties["total"]}]
    event = "Receipt Returned" if returned or total < 0 else "Receipt Issued"
    return call(head["key"], event, when(head), maker.person(head), properties)


def _products(part: pa.Table) -> list[dict[str, Any]]:
    there = [n for n in _LINE if n in part.column_names]
    names = [_LINE[n] for n in there]
    rows = zip(*(part.column(n).to_pylist() for n in there), strict=True)
    if any(part.column(n).null_count for n in there):
        return [{k: v for k, v in zip(names, row, strict=True) if v is not None} for row in rows]
    return [dict(zip(names, row, strict=True)) for row in rows]


def _given_back(products: list[dict[str, Any]], paid: list[Any]) -> None:
    """Turn the quantity of lines with a negative amount on a sale: that is how the intake knows them from mistakes."""
    for product, amount in zip(products, paid, strict=True):
        quantity = _decimal(product.get("quantity", 1))
        if amount < 0 and quantity is not None and quantity >= 0:
            product["quantity"] = float(-quantity or -1)


def _paid(part: pa.Table) -> list[Any]:
    """Return what was paid for each line: its amount, or price times quantity less discount; 0 where unreadable."""
    columns = {n: part.column(n) for n in ("amount", "price", "quantity", "discount") if n in part.column_names}
    amount = columns.get("amount")
    if amount is not None and pa.types.is_floating(amount.type) and not amount.null_count:
        paid: list[Any] = amount.to_pylist()
        return paid
    lists = {n: [_decimal(v) for v in c.to_pylist()] for n, c in columns.items()}
    none: list[Decimal | None] = [None] * part.num_rows
    rows = zip(*(lists.get(n, none) for n in ("amount", "price", "quantity", "discount")), strict=True)
    one, zero = Decimal(1), Decimal(0)
    return [
        a if a is not None else (p or zero) * (one if q is None else q) - (d or zero) for a, p, q, d in rows
    ]


def _decimal(value: Any) -> Decimal | None:
    try:
        number = None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None  # the intake says what is wrong with it
    return number if number is None or number.is_finite() else None
