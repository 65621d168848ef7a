"""Frames: what was heard on the air, as columns; and bursts, the frames one address sent at one go."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from datong.errors import Rejected

__all__ = ["BURST", "Bursts", "Frames", "Ints", "in_bursts"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

BURST = 2_000
"""Frames of one address at most this many ms apart belong to one scan over the channels."""


class Frames(NamedTuple):
    """Probe requests or sightings of one place, one entry per frame, in any order.

    `time` in ms; `address` a key of the MAC address, 0 where none is known (or it is a placeholder); `assigned` whether
    its maker gave it (not made up); `model` a key of the information elements, 0 where they are not known; `seq` the
    sequence number 0..4095 or -1; `rssi` in dBm or NaN.
    """

    time: Ints
    address: Ints
    assigned: NDArray[np.bool_]
    model: Ints
    seq: Ints
    rssi: Floats

    @classmethod
    def of(
        cls, time: ArrayLike, *, address: ArrayLike | None = None, assigned: ArrayLike | None = None,
        model: ArrayLike | None = None, seq: ArrayLike | None = None, rssi: ArrayLike | None = None,
    ) -> Frames:
        """Return the columns as arrays; what is not given is unknown. Raises Rejected where lengths differ."""
        times = np.asarray(time, np.int64)
        n = len(times)
        frames = cls(
            times,
            np.zeros(n, np.int64) if address is None else np.asarray(address, np.int64),
            np.zeros(n, np.bool_) if assigned is None else np.asarray(assigned, np.bool_),
            np.zeros(n, np.int64) if model is None else np.asarray(model, np.int64),
            np.full(n, -1, np.int64) if seq is None else np.asarray(seq, np.int64),
            np.full(n, np.nan) if rssi is None else np.asarray(rssi, np.float64),
        )
        for name, column in zip(cls._fields, frames, strict=True):
            if column.shape != (n,):
                raise Rejected(f"{name} has the shape {column.shape}, time has {n} entries", code="bad_type",
                               hint="give one entry per frame in every column", field=name)
        return frames


class Bursts(NamedTuple):
    """Frames of one address without a pause, by start: `of` says for each frame which burst it belongs to.

    `first` and `last` are the sequence numbers at both ends (or -1), `rssi` the mean (or NaN).
    """

    of: Ints
    start: Ints
    end: Ints
    address: Ints
    assigned: NDArray[np.bool_]
    model: Ints
    first: Ints
    last: Ints
    rssi: Floats
    frames: Ints

    def pick(self, which: Ints) -> Bursts:
        """Return only these bursts (positions in order), each standing for itself in `of`."""
        return Bursts(
            np.arange(len(which)), self.start[which], self.end[which], self.address[which], self.assigned[which],
            self.model[which], self.first[which], self.last[which], self.rssi[which], self.frames[which],
        )


def in_bursts(frames: Frames) -> Bursts:
    """Return the bursts; a frame without an address is a burst of its own.

    The order of the frames does not matter: ties in time are broken by all other columns.
    """
    n = len(frames.time)
    order = np.lexsort((
        np.nan_to_num(frames.rssi, nan=0.0), frames.seq, frames.assigned, frames.time, frames.model, frames.address,
    ))
    time, address, model = frames.time[order], frames.address[order], frames.model[order]
    begins = np.ones(n, np.bool_)
    begins[1:] = (address[1:] != address[:-1]) | (model[1:] != model[:-1]) | (address[1:] == 0)
    begins[1:] |= time[1:] - time[:-1] > BURST
    at = np.flatnonzero(begins)
    ends = np.append(at[1:], n)[: len(at)] - 1
    size = ends - at + 1
    heard = ~np.isnan(frames.rssi[order])
    number = np.cumsum(begins) - 1
    total = np.bincount(number, np.where(heard, frames.rssi[order], 0.0), len(at))
    counted = np.bincount(number, heard, len(at))
    seq = frames.seq[order]
    rssi = np.divide(total, counted, out=np.full(len(at), np.nan), where=counted > 0)
    by_start = np.lexsort((np.nan_to_num(rssi, nan=0.0), seq[at], address[at], model[at], time[ends], time[at]))
    rank = np.empty(len(at), np.int64)
    rank[by_start] = np.arange(len(at))
    of = np.empty(n, np.int64)
    of[order] = rank[number]
    at, ends = at[by_start], ends[by_start]
    return Bursts(of, time[at], time[ends], address[at], frames.assigned[order][at], model[at], seq[at], seq[ends],
                  rssi[by_start], size[by_start])
