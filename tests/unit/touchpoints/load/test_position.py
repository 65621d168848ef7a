"""Positions, on both engines of the state."""

from __future__ import annotations

import msgspec

from datong.storage import State
from datong.touchpoints.load.position import Position, find_position, keep_position


def test_a_position_is_kept_per_source_kind_and_file(state: State) -> None:
    at = find_position(state, "till", "receipts", "r.csv", "d1")
    assert at == Position("till", "receipts", "r.csv", "d1", edition=1, done=0, finished=False)
    keep_position(state, msgspec.structs.replace(at, done=2_000))
    keep_position(state, msgspec.structs.replace(at, done=4_000, finished=True))
    assert find_position(state, "till", "receipts", "r.csv", "d1") == Position(
        "till", "receipts", "r.csv", "d1", edition=1, done=4_000, finished=True
    )
    assert find_position(state, "till", "stores", "r.csv", "d1").done == 0
    assert find_position(state, "shop", "receipts", "r.csv", "d1").done == 0


def test_new_contents_begin_a_new_edition(state: State) -> None:
    keep_position(state, Position("till", "products", "p.csv", "d1", edition=3, done=9, finished=True))
    assert find_position(state, "till", "products", "p.csv", "d2") == Position(
        "till", "products", "p.csv", "d2", edition=4, done=0, finished=False
    )
