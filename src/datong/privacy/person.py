"""Person: what belongs to somebody who asks for their data, or asks to be forgotten."""

from __future__ import annotations

import re

import msgspec

__all__ = ["Person"]

_DIGITS = 7


class Person(msgspec.Struct, frozen=True):
    """A member under all the numbers it ever had, the keys of its identifiers, and their values where they are kept.

    `values` are (namespace, clear value) pairs. Identifiers that several people share are nobody's and not among them.
    """

    label: str
    members: tuple[int, ...]
    keys: tuple[int, ...]
    values: tuple[tuple[str, str], ...] = ()

    def mentioned(self, text: str) -> bool:
        """Return whether a text, such as a rejected call, holds one of the values in whatever spelling of numbers."""
        lowered, digits = text.casefold(), re.sub(r"[^\d\"]", "", text)
        for namespace, value in self.values:
            number = re.sub(r"\D", "", value)
            if namespace == "phone" and len(number) > _DIGITS and number[-_DIGITS - 1 :] in digits:
                return True
            if len(value) > 3 and value.casefold() in lowered:
                return True
        return False
