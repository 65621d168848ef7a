"""Fingerprints: where a scan looks like those of the survey, there the device is (weighted nearest neighbours).

With the walkable area known, the survey is first drawn into a radio map, which fills the gaps between its walks and
keeps points out of the walls; cross-validation says whether that is better here (`fit_and_measure`).
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from datong.errors import ConfigError
from datong.places.position.locator import Located
from datong.places.position.match import Match, Rows, Weights, nearest, weigh
from datong.places.position.radio_map import RadioMap, walkable_cells
from datong.places.position.scans import Floats, Ints, Scans
from datong.places.position.survey import Survey

__all__ = ["Fingerprint", "Points"]

ON_SCANS = Match("overlap", 2.0, 20, 2, (-8, -4, 4, 8))
ON_MAP = Match("cosine", 2.0, 10, 6)
"""Chosen by cross-validation inside the training parts of two public sets; see docs/decisions."""
_MILDER = 0.2
"""By which share an unknown cell of a radio map is compared more mildly."""
_RARE = 2
"""A sensor heard in fewer scans is left out: it may have walked by."""
_FORMAT, _VERSION = "datong fingerprint", 2
_CHUNK = 256
_FIELDS = ("x", "y", "floor", "weights", "factor")


class Points(msgspec.Struct, frozen=True, eq=False):
    """Rows with the point of each, floors in rising order."""

    x: Floats
    y: Floats
    floor: Ints
    rows: Rows

    @classmethod
    def of(cls, x: Floats, y: Floats, floor: Ints, weights: Weights, match: Match,
           variance: Floats | None = None) -> Points:
        """Return the points, ordered by floor; where the variance is large they are compared more mildly."""
        order = np.argsort(floor, kind="stable")
        factor = None if variance is None else (1 - _MILDER * variance)[order].astype(np.float32)
        return cls(x[order], y[order], floor[order], Rows(weights[order], match, factor))

    def floors(self, far: NDArray[np.float32], count: int) -> Ints:
        """Return the floor (a number below `count`) of each scan by vote, from the distances to all rows."""
        rows, far = nearest(far, self.rows.match.k)
        weight, of = self.rows.match.weight(far), self.floor[rows]
        votes = np.stack([(weight * (of == number)).sum(1) for number in range(count)], 1)
        return np.asarray(votes.argmax(1), np.int64)

    def nearby(self, far: NDArray[np.float32], floor: int) -> tuple[Floats, Floats, Floats]:
        """Return x, y and the spread (m) of the neighbours on a floor, from the distances to all rows."""
        first, last = np.searchsorted(self.floor, [floor, floor + 1])
        rows, far = nearest(far[:, first:last], self.rows.match.k)
        weight = self.rows.match.weight(far)
        weight, rows = weight / weight.sum(1, keepdims=True), rows + first
        x, y = (weight * self.x[rows]).sum(1), (weight * self.y[rows]).sum(1)
        spread = np.sqrt((weight * ((self.x[rows] - x[:, None]) ** 2 + (self.y[rows] - y[:, None]) ** 2)).sum(1))
        return x, y, spread


class Fingerprint(msgspec.Struct, frozen=True, eq=False):
    """A venue's model: the sensors it knows, its floors, what to compare with, and how good it is.

    `radius` are (spread of the neighbours, radius that held 68 %), both in metres, from cross-validation.
    """

    sensors: tuple[str, ...]
    floors: tuple[str, ...]
    points: Points
    radius: tuple[tuple[float, float], ...] = ()

    @classmethod
    def fit(cls, survey: Survey, ground: Mapping[str, Any] | None = None) -> Fingerprint:
        """Return the model of a survey; with the walkable area of floors (shapely polygons) by way of a radio map."""
        heard = np.bincount(survey.scans.sensor, minlength=len(survey.scans.sensors))
        sensors = tuple(s for s, n in zip(survey.scans.sensors, heard, strict=True) if n >= _RARE)
        dbm = survey.scans.table(sensors)
        points = _mapped(survey, dbm, ground) if ground else Points.of(
            survey.x, survey.y, survey.floor, weigh(dbm, ON_SCANS.power), ON_SCANS)
        return cls(sensors, survey.floors, points)

    def locate(self, scans: Scans) -> Located:
        """Return one point per scan; nowhere for scans that hear no known sensor."""
        found = Located.nowhere(len(scans), self.floors)
        dbm = scans.table(self.sensors)
        for start in range(0, len(scans), _CHUNK):
            part = dbm[start : start + _CHUNK]
            rows = start + np.flatnonzero(~np.isnan(part).all(1))
            if not len(rows):
                continue
            far = self.points.rows.distances(dbm[rows])
            floor = self.points.floors(far, len(self.floors))
            for number in np.unique(floor):
                chosen = floor == number
                x, y, spread = self.points.nearby(far[chosen], int(number))
                found.put(rows[chosen], Located(x, y, floor[chosen], self.radius_of(spread), self.floors))
        return found

    def radius_of(self, spread: Floats) -> Floats:
        """Return the radius (m) that holds 68 % where the neighbours are spread so (m); the spread where unmeasured."""
        if not self.radius:
            return spread
        knots, radii = zip(*self.radius, strict=True)
        return np.asarray(np.interp(spread, knots, radii))

    def pack(self) -> bytes:
        """Return the model as bytes, with a version."""
        p = self.points
        head = {"format": _FORMAT, "version": _VERSION, "sensors": self.sensors, "floors": self.floors,
                "match": msgspec.to_builtins(p.rows.match), "radius": self.radius}
        file = io.BytesIO()
        np.savez_compressed(file, allow_pickle=False, head=np.frombuffer(json.dumps(head).encode(), np.uint8), x=p.x,
                            y=p.y, floor=p.floor, weights=p.rows.weights.astype(np.float16), factor=p.rows.factor)
        return file.getvalue()

    @classmethod
    def unpack(cls, body: bytes) -> Fingerprint:
        """Return the model that was packed; raises ConfigError when it is none, or of a later version."""
        try:
            file = np.load(io.BytesIO(body), allow_pickle=False)
            head = json.loads(bytes(file["head"]))
        except (ValueError, OSError, KeyError, EOFError) as error:
            raise ConfigError(f"this is no position model: {error}", hint="datong survey FILE --venue CODE makes one",
                              code="model_unknown") from None
        if head.get("format") != _FORMAT or head.get("version") != _VERSION:
            raise ConfigError(f"this position model is {head.get('format')} {head.get('version')}, not {_VERSION}",
                              hint="import the survey again: datong survey FILE --venue CODE", code="model_version")

        x, y, floor, weights, factor = (file[field] for field in _FIELDS)
        rows = Rows(weights.astype(np.float32), msgspec.convert(head["match"], Match), factor)
        radius = tuple((float(a), float(b)) for a, b in head["radius"])
        return cls(tuple(head["sensors"]), tuple(head["floors"]), Points(x, y, floor, rows), radius)


def _mapped(survey: Survey, dbm: NDArray[np.float32], ground: Mapping[str, Any]) -> Points:
    """Return the radio map; a floor without a walkable area is drawn at the surveyed points."""
    at = np.stack([survey.x, survey.y], 1)
    cells = {}
    for number, code in enumerate(survey.floors):
        shape = ground.get(code)
        here = np.unique(np.round(at[survey.floor == number]), axis=0)
        inside = walkable_cells(shape) if shape is not None else here
        cells[number] = inside if len(inside) else here
    drawn = RadioMap.draw(at, survey.floor, weigh(dbm, ON_MAP.power), cells)
    return Points.of(drawn.x, drawn.y, drawn.floor, drawn.rows, ON_MAP, drawn.variance)
