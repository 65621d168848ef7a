"""Matching in process: one record against some hundred others, by the same model as the batch.

The levels, weights and groups are those of the batch scorer (`score`), pair by pair; no SQL is made. So a record that
comes in alone is judged as it would be in the next run over everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

from datong.identity.linker.model import Comparison, Model
from datong.identity.linker.predicate import Others, compiled
from datong.identity.linker.record import Layout, Row

__all__ = ["Candidate", "Matcher", "Step", "Thresholds", "decide", "probability"]

Decision = Literal["merge", "review", "none"]

_CERTAIN = 100.0
"""Weights beyond it are no more certain; their probability is 1 in any case."""


class Step(msgspec.Struct, frozen=True):
    """One step of the waterfall: what a comparison found and how many bits it adds; the first is the prior."""

    comparison: str
    level: str
    weight: float


class Candidate(msgspec.Struct, frozen=True):
    """A record that may be the same person's: the sum of the waterfall is `weight`, p = 2^w / (1 + 2^w)."""

    record: int
    weight: float
    probability: float
    waterfall: tuple[Step, ...] = ()


class Thresholds(msgspec.Struct, frozen=True):
    """From which probability on a match is made at once, and from which a person is asked.

    `margin`: by how many bits the best must be ahead of the next candidate to be taken without asking.
    """

    merge: float = 0.99
    review: float = 0.5
    margin: float = 3.0


class Matcher:
    """Scores rows (see `Layout`) by a model."""

    def __init__(self, model: Model) -> None:
        """Compile the model's comparisons."""
        self.model, self.layout = model, Layout(model)
        place = {field: at for at, field in enumerate(self.layout.fields)}
        self._compiled = [_Compiled(each, place, model) for each in model.comparisons]
        self._home = [at for at, each in enumerate(model.comparisons) if any(level.h for level in each.levels)]
        self._at_home = [
            np.array([*(level.at_home(0.0) for level in model.comparisons[at].levels), 0.0]) for at in self._home
        ]

    def levels(self, one: Row, others: Sequence[Row]) -> npt.NDArray[np.int8]:
        """Return the level of each comparison for each other row, -1 where a value is missing: (rows, comparisons)."""
        return self._compare(one, others)[0]

    def weights(self, one: Row, others: Sequence[Row]) -> npt.NDArray[np.float64]:
        """Return the log2 odds that each of the others is the same person's, prior included."""
        levels, bits = self._compare(one, others)
        return np.asarray(bits.sum(axis=1) + self.model.start - self._beside(levels, bits), np.float64)

    def rank(self, one: Row, others: Sequence[tuple[int, Row]], best: int = 10) -> list[Candidate]:
        """Return the best of the others (number, row), most likely first, each with its waterfall."""
        if not others:
            return []
        levels, bits = self._compare(one, [row for _, row in others])
        beside = self._beside(levels, bits)
        total = (bits.sum(axis=1) + self.model.start - beside).tolist()
        order = sorted(range(len(others)), key=lambda at: (-total[at], others[at][0]))[:best]
        return [
            Candidate(others[at][0], total[at], probability(total[at]),
                      self._waterfall(levels[at].tolist(), bits[at].tolist(), float(beside[at])))
            for at in order
        ]

    def _compare(
        self, one: Row, others: Sequence[Row]
    ) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float64]]:
        levels = np.empty((len(others), len(self._compiled)), np.int8)
        bits = np.empty((len(others), len(self._compiled)))
        by_column = Others(one, others)
        for at, each in enumerate(self._compiled):
            levels[:, at], bits[:, at] = each.compare(by_column)
        return levels, bits

    def _beside(self, levels: npt.NDArray[np.int8], bits: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return what is taken off because two people of one household would agree as well."""
        at_home = np.zeros(len(bits))
        for at, table in zip(self._home, self._at_home, strict=True):
            at_home += bits[:, at] + table[levels[:, at]]
        beside = self.model.beside(at_home)
        total = bits.sum(axis=1) + self.model.start - beside
        return np.asarray(beside + np.maximum(total - self.model.most(levels), 0.0))

    def _waterfall(self, levels: Sequence[int], bits: Sequence[float], beside: float) -> tuple[Step, ...]:
        steps = [Step("prior", "", self.model.start)]
        for each, level, weight in zip(self.model.comparisons, levels, bits, strict=True):
            steps.append(Step(each.name, each.levels[level].name if level >= 0 else "missing", weight))
        return (*steps, Step("household", "", -beside)) if self.model.household or beside else tuple(steps)


class _Compiled:
    """One comparison: its tests in order, and what each level weighs."""

    def __init__(self, comparison: Comparison, place: dict[str, int], model: Model) -> None:
        self._needed = [place[field] for field in comparison.fields]
        self._tests = [compiled(level.when, place) for level in comparison.levels]
        self._levels = comparison.levels
        self._model = model
        self._tf = [place[level.tf] if level.tf and not level.silent else -1 for level in comparison.levels]

    def compare(self, others: Others) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float64]]:
        """Return level and weight for each of the others; the first level that is true counts."""
        found, bits = np.full(others.size, -1, np.int8), np.zeros(others.size)
        if any(others.one[at] is None for at in self._needed):
            return found, bits
        among = np.arange(others.size)
        for at in self._needed:
            column = others.columns[at]
            among = np.array([i for i in among if column[i] is not None], np.intp)
        for level, test in enumerate(self._tests):
            if not len(among):
                break
            holds = test(others, among)
            if holds.any():
                hit = among[holds]
                found[hit], bits[hit] = level, self._weight(level, others)
                among = among[~holds]
        return found, bits

    def _weight(self, level: int, others: Others) -> float:
        tf = self._tf[level]
        return self._model.weight_of(self._levels[level], others.one[tf]) if tf >= 0 else self._levels[level].weight


def probability(weight: float) -> float:
    """Return 2^w / (1 + 2^w)."""
    return 1 / (1 + float(2.0 ** -max(-_CERTAIN, min(_CERTAIN, weight))))


def decide(candidates: Sequence[Candidate], thresholds: Thresholds = Thresholds()) -> Decision:  # noqa: B008 (frozen)
    """Return what to do about the best candidate: take it, ask a person, or nothing.

    A second candidate nearly as good (a twin, a duplicate not yet found) makes it a question.
    """
    if not candidates or candidates[0].probability < thresholds.review:
        return "none"
    best = candidates[0]
    rival = len(candidates) > 1 and candidates[1].probability >= thresholds.review
    clear = not rival or best.weight - candidates[1].weight >= thresholds.margin
    return "merge" if best.probability >= thresholds.merge and clear else "review"

