"""How good a survey is, by leaving out walks: distances, floors, the radius that holds 68 %, and an interval."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from datong.places.position.locator import Located, Locator
from datong.places.position.scans import Floats, Ints
from datong.places.position.survey import Survey

__all__ = ["Accuracy", "FloorAccuracy", "errors_of", "interval", "left_out", "measure"]


class FloorAccuracy(msgspec.Struct, frozen=True):
    """Errors (m) of the scans of one floor, or of all where `floor` is empty; `floor_hit` is the share with the right
    floor. `mean_low` and `mean_high` hold the mean with 95 %, by drawing walks again.
    """

    floor: str
    scans: int
    walks: int
    mean_m: float
    median_m: float
    p75_m: float
    radius68_m: float
    floor_hit: float
    mean_low: float
    mean_high: float


class Accuracy(msgspec.Struct, frozen=True):
    """What a cross-validation found: of all scans first, then per floor; `mapped` says whether a radio map is used."""

    rows: tuple[FloorAccuracy, ...]
    remarks: tuple[str, ...] = ()
    mapped: bool = False


def left_out(survey: Survey, fit: Callable[[Survey], Locator], folds: int = 5) -> Located:
    """Return where each scan is by a model that has not seen its walk; walks are dealt into `folds` in turn."""
    fold = survey.walk % min(folds, max(2, int(survey.walk.max()) + 1))
    found = Located.nowhere(len(survey), survey.floors)
    for number in np.unique(fold):
        asked, known = fold == number, fold != number
        if known.any():
            found.put(np.flatnonzero(asked), fit(survey.pick(known)).locate(survey.scans.pick(asked)))
    return found


def errors_of(survey: Survey, found: Located) -> Floats:
    """Return the distance (m) of each point from the true one; NaN where nothing was found."""
    return np.hypot(found.x - survey.x, found.y - survey.y)


def measure(survey: Survey, found: Located) -> tuple[FloorAccuracy, ...]:
    """Return the accuracy of all scans and of each floor; scans found nowhere miss their floor and have no distance."""
    error, hit = errors_of(survey, found), found.floor == survey.floor
    rows = [_row("", error, hit, survey.walk)]
    for number, code in enumerate(survey.floors):
        here = survey.floor == number
        if here.any():
            rows.append(_row(code, error[here], hit[here], survey.walk[here]))
    return tuple(rows)


def _row(floor: str, error: Floats, hit: NDArray[Any], walk: Ints) -> FloorAccuracy:
    known = ~np.isnan(error)
    if not known.any():
        nan = float("nan")
        return FloorAccuracy(floor, len(error), len(np.unique(walk)), nan, nan, nan, nan, 0.0, nan, nan)
    median, p68, p75 = np.percentile(error[known], [50, 68, 75])
    low, high = interval(error[known], walk[known])
    return FloorAccuracy(floor, len(error), len(np.unique(walk)), float(error[known].mean()), float(median),
                         float(p75), float(p68), float(hit.mean()), low, high)


def interval(values: NDArray[Any], walk: NDArray[Any], draws: int = 1_000, seed: int = 1) -> tuple[float, float]:
    """Return the interval that holds the mean with 95 %: a bootstrap by walk, since errors of one walk are alike."""
    number = np.unique(walk, return_inverse=True)[1]
    total, count = np.bincount(number, values), np.bincount(number)
    drawn = np.random.default_rng(seed).integers(0, len(count), (draws, len(count)))
    low, high = np.percentile(total[drawn].sum(1) / count[drawn].sum(1), [2.5, 97.5])
    return float(low), float(high)
