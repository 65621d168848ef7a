"""Clusters of rows that are one entity: components filled in, then parted where their inside disagrees.

Connected components believe every edge; one wrong edge fuses two people. Here a component only says whom to compare:
all pairs inside it are scored by the same model, and rows are joined by constrained average linkage, so that a wrong
edge is outvoted by the pairs around it. Components too large to fill in are tightened to the pieces that hold together
at a higher weight, and these grow together as far as their average allows; nothing is dropped.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from datong.identity.linker.components import all_pairs, components, tighten
from datong.identity.linker.edges import Edges, Float32, Int32, Int64, Scorer, merged
from datong.identity.linker.linkage import Join, Linkage, Rows

__all__ = ["Clusters", "Options", "cluster", "grow"]


_LEAST, _FEW = 8, 200_000
"""More than so many pairs, and a quarter of the rows, are not scored on suspicion: large components wait then."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How clusters grow; weights are log2 odds.

    `cut`: average weight from which two clusters are one. `loose`: weight from which an edge makes rows worth
    comparing. `cap`: the most one pair may say for or against. `fill`: components up to this many rows are compared in
    full at once, larger ones are tightened first. `largest`: no cluster grows beyond so many rows. `hub`: a row keeps
    at most so many edges, the strongest.
    """

    cut: float = -2.0
    loose: float = -5.0
    cap: float = 12.0
    fill: int = 64
    largest: int = 1_000
    hub: int = 1_000


class Clusters(NamedTuple):
    """`labels` are 0 … k-1 in order of each cluster's first row; the others tell how they came about.

    `edges` are those given and those filled in. `joins` and `rest` name a cluster by its first row, as `must` began it.
    """

    labels: Int32
    joins: list[Join]
    rest: list[Rows]
    edges: Edges


def cluster(
    n: int, edges: Edges, score: Scorer, *, must: npt.ArrayLike = (), cannot: npt.ArrayLike = (),
    source: Int32 | None = None, options: Options = Options(), rank: Int64 | None = None,  # noqa: B008 (frozen)
) -> Int32:
    """Return for each of `n` rows the number of its cluster; see `grow`."""
    return grow(n, edges, score, must=must, cannot=cannot, source=source, options=options, rank=rank).labels


def grow(
    n: int, edges: Edges, score: Scorer, *, must: npt.ArrayLike = (), cannot: npt.ArrayLike = (),
    source: Int32 | None = None, options: Options = Options(), rank: Int64 | None = None,  # noqa: B008 (frozen)
) -> Clusters:
    """Return the clusters of `n` rows, with what was joined and what was left apart.

    `must` and `cannot` are pairs of rows (k, 2) that are, or are not, one entity. Rows with an equal `source` that is
    not negative, or with several such arrays (s, n) one of them, are never joined. `rank` breaks ties; where it follows
    from what the rows say and not from their order, so does the result. Raises ValueError when a pair both must and
    cannot be one.
    """
    must, cannot = _pairs(must), _pairs(cannot)
    label = components(n, must[:, 0], must[:, 1])
    torn = label[cannot[:, 0]] == label[cannot[:, 1]]
    if torn.any():
        raise ValueError(f"rows {cannot[torn][0].tolist()} both must and cannot be one entity")
    edges = _strongest(n, _from(edges, options.loose), options.hub)
    edges = _filled(n, edges, score, options)
    order = np.arange(n) if rank is None else np.argsort(np.argsort(rank, kind="stable"), kind="stable")
    linkage = Linkage(
        label, score, cut=options.cut, cap=options.cap, largest=options.largest, rank=order, source=source
    )
    linkage.run(edges, (cannot[:, 0], cannot[:, 1]))
    return Clusters(_numbered(linkage.label), linkage.joins, linkage.rest, edges)


def _pairs(given: npt.ArrayLike) -> Int32:
    return np.asarray(given, np.int32).reshape(-1, 2)


def _from(edges: Edges, loose: float) -> Edges:
    keep = edges.weight >= loose
    return edges if keep.all() else edges.take(keep)


def _strongest(n: int, edges: Edges, hub: int) -> Edges:
    """Return the edges that are among the `hub` strongest of both their rows (more, where the weakest are equal)."""
    degree = np.bincount(edges.left, minlength=n) + np.bincount(edges.right, minlength=n)
    if degree.max(initial=0) <= hub:
        return edges
    least = np.full(n, -np.inf, np.float32)
    for row in np.flatnonzero(degree > hub):
        weights = edges.weight[(edges.left == row) | (edges.right == row)]
        least[row] = np.partition(weights, -hub)[-hub]
    return edges.take(edges.weight >= np.maximum(least[edges.left], least[edges.right]))


def _filled(n: int, edges: Edges, score: Scorer, options: Options) -> Edges:
    """Return the edges and every other pair inside their components, or inside the pieces of those too large."""
    label, fill = tighten(n, _from(edges, options.cut), options.fill), options.fill
    while fill > _LEAST and _inside(label, fill) > max(_FEW, n // 4):
        fill //= 2
    left, right = all_pairs(label, fill)
    have = edges.left.astype(np.int64) * n + edges.right
    want = left.astype(np.int64) * n + right
    new = ~np.isin(want, have, assume_unique=True)
    left, right = left[new], right[new]
    if not left.size:
        return edges
    weight: Float32 = score(left, right)
    return merged(edges, Edges(left, right, weight))


def _inside(label: Int32, fill: int) -> int:
    """Return how many pairs there are inside components of at most `fill` rows."""
    size = np.bincount(label)
    size = size[size <= fill]
    return int((size * (size - 1) // 2).sum())


def _numbered(label: Int32) -> Int32:
    """Return labels 0 … k-1, in order of first appearance."""
    _, first, index = np.unique(label, return_index=True, return_inverse=True)
    place = np.empty(len(first), np.int32)
    place[np.argsort(first)] = np.arange(len(first), dtype=np.int32)
    return place[index]
