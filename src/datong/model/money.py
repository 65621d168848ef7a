"""Money: integer minor units with a currency, never a float."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

import msgspec

__all__ = ["Money", "exponent", "to_minor"]

_ZERO = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"}
_THREE = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}


def exponent(currency: str) -> int:
    """Return how many decimal digits the currency's minor unit has (ISO 4217)."""
    return 0 if currency in _ZERO else 3 if currency in _THREE else 2


def to_minor(amount: float | str | Decimal, currency: str) -> int:
    """Return the amount in minor units, halves to even; raises ValueError when it is not a finite number."""
    if type(amount) is int:
        return amount * int(10 ** exponent(currency))
    try:
        value = Decimal(str(amount)).scaleb(exponent(currency))
        return int(value.to_integral_value(ROUND_HALF_EVEN))
    except (InvalidOperation, OverflowError, ValueError) as error:
        raise ValueError(f"not an amount of money: {amount!r}") from error


class Money(msgspec.Struct, frozen=True, order=True):
    """An amount in minor units (fen, cents) of one currency (ISO 4217 code)."""

    minor: int
    currency: str

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.minor + other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __str__(self) -> str:
        digits = exponent(self.currency)
        return f"{Decimal(self.minor).scaleb(-digits):.{digits}f} {self.currency}"
