"""Traffic: comings and goings of devices that can be nobody's, as columns; thousands of them make one event."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

__all__ = ["MOVES", "Traffic"]

MOVES = ("Venue Entered", "Zone Entered", "Zone Exited", "Venue Exited")
"""What a move is, as the type of the single event that says the same; positions in it are on disk."""
_PER_MOVE = ("type", "key", "place", "zone", "start", "time", "ns")


class Traffic(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The moves of a batch, one entry per move in each column.

    `namespaces`, `places` and `zones` are the different ones (a zone is empty where the move is about the venue),
    `ns`, `place` and `zone` positions in them (an empty `ns`: the first one throughout), `type` a position in `MOVES`.
    `key` is the device's opaque key, `start` when the stay began and `time` when the move happened, in ms after the
    event's time. Columns are positional on disk: add new ones at the end only.
    """

    namespaces: tuple[str, ...]
    places: tuple[str, ...]
    zones: tuple[str, ...]
    type: tuple[int, ...]
    key: tuple[int, ...]
    place: tuple[int, ...]
    zone: tuple[int, ...]
    start: tuple[int, ...]
    time: tuple[int, ...]
    ns: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.key)

    def without(self, keys: Collection[int]) -> Traffic:
        """Return the moves of all other devices."""
        left = [at for at, key in enumerate(self.key) if key not in keys]
        columns = {name: tuple([column[at] for at in left]) for name in _PER_MOVE if (column := getattr(self, name))}
        return msgspec.structs.replace(self, **columns)

    def of_nobody(self) -> Traffic:
        """Return the moves without saying which of them are of one device."""
        return msgspec.structs.replace(self, key=(0,) * len(self.key))
