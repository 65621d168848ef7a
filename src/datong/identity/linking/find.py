"""Finding: what the linker says of the members' records, as pairs of members with a weight and the reasons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from datong.identity.linking.calibrate import Calibration
from datong.identity.linking.records import COLUMNS, Records

__all__ = ["ASKED", "Found", "Pair", "find"]

_SURE = 0.99
ASKED = 2_000
"""Pairs for review in one run: those whose wrong answer would cost most."""


@dataclass(frozen=True)
class Pair:
    """Two members whose clusters belong together by the mean `weight`; `rows` is the best pair of their records.

    `cost` is what a wrong answer would cost: the chance to be wrong, times the records it would move. `reason` is
    `bridge` where the best pair is near certain and the mean is not.
    """

    rows: tuple[int, int]
    members: tuple[int, int]
    weight: float
    probability: float
    cost: float = 0.0
    reason: str = "band"
    parts: tuple[Any, ...] = ()


@dataclass
class Found:
    """What a run found: pairs to join, pairs to ask about, members whose own records disagree, and the counts."""

    joins: list[Pair] = field(default_factory=list)
    asks: list[Pair] = field(default_factory=list)
    asked_of: int = 0
    left: int = 0
    torn: dict[int, int] = field(default_factory=dict)
    model: Any = None
    report: dict[str, Any] = field(default_factory=dict)


def find(
    records: Records, apart: list[tuple[int, int]], calibration: Calibration, auto: float, ask: float,
    progress: Callable[[str, float], None] = lambda _stage, _part: None,
) -> Found:
    """Link the records; members stay whole, and those in `apart` or with two unique values stay apart.

    Joins of a probability of `auto` and more are to be made, those of `ask` and more to be asked about.
    """
    from datong.identity.linker import Options, link  # the engines behind it are slow to load

    member = records.member
    n, options, found = len(member), Options(), Found()
    begins = np.flatnonzero(np.append(True, member[1:] != member[:-1])) if n else np.empty(0, np.int64)
    first = dict(zip(member[begins].tolist(), begins.tolist(), strict=True))
    same = np.flatnonzero(member[1:] == member[:-1])
    must = np.stack([same, same + 1], axis=1).astype(np.int32)
    cannot = [(first[a], first[b]) for a, b in apart if a in first and b in first]
    held = [np.where(np.isin(member, sorted(who)), 1, -1) for who in records.holds.values() if len(who) > 1]

    def look(clusters: Any, scores: Any) -> None:
        progress("reviewing", 0.9)
        label = np.repeat(begins, np.diff(np.append(begins, n))).astype(np.int32)
        _sort(found, _pairs(member, label, clusters, calibration), auto, ask)
        found.left = sum(int((~rows.barred).sum()) for rows in clusters.rest)
        found.torn = _torn(member, must, scores, options.cut)
        _explain(found, scores)

    progress("linking", 0.4)
    linked = link(
        records.table, COLUMNS, options=options, must=must, cannot=cannot, look=look,
        exclusive=np.array(held, np.int32) if held else None,
    )
    found.model, found.report = linked.model, linked.report
    return found


def _pairs(member: Any, label: Any, clusters: Any, calibration: Calibration) -> list[Pair]:
    """Return every merge as a pair of members, by the best pair of rows between the two clusters."""
    n = len(member)
    left, right, weight = clusters.edges
    pairs: list[Pair] = []
    for join in clusters.joins:
        a, b = label[left], label[right]
        between = a != b
        left, right, weight, a, b = (column[between] for column in (left, right, weight, a, b))
        key = np.minimum(a, b).astype(np.int64) * n + np.maximum(a, b)
        asked = join.a.astype(np.int64) * n + join.b
        order = np.argsort(asked)
        place = np.minimum(np.searchsorted(asked[order], key), len(asked) - 1)
        known = np.flatnonzero(asked[order][place] == key)
        known = known[np.argsort(-weight[known], kind="stable")]
        best: dict[int, int] = {}
        for edge, which in zip(known.tolist(), order[place[known]].tolist(), strict=True):
            best.setdefault(which, edge)
        for which, mean in enumerate(join.mean.tolist()):
            rows, top = (int(join.a[which]), int(join.b[which])), mean
            if which in best:
                rows, top = (int(left[best[which]]), int(right[best[which]])), float(weight[best[which]])
            p = calibration.probability(mean)
            moved = float(min(join.size_a[which], join.size_b[which]))
            reason = "bridge" if calibration.probability(top) >= _SURE > p else "band"
            pairs.append(Pair(rows, (int(member[rows[0]]), int(member[rows[1]])), mean, p,
                              min(p, 1 - p) * moved, reason))
        into = np.arange(n, dtype=np.int32)
        into[join.b] = join.a
        label = into[label]
    return pairs


def _sort(found: Found, pairs: list[Pair], auto: float, ask: float) -> None:
    """Part the merges into those to make, those to ask about and those to let be."""
    found.joins = [pair for pair in pairs if pair.probability >= auto]
    asked = [pair for pair in pairs if ask <= pair.probability < auto]
    found.asked_of = len(asked)
    found.left += len(pairs) - len(found.joins) - len(asked)
    found.asks = sorted(asked, key=lambda pair: (-pair.cost, pair.members))[:ASKED]


def _torn(member: Any, must: Any, scores: Any, cut: float) -> dict[int, int]:
    """Return the members whose own records disagree, and into how many parts the linker would take them."""
    from datong.identity.linker.components import components

    owner = member[must[:, 0]]
    groups = np.split(must, np.flatnonzero(np.diff(owner)) + 1) if len(must) else []
    lefts, rights = [], []
    for group in groups:
        rows = np.arange(group[0, 0], group[-1, 1] + 1)
        i, j = np.triu_indices(len(rows), 1)
        lefts.append(rows[i])
        rights.append(rows[j])
    if not lefts:
        return {}
    left, right = np.concatenate(lefts).astype(np.int32), np.concatenate(rights).astype(np.int32)
    near = scores(left, right) >= cut
    label = components(len(member), left[near], right[near])
    pairs = np.unique(np.stack([member[np.union1d(left, right)], label[np.union1d(left, right)]]), axis=1)
    owners, parts = np.unique(pairs[0], return_counts=True)
    return {int(m): int(k) for m, k in zip(owners, parts, strict=True) if k > 1}


def _explain(found: Found, scores: Any) -> None:
    """Give every pair that people are asked about its waterfall."""
    from datong.identity.linker.waterfall import waterfalls

    if not found.asks:
        return
    left, right = (np.array(rows, np.int32) for rows in zip(*(pair.rows for pair in found.asks), strict=True))
    levels = scores.records.compare(np.minimum(left, right), np.maximum(left, right))
    parts = waterfalls(scores.model, levels)
    found.asks = [replace(pair, parts=tuple(each)) for pair, each in zip(found.asks, parts, strict=True)]
