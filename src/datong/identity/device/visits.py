"""Visits: frames of made-up addresses clustered into devices, as far as the air tells them apart, and counted.

Same address: same device. Without it a *model* (its information elements) is the unit: where its sequence numbers go on
over changes of address, they part the devices of the model (`tracks`); where they do not, all its frames until an hour
of silence are one visit that stands for one or more devices, and says how many (`crowd`). Never a person.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from datong.identity.device.crowd import Count, Z, crowd, total
from datong.identity.device.frames import Bursts, Frames, Ints, in_bursts
from datong.identity.device.tracks import SILENCE, counts_on, link

__all__ = ["PASSING", "Clustered", "Visit", "cluster"]

PASSING = 30_000
"""Who is heard for less than so many ms walks past the door and is no visitor."""
_SHOWN = 3
"""An address with more models than this is a placeholder or a collision, and joins none."""


class Visit(NamedTuple):
    """A stay of one device, or of a few of one model that cannot be told apart: `counted` says how many.

    `anchor` is the maker-assigned address among its frames, 0 without one. Times in ms.
    """

    device: int
    model: int
    start: int
    end: int
    frames: int
    addresses: int
    anchor: int
    counted: Count

    @property
    def passing(self) -> bool:
        """Return whether it was heard too briefly to count as a visitor."""
        return self.end - self.start < PASSING


class Clustered(NamedTuple):
    """What came out: each frame's device, the visits by start, and how many visitors there were."""

    device: Ints
    visits: list[Visit]

    def visitors(self) -> Count:
        """Return how many visitors these visits stand for; who only passed is left out."""
        return total([v.counted for v in self.visits if not v.passing])

    def devices(self) -> Count:
        """Return how many devices these visits stand for, passers-by included."""
        return total([v.counted for v in self.visits])


def cluster(frames: Frames) -> Clustered:
    """Return devices and visits of the frames of one place; near-linear in their number, whatever their order."""
    if not len(frames.time):
        return Clustered(np.zeros(0, np.int64), [])
    bursts = in_bursts(frames)
    model = _models(bursts)
    union = _Union(len(bursts.start))
    _join_addresses(bursts, union)
    doubt = np.zeros(len(bursts.start))
    alone: dict[int, bool] = {}
    order = np.lexsort((np.arange(len(model)), model))
    for among in np.split(order, np.flatnonzero(np.diff(model[order])) + 1):
        _join_model(bursts, int(model[among[0]]), among, union, doubt, alone)
    roots = union.roots()
    _, first, device = np.unique(roots, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    device = rank[device]
    return Clustered(device[bursts.of], _visits(bursts, model, device, doubt, alone))


class _Union:
    """Disjoint sets of bursts, each named by its first one."""

    def __init__(self, size: int) -> None:
        self._up = list(range(size))

    def find(self, at: int) -> int:
        up = self._up
        while up[at] != at:
            up[at] = at = up[up[at]]
        return at

    def join(self, a: Ints, b: Ints) -> None:
        for i, j in zip(a.tolist(), b.tolist(), strict=True):
            x, y = self.find(i), self.find(j)
            if x != y:
                self._up[max(x, y)] = min(x, y)

    def roots(self) -> Ints:
        return np.array([self.find(at) for at in range(len(self._up))], np.int64)


def _models(bursts: Bursts) -> Ints:
    """Return each burst's model; variants that one address showed (bands, saving modes) are one model."""
    pairs = np.unique(np.stack([bursts.address, bursts.model]), axis=1)
    pairs = pairs[:, (pairs[0] != 0) & (pairs[1] != 0)]
    names = np.unique(bursts.model)
    union = _Union(len(names))
    _, starts, sizes = np.unique(pairs[0], return_index=True, return_counts=True)
    for at, size in zip(starts.tolist(), sizes.tolist(), strict=True):
        if 1 < size <= _SHOWN:
            several = np.searchsorted(names, pairs[1, at : at + size])
            union.join(np.repeat(several[:1], size - 1), several[1:])
    found = names[union.roots()][np.searchsorted(names, bursts.model)]
    return _lend(bursts.address, found)


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


def _join_addresses(bursts: Bursts, union: _Union) -> None:
    order = np.lexsort((bursts.start, bursts.address))
    same = (bursts.address[order][1:] == bursts.address[order][:-1]) & (bursts.address[order][1:] != 0)
    union.join(order[:-1][same], order[1:][same])


def _join_model(
    bursts: Bursts, model: int, among: Ints, union: _Union, doubt: np.ndarray[tuple[int], np.dtype[np.float64]],
    alone: dict[int, bool],
) -> None:
    """Join the bursts of one model; `doubt` gets the chance that a burst begins another device after all."""
    if len(among) == 1:
        return
    if counts_on(bursts, among):
        links = link(bursts, among)
        union.join(links.before, links.after)
        doubt[links.after] = 1 - links.right
        alone[model] = True
        return
    alone[model] = model == 0
    if not model:  # nothing but addresses: each is a device, as far as anybody knows; and what lacks even that is one
        among = among[bursts.address[among] == 0]
    if len(among):
        quiet = bursts.start[among][1:] - np.maximum.accumulate(bursts.end[among])[:-1] > SILENCE
        union.join(among[:-1][~quiet], among[1:][~quiet])


def _visits(
    bursts: Bursts, model: Ints, device: Ints, doubt: np.ndarray[tuple[int], np.dtype[np.float64]],
    alone: dict[int, bool],
) -> list[Visit]:
    order = np.lexsort((np.arange(len(device)), device))
    ends = bursts.end[order].copy()
    cuts = np.ones(len(order), np.bool_)
    cuts[1:] = (device[order][1:] != device[order][:-1]) | (bursts.start[order][1:] - ends[:-1] > SILENCE)
    visits = []
    for part in np.split(order, np.flatnonzero(cuts)[1:]):
        start, end = bursts.start[part], bursts.end[part]
        own = int(model[part[0]])
        anchors = _anchors(bursts, part)
        counted = _tracked(doubt[part]) if alone.get(own) else crowd(start, end, len(anchors))
        visits.append(Visit(
            int(device[part[0]]), own, int(start[0]), int(end.max()), int(bursts.frames[part].sum()),
            len(np.unique(bursts.address[part])), int(anchors[0]) if len(anchors) else 0, counted,
        ))
    visits.sort(key=lambda v: (v.start, v.end, v.device))
    return visits


def _anchors(bursts: Bursts, part: Ints) -> Ints:
    """Return the maker-assigned addresses that stayed: one heard at a single moment may be made up all the same."""
    given = part[bursts.assigned[part] & (bursts.address[part] != 0)]
    if not len(given):
        return np.zeros(0, np.int64)
    addresses, at = np.unique(bursts.address[given], return_inverse=True)
    first = np.full(len(addresses), np.iinfo(np.int64).max)
    last = np.zeros(len(addresses), np.int64)
    np.minimum.at(first, at, bursts.start[given])
    np.maximum.at(last, at, bursts.end[given])
    stayed: Ints = addresses[last - first >= PASSING]
    return stayed


def _tracked(doubt: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Count:
    """Return one device, and how many more its links may hide: a sum of independent chances (Poisson binomial)."""
    more, spread = float(doubt.sum()), float(np.sqrt((doubt * (1 - doubt)).sum()))
    return Count(1.0, 1.0, 1.0 + (more + Z * spread if more > 0.05 else 0.0))
