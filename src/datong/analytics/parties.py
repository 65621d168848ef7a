"""Parties: phones that came, went through the same zones and left together, counted as groups; never who they are."""

from __future__ import annotations

from collections import Counter

import msgspec
import pyarrow as pa

from datong.model import MINUTE

__all__ = ["APART", "COMMON", "Parties", "groups_of", "parties_of"]

APART = 3 * MINUTE
"""How far apart (ms) phones of a party may be heard first, and last: a phone scans once in up to three minutes."""
COMMON, SHARED = 2, 0.4
"""So many zones they have in common at the same time, and so great a part of both ways (Jaccard, by time)."""
_MOST = 200_000


class Parties(msgspec.Struct, frozen=True):
    """How many groups of two phones and more there were, the visits in them, and groups by size (`5` means and more).

    Rather too few: both phones must be followed, and at the phones' own pace one true pair in ten is found (of those
    told 96 % are right; `benchmarks/lines.py`). `share` is of all visits with a way of two zones or more:
    the others cannot show whether they were together. Chance is not taken off: in a crowd of hundreds of visits an hour
    strangers go together as well.
    """

    parties: int
    visits: int
    share: float
    sizes: dict[int, int]


_Line = list[tuple[str, int, int]]
_Key = tuple[str, int, int]


def parties_of(steps: pa.Table) -> Parties:
    """Return the parties among flow lines, given as rows (place, ident, visit, zone, start, dwell) of their stays."""
    groups, lines = groups_of(steps)
    sizes: Counter[int] = Counter()
    for group in groups:
        sizes[min(len(group), 5)] += 1
    inside = sum(len(group) for group in groups)
    return Parties(len(groups), inside, inside / lines if lines else 0.0, dict(sorted(sizes.items())))


def groups_of(steps: pa.Table) -> tuple[list[list[_Key]], int]:
    """Return who was together, each as (place, begin of the visit, ident), and how many lines could have shown it."""
    lines: dict[_Key, _Line] = {}
    for place, ident, visit, zone, start, dwell in zip(*(steps.column(n).to_pylist() for n in (
            "place", "ident", "visit", "zone", "start", "dwell")), strict=True):
        lines.setdefault((place, visit, ident), []).append((zone, start, start + dwell))
    ways = {key: sorted(line, key=lambda stay: stay[1:]) for key, line in lines.items()
            if len({zone for zone, _, _ in line}) >= COMMON}
    group = {key: key for key in ways}

    def root(key: _Key) -> _Key:
        while group[key] != key:
            group[key] = key = group[group[key]]
        return key

    order = sorted(ways)
    for n, one in enumerate(order[:_MOST]):
        for other in order[n + 1 :]:
            if other[0] != one[0] or other[1] > one[1] + APART:
                break
            if other[2] != one[2] and together(ways[one], ways[other]):
                group[max(root(one), root(other))] = min(root(one), root(other))
    found: dict[_Key, list[_Key]] = {}
    for key in order:
        found.setdefault(root(key), []).append(key)
    return [group for group in found.values() if len(group) > 1], len(ways)


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
