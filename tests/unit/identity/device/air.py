"""An air to listen to in tests: phones of a model that scan now and then under made-up addresses."""

from __future__ import annotations

from typing import Any

import numpy as np

from datong.identity.device import Frames

T0 = 1_772_337_600_000


class Air:
    """Collects frames; `phone` adds those of one phone."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, int, bool, int, int, float]] = []
        self.owner: list[str] = []
        self._address = 1_000

    def hear(
        self, owner: str, second: float, *, address: int = 0, model: int = 0, seq: int = -1,
        rssi: float = float("nan"), assigned: bool = False,
    ) -> None:
        self.rows.append((T0 + round(second * 1_000), address, assigned, model, seq, rssi))
        self.owner.append(owner)

    def phone(
        self, owner: str, *, model: int, start: float, scans: int, every: float, seq: int = -1, frames: int = 3,
        length: float = 0.5, rssi: float = float("nan"), address: int = 0,
    ) -> None:
        """Scan `scans` times, each under a new address (or always `address`); `seq` counts on from scan to scan."""
        for scan in range(scans):
            self._address += 1
            for frame in range(frames):
                at = start + scan * every + frame * length / max(1, frames - 1)
                number = -1 if seq < 0 else (seq + scan * frames + frame) % 4_096
                self.hear(owner, at, address=address or self._address, model=model, seq=number, rssi=rssi,
                          assigned=bool(address))

    def frames(self, order: Any = None) -> Frames:
        rows = self.rows if order is None else [self.rows[at] for at in order]
        time, address, assigned, model, seq, rssi = zip(*rows, strict=True)
        return Frames.of(np.array(time), address=address, assigned=assigned, model=model, seq=seq, rssi=rssi)
