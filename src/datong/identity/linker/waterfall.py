"""The waterfall of a pair: how much each comparison speaks for or against one person."""

from __future__ import annotations

import msgspec

from datong.identity.linker.model import Model
from datong.identity.linker.score import Levels, parts

__all__ = ["Part", "waterfalls"]


class Part(msgspec.Struct, frozen=True):
    """One comparison of a pair: the `level` found (empty where one side says nothing) and its weight in log2 odds."""

    name: str
    level: str
    weight: float


def waterfalls(model: Model, found: Levels) -> list[list[Part]]:
    """Return for each pair the prior, every comparison's part and what housemates take off: their sum is its weight."""
    bits, beside = parts(model, found)
    falls = []
    for pair, level in enumerate(found.level.tolist()):
        fall = [Part("prior", "", round(model.start, 3))]
        for comparison, k, each in zip(model.comparisons, level, bits, strict=True):
            fall.append(Part(comparison.name, comparison.levels[k].name if k >= 0 else "", round(float(each[pair]), 3)))
        if model.household or beside[pair]:
            fall.append(Part("household", "", round(-float(beside[pair]), 3)))
        falls.append(fall)
    return falls
