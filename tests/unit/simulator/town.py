"""A small town for the tests of the simulator."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from datong.model import from_iso
from datong.simulator.goods import MALL, Mall, open_mall
from datong.simulator.population import Shopper, people
from datong.simulator.run import Run

START = from_iso("2026-03-07T17:30:00+08:00")
SEED = 7


@cache
def mall() -> Mall:
    return open_mall(MALL / "venue.yaml", SEED)


@cache
def town(number: int = 1_500) -> tuple[Shopper, ...]:
    return tuple(people(mall(), SEED, number))


OPEN: list[Run] = []
"""The runs of the test under way; the fixture in conftest closes their files."""


def run(folder: Path, number: int = 1_500, seed: int = SEED) -> Run:
    OPEN.append(Run(mall(), list(town(number)), seed, folder))
    return OPEN[-1]
