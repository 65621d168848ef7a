"""Sightings: what sensors heard at one go, as columns; thousands of them make one event."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import msgspec

__all__ = ["Sighted", "Sightings"]

_PER_SIGHTING = ("key", "time", "rssi", "sensor", "ns", "x", "y", "accuracy", "ie", "seq")


class Sightings(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Sightings of one frame, one entry per sighting in each column; columns, for rows take twice the space and time.

    `sensors` and `namespaces` are the different ones, `sensor` and `ns` positions in them (an empty column: the first
    one throughout). `key` is the device's opaque key, `time` ms after the event's time, `rssi` in dBm (0: not known).
    Empty where nobody said: `x`, `y` and `accuracy` (metres on the sensor's floor, where the vendor located the device
    itself; with `lonlat` x and y are degrees east and north), `ie` (a digest of the model) and `seq` (sequence numbers,
    -1 where there is none).
    Columns are positional on disk: add new ones at the end only.
    """

    sensors: tuple[str, ...]
    namespaces: tuple[str, ...]
    key: tuple[int, ...]
    time: tuple[int, ...]
    rssi: tuple[int, ...]
    sensor: tuple[int, ...] = ()
    ns: tuple[int, ...] = ()
    x: tuple[float, ...] = ()
    y: tuple[float, ...] = ()
    accuracy: tuple[float, ...] = ()
    ie: tuple[str, ...] = ()
    seq: tuple[int, ...] = ()
    lonlat: bool = False

    def __len__(self) -> int:
        return len(self.key)

    def without(self, keys: Collection[int]) -> Sightings:
        """Return the sightings of all other devices."""
        left = [at for at, key in enumerate(self.key) if key not in keys]
        columns = {name: tuple(column[at] for at in left) for name in _PER_SIGHTING if (column := getattr(self, name))}
        return msgspec.structs.replace(self, **columns)


class Sighted(NamedTuple):
    """One sighting: who (`key` in the namespace `ns`), when (ms since 1970), how strong (dBm, 0 unknown), by whom.

    `x`, `y`, `accuracy` in metres, NaN where nobody located it; `ie` empty and `seq` -1 where nobody said.
    """

    key: int
    ns: str
    time: int
    rssi: int
    sensor: str
    x: float = float("nan")
    y: float = float("nan")
    accuracy: float = float("nan")
    ie: str = ""
    seq: int = -1
