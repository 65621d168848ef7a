"""The waterfall of a pair: how much each comparison speaks for or against one person."""

from __future__ import annotations

import msgspec
import numpy as np

from datong.identity.linker.model import Model
from datong.identity.linker.score import Levels, parts

__all__ = ["Part", "waterfalls"]


class Part(msgspec.Struct, frozen=True):
    """One comparison of a pair: the `level` found (empty where one side says nothing) and its weight in log2 odds."""

    name: str
    level: str
    weight: float


def waterfalls(model: Model, found: Levels) -> list[list[Part]]:
    """Return for each pair the prior, every comparison's part, and what housemates take off; the sum is `weights`."""
    bits, beside = parts(model, found)
    columns = np.stack(bits, axis=1) if bits else np.zeros((len(found.level), 0))
    return [
        [Part("prior", "", round(model.start, 3))] + [
            Part(comparison.name, comparison.levels[k].name if k >= 0 else "", round(float(columns[i, c]), 3))
            for c, comparison in enumerate(model.comparisons) for k in (int(found.level[i, c]),)
        ] + ([Part("household", "", round(-float(beside[i]), 3))] if model.household else [])
        for i in range(len(found.level))
    ]
