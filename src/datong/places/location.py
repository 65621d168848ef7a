"""What may be said of a store: where it lies and when it is open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from datong.errors import Rejected
from datong.model import check_digit
from datong.places.hours import Hours

__all__ = ["check_store", "read_gln"]


def check_store(about: Mapping[str, Any]) -> None:
    """Raise Rejected where coordinates, opening hours or GLN of a Store Updated cannot be meant."""
    at = {}
    for name, most in (("lat", 90.0), ("lon", 180.0)):
        value = about.get(name)
        if value in (None, ""):
            continue
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
            raise Rejected(f"{name} {str(value)[:40]!r} is no number", code="bad_place", field=f"properties.{name}",
                           hint="write degrees with a point, as 31.2304")
        if abs(value) > most:
            swapped = name == "lat" and abs(value) <= 180
            raise Rejected(f"{name} {value} is beyond {most:g}", code="bad_place", field=f"properties.{name}",
                           hint="lat and lon seem to be swapped" if swapped else "give degrees (WGS 84)")
        at[name] = value
    if len(at) == 1:
        missing = "lon" if "lat" in at else "lat"
        raise Rejected(f"{missing} is missing beside {next(iter(at))}", code="bad_place", field=f"properties.{missing}",
                       hint="give lat and lon together, or neither")
    Hours.parse(str(about.get("hours") or ""))
    if (number := about.get("gln")) not in (None, "") and not read_gln(str(number)):
        raise Rejected(f"the GLN {str(number)[:40]!r} is none", code="bad_place", field="properties.gln",
                       hint="13 digits, the last of them the check digit; a part of a site as GLN/extension")


def read_gln(text: str) -> str:
    """Return a Global Location Number in its one form, `GLN` or `GLN/extension`, empty where it is none.

    Source: GS1 General Specifications, application identifiers 414 and 254 (extension up to 20 characters).
    """
    number, _, extension = text.strip().partition("/")
    if len(number) != 13 or not (number.isascii() and number.isdigit()) or check_digit(number[:-1]) != number[-1]:
        return ""
    return f"{number}/{extension[:20]}" if extension else number

