"""Benchmark: where is the phone? On two public sets, beside the plain nearest neighbours of the literature.

    python benchmarks/position.py [--data FOLDER] [--set uji|mall] [--part train|test]

`--part train` measures by cross-validation inside the training part: leaving out users on the campus (UJIIndoorLoc),
walks in the mall (Indoor Location Competition 2.0). All that is set here and in `places/position` was chosen by that
alone. `--part test`, the default, looks at the test part. Anchors on the same split in the same run: campus, ((dBm +
105) / 105)^e, Bray-Curtis, k = 11; mall, weight ((dBm + 100) / 100)^2, cosine, k = 5, each scan as it was reported.

`mean_m` of the mall is the competition's: the distance and 15 m for each floor missed. `live` uses what was heard until
then, `path` also what came after; both may use the whole path's readings of the phone, never its waypoints.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from datong.places.position import (
    WRONG_FLOOR,
    Fingerprint,
    Located,
    Scans,
    Survey,
    faded,
    interval,
    left_out,
    smooth_path,
    snap,
)
from indoor import FLOORS, Walk, campus, mall, walkable
from line import print_line

LAG = 2_000
"""How much later (ms) a phone is where a Wi-Fi reading says; of 0, 1, 2 and 3 s this fitted the training walks best."""
WINDOW = 4_000
"""How far in time (ms) a reading may be from the moment that is asked."""
LIVE = 15_000
"""The same live, where readings fade with age: the window of `places/presence.py`."""
STEP = 2_000


def plain(survey: Survey, asked: Survey, weigh: Callable[[Any], Any], cosine: bool, k: int) -> Located:
    """Return the points by the plain nearest neighbours: floor by majority, the mean of those of that floor."""
    sensors = survey.scans.sensors
    rows, found = weigh(survey.scans.table(sensors)), Located.nowhere(len(asked), survey.floors)
    whole, length = rows.sum(1), np.maximum(np.linalg.norm(rows, axis=1), 1e-9)
    columns = np.ascontiguousarray(rows.T)
    for at, scan in enumerate(weigh(asked.scans.table(sensors))):
        heard = np.flatnonzero(scan)
        if cosine:
            near = -(scan[heard] @ columns[heard]) / length
        else:
            near = 1 - 2 * np.minimum(columns[heard], scan[heard, None]).sum(0) / (whole + scan.sum() + 1e-9)
        best = np.argsort(near, kind="stable")[:k]
        number = np.bincount(survey.floor[best]).argmax()
        best = best[survey.floor[best] == number]
        weight = near[best] / near[best].sum() if cosine and len(heard) else np.full(len(best), 1 / len(best))
        point = Located(*(np.array([v]) for v in (survey.x[best] @ weight, survey.y[best] @ weight, number, 0.0)),
                        survey.floors)
        found.put(np.array([at]), point)
    return found


def result(x: Any, y: Any, floor: Any, asked: Survey, walks: Any, levels: Sequence[int]) -> dict[str, Any]:
    """Return the figures; `levels` orders floors for the 15 m of each floor missed (0: the distance alone)."""
    missed = np.abs(np.array(levels)[floor] - np.array(levels)[asked.floor])
    error = np.hypot(x - asked.x, y - asked.y) + WRONG_FLOOR * missed
    low, high = interval(error, walks)
    hit = floor == asked.floor
    return {"building_floor": round(float(hit.mean()), 4), "mean_m": round(float(error.mean()), 3),
            "median_m": round(float(np.median(error)), 3), "p75_m": round(float(np.percentile(error, 75)), 3),
            "mean_low": round(low, 2), "mean_high": round(high, 2),
            "hit_interval": [round(v, 4) for v in interval(hit.astype(float), walks)]}


def on_campus(folder: Path, part: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return our figures and the anchor's on UJIIndoorLoc."""
    train, test = campus(folder)

    def anchor(known: Survey, asked: Survey) -> Located:
        weigh = lambda dbm: np.nan_to_num(((np.maximum(dbm, -104) + 105) / 105) ** np.e).astype(np.float32)  # noqa: E731
        return plain(known, asked, weigh, False, 11)

    if part == "test":
        model, theirs, asked = Fingerprint.fit(train), anchor(train, test), test
        began = time.perf_counter()
        found = model.locate(asked.scans)
        speed = len(asked) / (time.perf_counter() - began)
        groups = np.arange(len(asked))  # the validation scans name no user
    else:
        chosen = np.random.default_rng(1).permutation(len(train))[:6_000]
        asked = train.pick(np.sort(chosen))
        asked = Survey(asked.x, asked.y, asked.floor, np.unique(asked.walk, return_inverse=True)[1], asked.scans,
                       asked.floors)
        began = time.perf_counter()
        found = left_out(asked, Fingerprint.fit, 9)
        speed = len(asked) / (time.perf_counter() - began)
        theirs = Located.nowhere(len(asked), asked.floors)
        for fold in range(9):
            out = asked.walk % 9 == fold
            theirs.put(np.flatnonzero(out), anchor(asked.pick(~out), asked.pick(out)))
        groups = asked.walk
    level = [0] * len(train.floors)
    known = found.floor >= 0
    found.x[~known], found.y[~known] = np.mean(train.x), np.mean(train.y)
    ours = result(found.x, found.y, found.floor, asked, groups, level) | {"locate_per_s": round(speed)}
    return ours, result(theirs.x, theirs.y, theirs.floor, asked, groups, level)


