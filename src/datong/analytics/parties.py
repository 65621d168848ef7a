"""Parties: phones that came, went through the same zones and left together, counted as groups; never who they are.

In a crowd strangers go together as well. How many pairs chance makes is told by the same ways moved in time: a quarter
and half an hour to either side nobody belongs together, and the crowd is nearly the same.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import msgspec
import pyarrow as pa

from datong.model import MINUTE

__all__ = ["APART", "COMMON", "Parties", "groups_of", "parties_of"]

APART = 3 * MINUTE
"""How far apart (ms) phones of a party may be heard first, and last: a phone scans once in up to three minutes."""
COMMON, SHARED = 2, 0.4
"""So many zones they have in common at the same time, and so great a part of both ways (Jaccard, by time)."""
MOVED = (-30 * MINUTE, -15 * MINUTE, 15 * MINUTE, 30 * MINUTE)
"""By how much (ms) ways are moved to see how many pairs chance makes."""
_MOST = 200_000


class Parties(msgspec.Struct, frozen=True):
    """How many groups of two phones and more there were, the visits in them, and groups by size (`5` means and more).

    Rather too few: both phones must be followed, and at the phones' own pace one true pair in ten is found (of those
    told 96 % are right; `benchmarks/lines.py`). `share` is of all visits with a way of two zones or more:
    the others cannot show whether they were together. Of the `pairs` they are made of, `chance` are expected among
    strangers (`MOVED`): nearly as many mean that nothing can be said of groups there.
    """

    parties: int
    visits: int
    share: float
    sizes: dict[int, int]
    pairs: int = 0
    chance: float = 0.0


_Line = list[tuple[str, int, int]]
_Key = tuple[str, int, int]


def parties_of(steps: pa.Table) -> Parties:
    """Return the parties among flow lines, given as rows (place, ident, visit, zone, start, dwell) of their stays."""
    ways = _ways(steps)
    pairs = list(_pairs(ways))
    groups = _joined(ways, pairs)
    sizes: Counter[int] = Counter()
    for group in groups:
        sizes[min(len(group), 5)] += 1
    inside = sum(len(group) for group in groups)
    chance = sum(1 for moved in MOVED for _ in _pairs(ways, moved)) / len(MOVED)
    return Parties(len(groups), inside, inside / len(ways) if ways else 0.0, dict(sorted(sizes.items())),
                   len(pairs), min(chance / 2, float(len(pairs))))  # moved, each pair is met from both sides


def groups_of(steps: pa.Table) -> tuple[list[list[_Key]], int]:
    """Return who was together, each as (place, begin of the visit, ident), and how many lines could have shown it."""
    ways = _ways(steps)
    return _joined(ways, _pairs(ways)), len(ways)


def _ways(steps: pa.Table) -> dict[_Key, _Line]:
    lines: dict[_Key, _Line] = {}
    for place, ident, visit, zone, start, dwell in zip(*(steps.column(n).to_pylist() for n in (
            "place", "ident", "visit", "zone", "start", "dwell")), strict=True):
        lines.setdefault((place, visit, ident), []).append((zone, start, start + dwell))
    return {key: sorted(line, key=lambda stay: stay[1:]) for key, line in sorted(lines.items())
            if len({zone for zone, _, _ in line}) >= COMMON}


def _pairs(ways: Mapping[_Key, _Line], moved: int = 0) -> Iterator[tuple[_Key, _Key]]:
    """Give the pairs that were together, or would have been, had the first way of each been `moved` (ms) in time."""
    order = list(ways)
    for one in order[:_MOST]:
        place, visit, ident = one
        way = [(zone, start + moved, end + moved) for zone, start, end in ways[one]] if moved else ways[one]
        first = one if not moved else (place, visit + moved - APART, -1)
        for n in range(bisect_left(order, first), len(order)):
            other = order[n]
            if other[0] != place or other[1] > visit + moved + APART:
                break
            if other != one and other[2] != ident and together(way, ways[other]):
                yield one, other


def _joined(ways: Mapping[_Key, _Line], pairs: Iterable[tuple[_Key, _Key]]) -> list[list[_Key]]:
    group = {key: key for key in ways}

    def root(key: _Key) -> _Key:
        while group[key] != key:
            group[key] = key = group[group[key]]
        return key

    for one, other in pairs:
        group[max(root(one), root(other))] = min(root(one), root(other))
    found: dict[_Key, list[_Key]] = {}
    for key in ways:
        found.setdefault(root(key), []).append(key)
    return [group for group in found.values() if len(group) > 1]


def together(one: _Line, other: _Line) -> bool:
    """Return whether two ways began, went and ended together."""
    if abs(one[0][1] - other[0][1]) > APART or abs(one[-1][2] - other[-1][2]) > APART:
        return False
    common: Counter[str] = Counter()
    for zone, start, end in one:
        for there, begin, stop in other:
            if zone == there and min(end, stop) > max(start, begin):
                common[zone] += min(end, stop) - max(start, begin)
    whole = max(one[-1][2], other[-1][2]) - min(one[0][1], other[0][1])
    return len(common) >= COMMON and common.total() >= SHARED * whole
