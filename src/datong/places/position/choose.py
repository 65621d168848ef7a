"""Fit a survey the way that cross-validation finds best, and measure how good that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np

from datong.places.position.accuracy import Accuracy, errors_of, left_out, measure
from datong.places.position.fingerprint import Fingerprint
from datong.places.position.locator import Located
from datong.places.position.scans import Floats
from datong.places.position.survey import Survey

__all__ = ["WRONG_FLOOR", "fit_and_measure"]

WRONG_FLOOR = 15.0
"""What a floor missed counts (m) when ways are compared, as in the Indoor Location Competition 2.0."""
_BINS = 4


def fit_and_measure(survey: Survey, ground: Mapping[str, Any] | None = None) -> tuple[Fingerprint, Accuracy]:
    """Return the model of the survey, and what cross-validation by walks says of it.

    With a walkable area both ways are tried, scans and radio map. With one walk only nothing can be left out: the
    model is made, its accuracy stays unknown.
    """
    remarks = tuple(survey.remarks())
    if len(np.unique(survey.walk)) < 2:
        return Fingerprint.fit(survey, ground), Accuracy((), remarks, bool(ground))
    found, area = left_out(survey, Fingerprint.fit), None
    if ground:
        drawn = left_out(survey, lambda part: Fingerprint.fit(part, ground))
        if _cost(survey, drawn) < _cost(survey, found):
            found, area = drawn, ground
    model = Fingerprint.fit(survey, area)
    radius = _radius(found.accuracy_m, errors_of(survey, found))
    return msgspec.structs.replace(model, radius=radius), Accuracy(measure(survey, found), remarks, bool(area))


def _cost(survey: Survey, found: Located) -> float:
    return float(np.nanmean(errors_of(survey, found) + WRONG_FLOOR * (found.floor != survey.floor)))


def _radius(spread: Floats, error: Floats) -> tuple[tuple[float, float], ...]:
    """Return (spread, radius that held 68 %) for as many bins of equal size as there are scans for, never falling."""
    known = ~np.isnan(error)
    spread, error = spread[known], error[known]
    order = np.argsort(spread, kind="stable")
    parts = np.array_split(order, max(1, min(_BINS, len(order) // 20)))
    knots = [float(np.median(spread[part])) for part in parts]
    radii = np.maximum.accumulate([float(np.percentile(error[part], 68)) for part in parts])
    return tuple((k, float(r)) for k, r in dict(zip(knots, radii, strict=True)).items())