def scans_at(walk: Walk, moments: Any, until: int) -> list[dict[str, float]]:
    """Return a scan per moment: of each sensor the reading nearest in time, at most `WINDOW` away, `until` after it.

    Live (`until` below `WINDOW`) readings fade, and those from before the walk count: where the phone was then is not
    known, but what it heard is.
    """
    times = np.array([t for t, _, _ in walk.readings], np.int64)
    live = until < WINDOW
    found = []
    for moment in moments:
        first = np.searchsorted(times, moment - LIVE if live else max(moment - WINDOW, walk.way[0, 0]))
        last = np.searchsorted(times, moment + until, side="right")
        near = sorted(walk.readings[first:last], key=lambda r: -abs(r[0] - moment))
        window = {sensor: (time if live else moment, float(rssi)) for time, sensor, rssi in near}
        found.append(faded(window, moment))
    return found


def survey_of(walks: Sequence[Walk], moments: Sequence[Any], until: int = WINDOW) -> Survey:
    """Return a survey with a scan of each walk at each of its moments."""
    at = np.concatenate([w.at(m) for w, m in zip(walks, moments, strict=True)])
    sizes = [len(m) for m in moments]
    scans = Scans.of(s for w, m in zip(walks, moments, strict=True) for s in scans_at(w, m, until))
    floor, number = np.repeat([w.floor for w in walks], sizes), np.repeat(np.arange(len(walks)), sizes)
    return Survey(at[:, 0], at[:, 1], floor, number, scans, FLOORS)


def reported_of(walks: Sequence[Walk], at_waypoints: bool) -> Survey:
    """Return the scans as they were reported: all between the waypoints, or the one next to each waypoint."""
    rows: list[tuple[int, int, float, float, dict[str, int]]] = []
    for number, walk in enumerate(walks):
        times = np.array(sorted(walk.reported), float)
        if at_waypoints:
            points = [(x, y, times[np.abs(times - t).argmin()] if len(times) else None) for t, x, y in walk.way]
        else:
            points = [(*walk.at([t])[0], t) for t in times]
        rows += [(number, walk.floor, x, y, walk.reported[int(t)] if t is not None else {}) for x, y, t in points]
    number_, floor, x, y, scans = zip(*rows, strict=True)
    return Survey(np.array(x), np.array(y), np.array(floor), np.array(number_), Scans.of(scans), FLOORS)


