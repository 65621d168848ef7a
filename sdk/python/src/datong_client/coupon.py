"""Coupon codes, as far as they can be read without the platform's key: their form, and their last valid day.

A code is 20 characters of Crockford's base 32 (https://www.crockford.com/base32.html). The signature in it can be
checked by the platform alone, so that a stolen till cannot make coupons. A picture may carry an Ed25519 signature
behind the code, `CODE.SIGNATURE`; with the package `cryptography` (`pip install datong-client[signed]`) and the
platform's public key a till checks that one itself.
"""

from __future__ import annotations

from typing import NamedTuple, Optional

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:  # then signatures behind codes are not looked at
    Ed25519PublicKey = None  # type: ignore[assignment,misc]

__all__ = ["CouponDay", "genuine", "read_day"]

_VALUES = {c: i for i, c in enumerate("0123456789ABCDEFGHJKMNPQRSTVWXYZ")}
_LENIENT = str.maketrans("OIL", "011", " -\t\u2010\u2011\u2012\u2013\u2014")
_DAY = 86_400_000
_DOMAIN = b"datong coupon\0"
_EPOCH = 10_957  # 2000-01-01 in days since 1970


class CouponDay(NamedTuple):
    """A code as it is stored, and the last millisecond (since 1970) of the day on which it is valid."""

    code: str
    until: int


def read_day(text: str) -> Optional[CouponDay]:
    """Return what a code says of itself, or None where it has not the form of one."""
    plain = text.upper().partition(".")[0].translate(_LENIENT)
    if len(plain) != 20 or any(c not in _VALUES for c in plain):
        return None
    number = 0
    for c in plain:
        number = (number << 5) | _VALUES[c]
    day = ((number >> 45) & 0x7FFF) + _EPOCH
    return CouponDay("-".join(plain[at : at + 5] for at in range(0, 20, 5)), (day + 1) * _DAY - 1)


def genuine(text: str, key: bytes) -> Optional[bool]:
    """Return whether the signature behind a code is the platform's; None where there is none, or it cannot be told."""
    known, given = read_day(text), text.upper().partition(".")[2].translate(_LENIENT)
    if known is None or not given or not key or Ed25519PublicKey is None:
        return None
    if len(given) != 103 or any(c not in _VALUES for c in given):
        return False
    number = 0
    for c in given:
        number = (number << 5) | _VALUES[c]
    if number >> 512:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(number.to_bytes(64, "big"), _DOMAIN + known.code.encode())
    except (InvalidSignature, ValueError):
        return False
    return True
