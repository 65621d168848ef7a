"""A mall's air with the truth about it: phones of many models that come, scan under made-up addresses, and go."""

from __future__ import annotations

from typing import Any

import numpy as np

from datong.identity.device import PASSING, Frames, cluster

HOUR = 3_600_000
STAY = 2_400_000
"""The mean stay (ms); drawn exponentially, at least two minutes."""


def mall(phones: int, hours: int = 10, models: int = 300, seed: int = 1) -> tuple[Frames, np.ndarray[Any, Any]]:
    """Return the frames of a day and which phone sent each; models are as popular as Zipf says (1.6).

    Half of the models count on when they change address, the others begin at a random number; seven scans of ten are
    under a new address. Scans are 20, 60 or 120 s apart (exponential), four frames each.
    """
    dice = np.random.default_rng(seed)
    rows: list[tuple[int, int, int, int, float]] = []
    owner: list[int] = []
    model = dice.zipf(1.6, phones) % models + 1
    for phone in range(phones):
        at = dice.uniform(0, hours * HOUR)
        end, step = at + dice.exponential(STAY) + 120_000, int(dice.choice([20_000, 60_000, 120_000]))
        seq, address, strength = int(dice.integers(4_096)), int(dice.integers(1, 1 << 46)), dice.normal(-65, 8)
        while at < end:
            if dice.random() < 0.7:
                address = int(dice.integers(1, 1 << 46))
                if model[phone] % 2:
                    seq = int(dice.integers(4_096))
            for frame in range(4):
                rows.append((int(at) + frame * 50, address, int(model[phone]), seq, strength + dice.normal(0, 4)))
                owner.append(phone)
                seq = (seq + 1) % 4_096
            pause = dice.exponential(step) + 2_000
            at, seq = at + pause, (seq + int(dice.uniform(10, 30) + pause / 2_000)) % 4_096
    time, addresses, of_model, numbers, rssi = (np.array(column) for column in zip(*rows, strict=True))
    return Frames.of(time, address=addresses, model=of_model, seq=numbers, rssi=rssi), np.array(owner)


def hours_of(frames: Frames, owner: np.ndarray[Any, Any]) -> list[tuple[int, float, float, float]]:
    """Return for each full hour the visitors there were, and ours: estimate, low, high."""
    found = []
    for hour in range(1, 9):
        within = np.flatnonzero(frames.time // HOUR == hour)
        part = Frames(*(column[within] for column in frames))
        true = 0
        for phone in np.unique(owner[within]):
            heard = part.time[owner[within] == phone]
            true += int(heard.max() - heard.min() >= PASSING)
        found.append((true, *cluster(part).visitors(STAY)))
    return found