def in_mall(folder: Path, part: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return our figures (path, live, and each moment on its own) and the anchor's in the mall."""
    walks, area = mall(folder, LAG), walkable(folder)
    train = [w for w in walks if not w.test]
    if part == "test":
        folds = [(train, [w for w in walks if w.test])]
    else:
        folds = [([w for i, w in enumerate(train) if i % 5 != f], train[f::5]) for f in range(5)]
    ways: dict[str, list[Any]] = {"path": [], "live": [], "alone": [], "anchor": []}
    truth: list[Any] = []
    spent, asked_count = 0.0, 0
    for known, asked in folds:
        model = model_of(known, area)
        moments = [np.unique(np.concatenate([np.arange(w.way[0, 0], w.way[-1, 0], STEP), w.way[:, 0]])) for w in asked]
        for name, until in (("path", WINDOW), ("live", LAG)):
            survey = survey_of(asked, moments, until)
            began = time.perf_counter()
            found = model.locate(survey.scans)
            spent, asked_count = spent + time.perf_counter() - began, asked_count + len(survey)
            for number, walk in enumerate(asked):
                here = np.flatnonzero(survey.walk == number)
                at = np.isin(moments[number], walk.way[:, 0])
                ways[name].append(along(found, here, moments[number], area, name == "path")[at])
                if name == "path":
                    ways["alone"].append(np.stack([found.x, found.y, found.floor], 1)[here][at])
        weigh = lambda dbm: np.nan_to_num(np.clip((dbm + 100) / 100, 0.01, 1) ** 2).astype(np.float32)  # noqa: E731
        often = frequent(reported_of(known, False), 50)
        theirs = plain(often, reported_of(asked, True), weigh, True, 5)
        ways["anchor"].append(np.stack([theirs.x, theirs.y, theirs.floor], 1))
        truth.append(survey_of(asked, [w.way[:, 0] for w in asked]))
    asked_all = Survey(*(np.concatenate([getattr(t, f) for t in truth]) for f in ("x", "y", "floor")),
                       np.concatenate([t.walk + 1_000 * n for n, t in enumerate(truth)]), truth[0].scans, FLOORS)
    figures = {}
    for name, found_rows in ways.items():
        rows = np.nan_to_num(np.concatenate(found_rows), nan=100.0)
        figures[name] = result(rows[:, 0], rows[:, 1], rows[:, 2].astype(int), asked_all, asked_all.walk, range(5))
    ours = figures["path"] | {"live": figures["live"], "alone": figures["alone"],
                              "locate_per_s": round(asked_count / spent)}
    return ours, figures["anchor"]


def model_of(walks: Sequence[Walk], area: dict[str, Any]) -> Fingerprint:
    """Return the model of the walks: a scan every two seconds and at each waypoint, drawn into a radio map."""
    moments = [np.unique(np.concatenate([np.arange(w.way[0, 0], w.way[-1, 0], STEP), w.way[:, 0]])) for w in walks]
    return Fingerprint.fit(survey_of(walks, moments), area)


def along(found: Located, here: Any, moments: Any, area: dict[str, Any], both: bool) -> Any:
    """Return points and floors of one walk, smoothed and snapped: its floor by majority, of all or of those so far."""
    known = here[found.floor[here] >= 0]
    made = np.full((len(here), 3), np.nan)
    if not len(known):
        made[:, 2] = 0
        return made
    votes = np.cumsum(found.floor[known][:, None] == np.arange(len(FLOORS)), axis=0)
    floors = np.full(len(known), votes[-1].argmax()) if both else votes.argmax(1)
    use = found.floor[known] == floors
    rows = known[use] if use.any() else known
    points = smooth_path(moments[rows - here[0]], found.x[rows], found.y[rows], np.full(len(rows), 6.0), both_ways=both)
    code = FLOORS[int(np.bincount(floors).argmax())]
    points = snap(points, area[code])
    which = np.clip(np.searchsorted(rows, here, side="right") - 1, 0, None)
    made[:, :2] = points[which]
    made[:, 2] = floors[np.clip(np.searchsorted(known, here, side="right") - 1, 0, None)]
    return made


def frequent(survey: Survey, least: int) -> Survey:
    """Return the survey with the sensors heard at least so often."""
    scans = survey.scans
    count = np.bincount(scans.sensor, minlength=len(scans.sensors))
    keep = [at for at in range(len(count)) if count[at] >= least]
    sensors = tuple(scans.sensors[at] for at in keep)
    return Survey(survey.x, survey.y, survey.floor, survey.walk, Scans.of_table(sensors, scans.table(sensors)),
                  survey.floors)


def main() -> None:
    """Measure and print the line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("data"), help="the folder of both sets")
    parser.add_argument("--set", choices=("uji", "mall"), default="uji")
    parser.add_argument("--part", choices=("train", "test"), default="test")
    given = parser.parse_args()
    folder = {"uji": "ujiindoorloc", "mall": "ms_indoor_location"}[given.set]
    if not (given.data / folder).is_dir():
        print(f"{given.data / folder} is not there: give the folder of the data with --data; nothing was measured")
        return
    ours, anchor = (on_campus if given.set == "uji" else in_mall)(given.data, given.part)
    ratio = {"mean": round(ours["mean_m"] / anchor["mean_m"], 3)}
    print_line("position", ours | {"set": given.set, "part": given.part}, anchor, ratio)


if __name__ == "__main__":
    main()
