from __future__ import annotations

import numpy as np
import pytest

from datong.identity.linker.model import ELSE, Comparison, Level, Model, Predicate
from datong.identity.linker.score import Levels, weights
from datong.identity.linker.waterfall import Part, waterfalls


def test_the_parts_are_named_and_add_up_to_the_weight() -> None:
    exact = Predicate("exact", ("surname",))
    model = Model(
        kinds={}, keys=[], prior=0.125, household=0.01, scales={"surname": 1.0}, floors={"surname": 0.001},
        comparisons=[
            Comparison("given", ("given",), [Level("exact", ELSE, 0.8, 0.1), Level("different", ELSE, 0.2, 0.9)]),
            Comparison("surname", ("surname",), [
                Level("exact", exact, 0.5, 0.01, "surname", h=0.4), Level("different", ELSE, 0.5, 0.99, h=0.6)]),
        ],
    )
    found = Levels(np.array([[0, 0], [1, -1]], np.int8), np.array([[6.0], [0.0]], np.float32))
    first, second = waterfalls(model, found)
    assert [(part.name, part.level) for part in first] == [
        ("prior", ""), ("given", "exact"), ("surname", "exact"), ("household", "")]
    assert first[1] == Part("given", "exact", 3.0)
    assert first[2] == Part("surname", "exact", 5.0)
    assert first[3].weight < 0
    assert second[2] == Part("surname", "", 0.0)
    for fall, weight in zip((first, second), weights(model, found), strict=True):
        assert sum(part.weight for part in fall) == pytest.approx(weight, abs=0.01)
