"""Stable ids: clusters found anew keep the ids of the clusters they come from."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from datong.identity.linker.components import components
from datong.identity.linker.edges import Int64

__all__ = ["Change", "Stable", "stable"]

_EXACT = 60
"""Up to so many old or new clusters that overlap one another, the best assignment is found; beyond, a greedy one."""


class Change(NamedTuple):
    """What became of clusters: `ids` are those before, `into` those after.

    `merge`: several became one. `split`: one became several. `mixed`: several were parted and joined anew.
    `new`: only rows not there before. `gone`: no row is left.
    """

    kind: Literal["merge", "split", "mixed", "new", "gone"]
    ids: tuple[int, ...]
    into: tuple[int, ...]


class Stable(NamedTuple):
    """The id of each row's cluster, every change, and how many clusters are what they were or only grew or shrank."""

    ids: Int64
    changes: list[Change]
    unchanged: int


def stable(before: npt.ArrayLike, labels: npt.ArrayLike, *, next_id: int, gone: npt.ArrayLike = ()) -> Stable:
    """Return ids for the clusters `labels` of rows whose ids were `before` (negative: a row that was not there).

    Of clusters that overlap, ids are given so that as many rows as possible keep theirs; where that leaves a choice,
    the older (smaller) id lives on, and with the part whose first row comes first. Other clusters get ids from
    `next_id` on, in order of their first row: no id is ever used for something else. `gone` are ids that rows which
    are not here any more had.
    """
    old, new = np.asarray(before, np.int64), np.unique(np.asarray(labels), return_inverse=True)[1].astype(np.int64)
    known = old >= 0
    ids, inverse = np.unique(old[known], return_inverse=True)
    k = int(new.max(initial=-1)) + 1
    pair, overlap = np.unique(inverse.astype(np.int64) * max(k, 1) + new[known], return_counts=True)
    a, b = pair // max(k, 1), pair % max(k, 1)
    group = components(len(ids) + k, a, b + len(ids))
    given = np.full(k, -1, np.int64)
    lone = np.bincount(group[a], minlength=len(ids) + k)[group[a]] == 1
    given[b[lone]] = ids[a[lone]]
    changes: list[Change] = []
    busy = np.flatnonzero(~lone)
    busy = busy[np.argsort(group[a[busy]], kind="stable")]
    first_row = np.full(k, len(new), np.int64)
    np.minimum.at(first_row, new, np.arange(len(new)))
    parts: list[tuple[Int64, Int64]] = []
    for rows in np.split(busy, np.flatnonzero(np.diff(group[a[busy]])) + 1) if busy.size else []:
        olds, x = np.unique(a[rows], return_inverse=True)
        news = np.unique(b[rows])
        news = news[np.argsort(first_row[news])]
        order = np.argsort(news)
        y = order[np.searchsorted(news[order], b[rows])]
        table = np.zeros((len(olds), len(news)), np.int64)
        table[x, y] = overlap[rows]
        for i, j in _assign(table):
            given[news[j]] = ids[olds[i]]
        parts.append((olds, news))
    for fresh in sorted(np.flatnonzero(given < 0).tolist(), key=lambda c: int(first_row[c])):
        given[fresh], next_id = next_id, next_id + 1
    for olds, news in parts:
        kind: Literal["merge", "split", "mixed"] = "merge" if len(news) == 1 else "split" if len(olds) == 1 else "mixed"
        changes.append(Change(kind, tuple(ids[olds].tolist()), tuple(given[news].tolist())))
    touched = np.zeros(k, bool)
    touched[b] = True
    changes += [Change("new", (), (int(given[c]),)) for c in np.flatnonzero(~touched)]
    lost = np.setdiff1d(np.asarray(gone, np.int64), ids)
    changes += [Change("gone", (i,), ()) for i in lost.tolist()]
    return Stable(given[new] if k else np.empty(0, np.int64), changes, int(lone.sum()))


def _assign(table: npt.NDArray[np.int64]) -> list[tuple[int, int]]:
    """Return (old, new) pairs that keep the most rows; of equals those of older ids, then of earlier clusters."""
    rows, columns = table.shape
    if max(rows, columns) > _EXACT:
        taken: set[int] = set()
        kept: list[tuple[int, int]] = []
        x, y = np.nonzero(table)
        left = set(range(rows))
        for at in np.lexsort((y, x, -table[x, y])).tolist():
            if int(x[at]) in left and int(y[at]) not in taken:
                left.discard(int(x[at]))
                taken.add(int(y[at]))
                kept.append((int(x[at]), int(y[at])))
        return kept
    size = max(rows, columns)
    square = np.zeros((size, size), np.int64)
    # First the rows kept, then how old the ids are, then how early the clusters come: three digits of one number.
    base = size * size + 1
    older = np.arange(rows, 0, -1)[:, None] * (table > 0)
    early = np.arange(columns, 0, -1)[None, :] * (table > 0)
    square[:rows, :columns] = (table * base + older) * base + early
    return [(i, j) for i, j in _hungarian(-square) if i < rows and j < columns and table[i, j]]


def _hungarian(cost: npt.NDArray[np.int64]) -> list[tuple[int, int]]:
    """Return the assignment of least cost of a square matrix (Kuhn 1955, by shortest augmenting paths, O(n³))."""
    n = len(cost)
    most = np.iinfo(np.int64).max // 4
    u, v = np.zeros(n + 1, np.int64), np.zeros(n + 1, np.int64)
    match = np.zeros(n + 1, np.int64)  # column → row, both from 1; column 0 is the row being placed
    for i in range(1, n + 1):
        match[0], j = i, 0
        least, way = np.full(n + 1, most), np.zeros(n + 1, np.int64)
        used = np.zeros(n + 1, bool)
        while True:
            used[j] = True
            row = match[j]
            reduced = cost[row - 1] - u[row] - v[1:]
            better = ~used[1:] & (reduced < least[1:])
            least[1:][better], way[1:][better] = reduced[better], j
            open_ = np.where(used, most, least)
            open_[0] = most
            following = int(np.argmin(open_))
            step = open_[following]
            u[match[used]] += step
            v[used] -= step
            least[~used] -= step
            j = following
            if match[j] == 0:
                break
        while j:
            match[j] = match[way[j]]
            j = int(way[j])
    return sorted((int(match[j]) - 1, j - 1) for j in range(1, n + 1))
