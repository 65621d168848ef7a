"""Readers of the two public sets that `position.py` measures on; nothing of them is kept in the product."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
import zlib
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import shapely
import shapely.geometry

from datong.places.position import Scans, Survey

FLOORS = ("B1", "F1", "F2", "F3", "F4")
_EARTH = 6_378_137.0


def campus(folder: Path) -> tuple[Survey, Survey]:
    """Return training and validation part of UJIIndoorLoc; a floor is `building/floor`, a walk is one user's."""
    with zipfile.ZipFile(folder / "ujiindoorloc" / "UJIndoorLoc.zip") as file:
        parts = [np.loadtxt(io.StringIO(file.read(f"UJIndoorLoc/{name}Data.csv").decode()), delimiter=",", skiprows=1)
                 for name in ("training", "validation")]
    codes = sorted({(int(b), int(f)) for part in parts for f, b in part[:, 522:524]})
    sensors = [f"WAP{n:03}" for n in range(1, 521)]
    found = []
    for part in parts:
        dbm = np.where(part[:, :520] == 100, np.nan, part[:, :520])
        floor = np.array([codes.index((int(b), int(f))) for f, b in part[:, 522:524]])
        found.append(Survey(part[:, 520], part[:, 521], floor, part[:, 526].astype(np.int64),
                            Scans.of_table(sensors, dbm), tuple(f"{b}/{f}" for b, f in codes)))
    return found[0], found[1]


class Walk(NamedTuple):
    """A walked path: waypoints (t ms, x, y), readings (time, sensor, dBm), scans as reported (by t)."""

    path: str
    floor: int
    way: np.ndarray[Any, Any]
    readings: list[tuple[int, str, int]]
    reported: dict[int, dict[str, int]]

    @property
    def test(self) -> bool:
        """Return whether the path belongs to the test part."""
        return zlib.crc32(self.path.encode()) % 5 == 0

    def at(self, time: Any) -> Any:
        """Return the points (n × 2) at these times, between the waypoints."""
        return np.stack([np.interp(time, self.way[:, 0], self.way[:, k]) for k in (1, 2)], 1)


def mall(folder: Path, lag: int) -> list[Walk]:
    """Return the walks; a Wi-Fi reading has the time it was last seen plus `lag` (ms), once however often reported."""
    place = folder / "ms_indoor_location"

    def lines(name: str) -> Any:
        with gzip.open(place / f"{name}.tsv.gz", "rt", encoding="utf-8", errors="replace", newline="") as file:
            yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)

    way: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    floor: dict[str, int] = {}
    for row in lines("waypoint"):
        way[row["path"]].append((int(row["t"]), float(row["x"]), float(row["y"])))
        floor[row["path"]] = FLOORS.index(row["floor"])
    seen: dict[str, dict[tuple[int, str], int]] = defaultdict(dict)
    reported: dict[str, dict[int, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for row in lines("wifi"):
        seen[row["path"]][int(row["last_seen"]) + lag, row["bssid"]] = int(row["rssi"])
        reported[row["path"]][int(row["t"])][row["bssid"]] = int(row["rssi"])
    for row in lines("beacon"):
        seen[row["path"]][int(row["t"]), "beacon " + row["mac"]] = int(row["rssi"])
    return [Walk(path, floor[path], np.array(sorted(way[path])),
                 sorted((t, sensor, rssi) for (t, sensor), rssi in seen[path].items()), dict(reported[path]))
            for path in sorted(way)]


def walkable(folder: Path) -> dict[str, Any]:
    """Return each floor's outline without its shops, in the metres of the waypoints."""
    found = {}
    for code in FLOORS:
        place = folder / "ms_indoor_location"
        features = json.loads((place / f"site1_{code}_geojson_map.json").read_text("utf-8"))["features"]
        size = json.loads((place / f"site1_{code}_floor_info.json").read_text("utf-8"))["map_info"]
        shapes = [shapely.transform(shapely.geometry.shape(f["geometry"]), _mercator) for f in features]
        left, bottom, right, top = shapes[0].bounds
        scale = np.array([size["width"] / (right - left), size["height"] / (top - bottom)])
        corner = np.array([left, bottom])
        shapes = [shapely.transform(s, lambda at, c=corner, k=scale: (at - c) * k) for s in shapes]
        shops = shapely.unary_union([s for s in shapes[1:] if s.area > 0])
        found[code] = shapes[0].difference(shops.buffer(-0.3))
    return found


def _mercator(at: Any) -> Any:
    lon, lat = np.radians(at[:, 0]), np.radians(at[:, 1])
    return np.stack([lon, np.log(np.tan(np.pi / 4 + lat / 2))], 1) * _EARTH
