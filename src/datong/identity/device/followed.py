"""Followed: made-up addresses that one phone took one after the other within a stay, as its sequence numbers show.

Only models whose numbers go on when the address changes can be followed, and only links that are surely right are
taken. It ends with the stay: nobody is known again the next day.
"""

from __future__ import annotations

from datetime import date
from weakref import WeakKeyDictionary

import numpy as np

from datong.identity.device.frames import Bursts, Ints
from datong.identity.device.models import Union
from datong.identity.device.tracks import counts_on, link
from datong.model import HOUR, MINUTE
from datong.storage import Facts

__all__ = ["SURE", "follow", "followed"]

SURE = 0.8
"""Links less sure than this are not taken."""
_PAUSE = 10 * MINUTE
"""A phone that is silent for so long (ms) may have left."""
_RARE = 0.6
"""A model that is silent for this share of a day has seldom two phones there at once: time alone tells them."""

_HEARD = """
SELECT ident, start, "end", frames, ns = 'wifi_mac' AS assigned, model, first, last, rssi FROM identity.sighting
WHERE place = $place AND date = $day AND ns IN ('wifi_mac', 'random_mac') AND model <> 0
ORDER BY start, "end", model, ident, first
"""
_COUNT = """
SELECT date, count(*) AS n FROM identity.sighting WHERE place = $place AND date BETWEEN $since AND $until
GROUP BY date ORDER BY date
"""

_kept: WeakKeyDictionary[Facts, dict[tuple[object, ...], dict[int, int]]] = WeakKeyDictionary()
_KEPT = 400


def followed(facts: Facts, place: str, since: date, until: date) -> dict[int, int]:
    """Return for each address that was one of several of one phone the first of them, day by day.

    Days that were looked at before are remembered as long as nothing more was heard of them.
    """
    known = _kept.setdefault(facts, {})
    found: dict[int, int] = {}
    for row in facts.rows(_COUNT, {"place": place, "since": since, "until": until}):
        key = (str(facts.path), place, row["date"], row["n"])
        if key not in known:
            if len(known) >= _KEPT or any(k[0] != key[0] for k in known):
                known.clear()  # an erasure makes a new file: nothing of the old one is kept
            known[key] = follow(_bursts(facts, place, row["date"]))
        found |= known[key]
    return found


def follow(bursts: Bursts) -> dict[int, int]:
    """Return for each address of a followed phone the first it had; bursts are sorted by start."""
    first: dict[int, int] = {}
    unknown = np.full(len(bursts.start), -1)
    for model in np.unique(bursts.model):
        among = np.flatnonzero((bursts.model == model) & (bursts.address != 0))
        if not model or len(among) < 2:
            continue
        if counts_on(bursts, among):
            links = link(bursts, among)
        elif _silent(bursts, among) >= _RARE:
            links = link(bursts._replace(first=unknown, last=unknown), among)
        else:
            continue
        near = bursts.start[links.after] - bursts.end[links.before] <= _PAUSE
        sure = near & (links.right >= SURE)
        number = {int(at): n for n, at in enumerate(among)}
        union = Union(len(among))
        addresses = bursts.address[among]
        order = np.argsort(addresses, kind="stable")
        same = addresses[order][1:] == addresses[order][:-1]
        union.join(order[:-1][same], order[1:][same])
        union.join(np.array([number[int(a)] for a in links.before[sure]], np.int64),
                   np.array([number[int(b)] for b in links.after[sure]], np.int64))
        for at, root in enumerate(union.roots().tolist()):
            if addresses[root] != addresses[at]:
                first[int(addresses[at])] = int(addresses[root])
                first[int(addresses[root])] = int(addresses[root])
    return first


def _silent(bursts: Bursts, among: Ints) -> float:
    """Return the share of the time in which nothing was heard of these, which are sorted by start."""
    end = np.maximum.accumulate(bursts.end[among])
    gaps = bursts.start[among][1:] - end[:-1]
    whole = max(12 * HOUR, int(end[-1] - bursts.start[among[0]]))
    return 1 - float(np.minimum(gaps, _PAUSE).clip(0).sum() + _PAUSE) / whole


def _bursts(facts: Facts, place: str, day: date) -> Bursts:
    heard = facts.query(_HEARD, {"place": place, "day": day})
    c = {name: np.asarray(heard.column(name).to_numpy(zero_copy_only=False)) for name in heard.column_names}
    return Bursts(np.arange(heard.num_rows), c["start"], c["end"], c["ident"], c["assigned"].astype(np.bool_),
                  c["model"], c["first"], c["last"], c["rssi"].astype(np.float64), c["frames"])
