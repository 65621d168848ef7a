"""Bringing an identifier's value to the one form in which it is hashed, kept and compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Any

import phonenumbers

from datong.errors import Rejected

__all__ = ["NORMALISERS"]

_CHINESE_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9][0-9]{9})")
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015"
_CARD_NOISE = str.maketrans("", "", f" \t\u3000{_DASHES}")
_PHONE_NOISE = str.maketrans("", "", f" ().\t{_DASHES}")
_INVISIBLE = dict.fromkeys((0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF))
"""What comes along when a number is copied from a list of contacts: marks of direction, blanks of no width."""
_EMAIL = re.compile(r"[^@\s\"(),:;<>\[\\\]]{1,64}@(?:[^@\s.]{1,63}\.)+[^@\s.]{2,63}")
_HEX = re.compile(r"[0-9a-f]{12}")
_MAC_NOISE = str.maketrans("", "", ":-. ")


def _half_width(value: str) -> str:
    """Return the value with full-width letters, digits and signs as plain ones (NFKC), without the invisible."""
    return value if value.isascii() else unicodedata.normalize("NFKC", value.translate(_INVISIBLE))


def _plain(value: str, _region: str) -> str:
    return _half_width(value).strip()


def _lower(value: str, _region: str) -> str:
    return _half_width(value).strip().lower()


def _text(value: str, _region: str) -> str:
    """Return a name or a text in which width, case, blanks, and Traditional or Simplified characters do not matter."""
    words = " ".join(_half_width(value).casefold().split())
    return words if words.isascii() else str(_simplifier().convert(words))


@cache
def _simplifier() -> Any:
    from opencc import OpenCC  # its dictionaries take a while to read, and few values need them

    return OpenCC("t2s")


def _card(value: str, _region: str) -> str:
    return _half_width(value).translate(_CARD_NOISE)


def _phone(value: str, region: str) -> str:
    """Return the number as E.164: checked by length only, since new number ranges open faster than releases."""
    plain = _half_width(value).translate(_PHONE_NOISE)
    if region == "CN" and (mobile := _CHINESE_MOBILE.fullmatch(plain)):
        return f"+86{mobile[1]}"
    try:
        number = phonenumbers.parse(plain, region or None)
    except phonenumbers.NumberParseException:
        raise _bad("is not a telephone number", f"write it as +8613912345678, or as dialled in {region}") from None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise _bad("has too few or too many digits for a telephone number", "send the whole number with area code")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _email(value: str, _region: str) -> str:
    address = _half_width(value).strip().lower().replace("\u3002", ".")  # the full stop of a Chinese keyboard
    if len(address) > 254 or not _EMAIL.fullmatch(address):
        raise _bad("is not an e-mail address", "write it as name@example.com")
    return address


def _mac(value: str, _region: str) -> str:
    digits = _half_width(value).translate(_MAC_NOISE).lower()
    if not _HEX.fullmatch(digits):
        raise _bad("is not a MAC address", "write six bytes in hex, as in a4:83:e7:12:34:56")
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def _bad(what: str, hint: str) -> Rejected:
    return Rejected(what, code="bad_identifier", hint=hint)


NORMALISERS: dict[str, Callable[[str, str], str]] = {
    "plain": _plain, "lower": _lower, "phone": _phone, "email": _email, "mac": _mac, "card": _card,
    "text": _text,
}
"""(value, region) → normalised value, by the name in `Namespace.normaliser`; raise Rejected when malformed."""
