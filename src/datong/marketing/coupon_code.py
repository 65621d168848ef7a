"""Coupon codes: short, typable, and true or forged even where nobody can be asked.

A code is 20 characters of Crockford's base 32 (https://www.crockford.com/base32.html) in four groups: 100 bits, of
which 12 number the campaign, 28 the coupon in it, 15 the last valid day (days since 2000), and 45 are a keyed
signature over the other 55, which the platform alone can make and check.

As a picture a code may carry an Ed25519 signature (RFC 8032) besides, `CODE.SIGNATURE` in the same alphabet, which
anybody who has the public key can check: a till without a line tells a forged code by it, and a stolen one makes none.
"""

from __future__ import annotations

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from datong.errors import Rejected
from datong.model import DAY
from datong.privacy import Vault

__all__ = ["CAMPAIGNS", "SERIALS", "Signed", "coupon_key", "make_code", "normalise_code", "read_code", "signed_code"]

CAMPAIGNS, SERIALS = 1 << 12, 1 << 28
"""How many campaigns an installation can number, and coupons a campaign."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {c: i for i, c in enumerate(_ALPHABET)}
_LENIENT = str.maketrans("OIL", "011", " -\t\u2010\u2011\u2012\u2013\u2014")
_LENGTH, _SIGNATURE = 20, 45
_DOMAIN = b"datong coupon\0"
_EPOCH = 10_957  # 2000-01-01 in days since 1970


class Signed(msgspec.Struct, frozen=True):
    """What a genuine code says: number of the campaign, number of the coupon in it, and the last ms it is valid."""

    campaign: int
    serial: int
    until: int


def make_code(vault: Vault, campaign: int, serial: int, expires: int) -> str:
    """Return the code of coupon `serial` of the campaign with this number; `expires` (ms) is rounded up to its day."""
    day = expires // DAY - _EPOCH
    payload = (campaign << 43) | (serial << 15) | max(0, min(day, (1 << 15) - 1))
    number = (payload << _SIGNATURE) | _signature(vault, payload)
    text = "".join(_ALPHABET[(number >> shift) & 31] for shift in range(5 * (_LENGTH - 1), -1, -5))
    return "-".join(text[at : at + 5] for at in range(0, _LENGTH, 5))


def normalise_code(text: str) -> str:
    """Return the code as it is stored, however it was typed: small letters, O for 0, I or L for 1, any dashes.

    A code that is not ours (another length or alphabet) comes back trimmed and otherwise unchanged; what a picture
    carries behind the code is left out.
    """
    plain = text.upper().partition(".")[0].translate(_LENIENT)
    if len(plain) != _LENGTH or any(c not in _VALUES for c in plain):
        return text.replace("\0", "").strip()
    return "-".join(plain[at : at + 5] for at in range(0, _LENGTH, 5))


def read_code(vault: Vault, text: str) -> Signed:
    """Return what the code says; raises Rejected (`foreign_coupon`, `forged_coupon`) when it is none of ours."""
    plain = normalise_code(text).replace("-", "")
    if len(plain) != _LENGTH or any(c not in _VALUES for c in plain):
        hint = "a code has four groups of five letters and digits"
        raise Rejected("this is not one of our coupon codes", code="foreign_coupon", hint=hint, field="coupon")
    number = 0
    for c in plain:
        number = (number << 5) | _VALUES[c]
    payload = number >> _SIGNATURE
    if _signature(vault, payload) != number & ((1 << _SIGNATURE) - 1):
        hint = "type it again; if it is the same, it was not issued here"
        raise Rejected("the coupon's signature is wrong", code="forged_coupon", hint=hint, field="coupon")
    day = (payload & 0x7FFF) + _EPOCH
    return Signed(payload >> 43, (payload >> 15) & (SERIALS - 1), (day + 1) * DAY - 1)


def signed_code(vault: Vault, code: str) -> str:
    """Return a code with the signature behind it that tills check without a line."""
    plain = normalise_code(code)
    number = int.from_bytes(_signer(vault).sign(_DOMAIN + plain.encode()), "big")
    return plain + "." + "".join(_ALPHABET[(number >> shift) & 31] for shift in range(510, -1, -5))


def coupon_key(vault: Vault) -> bytes:
    """Return the public key (32 bytes) by which those signatures are checked."""
    return _signer(vault).public_key().public_bytes_raw()


def _signer(vault: Vault) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(vault.sign(_DOMAIN, 32))


def _signature(vault: Vault, payload: int) -> int:
    digest = vault.sign(b"coupon" + payload.to_bytes(7, "big"), 6)
    return int.from_bytes(digest, "big") >> (48 - _SIGNATURE)
