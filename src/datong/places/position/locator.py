"""What every way of locating gives and takes."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from datong.places.position.scans import Floats, Ints, Scans

__all__ = ["Located", "Locator"]


class Located(NamedTuple):
    """A point per scan: metres on its floor, and the radius in metres within which it is with 68 %.

    `floor` is a number in `floors`, -1 where a scan says nothing (x, y and accuracy are NaN then).
    """

    x: Floats
    y: Floats
    floor: Ints
    accuracy_m: Floats
    floors: tuple[str, ...]

    @classmethod
    def nowhere(cls, count: int, floors: tuple[str, ...]) -> Located:
        """Return `count` points that are not known."""
        nan = np.full(count, np.nan)
        return cls(nan, nan.copy(), np.full(count, -1, np.int64), nan.copy(), floors)

    def put(self, rows: NDArray[Any], found: Located) -> None:
        """Write the points of `found` to these rows, in place."""
        self.x[rows], self.y[rows], self.floor[rows] = found.x, found.y, found.floor
        self.accuracy_m[rows] = found.accuracy_m


class Locator(Protocol):
    """Tells where devices are."""

    @property
    def floors(self) -> tuple[str, ...]:
        """Return the codes of the floors it knows."""

    def locate(self, scans: Scans) -> Located:
        """Return one point per scan."""
