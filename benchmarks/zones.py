"""Benchmark: how much of a shopper's time is told in the right zone, when points are 5 m off on average?

    python benchmarks/zones.py [--error 5] [--shoppers 300] [--every 10]

A made-up floor of 96 × 46 m: sixteen shops of 12 × 20 m on both sides of a corridor of 6 m. Shoppers walk from shop to
shop at 1.1 m/s, stay from one to fifteen minutes in each, and move about in it. Every ten seconds (exponential) they
are located with an error that is normal, half of it shared with the one before. The points go through the trail of the
product, which tells the way when the stay is over; `live` through its track and presence, as scenes see it at the
moment. Anchor: the zone of each bare point.

`zone_accuracy`: the share of the time between first and last sight in the right zone. `stays_right`: of the stays of
two minutes and more, those whose zone is told for most of the time. `zones_per_stay`: zones told per stay there was.
"""

from __future__ import annotations

import argparse
from itertools import pairwise
from typing import Any

import numpy as np

from datong.places import Floor, Name, Rect, Venue, Zone, ZoneIndex
from datong.places.position import Track
from datong.places.presence import Presence, Sighting, Spot, sight
from datong.places.retrace import Trail
from datong.places.rooms import Rooms
from line import print_line

SHOPS = 8
WIDE, DEEP, ALLEY = 12.0, 20.0, 6.0
SECOND = 1_000


def venue() -> Venue:
    """Return the floor."""
    rows = ((0.0, "n"), (DEEP + ALLEY, "s"))
    zones = [Zone(f"{side}{k}", Name("", side), Rect(k * WIDE, y, WIDE, DEEP))
             for y, side in rows for k in range(SHOPS)]
    zones.append(Zone("alley", Name("", "alley"), Rect(0, DEEP, SHOPS * WIDE, ALLEY)))
    return Venue("m", Name("", "m"), (Floor("f", Name("", "f"), tuple(zones)),))


def path(dice: np.random.Generator) -> np.ndarray[Any, Any]:
    """Return where a shopper is, second by second."""
    middle = DEEP + ALLEY / 2
    at = np.array([0.0, middle])
    steps = [at]

    def walk(to: np.ndarray[Any, Any]) -> None:
        count = max(1, int(np.hypot(*(to - steps[-1])) / 1.1))
        steps.extend(steps[-1] + (to - steps[-1]) * (n / count) for n in range(1, count + 1))

    for shop in dice.integers(0, 2 * SHOPS, int(dice.integers(2, 6))):
        left, top = shop % SHOPS * WIDE, 0.0 if shop < SHOPS else DEEP + ALLEY
        door = left + WIDE / 2
        walk(np.array([door, middle]))
        until = len(steps) + int(dice.uniform(60, 900))
        while len(steps) < until:
            walk(np.array([left + dice.uniform(1, WIDE - 1), top + dice.uniform(1, DEEP - 1)]))
            steps.extend([steps[-1]] * int(dice.exponential(40)))
        walk(np.array([door, top + DEEP / 2]))
        walk(np.array([door, middle]))
    return np.array(steps)


