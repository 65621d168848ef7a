"""Showing just enough of a personal value to recognise it."""

from __future__ import annotations

__all__ = ["mask"]


def mask(ns: str, clear: str) -> str:
    """Return the value with its middle hidden: `138****1234`, `l***@example.com`, `****8842`.

    `ns` is the identifier's namespace or the personal field's name; a value too short to hide anything becomes `***`.
    """
    if ns == "phone":
        number = clear.removeprefix("+86")
        return f"{number[:3]}****{number[-4:]}" if len(number) >= 9 else "***"
    if ns == "email":
        mailbox, at, domain = clear.rpartition("@")
        return f"{mailbox[:1]}***@{domain}" if at else "***"
    if ns in ("name", "first_name", "last_name", "firstName", "lastName"):
        return clear[:1] + "*" * max(1, min(len(clear) - 1, 3)) if clear else ""
    if len(clear) < 6:
        return "***"
    return f"****{clear[-4:]}" if len(clear) < 20 else f"{clear[:4]}****{clear[-4:]}"
