"""How well a clustering agrees with the truth: homogeneity, completeness and their harmonic mean, the V-measure.

Rosenberg and Hirschberg, "V-Measure: a conditional entropy-based external cluster evaluation measure", EMNLP-CoNLL
2007: h = 1 - H(C|K) / H(C), c = 1 - H(K|C) / H(K), V = 2 h c / (h + c); an entropy of zero counts as full agreement.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Agreement", "v_measure"]


class Agreement(NamedTuple):
    """Homogeneity (a cluster holds one class), completeness (a class lies in one cluster) and V, each 0 to 1."""

    homogeneity: float
    completeness: float
    v: float


def v_measure(truth: Sequence[Any] | NDArray[Any], found: Sequence[Any] | NDArray[Any]) -> Agreement:
    """Return how the clusters `found` agree with the classes `truth`, entry by entry."""
    classes, of_class = np.unique(np.asarray(truth), return_inverse=True)
    clusters, of_cluster = np.unique(np.asarray(found), return_inverse=True)
    if not len(classes):
        return Agreement(1.0, 1.0, 1.0)
    cells = np.unique(of_class * len(clusters) + of_cluster, return_counts=True)[1]
    both, by_class, by_cluster = _entropy(cells), _entropy(np.bincount(of_class)), _entropy(np.bincount(of_cluster))
    homogeneity = 1 - (both - by_cluster) / by_class if by_class else 1.0
    completeness = 1 - (both - by_class) / by_cluster if by_cluster else 1.0
    together = homogeneity + completeness
    return Agreement(homogeneity, completeness, 2 * homogeneity * completeness / together if together else 0.0)


def _entropy(counts: NDArray[Any]) -> float:
    share = counts[counts > 0] / counts.sum()
    return float(-(share * np.log(share)).sum())
