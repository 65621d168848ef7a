"""Origin: where calls and sightings come from."""

from __future__ import annotations

import msgspec

__all__ = ["Origin"]


class Origin(msgspec.Struct, frozen=True):
    """Where calls come from: the touchpoint's name and kind, the channel its events carry, and where it stands.

    `trusted` is false where anybody may have sent them; `verified` are the namespaces that a trusted one has checked.
    """

    name: str
    kind: str = "web"
    channel: str = "web"
    place: str = ""
    trusted: bool = True
    verified: frozenset[str] = frozenset()
