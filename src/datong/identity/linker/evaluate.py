"""How good a linking is, given the truth: pair, cluster and B-cubed figures."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from datong.identity.linker.edges import Float32, Int32

__all__ = ["cluster_figures", "pair_figures"]


def _codes(values: Any) -> npt.NDArray[np.int64]:
    return np.asarray(np.unique(np.asarray(values), return_inverse=True)[1], np.int64)


def _pairs(codes: npt.NDArray[np.int64]) -> float:
    n = np.bincount(codes).astype(float)
    return float((n * (n - 1) / 2).sum())


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _across(codes: npt.NDArray[np.int64], source: Int32 | None) -> float:
    """Return the pairs within the codes, and only those of different sources when there are sources."""
    if source is None:
        return _pairs(codes)
    return _pairs(codes) - _pairs(_codes(codes * (int(source.max()) + 1) + source))


def cluster_figures(truth: Any, labels: Any, source: Int32 | None = None) -> dict[str, float]:
    """Return pairwise precision, recall and F1 within final clusters, B-cubed F1 and the largest cluster.

    With `source`, only pairs of different sources count as pairs. B-cubed: Bagga and Baldwin (1998).
    """
    true, made = _codes(truth), _codes(labels)
    both = _codes(true * (int(made.max(initial=0)) + 1) + made)
    right, all_made, all_true = _across(both, source), _across(made, source), _across(true, source)
    precision, recall = right / all_made if all_made else 1.0, right / all_true if all_true else 1.0
    in_true, in_made, in_both = (np.bincount(each)[each] for each in (true, made, both))
    return {
        "cluster_precision": precision, "cluster_recall": recall, "cluster_f1": _f1(precision, recall),
        "b3_f1": _f1(float((in_both / in_made).mean()), float((in_both / in_true).mean())),
        "largest_cluster": int(in_made.max(initial=0)),
    }


def pair_figures(
    truth: Any, left: Int32, right: Int32, weight: Float32, cut: float = 0.0, source: Int32 | None = None
) -> dict[str, float]:
    """Return precision, recall and F1 of the scored pairs of weight `cut` and more against all true pairs."""
    true = _codes(truth)
    keep = weight >= cut
    hits = float((true[left[keep]] == true[right[keep]]).sum())
    found, total = float(keep.sum()), _across(true, source)
    precision, recall = hits / found if found else 1.0, hits / total if total else 1.0
    return {"pair_precision": precision, "pair_recall": recall, "pair_f1": _f1(precision, recall)}
