"""Scans: the signal strengths of many scans as columns; a scan is what one device and the sensors had of each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

__all__ = ["FADE", "Floats", "Ints", "Scans", "faded"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
FADE = 1.0
"""How much (dB) a reading loses per second of age: of 0, 1 and none older than 4 s this located walkers best, live."""


def faded(window: Mapping[str, tuple[int, float]], now: int) -> dict[str, float]:
    """Return the readings, sensor: (time in ms, dBm), as one scan of `now`: an old reading tells, but less."""
    return {sensor: rssi - FADE * max(0, now - time) / 1000 for sensor, (time, rssi) in window.items()}


class Scans(msgspec.Struct, frozen=True, eq=False):
    """Scan `i` has the readings `start[i]:start[i + 1]` of `sensor` (a number in `sensors`) and `rssi` (dBm)."""

    sensors: tuple[str, ...]
    start: Ints
    sensor: Ints
    rssi: Floats

    @classmethod
    def of(cls, scans: Iterable[Mapping[str, float]]) -> Scans:
        """Return scans given as {sensor: dBm} each."""
        numbers: dict[str, int] = {}
        start, sensor, rssi = [0], [], []
        for scan in scans:
            for code, strength in scan.items():
                sensor.append(numbers.setdefault(code, len(numbers)))
                rssi.append(strength)
            start.append(len(sensor))
        return cls(tuple(numbers), np.array(start, np.int64), np.array(sensor, np.int64), np.array(rssi, np.float64))

    @classmethod
    def of_table(cls, sensors: Sequence[str], dbm: NDArray[Any]) -> Scans:
        """Return scans given as a table, one row per scan and one column per sensor, NaN where nothing was heard."""
        row, column = np.nonzero(~np.isnan(dbm))
        start = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(dbm)))]).astype(np.int64)
        return cls(tuple(sensors), start, column.astype(np.int64), dbm[row, column].astype(np.float64))

    def __len__(self) -> int:
        return len(self.start) - 1

    @property
    def scan(self) -> Ints:
        """Return for each reading the number of its scan."""
        return np.repeat(np.arange(len(self)), np.diff(self.start))

    def pick(self, chosen: NDArray[Any]) -> Scans:
        """Return the scans with these numbers (or where this mask is true), in this order."""
        rows = np.flatnonzero(chosen) if chosen.dtype == bool else chosen
        sizes = np.diff(self.start)[rows]
        start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        at = np.repeat(self.start[rows] - start[:-1], sizes) + np.arange(start[-1])
        return Scans(self.sensors, start, self.sensor[at], self.rssi[at])

    def table(self, sensors: Sequence[str]) -> NDArray[np.float32]:
        """Return dBm with one row per scan and one column per sensor of `sensors`, NaN where nothing was heard.

        Where a scan has several readings of a sensor the last one counts; other sensors are passed over.
        """
        number = {code: at for at, code in enumerate(sensors)}
        column = np.array([number.get(code, -1) for code in self.sensors], np.int64)
        found = np.full((len(self), len(sensors)), np.nan, np.float32)
        if len(self.sensor):
            column = column[self.sensor]
            known = column >= 0
            found[self.scan[known], column[known]] = self.rssi[known]
        return found
