"""A made-up venue: two floors of 40 × 20 m with eight sensors each, path loss and shadowing, walks along the aisles."""

from __future__ import annotations

import numpy as np

from datong.places.position import Anchors, Scans, Survey

FLOORS = ("g", "1")
_X, _Y = np.meshgrid([5.0, 15.0, 25.0, 35.0], [5.0, 15.0])
ANCHORS = Anchors(
    tuple(f"{floor}{n}" for floor in FLOORS for n in range(8)), np.tile(_X.ravel(), 2), np.tile(_Y.ravel(), 2),
    np.repeat([0, 1], 8), FLOORS,
)


def scans_at(x: np.ndarray, y: np.ndarray, floor: np.ndarray, seed: int = 1, noise: float = 4.0,
             gain: float = 0.0) -> Scans:
    """Return what phones of this gain (dB) and the sensors have of each other at these points."""
    dice = np.random.default_rng(seed)
    far = np.hypot(x[:, None] - ANCHORS.x, y[:, None] - ANCHORS.y)
    dbm = -45 + gain - 25 * np.log10(np.maximum(far, 1)) + dice.normal(0, noise, far.shape)
    dbm -= 20 * np.abs(floor[:, None] - ANCHORS.floor)
    return Scans.of_table(ANCHORS.sensors, np.where(dbm < -92, np.nan, dbm))


def survey(walks: int = 6, seed: int = 1) -> Survey:
    """Return walks through both floors, a scan every two metres, each with a phone of its own gain."""
    dice = np.random.default_rng(seed)
    parts = []
    for walk in range(walks):
        x = np.concatenate([np.arange(1, 40, 2.0)] * 6)
        y = np.repeat([3.0, 10.0, 17.0, 3.0, 10.0, 17.0], 20) + dice.uniform(-1, 1, 120)
        floor = np.repeat([0, 1], 60)
        heard = scans_at(x, y, floor, seed * 100 + walk, gain=walk % 3 * 3.0)
        parts.append((x, y, floor, np.full(120, walk), heard.table(ANCHORS.sensors)))
    dbm = np.concatenate([part[4] for part in parts])
    x, y, floor, number = (np.concatenate([part[n] for part in parts]) for n in range(4))
    return Survey(x, y, floor, number, Scans.of_table(ANCHORS.sensors, dbm), FLOORS)


def asked(count: int = 300, seed: int = 9) -> Survey:
    """Return scans at points drawn anywhere, for asking."""
    dice = np.random.default_rng(seed)
    x, y, floor = dice.uniform(1, 39, count), dice.uniform(2, 18, count), dice.integers(0, 2, count)
    return Survey(x, y, floor, np.arange(count), scans_at(x, y, floor, seed), FLOORS)
