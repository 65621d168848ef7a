"""Telephone numbers and e-mail addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable

from datong.errors import Rejected
from datong.identity.linker.text import empty, fold, plain
from datong.model import NAMESPACES
from datong.privacy import normalised

__all__ = ["clean_email", "clean_phone", "phone_region"]

_PHONE, _EMAIL = NAMESPACES["phone"], NAMESPACES["email"]
_NO_DIGIT = re.compile(r"\D+")
_EXTENSION = re.compile(r"(?:ext|extension|x|转)\.?\s*\d+\s*$", re.IGNORECASE)
_CHINESE = re.compile(r"(?:86)?1[3-9]\d{9}")
_AMERICAN = re.compile(r"1?[2-9]\d\d[2-9]\d{6}")
_ADDRESS = re.compile(r"[^\s<>\"'(),;:@]+@[^\s<>\"'(),;:@]+")
_DOTLESS = frozenset({"gmail.com", "googlemail.com"})
_LEAST = 5


def clean_phone(text: str, region: str = "") -> str | None:
    """Return the digits with the country code (E.164 without the plus sign), or None for a placeholder.

    `region` (ISO 3166) completes a number without a country code; the digits of one that cannot be completed are kept.
    """
    text = _EXTENSION.sub("", plain(text))
    digits = _NO_DIGIT.sub("", text)
    if len(digits) < _LEAST or len(set(digits)) < 3:
        return None
    if (region == "US" or text.startswith("+1")) and _AMERICAN.fullmatch(digits):
        return f"1{digits[-10:]}"
    if region or text.startswith("+"):
        try:
            full = normalised(_PHONE, text, region)
            return full[1:] if full else None
        except Rejected:
            pass  # too short or too long, as when one digit was lost in typing
    found = _CHINESE.fullmatch(digits)
    return None if found and normalised(_PHONE, digits[-11:], "CN") is None else digits


def phone_region(texts: Iterable[str]) -> str:
    """Return the country whose numbers most of a column's are: `CN` or `US` (the North American plan), or nothing."""
    total = chinese = american = 0
    for text in texts:
        digits = _NO_DIGIT.sub("", text)
        total += len(digits) >= _LEAST
        chinese += _CHINESE.fullmatch(digits) is not None
        american += _AMERICAN.fullmatch(digits) is not None
    if 2 * max(chinese, american) <= total:
        return ""
    return "CN" if chinese >= american else "US"


def clean_email(text: str) -> tuple[str | None, str | None]:
    """Return the address and its user part, or nothing for a placeholder.

    `+tag` is dropped everywhere and dots at Gmail, which both deliver to the same box. A malformed address is kept as
    it is written, since a comparison by likeness may still recognise it.
    """
    written = plain(text)
    found = _ADDRESS.search(written)
    if found is None:
        return (None, None) if empty(fold(written)) or len(written) < _LEAST else (written, None)
    user, _, domain = found[0].partition("@")
    user = user.partition("+")[0] or user
    bare = user.replace(".", "")
    if domain in _DOTLESS:
        user, domain = bare, "gmail.com"
    address = f"{user}@{domain}"
    try:
        if normalised(_EMAIL, address, "") is None:
            return None, None
    except Rejected:
        pass
    return address, bare or None
