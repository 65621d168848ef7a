"""Training without labels."""

from __future__ import annotations

import numpy as np
import pytest

from datong.identity.linker.train import _Field, _maximise, all_pairs_of, random_pairs


def test_pairs_of_a_table() -> None:
    """All pairs, or only those of different sources."""
    assert all_pairs_of(10, None) == 45
    assert all_pairs_of(5, np.array([0, 0, 1, 1, 1], np.int32)) == 6
    left, right = random_pairs(5, np.array([0, 0, 1, 1, 1], np.int32))
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 2), (0, 3), (0, 4), (1, 2), (1, 3), (1, 4)]


def test_random_pairs_are_the_same_every_time() -> None:
    """No run differs from the one before."""
    first, second = random_pairs(2000, None, count=500), random_pairs(2000, None, count=500)
    assert (first[0] == second[0]).all()
    assert (first[1] == second[1]).all()
    assert (first[0] < first[1]).all()


def simulated(seed: int) -> tuple[list[_Field], np.ndarray, float]:
    """Patterns of 4,000 pairs of one person, 6,000 of one household and 2,000,000 of strangers."""
    dice = np.random.default_rng(seed)
    sizes = (4_000, 6_000, 2_000_000)
    exact = {"given_name": (0.9, 0.01, 0.01), "surname": (0.95, 0.8, 0.005), "address": (0.85, 0.95, 1e-5),
             "date_of_birth": (0.95, 1e-4, 1e-4)}
    fields, columns = [], []
    for kind, chances in exact.items():
        level = np.concatenate([(dice.random(n) > p) for n, p in zip(sizes, chances, strict=True)]).astype(np.int8)
        columns.append(level)
        fields.append(_Field(kind, np.bincount(level, minlength=2).astype(float), chances[2]))
    return fields, np.stack(columns, axis=1), float(sum(sizes))


def test_persons_households_and_strangers_are_told_apart() -> None:
    """What they agree upon, and how many there are, is found again; the housemates teach nothing about persons."""
    fields, levels, total = simulated(4)
    blocked = levels[(levels == 0).any(axis=1)]
    patterns, counts = np.unique(blocked, axis=0, return_counts=True)
    learnt = _maximise(patterns, counts.astype(float), fields, total, 20_000)
    assert learnt.matches == pytest.approx(4_000, rel=0.15)
    assert learnt.household == pytest.approx(6_000 / total, rel=0.2)
    given, surname, address, birth = learnt.m
    assert given[0] == pytest.approx(0.9, abs=0.1)
    assert surname[0] == pytest.approx(0.95, abs=0.05)
    assert birth[0] == pytest.approx(0.95, abs=0.1)
    assert learnt.u[2][0] < 1e-3 < (10_000 / total)
    assert learnt.h[1][0] >= 0.75
    assert (learnt.h[0] == 0).all()
    assert address[0] > 0.8


def test_without_what_is_ones_own_there_are_no_households() -> None:
    """A table of shops knows addresses and phones, but no families."""
    fields, levels, total = simulated(5)
    kinds = ("title", "city", "address", "phone")
    shops = [field._replace(kind=kind) for field, kind in zip(fields, kinds, strict=True)]
    patterns, counts = np.unique(levels[(levels == 0).any(axis=1)], axis=0, return_counts=True)
    assert _maximise(patterns, counts.astype(float), shops, total, 20_000).household == 0


def test_twins_of_a_table_that_knows_families_do_not_teach_that_people_change_their_given_names() -> None:
    """They share all but that, and nobody else has a home in common: without bounds they were one person each."""
    kinds = ("given_name", "surname", "date_of_birth", "phone")
    #   one person, twins, strangers of one surname, of one birth date and of nothing
    patterns = np.array([[0, 0, 0, 0], [1, 0, 0, 0], [1, 0, 1, 1], [1, 1, 0, 1], [1, 1, 1, 1]], np.int8)
    counts = np.array([1_000.0, 100.0, 20_000.0, 200.0, 2_000_000.0])
    fields = [
        _Field(kind, np.array([counts[patterns[:, c] == 0].sum(), counts[patterns[:, c] == 1].sum()]), 1e-4)
        for c, kind in enumerate(kinds)
    ]
    learnt = _maximise(patterns, counts, fields, counts.sum(), 2_000)
    assert learnt.m[0][1] <= 0.01
    assert learnt.m[0].sum() == pytest.approx(1)
    assert learnt.h[2][0] == pytest.approx(0.02, rel=0.03)
    assert learnt.household >= 0.1 * learnt.prior
    nobody = [field._replace(kind="postcode" if field.kind == "phone" else field.kind) for field in fields]
    free = _maximise(patterns, counts, nobody, counts.sum(), 2_000)
    assert free.m[0][1] > 0.05
    assert free.household < 0.1 * free.prior
