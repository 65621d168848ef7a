"""Amounts on the wire: decimal numbers or text in major units, brought to integers in minor units without loss."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from datong.errors import Rejected
from datong.model import CURRENCIES, exponent, to_minor

__all__ = ["LIMIT", "line_amount", "minor", "number"]

LIMIT = 10**15
"""No amount is as large as this, in minor units: it would be ten thousand billion, and is a mistake."""

_SCALES = {code: int(10 ** exponent(code)) for code in CURRENCIES}

_NUMBER = "write a number such as 19.90, without thousands separators or a currency sign"


def minor(value: Any, currency: str, at: str, name: str) -> int:
    """Return the amount in minor units; raises Rejected (`bad_amount`) naming the field `at.name`."""
    kind = type(value)
    if kind is float:
        scale = _SCALES.get(currency, 100)
        try:
            amount = round(value * scale)
        except (ValueError, OverflowError):
            raise _bad(at, name, "is not a finite number") from None
        if amount / scale == value and -LIMIT < amount < LIMIT:
            return int(amount)  # the float is the nearest to that many minor units, so nothing was rounded away
    elif kind is int:
        amount = value * _SCALES.get(currency, 100)
        if -LIMIT < amount < LIMIT:
            return int(amount)
    elif kind is not str and kind is not Decimal:
        raise _bad(at, name, "is not a number")
    try:
        amount = to_minor(value.strip() if kind is str else value, currency)
    except ValueError:
        raise _bad(at, name, "is not a number") from None
    if not -LIMIT < amount < LIMIT:
        raise _bad(at, name, "is too large")
    return amount


def number(value: Any, at: str, name: str) -> float:
    """Return a quantity or measure as a float; raises Rejected (`bad_amount`) naming the field `at.name`."""
    kind = type(value)
    if kind is str:
        try:
            value = float(value)
        except ValueError:
            raise _bad(at, name, "is not a number") from None
    elif kind is not int and kind is not float:
        raise _bad(at, name, "is not a number")
    if not -LIMIT < value < LIMIT:
        raise _bad(at, name, "is not a finite number of a sensible size")
    return float(value)


def line_amount(price: Any, quantity: float, currency: str, at: str) -> int:
    """Return price × quantity in minor units, rounded once, halves to even."""
    each = minor(price, currency, at, "price")
    if quantity == 1.0:
        return each
    try:
        exact = Decimal(str(price).strip()) * Decimal(str(quantity))
    except InvalidOperation:
        raise _bad(at, "price", "is not a number") from None
    return minor(exact, currency, at, "price")


def _bad(at: str, name: str, what: str) -> Rejected:
    field = f"{at}.{name}"
    return Rejected(f"{field} {what}", code="bad_amount", hint=_NUMBER, field=field)
