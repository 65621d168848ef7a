"""A site survey: scans taken at known points, and the file it comes in."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from datong.errors import Rejected
from datong.places.position.scans import Floats, Ints, Scans

__all__ = ["Survey", "read_survey"]

_COLUMNS = ("scan", "x", "y", "floor", "sensor", "rssi")
_SENSORS, _SCANS, _SPARSE = 3, 30, 8.0


class Survey(msgspec.Struct, frozen=True, eq=False):
    """Scans with the point of each: metres, a number in `floors`, and the walk (or phone) it belongs to.

    Scans of one walk are alike, so a cross-validation leaves out whole walks.
    """

    x: Floats
    y: Floats
    floor: Ints
    walk: Ints
    scans: Scans
    floors: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.x)

    def pick(self, chosen: NDArray[Any]) -> Survey:
        """Return the scans with these numbers, or where this mask is true."""
        return Survey(self.x[chosen], self.y[chosen], self.floor[chosen], self.walk[chosen],
                      self.scans.pick(chosen), self.floors)

    def remarks(self) -> Iterator[str]:
        """Say where the survey is too thin to be relied on, per floor, and what to do about it."""
        if len(np.unique(self.walk)) < 2:
            yield "all scans are of one walk: walk again, best with another phone, or the accuracy cannot be measured"
        heard = np.diff(self.scans.start)
        for number, code in enumerate(self.floors):
            here = self.floor == number
            if here.sum() < _SCANS:
                yield f"floor {code}: {here.sum()} scans, at least {_SCANS} are needed; walk along every aisle"
                continue
            if np.median(heard[here]) < _SENSORS:
                yield (f"floor {code}: half of the scans hear fewer than {_SENSORS} sensors: "
                       "points can hardly be told apart; add sensors or beacons")
            at = np.stack([self.x[here], self.y[here]], 1)
            apart = _spacing(at)
            if apart > _SPARSE:
                yield (f"floor {code}: its points lie {apart:.0f} m apart; "
                       f"take one scan every 2 to 3 metres, at most {_SPARSE:.0f}")


def _spacing(at: Floats) -> float:
    """Return the median distance (m) from a surveyed point to the next other one."""
    points = np.unique(np.round(at, 1), axis=0)[:2_000]
    if len(points) < 2:
        return math.inf
    apart = np.hypot(points[:, None, 0] - points[None, :, 0], points[:, None, 1] - points[None, :, 1])
    np.fill_diagonal(apart, np.inf)
    return float(np.median(apart.min(1)))


def read_survey(file: Path | str | IO[str], floors: tuple[str, ...] = ()) -> Survey:
    """Return the survey in a CSV file: one row per reading, `scan,x,y,floor,sensor,rssi` and perhaps `walk`.

    Rows of the same scan (a name or number) need not stand together but must agree on x, y (metres from the floor's
    upper left corner), floor and walk. `rssi` is in dBm, below 0. Without `walk` every point is a walk of its own.
    With `floors`, others are refused. Raises Rejected naming line and column.
    """
    if isinstance(file, str | Path):
        with Path(file).open(encoding="utf-8-sig", newline="") as stream:
            return read_survey(stream, floors)
    rows = csv.DictReader(file)
    missing = [name for name in _COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise _bad(f"the survey has no column {', '.join(missing)}", "its first line must be " + ",".join(_COLUMNS))
    points: dict[str, tuple[float, float, str, str]] = {}
    heard: dict[str, dict[str, float]] = {}
    for row in rows:
        name, line = str(row["scan"]).strip(), rows.line_num
        code = str(row["floor"] or "").strip()
        if floors and code not in floors:
            raise _bad(f"line {line}: the venue has no floor {code!r}", f"its floors are {', '.join(floors)}")
        x, y = _number(row, "x", line), _number(row, "y", line)
        point = (x, y, code, str(row.get("walk") or f"{x},{y},{code}").strip())
        if points.setdefault(name, point) != point:
            raise _bad(f"line {line}: scan {name!r} is at another point than before", "give each scan its own name")
        rssi = _number(row, "rssi", line)
        if not -120 <= rssi < 0:
            raise _bad(f"line {line}, rssi: {rssi:g} is not between -120 and -1 (dBm)", "leave out what was not heard")
        heard.setdefault(name, {})[str(row["sensor"]).strip()] = rssi
    if not points:
        raise _bad("the survey has no readings", "one row per reading: " + ",".join(_COLUMNS))
    return _survey(points, heard, floors)


def _survey(points: dict[str, tuple[float, float, str, str]], heard: dict[str, dict[str, float]],
            floors: tuple[str, ...]) -> Survey:
    x, y, codes, walks = zip(*points.values(), strict=True)
    there = tuple(f for f in floors if f in codes) or tuple(sorted(set(codes)))
    number = {walk: at for at, walk in enumerate(dict.fromkeys(walks))}
    return Survey(
        np.array(x), np.array(y), np.array([there.index(c) for c in codes], np.int64),
        np.array([number[w] for w in walks], np.int64), Scans.of(heard[name] for name in points), there,
    )


def _number(row: dict[str, Any], column: str, line: int) -> float:
    try:
        value = float(row[column])
    except (TypeError, ValueError):
        value = math.nan
    if not math.isfinite(value):
        raise _bad(f"line {line}, {column}: {row[column]!r} is not a number", "metres and dBm, with a decimal point")
    return value


def _bad(message: str, hint: str) -> Rejected:
    return Rejected(message, hint=hint, field="survey", code="survey_value")
