from __future__ import annotations

import numpy as np
import pytest

from datong.identity.linker.cluster import Options, cluster, grow
from datong.identity.linker.edges import Edges, Float32, Int32, Int64, ordered


class Matrix:
    """Scores by a symmetric matrix, and remembers how often it was asked."""

    def __init__(self, weights: np.ndarray) -> None:
        self.weights, self.calls, self.pairs = weights.astype(np.float32), 0, 0

    def __call__(self, left: Int32, right: Int32) -> Float32:
        assert (left < right).all()
        self.calls += 1
        self.pairs += len(left)
        return self.weights[left, right]

    def edges(self, loose: float) -> Edges:
        left, right = np.nonzero(np.triu(self.weights >= loose, 1))
        return ordered(left, right, self.weights[left, right])


def matrix(n: int, weights: dict[tuple[int, int], float], other: float = -10.0) -> Matrix:
    """Return a scorer that says `other` of every pair not given."""
    full = np.full((n, n), other)
    for (a, b), weight in weights.items():
        full[a, b] = full[b, a] = weight
    return Matrix(full)


PLAIN = Options(cut=0.0, loose=-5.0)


def test_a_wrong_edge_between_two_people_is_outvoted() -> None:
    score = matrix(6, {(0, 1): 8, (1, 2): 8, (0, 2): 8, (3, 4): 8, (4, 5): 8, (3, 5): 8, (2, 3): 6})
    assert cluster(6, score.edges(-5), score, options=PLAIN).tolist() == [0, 0, 0, 1, 1, 1]


def test_a_pair_that_blocking_missed_is_found_by_filling_in() -> None:
    score = matrix(3, {(0, 1): 4, (1, 2): 4, (0, 2): 5})
    blocked = ordered([0, 1], [1, 2], [4, 4])
    assert cluster(3, blocked, score, options=PLAIN).tolist() == [0, 0, 0]
    assert (score.calls, score.pairs) == (1, 1)


def test_rows_without_edges_are_alone() -> None:
    score = matrix(3, {})
    assert cluster(3, score.edges(-5), score).tolist() == [0, 1, 2]
    assert score.calls == 0


def test_the_cap_keeps_one_pair_from_outshouting_others() -> None:
    score = matrix(3, {(0, 1): 9, (1, 2): 40, (0, 2): -11})
    assert cluster(3, score.edges(-12), score, options=Options(cut=0.0, loose=-12, cap=12)).tolist() == [0, 1, 1]
    assert cluster(3, score.edges(-12), score, options=Options(cut=-2.0, loose=-12, cap=12)).tolist() == [0, 0, 0]


def test_must_and_cannot_link_are_kept() -> None:
    score = matrix(4, {(0, 1): 9, (1, 2): 9, (0, 2): 9})
    edges = score.edges(-5)
    assert cluster(4, edges, score, must=[(0, 3)], options=PLAIN).tolist() == [0, 1, 1, 0]
    assert cluster(4, edges, score, cannot=[(0, 1)], options=PLAIN).tolist() in ([0, 1, 0, 2], [0, 1, 1, 2])
    assert cluster(4, edges, score, must=[(3, 2)], cannot=[(3, 1)], options=PLAIN).tolist() == [0, 0, 1, 1]
    with pytest.raises(ValueError, match=r"rows \[0, 2\] both must and cannot be one entity"):
        cluster(4, edges, score, must=[(0, 1), (1, 2)], cannot=[(0, 2)])


def test_one_row_per_source() -> None:
    score = matrix(4, {(0, 2): 9, (0, 3): 7, (1, 3): 5, (1, 2): 6, (0, 1): 9, (2, 3): 9})
    source = np.array([0, 0, 1, 1], np.int32)
    assert cluster(4, score.edges(-5), score, source=source, options=PLAIN).tolist() == [0, 1, 0, 1]
    free = np.array([-1, -1, -1, -1], np.int32)
    assert cluster(4, score.edges(-5), score, source=free, options=PLAIN).tolist() == [0, 0, 0, 0]


def test_one_row_per_value_of_each_of_several_sources() -> None:
    score = matrix(3, {(0, 1): 9, (0, 2): 8, (1, 2): 7})
    sources = np.array([[0, 0, -1], [-1, 1, 1]], np.int32)
    assert cluster(3, score.edges(-5), score, source=sources, options=PLAIN).tolist() == [0, 1, 0]


