"""Exact: amounts as a till's XML writes them, as decimal numbers."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from datong.errors import Rejected

__all__ = ["amount_of"]

_LARGEST = Decimal(10) ** 13
_FINEST = Decimal("1e-12")


def amount_of(text: str | None, name: str, default: Any = None) -> Any:
    """Return an amount, `default` where the text is empty; raises Rejected (`bad_amount`) naming the element."""
    if not text:
        return default
    try:
        return _exact(text)
    except ValueError:
        if not text.strip():
            return default
    raise Rejected(f"{name} is not an amount", code="bad_amount", field=name, hint="write a number such as 19.90")


@lru_cache(maxsize=65_536)
def _exact(text: str) -> Decimal:
    """Return the number; prices come again and again, so the last ones are remembered. Raises ValueError."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        raise ValueError(text[:20]) from None
    if not value.is_finite() or abs(value) >= _LARGEST or (value and abs(value) < _FINEST) or len(text) > 40:
        raise ValueError(text[:20])
    return value
