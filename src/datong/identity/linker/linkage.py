"""Constrained average linkage of very many small graphs at once.

Merging reciprocal nearest neighbours round by round gives what greedy average linkage gives, because the average is
reducible: a merge never brings the merged one nearer to a third than the nearer of its parts was (Bruynooghe 1978;
Murtagh 1983). So a round is a handful of array operations over all clusters, however many there are.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from datong.identity.linker.components import components, groups
from datong.identity.linker.edges import Edges, Int32, Int64, Scorer

__all__ = ["Join", "Linkage", "Rows"]

_UNIT = 1 << 12
"""Weights are summed as whole numbers of this part of a bit: a sum is then the same in every order."""


class Rows(NamedTuple):
    """Pairs of clusters `a` < `b`: sum of the weights of the pairs of rows scored between them, and their number.

    `barred` pairs must never merge; nothing else about them is kept up.
    """

    a: Int32
    b: Int32
    total: Int64
    pairs: Int64
    barred: npt.NDArray[np.bool_]

    def take(self, which: npt.NDArray[np.bool_] | Int64) -> Rows:
        """Return some of the rows."""
        return Rows(self.a[which], self.b[which], self.total[which], self.pairs[which], self.barred[which])

    def mean(self) -> npt.NDArray[np.float64]:
        """Return the average weight of each."""
        return np.asarray(self.total / (self.pairs * _UNIT), np.float64)


class Join(NamedTuple):
    """What was merged in one round: the two clusters (by one of their rows), their sizes, and the average weight."""

    a: Int32
    b: Int32
    size_a: Int64
    size_b: Int64
    mean: npt.NDArray[np.float64]


class Linkage:
    """Grows clusters from what the edges say until no two may or should merge.

    `cut` is the average weight from which clusters merge, `cap` the most a single pair may say for or against,
    `largest` the most rows of one cluster. Two rows with the same `source` (where it is not negative) never meet; with
    several rows of sources, with the same in any of them.
    `rank` (0 … n-1) breaks ties: rows of smaller rank first.
    After `run`, `label` names each row's cluster by one of its rows, `joins` tells every merge, and `rest` holds the
    pairs of clusters that were compared and left apart.
    """

    def __init__(
        self, label: Int32, score: Scorer, *, cut: float, cap: float, largest: int, rank: Int64,
        source: Int32 | None = None,
    ) -> None:
        n = len(label)
        self.label, self.score = label.copy(), score
        self.source = None if source is None else np.atleast_2d(source)
        self.cut, self.cap, self.largest = cut, cap, largest
        self.size = np.bincount(label, minlength=n)
        self.joins: list[Join] = []
        self.rest: list[Rows] = []
        self._first = np.full(n, n, np.int64)
        np.minimum.at(self._first, label, rank)

    def run(self, edges: Edges, cannot: tuple[Int32, Int32]) -> None:
        """Merge all there is to merge.

        Two clusters are compared by all their pairs of rows, once the pairs known so far would do to merge them.
        """
        free, bars = np.zeros(len(edges.left), bool), np.ones(len(cannot[0]), bool)
        rows = _joined(self._compared(*edges, free), self._compared(*cannot, np.zeros(len(bars), np.float32), bars))
        rows = _sum(rows, len(self.label))
        part = components(len(self.label), rows.a, rows.b)
        while True:
            rows = self._barred(rows)
            if (found := self._mutual(rows)).size:
                rows = self._retire(self._merge(rows, found), part)
            elif (lack := np.flatnonzero(self._open(rows) & self._partial(rows))).size:
                rows = self._complete(rows, lack)  # as late as can be: a call has many pairs then
            else:
                break
        self.rest.append(rows)

    def _open(self, rows: Rows) -> npt.NDArray[np.bool_]:
        """Return which rows would merge by what is known of them."""
        would: npt.NDArray[np.bool_] = ~rows.barred & (rows.mean() >= self.cut)
        return would

    def _partial(self, rows: Rows) -> npt.NDArray[np.bool_]:
        """Return of which rows not all pairs are scored."""
        partial: npt.NDArray[np.bool_] = rows.pairs < self.size[rows.a] * self.size[rows.b]
        return partial

    def _barred(self, rows: Rows) -> Rows:
        """Bar what would grow too large: sizes only grow."""
        return rows._replace(barred=rows.barred | (self.size[rows.a] + self.size[rows.b] > self.largest))

    def _retire(self, rows: Rows, part: Int32) -> Rows:
        """Lay aside the rows of components in which nothing can merge any more."""
        alive = np.zeros(len(part), bool)
        alive[part[rows.a[self._open(rows)]]] = True
        live = alive[part[rows.a]]
        self.rest.append(rows.take(~live))
        return rows.take(live)

    def _compared(
        self, left: Int32, right: Int32, weight: npt.NDArray[np.float32], barred: npt.NDArray[np.bool_]
    ) -> Rows:
        """Return pairs of rows as pairs of the clusters they are in."""
        x, y = self.label[left], self.label[right]
        barred = barred | self._clash(left, right)
        rows = Rows(np.minimum(x, y), np.maximum(x, y), self._units(weight), np.ones(len(x), np.int64), barred)
        return rows.take(x != y)

    def _units(self, weight: npt.NDArray[np.float32]) -> Int64:
        return np.rint(np.clip(weight.astype(np.float64), -self.cap, self.cap) * _UNIT).astype(np.int64)

    def _clash(self, left: Int32, right: Int32) -> npt.NDArray[np.bool_]:
        if self.source is None:
            return np.zeros(len(left), bool)
        mine = self.source[:, left]
        return np.asarray(((mine == self.source[:, right]) & (mine >= 0)).any(axis=0))

    def _mutual(self, rows: Rows) -> Int64:
        """Return which rows hold two clusters that are each other's nearest, and near enough.

        Nearest is the largest mean, then the smallest pair of ranks: one order over all rows, so the first of all
        rows is found unless it is partial: then it waits, and so do its two clusters.
        """
        live = np.flatnonzero(self._open(rows))
        a, b, mean = rows.a[live], rows.b[live], rows.mean()[live]
        n = len(self.label)
        best = np.full(n, -np.inf)
        np.maximum.at(best, a, mean)
        np.maximum.at(best, b, mean)
        of_a, of_b = mean == best[a], mean == best[b]
        either = of_a | of_b
        live, a, b, of_a, of_b = live[either], a[either], b[either], of_a[either], of_b[either]
        tie = np.minimum(self._first[a], self._first[b]) * n + np.maximum(self._first[a], self._first[b])
        least = np.full(n, np.iinfo(np.int64).max)
        np.minimum.at(least, a[of_a], tie[of_a])
        np.minimum.at(least, b[of_b], tie[of_b])
        found: Int64 = live[of_a & of_b & (tie == least[a]) & (tie == least[b])]
        return found[~self._partial(rows.take(found))]

    def _merge(self, rows: Rows, found: Int64) -> Rows:
        """Merge the pairs of clusters in the rows `found`, and return the rows as they are then."""
        n = len(self.label)
        a, b = rows.a[found], rows.b[found]
        self.joins.append(Join(a, b, self.size[a], self.size[b], rows.mean()[found]))
        into = np.arange(n, dtype=np.int32)
        into[b] = a
        self.size[a] += self.size[b]
        self._first[a] = np.minimum(self._first[a], self._first[b])
        self.label = into[self.label]
        grown = np.zeros(n, bool)
        grown[a] = grown[b] = True
        touched = grown[rows.a] | grown[rows.b]
        moved = rows.take(touched)
        x, y = into[moved.a], into[moved.b]
        moved = moved._replace(a=np.minimum(x, y), b=np.maximum(x, y)).take(x != y)
        return _joined(rows.take(~touched), _sum(moved, n))

    def _complete(self, rows: Rows, which: Int64) -> Rows:
        """Score all pairs of rows of the pairs of clusters in the rows `which`."""
        at, left, right = _products(self.label, rows.a[which], rows.b[which])
        barred = rows.barred.copy()
        barred[which[at[self._clash(left, right)]]] = True
        asked = ~barred[which[at]]
        at, left, right = at[asked], left[asked], right[asked]
        total, pairs = rows.total.copy(), rows.pairs.copy()
        if at.size:
            units = self._units(self.score(np.minimum(left, right), np.maximum(left, right)))
            start = np.flatnonzero(np.append(True, at[1:] != at[:-1]))
            which = which[at[start]]
            total[which] = np.add.reduceat(units, start)
            pairs[which] = np.diff(np.append(start, len(at)))
        return Rows(rows.a, rows.b, total, pairs, barred)


def _joined(first: Rows, second: Rows) -> Rows:
    return Rows(
        np.concatenate((first.a, second.a)), np.concatenate((first.b, second.b)),
        np.concatenate((first.total, second.total)), np.concatenate((first.pairs, second.pairs)),
        np.concatenate((first.barred, second.barred)),
    )


def _sum(rows: Rows, n: int) -> Rows:
    """Return one row for each pair of clusters."""
    if not rows.a.size:
        return rows
    key = rows.a.astype(np.int64) * n + rows.b
    order = np.argsort(key)
    key = key[order]
    start = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
    first = order[start]
    return Rows(
        rows.a[first], rows.b[first], np.add.reduceat(rows.total[order], start),
        np.add.reduceat(rows.pairs[order], start), np.logical_or.reduceat(rows.barred[order], start),
    )


def _products(label: Int32, p: Int32, q: Int32) -> tuple[Int64, Int32, Int32]:
    """Return every pair of a node labelled `p[i]` with one labelled `q[i]`, as (i, node, node)."""
    wanted = np.zeros(len(label), bool)
    wanted[p] = wanted[q] = True
    nodes = np.flatnonzero(wanted[label])
    order, start, size = groups(label[nodes])
    place = np.zeros(len(label), np.int64)
    place[label[nodes][order[start]]] = np.arange(len(start))
    nodes = nodes[order]
    p_group, q_group = place[p], place[q]
    width = size[q_group]
    count = size[p_group] * width
    at = np.repeat(np.arange(len(p)), count)
    within = np.arange(len(at)) - np.repeat(np.cumsum(count) - count, count)
    left = nodes[start[p_group][at] + within // width[at]]
    right = nodes[start[q_group][at] + within % width[at]]
    return at, left.astype(np.int32), right.astype(np.int32)
