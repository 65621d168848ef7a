"""The waterfall of a pair: how much each comparison speaks for or against one person."""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt

from datong.identity.linker.model import Level, Model
from datong.identity.linker.score import Levels

__all__ = ["Part", "waterfalls"]


class Part(msgspec.Struct, frozen=True):
    """One comparison of a pair: the `level` found (empty where one side says nothing) and its weight in log2 odds."""

    name: str
    level: str
    weight: float


def waterfalls(model: Model, found: Levels) -> list[list[Part]]:
    """Return for each pair the prior and every comparison's part; they sum up to what `weights` gives."""
    n = len(found.level)
    columns = np.zeros((n, len(model.comparisons)), np.float64)
    groups: dict[str, list[int]] = {}
    t = 0
    for c, comparison in enumerate(model.comparisons):
        table = np.array([*(level.weight for level in comparison.levels), 0.0])
        columns[:, c] = table[found.level[:, c]]
        if any(level.tf for level in comparison.levels):
            for k, level in enumerate(comparison.levels):
                if level.tf and not level.silent:
                    columns[:, c] = np.where(
                        found.level[:, c] == k, _surprised(model, level, found.surprise[:, t]), columns[:, c]
                    )
            t += 1
        if comparison.group:
            groups.setdefault(comparison.group, []).append(c)
    for members in groups.values():
        columns[:, members] = _once(columns[:, members], model.repeat)
    return [
        [Part("prior", "", round(model.start, 3))] + [
            Part(comparison.name, comparison.levels[k].name if k >= 0 else "", round(float(columns[i, c]), 3))
            for c, comparison in enumerate(model.comparisons) for k in (int(found.level[i, c]),)
        ]
        for i in range(n)
    ]


def _surprised(model: Model, level: Level, surprise: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Return the weights of agreements upon values of this surprise, log2(1/frequency)."""
    scale, floor = model.scales.get(level.tf, 1.0), model.floors.get(level.tf, 1e-12)
    bits = np.minimum(surprise - np.log2(scale), -np.log2(floor))
    return np.asarray(np.log2(max(level.m, 1e-9)) + bits, np.float64)


def _once(columns: npt.NDArray[np.float64], repeat: float) -> npt.NDArray[np.float64]:
    """Return the parts of a group: the strongest for and the strongest against count whole, the others `repeat`."""
    scaled = columns * repeat
    rows = np.arange(len(columns))
    best, worst = columns.argmax(axis=1), columns.argmin(axis=1)
    up, down = columns[rows, best] > 0, columns[rows, worst] < 0
    scaled[rows[up], best[up]] = columns[rows[up], best[up]]
    scaled[rows[down], worst[down]] = columns[rows[down], worst[down]]
    return scaled
