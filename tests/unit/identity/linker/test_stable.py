from __future__ import annotations

import itertools

import numpy as np

from datong.identity.linker.stable import Change, stable


def test_clusters_that_did_not_change_keep_their_ids() -> None:
    found = stable([7, 7, 3, 5], [2, 2, 0, 1], next_id=8)
    assert (found.ids.tolist(), found.changes, found.unchanged) == ([7, 7, 3, 5], [], 3)


def test_a_merge_keeps_the_id_with_more_rows_and_of_equals_the_older() -> None:
    found = stable([3, 7, 7, 1, 2], [0, 0, 0, 1, 1], next_id=8)
    assert found.ids.tolist() == [7, 7, 7, 1, 1]
    assert found.changes == [Change("merge", (1, 2), (1,)), Change("merge", (3, 7), (7,))]


def test_a_split_keeps_the_id_with_the_larger_part_and_of_equals_with_the_earlier() -> None:
    found = stable([4, 4, 4, 6, 6], [0, 1, 1, 3, 2], next_id=10)
    assert found.ids.tolist() == [10, 4, 4, 6, 11]
    assert found.changes == [Change("split", (4,), (10, 4)), Change("split", (6,), (6, 11))]


def test_new_and_gone() -> None:
    found = stable([-1, 2, -1, -1], [0, 1, 1, 2], next_id=5, gone=[9, 2])
    assert found.ids.tolist() == [5, 2, 2, 6]
    assert found.changes == [Change("new", (), (5,)), Change("new", (), (6,)), Change("gone", (9,), ())]


def test_as_many_rows_as_possible_keep_their_id() -> None:
    """Greedily the five would keep 1 and nobody else anything."""
    before = [1] * 5 + [1] * 4 + [2] * 4
    after = [0] * 5 + [1] * 4 + [0] * 4
    assert stable(before, after, next_id=3).ids.tolist() == [2] * 5 + [1] * 4 + [2] * 4


def test_the_best_assignment_is_found() -> None:
    dice = np.random.default_rng(5)
    for _ in range(30):
        olds, news = int(dice.integers(1, 5)), int(dice.integers(1, 5))
        before, after = dice.integers(0, olds, 30), dice.integers(0, news, 30)
        kept = int((stable(before, after, next_id=100).ids == before).sum())
        table = np.zeros((5, 5), int)
        np.add.at(table, (before, after), 1)
        assert kept == max(sum(table[i, p[i]] for i in range(5)) for p in itertools.permutations(range(5)))


def test_a_very_large_tangle_is_assigned_greedily_and_uses_no_id_twice() -> None:
    before = np.arange(400) // 4
    ids = stable(before, (np.arange(400) + 2) // 4, next_id=100).ids
    clusters = {label: set(ids[(np.arange(400) + 2) // 4 == label].tolist()) for label in range(101)}
    assert all(len(found) == 1 for found in clusters.values())
    assert len(set().union(*clusters.values())) == 101


def test_nothing_at_all() -> None:
    found = stable([], [], next_id=1)
    assert (found.ids.tolist(), found.changes, found.unchanged) == ([], [], 0)