def retraced(points: np.ndarray[Any, Any], times: Any, accuracy: float, rooms: Rooms) -> list[tuple[int, str]]:
    """Return (second, zone) of each change of zone that is told when the stay is over."""
    trail = Trail()
    for (x, y), second in zip(points, times, strict=True):
        trail.add(int(second) * SECOND, x, y, accuracy, "f", rooms)
    stays = trail.leave(int(times[0]) * SECOND, int(times[-1]) * SECOND, rooms)
    return [(stay.start // SECOND, stay.zone) for stay in stays]


def told(
    points: np.ndarray[Any, Any], times: Any, accuracy: float, index: ZoneIndex, smooth: bool,
) -> list[tuple[int, str]]:
    """Return (second, zone) of each change of zone that the presence tells; bare zones where not smoothed."""
    codes = index.codes("f")
    if smooth:
        track, made = None, []
        for (x, y), second in zip(points, times, strict=True):
            if track is None:
                track = Track.begin(x, y, accuracy, "f", second * SECOND)
            else:
                track.move(x, y, accuracy, "f", second * SECOND)
            made.append((track.x, track.y))
        points = np.array(made)
    zones = [codes[z] if z >= 0 else "" for z in index.locate("f", points[:, 0], points[:, 1], 5.0)]
    if not smooth:
        return list(zip([int(t) for t in times], zones, strict=True))
    p, found = Presence(1), []
    for second, zone in zip(times, zones, strict=True):
        if zone:
            at = int(second) * SECOND
            moves = sight(p, Sighting("s", Spot("m", zone), at, -60, at, located=True), at, 600 * SECOND)
            found += [(move.time // SECOND, move.zone) for move in moves if move.type == "Zone Entered"]
    return found


def score(changes: list[tuple[int, str]], truth: list[str], first: int, last: int) -> tuple[float, list[bool], int]:
    """Return the seconds told right, and for each stay of two minutes and more whether most of it was."""
    guess = [""] * (last + 1)
    for n, (second, zone) in enumerate(changes):
        end = changes[n + 1][0] if n + 1 < len(changes) else last + 1
        guess[second:end] = [zone] * (end - second)
    right = np.array([g == t for g, t in zip(guess, truth, strict=False)])
    edges = [n for n in range(first, last + 1) if n == first or truth[n] != truth[n - 1]] + [last + 1]
    stays = [bool(right[a:b].mean() > 0.5) for a, b in pairwise(edges) if b - a >= 120]
    return float(right[first : last + 1].sum()), stays, len(edges) - 1


def measure(error: float = 5.0, shoppers: int = 300, every: float = 10.0, seed: int = 1) -> dict[str, Any]:
    """Return the figures of the product and of bare points."""
    dice = np.random.default_rng(seed)
    index = ZoneIndex(venue())
    codes = index.codes("f")
    rooms = Rooms(venue(), index)
    sums: dict[str, list[Any]] = {name: [0.0, [], 0] for name in ("ours", "live", "anchor")}
    seconds, there = 0, 0
    sigma = error / np.sqrt(np.pi / 2)  # the mean of a round normal error is σ √(π/2)
    for _ in range(shoppers):
        way = path(dice)
        truth = [codes[z] for z in index.locate("f", way[:, 0], way[:, 1], 1.0)]
        times = np.unique(np.cumsum(np.maximum(1, dice.exponential(every, len(way)))).astype(int))
        times = times[times < len(way)]
        noise = dice.normal(0, sigma, (len(times), 2))
        for n in range(1, len(noise)):
            noise[n] = 0.5 * noise[n - 1] + np.sqrt(0.75) * noise[n]
        first, last = int(times[0]), int(times[-1])
        seconds += last + 1 - first
        for name, total in sums.items():
            points = way[times] + noise
            changes = (retraced(points, times, 1.2 * error, rooms) if name == "ours"
                       else told(points, times, 1.2 * error, index, name == "live"))
            right, stays, there_now = score(changes, truth, first, last)
            total[0] += right
            total[1] += stays
            total[2] += len(changes)
        there += there_now
    return {name: {"zone_accuracy": round(total[0] / seconds, 4), "stays_right": round(float(np.mean(total[1])), 4),
                   "zones_per_stay": round(total[2] / there, 2)}
            for name, total in sums.items()}


def main() -> None:
    """Measure and print the line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--error", type=float, default=5.0, help="mean distance (m) of a point from where the phone is")
    parser.add_argument("--shoppers", type=int, default=300)
    parser.add_argument("--every", type=float, default=10.0, help="seconds between two points, on average")
    given = parser.parse_args()
    found = measure(given.error, given.shoppers, given.every)
    ratio = {"zone_accuracy": round(found["ours"]["zone_accuracy"] / found["anchor"]["zone_accuracy"], 3)}
    print_line("zones", found["ours"] | {"live": found["live"], "error_m": given.error}, found["anchor"], ratio)


if __name__ == "__main__":
    main()
