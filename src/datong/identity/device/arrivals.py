"""Arrivals: how many people's phones came, hour by hour, although most make up their addresses.

Where frames tell models, and there are two days or more, arrivals are time spent inside over the mean stay
(`occupancy`). Elsewhere, and for what tells no model, they are counted by stays:

A *unit* is what the air tells apart: an address that its maker gave, else a model (equal information elements), else an
address. Scans of a unit without a pause of `PAUSE` are one stay. Two phones of one model that are there together make
one stay, so the more a unit is heard the fewer arrivals show. Phones arrive independently of each other (a Poisson
process): what comes while a unit is silent is a fair sample of all that comes, so each stay that begins stands for
1 / (share of the day the unit was silent) arrivals. A unit that is hardly ever silent tells nothing that way: its scans
are divided by the scans per arrival of all others, and what is said of it may be wrong by a factor of two.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from datong.identity.device.crowd import Z
from datong.identity.device.dwell import Dwell, fit_dwell
from datong.identity.device.frames import Bursts, Ints
from datong.identity.device.occupancy import BIN, Occupancy, occupancy
from datong.model import HOUR, MINUTE

__all__ = ["PAUSE", "Arrivals", "HourCount", "arrivals"]

PAUSE = 10 * MINUTE
"""Scans of a unit so far apart (ms) are of two stays; phones at rest scan every two or three minutes."""
_SILENT = 0.25
"""A unit must be silent for this share of a day so that its stays can be counted."""

Floats = NDArray[np.float64]


class HourCount(NamedTuple):
    """Arrivals in the hour from `start` (ms), their 90 % interval, how many walked past, and stays of own addresses.

    `scans` and `lasting` (addresses heard for a minute at least) say how much was heard inside: what a door counter is
    compared with, as they do not depend on how phones are told apart.
    """

    start: int
    visits: float
    low: float
    high: float
    passers: int
    known: int
    scans: int
    lasting: int


class Arrivals(NamedTuple):
    """Hours in order, the border between passing and visiting, and the share of scans of hardly silent units.

    `stay` is the mean stay (ms) where arrivals were told by the time spent inside, else 0; `error` is then the relative
    standard error that all hours have in common.
    """

    hours: list[HourCount]
    dwell: Dwell
    dense: float
    stay: float = 0.0
    error: float = 0.0


class _Stays(NamedTuple):
    unit: Ints
    start: Ints
    end: Ints
    scans: Ints
    strength: Floats
    own: NDArray[np.bool_]


def arrivals(bursts: Bursts, windows: Sequence[tuple[int, int]]) -> Arrivals:
    """Return the arrivals within each window (ms; the opening hours of a day), hour by hour.

    Bursts need no order. Scans before and after the windows are left out, as those of whoever works there then.
    """
    first = _stays(bursts, np.arange(len(bursts.start)))
    dwell = fit_dwell((first.end - first.start).astype(np.float64), first.strength)
    inside = np.arange(len(bursts.start))
    if dwell.fitted:  # a weak scan does not belong to the stay of another phone of its model
        inside = inside[~(bursts.rssi < dwell.strength)]
    stays = _stays(bursts, inside)
    passing = dwell.passes((stays.end - stays.start).astype(np.float64), stays.strength)
    weak = _stays(bursts, np.setdiff1d(np.arange(len(bursts.start)), inside))
    lasting = _lasting(bursts, inside)
    heard = np.sort(bursts.start[inside])
    spent = _spent(bursts, inside, windows, dwell)
    bare = bursts.address[inside][bursts.model[inside] == 0]
    hours: list[HourCount] = []
    scans_dense = scans = 0.0
    for number, (opens, closes) in enumerate(windows):
        here = (stays.end >= opens) & (stays.start < closes) & ~passing
        begun, gone, all_scans = _count(_pick(stays, here), opens, closes)
        if spent is not None:
            untold, gone, _ = _count(_pick(stays, here & np.isin(stays.unit, bare)), opens, closes)
            begun = _add(untold, begun, spent, number)
        scans_dense, scans = scans_dense + gone, scans + all_scans
        past = np.concatenate((stays.start[passing], weak.start))
        for at, (value, spread, doubt, known) in begun.items():
            inner = HOUR if at + HOUR <= closes else closes - at
            below = np.hypot(Z * spread, doubt / 2)
            above = np.hypot(Z * spread, doubt)
            hours.append(HourCount(at, value, max(float(known), value - float(below)), value + float(above),
                                   int(((past >= at) & (past < at + inner)).sum()), known,
                                   *(int(np.diff(np.searchsorted(told, (at, at + inner)))[0])
                                     for told in (heard, lasting))))
    dense = scans_dense / scans if scans else 0.0
    return Arrivals(hours, dwell, dense, spent.stay if spent else 0.0, spent.error if spent else 0.0)


def _spent(bursts: Bursts, inside: Ints, windows: Sequence[tuple[int, int]], dwell: Dwell) -> Occupancy | None:
    """Return the visits by the time spent inside, None where half of the frames or more tell no model."""
    if not len(inside) or (bursts.model[inside] != 0).mean() < 0.5:
        return None
    return occupancy(bursts, inside, windows, dwell.threshold)


_Begun = dict[int, tuple[float, float, float, int]]


def _add(untold: _Begun, stays: _Begun, spent: Occupancy, number: int) -> _Begun:
    """Return the hours by the time spent inside in the window `number`, with the stays that tell no model added."""
    found: _Begun = {}
    bins = spent.visits[number]
    opens = min(stays)
    for at, (*_, known) in stays.items():
        first = (at - opens) // BIN
        value = float(bins[first : first + HOUR // BIN].sum())
        more, spread, doubt, _ = untold[at]
        found[at] = (value + more, math.sqrt((spent.error * value) ** 2 + 2 * value + spread**2), doubt, known)
    return found


def _count(stays: _Stays, opens: int, closes: int) -> tuple[dict[int, tuple[float, float, float, int]], float, float]:
    """Return by hour (arrivals, standard deviation, what rests on scans alone, own addresses), dense and all scans."""
    units, of = np.unique(stays.unit, return_inverse=True)
    length = np.minimum(stays.end + PAUSE, closes) - np.maximum(stays.start, opens)
    busy = np.bincount(of, np.maximum(length, 0), len(units))
    silent = 1 - np.minimum(busy / (closes - opens), 1)
    own = np.zeros(len(units), np.bool_)
    own[of] = stays.own
    dense = ~own & (silent < _SILENT)
    weight = np.where(own[of], 1.0, 1 / np.maximum(silent[of], _SILENT))
    sparse = ~dense[of]
    counted = weight[sparse].sum()
    per_scan = counted / stays.scans[sparse].sum() if counted else 0.0
    found: dict[int, tuple[float, float, float, int]] = {}
    for at in range(opens, closes, HOUR):
        until = min(at + HOUR, closes)
        begins = sparse & (np.maximum(stays.start, opens) >= at) & (np.maximum(stays.start, opens) < until)
        share = np.clip((np.minimum(stays.end, until) - np.maximum(stays.start, at)) / np.maximum(
            stays.end - stays.start, 1), 0, 1)
        rest = float((stays.scans * share)[~sparse].sum() * per_scan)
        found[at] = (float(weight[begins].sum()) + rest, float(np.sqrt((weight[begins] ** 2).sum())), rest,
                     int(stays.own[begins].sum()))
    return found, float(stays.scans[~sparse].sum()), float(stays.scans.sum())


def _lasting(bursts: Bursts, among: Ints) -> Ints:
    """Return when each address that was heard for at least a minute was first heard, in order."""
    addresses, of = np.unique(bursts.address[among], return_inverse=True)
    first = np.full(len(addresses), np.iinfo(np.int64).max)
    last = np.zeros(len(addresses), np.int64)
    np.minimum.at(first, of, bursts.start[among])
    np.maximum.at(last, of, bursts.end[among])
    found: Ints = np.sort(first[(last - first >= MINUTE) & (addresses != 0)])
    return found


def _stays(bursts: Bursts, among: Ints) -> _Stays:
    own = bursts.assigned[among]
    unit = np.where(own | (bursts.model[among] == 0), bursts.address[among], bursts.model[among])
    order = np.lexsort((bursts.start[among], unit))
    unit, start, end = unit[order], bursts.start[among][order], bursts.end[among][order]
    begins = np.ones(len(order), np.bool_)
    begins[1:] = (np.diff(unit) != 0) | (start[1:] - end[:-1] > PAUSE)
    at = np.flatnonzero(begins)
    number = np.cumsum(begins) - 1
    rssi = bursts.rssi[among][order]
    heard = ~np.isnan(rssi)
    total = np.bincount(number, np.where(heard, rssi, 0.0), len(at))
    counted = np.bincount(number, heard, len(at))
    last = np.maximum.reduceat(end, at) if len(at) else end
    return _Stays(unit[at], start[at], last, np.bincount(number, minlength=len(at)),
                  np.divide(total, counted, out=np.full(len(at), np.nan), where=counted > 0), own[order][at])


def _pick(stays: _Stays, which: NDArray[np.bool_]) -> _Stays:
    return _Stays(stays.unit[which], stays.start[which], stays.end[which], stays.scans[which], stays.strength[which],
                  stays.own[which])
