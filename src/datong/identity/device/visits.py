"""Visits: frames of made-up addresses clustered into devices, as far as the air tells them apart, and counted.

Same address: same device. Without it a *model* (its information elements) is the unit: where its sequence numbers go on
over changes of address, they part the devices of the model (`tracks`); where they do not, all its frames are one device
as far as the air tells, each stay until an hour of silence is one visit, and that stands for one or more devices and
says how many (`crowd`). Never a person.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from datong.identity.device.crowd import Count, Z, crowd, overlaps, total
from datong.identity.device.frames import Bursts, Frames, Ints, in_bursts
from datong.identity.device.models import Union, models
from datong.identity.device.tracks import SILENCE, counts_on, link
from datong.model import DAY

__all__ = ["PASSING", "Clustered", "Visit", "cluster", "cluster_bursts"]

PASSING = 30_000
"""Who is heard for less than so many ms walks past the door and is no visitor."""
MEMORY = 90 * DAY
"""After so many ms of silence frames of one model are no longer compared with what was before."""
VARIANTS = 0.1
"""About how many models are another one of a phone that is counted already (one of seven in the design captures)."""


class Visit(NamedTuple):
    """A stay of one device, or of a few of one model that cannot be told apart: `counted` says how many.

    `alone` says that an address or a counter parts it from others of its model; `anchor` is the maker-assigned address
    among its frames, 0 without one. Times in ms.
    """

    device: int
    model: int
    start: int
    end: int
    frames: int
    addresses: int
    anchor: int
    alone: bool
    counted: Count

    @property
    def passing(self) -> bool:
        """Return whether it was heard too briefly to count as a visitor."""
        return self.end - self.start < PASSING


class Clustered(NamedTuple):
    """What came out: each frame's device, the visits by start, and how many visitors there were."""

    device: Ints
    visits: list[Visit]

    def visitors(self, dwell: float = 0.0) -> Count:
        """Return how many visitors these visits stand for; who only passed is left out.

        A visit that stands for several phones of a model says how many were there together. With `dwell`, the mean stay
        (ms) in this place, those who came one after the other are added, give or take a factor of two; the first of
        them is taken to have stayed.
        """
        stayed = [v for v in self.visits if not v.passing]
        return _sum([v if v.alone or not dwell else v._replace(counted=_in_turn(v, dwell)) for v in stayed])

    def devices(self) -> Count:
        """Return how many devices these visits stand for, passers-by included."""
        return _sum(self.visits)


def _sum(visits: list[Visit]) -> Count:
    """Return how many devices the visits stand for, with what is doubtful about them as a whole.

    Visits of one model that are told apart by addresses or counters may still be as few devices as there were at one
    moment; and of phones known by their model, now and then one comes under two.
    """
    parted: dict[int, list[Visit]] = {}
    for v in visits:
        if v.alone and not v.anchor:
            parted.setdefault(v.model, []).append(v)
    counts = [v.counted for v in visits if v.anchor or not v.alone]
    for of_model in parted.values():
        spans = np.array(sorted((v.start, v.end) for v in of_model), np.int64)
        at_once = overlaps(spans[:, 0], spans[:, 1])[1]
        counts.append(total([v.counted for v in of_model])._replace(low=float(at_once)))
    found, spoken = total(counts), len({v.model for v in visits if v.model and not v.anchor})
    if spoken > 1:
        twice = VARIANTS * spoken + Z * math.sqrt(VARIANTS * (1 - VARIANTS) * spoken)
        below = math.hypot(found.devices - found.low, min(twice, spoken - 1))
        found = found._replace(low=max(1.0, found.devices - below))
    return found


def _in_turn(visit: Visit, dwell: float) -> Count:
    turns = (visit.end - visit.start) / dwell
    together = visit.counted
    return Count(*(round(k + (k - 1) * turns * factor) for k, factor in zip(together, (1.0, 0.5, 2.0), strict=True)))


def cluster(frames: Frames) -> Clustered:
    """Return devices and visits of the frames of one place; near-linear in their number, whatever their order."""
    return cluster_bursts(in_bursts(frames))


def cluster_bursts(bursts: Bursts) -> Clustered:
    """Return devices and visits of bursts, which are sorted by start."""
    if not len(bursts.start):
        return Clustered(np.zeros(0, np.int64), [])
    model = models(bursts)
    union = Union(len(bursts.start))
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


def _join_addresses(bursts: Bursts, union: Union) -> None:
    order = np.lexsort((bursts.start, bursts.address))
    same = (bursts.address[order][1:] == bursts.address[order][:-1]) & (bursts.address[order][1:] != 0)
    union.join(order[:-1][same], order[1:][same])


def _join_model(
    bursts: Bursts, model: int, among: Ints, union: Union, doubt: np.ndarray[tuple[int], np.dtype[np.float64]],
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
        quiet = bursts.start[among][1:] - np.maximum.accumulate(bursts.end[among])[:-1] > MEMORY
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
        apart = alone.get(own, False)
        counted = _tracked(doubt[part]) if apart else crowd(start, end, len(anchors))
        visits.append(Visit(
            int(device[part[0]]), own, int(start[0]), int(end.max()), int(bursts.frames[part].sum()),
            len(np.unique(bursts.address[part])), int(anchors[0]) if len(anchors) else 0, apart, counted,
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
