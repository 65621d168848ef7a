from __future__ import annotations

import numpy as np

from datong.identity.linker.components import all_pairs, components, tighten
from datong.identity.linker.edges import ordered


def test_components_are_named_by_their_smallest_node() -> None:
    assert components(7, [5, 2, 4], [6, 4, 1]).tolist() == [0, 1, 1, 3, 1, 5, 5]


def test_a_long_chain_in_any_order_is_one_component() -> None:
    shuffled = np.random.default_rng(1).permutation(10_000)
    label = components(10_000, shuffled[:-1], shuffled[1:])
    assert label.max() == 0


def test_components_without_edges_are_single_nodes() -> None:
    assert components(3, [], []).tolist() == [0, 1, 2]
    assert components(0, [], []).tolist() == []


def test_random_graphs_agree_with_a_search() -> None:
    dice = np.random.default_rng(7)
    for _ in range(20):
        n, m = int(dice.integers(1, 60)), int(dice.integers(0, 60))
        left, right = dice.integers(0, n, m), dice.integers(0, n, m)
        expected = list(range(n))
        for _ in range(n):
            for a, b in zip(left.tolist(), right.tolist(), strict=True):
                expected[a] = expected[b] = min(expected[a], expected[b])
        assert components(n, left, right).tolist() == expected


def test_all_pairs_of_small_groups_only() -> None:
    left, right = all_pairs(np.array([0, 1, 0, 0, 1, 5]), cap=2)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == [(1, 4)]
    left, right = all_pairs(np.array([0, 1, 0, 0, 1, 5]), cap=3)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == [(1, 4), (0, 2), (0, 3), (2, 3)]


def test_a_large_component_is_parted_at_its_weakest_edge_and_a_small_one_left() -> None:
    edges = ordered([0, 1, 2, 3, 4, 6], [1, 2, 3, 4, 5, 7], [9, 9, 1, 9, 9, 0.5])
    assert tighten(8, edges, cap=3).tolist() == [0, 0, 0, 3, 3, 3, 6, 6]
    assert tighten(8, edges, cap=6).tolist() == [0, 0, 0, 0, 0, 0, 6, 6]


def test_what_does_not_part_at_the_strongest_weight_stays_whole() -> None:
    edges = ordered([0, 1, 2], [1, 2, 3], [5, 5, 5])
    assert tighten(4, edges, cap=2).tolist() == [0, 0, 0, 0]


def test_ordered_edges_keep_the_strongest_of_equal_pairs_and_no_loop() -> None:
    edges = ordered([3, 1, 2, 0], [1, 3, 2, 4], [1.0, 2.5, 9.0, -1.0])
    assert (edges.left.tolist(), edges.right.tolist(), edges.weight.tolist()) == ([0, 1], [4, 3], [-1.0, 2.5])
