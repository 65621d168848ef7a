"""Closes what the simulator's tests open."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.unit.simulator.town import OPEN


@pytest.fixture(autouse=True)
def _close_the_truth() -> Iterator[None]:
    yield
    while OPEN:
        OPEN.pop().truth.close()
