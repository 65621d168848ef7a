"""Figures of a linking."""

from __future__ import annotations

import numpy as np
import pytest

from datong.identity.linker.evaluate import cluster_figures, pair_figures


def test_cluster_figures() -> None:
    """Five rows: {0,1,2},{3,4} in truth, {0,1},{2,3,4} found: 2 of 4 pairs right, of 4 true ones."""
    found = cluster_figures(["a", "a", "a", "b", "b"], [0, 0, 1, 1, 1])
    assert found["cluster_precision"] == found["cluster_recall"] == found["cluster_f1"] == 0.5
    precision = (1 + 1 + 1 / 3 + 2 / 3 + 2 / 3) / 5
    recall = (2 / 3 + 2 / 3 + 1 / 3 + 1 + 1) / 5
    assert found["b3_f1"] == pytest.approx(2 * precision * recall / (precision + recall))
    assert found["largest_cluster"] == 3


def test_only_pairs_of_different_sources_count() -> None:
    """Rows 0 and 1 are of one source: their being together is no link."""
    source = np.array([0, 0, 1], np.int32)
    assert cluster_figures(["a", "a", "a"], [0, 0, 1], source)["cluster_recall"] == 0
    assert cluster_figures(["a", "b", "a"], [0, 1, 0], source)["cluster_f1"] == 1


def test_pair_figures() -> None:
    """Pairs below the cut are no pairs; true pairs that were never scored are missed."""
    left, right = np.array([0, 0, 1], np.int32), np.array([1, 2, 2], np.int32)
    weight = np.array([3.0, 1.0, -1.0], np.float32)
    found = pair_figures(["a", "a", "b", "b"], left, right, weight)
    assert found == {"pair_precision": 0.5, "pair_recall": 0.5, "pair_f1": 0.5}
