"""Once: a signature that does not cover the body must not carry a second one."""

from __future__ import annotations

from collections import OrderedDict
from hashlib import blake2b

__all__ = ["KEPT", "Once"]

KEPT = 65_536
"""How many signatures are remembered, the latest; in memory only, as each is good for minutes."""


class Once:
    """Remembers with which body each signature came, so that it is of no use for another one."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._seen: OrderedDict[bytes, bytes] = OrderedDict()

    def fits(self, source: str, mark: str, body: bytes) -> bool:
        """Return whether the mark is new, or came with this very body before (a sender who tries again)."""
        key = blake2b(f"{source}\0{mark}".encode("utf-8", "replace"), digest_size=16).digest()
        digest = blake2b(body, digest_size=16).digest()
        if (known := self._seen.get(key)) is not None:
            return known == digest
        if len(self._seen) >= self._kept:
            self._seen.popitem(last=False)
        self._seen[key] = digest
        return True
