"""Edges: scored pairs of rows, and the scorer that can score any other pair."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

__all__ = ["Edges", "Float32", "Int32", "Int64", "Scorer", "merged", "ordered"]

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Float32 = npt.NDArray[np.float32]


class Edges(NamedTuple):
    """Scored pairs of rows, `left` < `right`, each pair once.

    `weight` is log2 of the odds that the two rows are one entity, the prior included: p = 2^w / (1 + 2^w).
    """

    left: Int32
    right: Int32
    weight: Float32

    def take(self, which: npt.NDArray[np.bool_]) -> Edges:
        """Return some of the edges."""
        return Edges(self.left[which], self.right[which], self.weight[which])


class Scorer(Protocol):
    """Returns the weights of any pairs of rows by the model that made the edges; made for few calls with many pairs."""

    def __call__(self, left: Int32, right: Int32, /) -> Float32:
        """Return one weight per pair."""


def ordered(left: npt.ArrayLike, right: npt.ArrayLike, weight: npt.ArrayLike) -> Edges:
    """Return edges with `left` < `right`; of a pair given more than once the largest weight counts, loops go."""
    a, b = np.asarray(left, np.int64), np.asarray(right, np.int64)
    w = np.asarray(weight, np.float32)
    low, high = np.minimum(a, b), np.maximum(a, b)
    order = np.lexsort((-w, high, low))
    low, high, w = low[order], high[order], w[order]
    keep = low != high
    keep[1:] &= (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    return Edges(low[keep].astype(np.int32), high[keep].astype(np.int32), w[keep])


def merged(first: Edges, second: Edges) -> Edges:
    """Return both sets of edges as one; they must have no pair in common."""
    return Edges(
        np.concatenate((first.left, second.left)), np.concatenate((first.right, second.right)),
        np.concatenate((first.weight, second.weight)),
    )