def test_no_cluster_grows_beyond_the_largest_size() -> None:
    score = Matrix(np.full((10, 10), 8.0))
    labels = cluster(10, score.edges(-5), score, options=Options(largest=4))
    assert sorted(np.bincount(labels).tolist()) == [2, 4, 4]


def test_a_hub_keeps_its_strongest_edges() -> None:
    score = matrix(6, {(0, k): 8.0 + k for k in range(1, 6)}, other=12.0)
    edges = ordered([0] * 5, range(1, 6), [9, 10, 11, 12, 13])
    assert cluster(6, edges, score, options=Options(hub=2)).tolist() == [0, 1, 2, 3, 0, 0]


def test_a_component_too_large_to_fill_in_is_not_dropped() -> None:
    """Twenty people of eight rows each, all chained by wrong edges, with `fill` far below the component's size."""
    n = 160
    person = np.arange(n) // 8
    weights = np.where(person[:, None] == person[None, :], 7.0, -9.0)
    for k in range(7, n - 1, 8):
        weights[k, k + 1] = weights[k + 1, k] = 6.0
    score = Matrix(weights)
    labels = cluster(n, score.edges(-5), score, options=Options(fill=4))
    assert labels.tolist() == person.tolist()
    assert score.pairs < n * 16


def test_the_result_is_greedy_average_linkage() -> None:
    """Compared with the textbook algorithm on random weights."""
    dice = np.random.default_rng(3)
    for round_ in range(30):
        n = int(dice.integers(2, 25))
        half = np.triu(dice.normal(-1, 5, (n, n)), 1)
        weights = np.clip(half + half.T, -12, 12).astype(np.float32)
        score = Matrix(weights)
        labels = cluster(n, score.edges(-12), score, options=Options(cut=0.5, loose=-12, fill=(2, 64)[round_ % 2]))
        assert partition(labels) == partition(greedy(weights.astype(float), 0.5))


def test_any_order_of_the_rows_gives_the_same_clusters() -> None:
    dice = np.random.default_rng(11)
    for _ in range(20):
        n = 40
        half = np.triu(dice.integers(-3, 4, (n, n)) * 3.0, 1)  # many ties
        weights, rank = half + half.T, dice.permutation(n)
        cannot = dice.integers(0, n // 2, (5, 1)) + np.array([[0, n // 2]])
        options = Options(cut=0, loose=-3, fill=8, largest=9)
        score = Matrix(weights)
        first = cluster(n, score.edges(-3), score, cannot=cannot, rank=rank, options=options)
        shuffle = dice.permutation(n)  # new row i is old row shuffle[i]
        place = np.argsort(shuffle)
        again = Matrix(weights[np.ix_(shuffle, shuffle)])
        second = cluster(n, again.edges(-3), again, cannot=place[cannot], rank=rank[shuffle], options=options)
        assert partition(first) == partition(second[place])


def test_joins_tell_what_was_merged_and_rest_what_was_left() -> None:
    score = matrix(3, {(0, 1): 8, (1, 2): 3, (0, 2): -6})
    found = grow(3, score.edges(-12), score, options=Options(cut=0, loose=-12))
    assert [(j.a.tolist(), j.b.tolist(), j.mean.tolist()) for j in found.joins] == [([0], [1], [8.0])]
    left = [(a, b, m) for rows in found.rest for a, b, m in zip(rows.a, rows.b, rows.mean(), strict=True)]
    assert left == [(0, 2, -1.5)]


def partition(labels: np.ndarray | list[int] | Int64) -> set[frozenset[int]]:
    found: dict[int, set[int]] = {}
    for row, label in enumerate(labels):
        found.setdefault(int(label), set()).add(row)
    return {frozenset(rows) for rows in found.values()}


def greedy(weights: np.ndarray, cut: float) -> list[int]:
    groups = [[row] for row in range(len(weights))]
    while True:
        scored = [
            (weights[np.ix_(a, b)].mean(), i, j)
            for i, a in enumerate(groups) for j, b in enumerate(groups) if i < j
        ]
        best = max(scored, default=(-np.inf, 0, 0))
        if best[0] < cut:
            break
        groups[best[1]] += groups.pop(best[2])
    return [next(k for k, group in enumerate(groups) if row in group) for row in range(len(weights))]
