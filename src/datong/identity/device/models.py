"""Models: the variants of information elements that one phone shows, taken together.

A phone may say other things on another band, while it saves power or looks for a group. Two variants are one where
one address showed both, or where the rarer one is nearly always heard in the same scan as the other and would not be at
another time: bursts moved by a few seconds are the control, so that a busy air joins nothing.
"""

from __future__ import annotations

import numpy as np

from datong.identity.device.frames import Bursts, Ints

__all__ = ["Union", "models"]

_SHOWN = 3
"""An address with more variants than this is a placeholder or a collision, and joins none."""
_SAME_SCAN = 500
"""Bursts at most this many ms apart are of one scan."""
_FINE = 0.5
"""Share of times that are no whole second; a sensor that rounds them cannot tell what was in one scan."""
_LAGS = (-61_000, -29_000, -13_000, -7_000, 7_000, 13_000, 29_000, 61_000)
_TOGETHER, _BY_CHANCE = 0.8, 1e-3
_MOST = 500
"""Variants beyond the this many most frequent ones are not looked at: the work grows with their square."""


class Union:
    """Disjoint sets of the numbers below `size`, each named by its smallest."""

    def __init__(self, size: int) -> None:
        self._up = list(range(size))

    def find(self, at: int) -> int:
        """Return the name of the set that holds `at`."""
        up = self._up
        while up[at] != at:
            up[at] = at = up[up[at]]
        return at

    def join(self, a: Ints, b: Ints) -> None:
        """Join the sets of a[k] and b[k] for every k."""
        for i, j in zip(a.tolist(), b.tolist(), strict=True):
            x, y = self.find(i), self.find(j)
            if x != y:
                self._up[max(x, y)] = min(x, y)

    def roots(self) -> Ints:
        """Return the name of every number's set."""
        return np.array([self.find(at) for at in range(len(self._up))], np.int64)


def models(bursts: Bursts) -> Ints:
    """Return each burst's model, named by the smallest of its variants; 0 where nothing is known."""
    names = np.unique(bursts.model)
    union = Union(len(names))
    _join_shown(bursts, names, union)
    _join_companions(bursts, names, union)
    found = names[union.roots()][np.searchsorted(names, bursts.model)]
    return _lend(bursts.address, found)


def _join_shown(bursts: Bursts, names: Ints, union: Union) -> None:
    pairs = np.unique(np.stack([bursts.address, bursts.model]), axis=1)
    pairs = pairs[:, (pairs[0] != 0) & (pairs[1] != 0)]
    _, starts, sizes = np.unique(pairs[0], return_index=True, return_counts=True)
    for at, size in zip(starts.tolist(), sizes.tolist(), strict=True):
        if 1 < size <= _SHOWN:
            several = np.searchsorted(names, pairs[1, at : at + size])
            union.join(np.repeat(several[:1], size - 1), several[1:])


def _join_companions(bursts: Bursts, names: Ints, union: Union) -> None:
    if float((bursts.start % 1_000 != 0).mean()) < _FINE:
        return
    known, counts = np.unique(bursts.model[bursts.model != 0], return_counts=True)
    often = known[np.lexsort((known, -counts))][:_MOST]
    spans = {int(m): (bursts.start[bursts.model == m], np.sort(bursts.end[bursts.model == m])) for m in often}
    for at, rare in enumerate(often.tolist()):
        for common in often[:at].tolist():
            if _companions(spans[rare], spans[common]):
                union.join(np.searchsorted(names, [rare]), np.searchsorted(names, [common]))


def _companions(rare: tuple[Ints, Ints], common: tuple[Ints, Ints]) -> bool:
    n = len(rare[0])
    if n < 3 or _near(rare, common, 0) < _TOGETHER:
        return False
    by_chance = max(sum(_near(rare, common, lag) for lag in _LAGS) / len(_LAGS), 1 / (len(_LAGS) * n))
    return by_chance**n <= _BY_CHANCE and by_chance < _TOGETHER / 2


def _near(rare: tuple[Ints, Ints], common: tuple[Ints, Ints], lag: int) -> float:
    """Return the share of the rare bursts, moved by `lag`, that lie in one scan with a common one."""
    begun = np.searchsorted(common[0], rare[1] + (lag + _SAME_SCAN), "right")
    ended = np.searchsorted(common[1], rare[0] + (lag - _SAME_SCAN), "left")
    return float((begun > ended).mean())


def _lend(address: Ints, model: Ints) -> Ints:
    """Return the models, where a frame without elements takes that of the same address (the smallest of several)."""
    known = (address != 0) & (model != 0)
    if not known.any() or (model != 0).all():
        return model
    order = np.lexsort((model[known], address[known]))
    addresses, at = np.unique(address[known][order], return_index=True)
    models = model[known][order][at]
    place = np.minimum(np.searchsorted(addresses, address), len(addresses) - 1)
    return np.where((model == 0) & (addresses[place] == address), models[place], model)
