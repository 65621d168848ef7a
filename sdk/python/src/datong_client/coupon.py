"""Coupon codes, as far as they can be read without the platform's key: their form, and their last valid day.

A code is 20 characters of Crockford's base 32 (https://www.crockford.com/base32.html). The signature in it can be
checked by the platform alone, so that a stolen till cannot make coupons.
"""

from __future__ import annotations

from typing import NamedTuple, Optional

__all__ = ["CouponDay", "read_day"]

_VALUES = {c: i for i, c in enumerate("0123456789ABCDEFGHJKMNPQRSTVWXYZ")}
_LENIENT = str.maketrans("OIL", "011", " -\t\u2010\u2011\u2012\u2013\u2014")
_DAY = 86_400_000
_EPOCH = 10_957  # 2000-01-01 in days since 1970


class CouponDay(NamedTuple):
    """A code as it is stored, and the last millisecond (since 1970) of the day on which it is valid."""

    code: str
    until: int


def read_day(text: str) -> Optional[CouponDay]:
    """Return what a code says of itself, or None where it has not the form of one."""
    plain = text.upper().translate(_LENIENT)
    if len(plain) != 20 or any(c not in _VALUES for c in plain):
        return None
    number = 0
    for c in plain:
        number = (number << 5) | _VALUES[c]
    day = ((number >> 45) & 0x7FFF) + _EPOCH
    return CouponDay("-".join(plain[at : at + 5] for at in range(0, 20, 5)), (day + 1) * _DAY - 1)
