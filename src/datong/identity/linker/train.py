"""Training without labels: how often each level occurs among pairs of one person (m) and of different persons (u).

u comes from the whole table: exact agreements are counted from the frequencies of the values, the rest from random
pairs; what the matches among them contribute is taken off. m and the prior come from expectation maximisation over the
pairs that blocking found, counted by pattern of levels. The prior is over *all* pairs of the table: pairs that no key
found are taken as different. So a posterior of one half means one half, also when blocking found few pairs or many.

Formulas: Fellegi and Sunter (1969); EM for them: Winkler (1988).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import duckdb
import numpy as np
import numpy.typing as npt

from datong.identity.linker.edges import Int32
from datong.identity.linker.model import Comparison
from datong.identity.linker.score import Int8, Records

__all__ = ["Learnt", "all_pairs_of", "learn", "random_pairs"]

Float64 = npt.NDArray[np.float64]

RANDOM_PAIRS = 250_000
TRAINING_PAIRS = 1_000_000
ROUNDS = 100

_PSEUDO = 2.0
"""Pairs that are believed in before any was seen, spread as `_start` says: no level ever becomes impossible."""


class Learnt(NamedTuple):
    """`m` and `u` per comparison and level; `scales` per comparison: the share of exact agreements between different
    persons among all exact agreements, as a factor on frequencies; `prior`; `matches` expected among the pairs seen.
    """

    m: list[Float64]
    u: list[Float64]
    scales: list[float]
    prior: float
    matches: float


def all_pairs_of(n: int, source: Int32 | None) -> float:
    """Return how many pairs of rows may match at all."""
    if source is None:
        return n * (n - 1) / 2
    sizes = np.bincount(source).astype(float)
    return float(n * n - (sizes * sizes).sum()) / 2


def random_pairs(n: int, source: Int32 | None, count: int = RANDOM_PAIRS) -> tuple[Int32, Int32]:
    """Return pairs of different rows (of different sources), drawn at random but the same in every run."""
    if n * (n - 1) // 2 <= count:
        left, right = np.triu_indices(n, 1)
    else:
        dice = np.random.default_rng(20260301)
        left, right = dice.integers(0, n, count), dice.integers(0, n, count)
        left, right = np.minimum(left, right), np.maximum(left, right)
    keep = left != right
    if source is not None:
        keep &= source[left] != source[right]
    return left[keep].astype(np.int32), right[keep].astype(np.int32)


def learn(records: Records, blocked: Int8, n: int, source: Int32 | None) -> Learnt:
    """Return the parameters; `blocked` are the levels of the pairs that blocking found."""
    total = all_pairs_of(n, source)
    drawn = records.compare(*random_pairs(n, source)).level
    raw = [
        _among_all(records.con, each, drawn[:, c], source is not None) for c, each in enumerate(records.comparisons)
    ]
    share = 1.0
    if len(blocked) > TRAINING_PAIRS:
        chosen = np.random.default_rng(20260302).choice(len(blocked), TRAINING_PAIRS, replace=False)
        share, blocked = TRAINING_PAIRS / len(blocked), blocked[chosen]
    patterns, counts = np.unique(blocked, axis=0, return_counts=True)
    return _maximise(patterns, counts / share, raw, total)


def _among_all(con: duckdb.DuckDBPyConnection, comparison: Comparison, drawn: Int8, linking: bool) -> Float64:
    """Return how often each level occurs among all pairs of the table, nulls aside."""
    seen = np.bincount(drawn[drawn >= 0], minlength=len(comparison.levels)).astype(float)
    found: Float64 = (seen + 0.5) / (seen.sum() + 0.5 * len(seen))
    first = comparison.levels[0].when
    if first.op == "exact" and first.fields == comparison.fields:
        exact = _agreeing(con, first.fields[0], linking)
        if exact is not None:
            found[1:] *= (1 - exact) / found[1:].sum()
            found[0] = exact
    return found


def _agreeing(con: duckdb.DuckDBPyConnection, field: str, linking: bool) -> float | None:
    """Return the share of pairs (of different sources) with equal values of a field, None when there are none."""
    same = "sum(n * n) - sum(o)" if linking else "sum(n * (n - 1))"
    every = "sum(n) * sum(n) - (SELECT sum(k * k) FROM (SELECT count(*) AS k FROM {t} GROUP BY source))" if linking \
        else "sum(n) * (sum(n) - 1)"
    table = f'(SELECT * FROM records WHERE "{field}" IS NOT NULL)'
    per_source = ", sum(k * k) AS o" if linking else ""
    values = f"SELECT sum(k) AS n{per_source} FROM (SELECT \"{field}\" AS v, source, count(*)::DOUBLE AS k " \
             f"FROM {table} GROUP BY ALL) GROUP BY v"
    row: Any = con.execute(f"SELECT {same}, {every.format(t=table)} FROM ({values})").fetchone()
    return max(float(row[0]), 0.0) / float(row[1]) if row[1] else None


def _start(levels: int) -> Float64:
    """Return where m starts: mostly in the first level, little in the last."""
    if levels < 3:
        return np.array([0.9, 0.1][:levels])
    return np.array([0.75, *[0.15 / (levels - 2)] * (levels - 2), 0.1])


def _maximise(patterns: Int8, counts: Float64, raw: Sequence[Float64], total: float) -> Learnt:
    """Return m, u and the prior by expectation maximisation over patterns of levels and their counts."""
    start = [_start(len(each)) for each in raw]
    m, u = [each.copy() for each in start], [each.copy() for each in raw]
    prior, matches = min(1e-3, 0.5 * max(counts.sum(), 1.0) / max(total, 1.0)), 0.0
    for _ in range(ROUNDS):
        odds = np.full(len(patterns), np.log(prior / (1 - prior)))
        for c, (mine, theirs) in enumerate(zip(m, u, strict=True)):
            odds += np.append(np.log(mine / theirs), 0.0)[patterns[:, c]]
        weight: Float64 = counts / (1 + np.exp(-odds))
        matches = float(weight.sum())
        before, prior = prior, float(np.clip(matches / max(total, 1.0), 1e-10, 0.5))
        for c in range(len(raw)):
            known = patterns[:, c] >= 0
            seen = np.bincount(patterns[known, c], weights=weight[known], minlength=len(raw[c])) + _PSEUDO * start[c]
            m[c] = seen / seen.sum()
            u[c] = _others(raw[c], m[c], prior)
        if abs(np.log(prior / before)) < 1e-5:
            break
    scales = [float(np.sqrt(min(theirs[0] / all_[0], 1.0))) for theirs, all_ in zip(u, raw, strict=True)]
    return Learnt(m, u, scales, prior, matches)


def _others(raw: Float64, m: Float64, prior: float) -> Float64:
    """Return the shares of levels among pairs of different persons, from those among all pairs."""
    found = np.maximum((raw - prior * m) / (1 - prior), np.maximum(raw * 0.01, 1e-9))
    return np.asarray(found / found.sum())
