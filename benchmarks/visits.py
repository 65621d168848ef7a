"""Counting visits and following ways, against a simulator that knows who was there.

python benchmarks/visits.py [--days 14] [--counted 7] [--visitors 250] [--seeds 1,2,3] [--error 5]

The air of one floor of the demo mall (`datong.simulator.radio`, which knows nothing of the estimators): phones of 60
models that make up addresses as real ones do (95 %; four of ten models one per scan), people with no phone or with two,
staff, half as many passers-by again as visitors, a sensor that dies for a day. Every scan goes through the log, the
stages and the facts as it would on a real platform.

`count_error`: visits of the days that no door counter saw, by a calibration of the first `--counted` days, against the
truth: the sum of all seeds' absolute errors over their truth; per seed and with the day's error beside it. `raw` is
the same without any door counter. `zone_accuracy`: share of the time in which the flow line has the true zone, where a
point with a mean error of `--error` metres comes every ten seconds, told when the visit is over (zones.py).
`by_scans` is the same for the phones of this air, which scan every 25 to 180 s: each frame's point by its zone,
smoothed over a minute around it; beside it the zone of the strongest sensor.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import date, timedelta
from typing import Any

import numpy as np
import yaml

from datong.analytics import attendance
from datong.analytics.attendance import DOUBT_TIMED
from datong.config import Settings
from datong.flow import Flow
from datong.identity import Identity
from datong.identity.device import Devices
from datong.model import DAY, HOUR, MINUTE, Event, Sightings
from datong.places import Floor, Name, Places, Rect, Sensor, Venue, Zone, ZoneIndex, update_venue
from datong.privacy import Vault
from datong.simulator.goods import MALL
from datong.simulator.radio import Air, Scenery, scenery, simulate
from datong.storage import Store, event_record, open_store
from line import print_line
from zones import measure

FIRST = (date(2026, 3, 2) - date(1970, 1, 1)).days
OFFSET = 8 * HOUR


class Morning:
    """The platform's time before the first frame."""

    speed = 1.0

    def now(self) -> int:
        """Return it."""
        return FIRST * DAY - OFFSET


def plan_of(scene: Scenery) -> Venue:
    """Return the scenery as a plan of the platform."""
    zones = tuple(Zone(code, Name(code, code), Rect(*rect)) for code, rect in scene.zones.items())
    sensors = tuple(Sensor(code, floor="f1", x=x, y=y) for code, (x, y) in scene.sensors.items())
    return Venue("mall", Name("mall", "mall"), (Floor("f1", Name("f1", "f1"), zones),), sensors=sensors,
                 hours="10:00-22:00")


def load(store: Store, vault: Vault, air: Air, counted: int) -> float:
    """Write the air and the door's hours into the log, run the flow over it, and return the seconds it took."""
    began = time.perf_counter()
    events: list[Event] = []
    for first in range(0, len(air.frames), 200):
        part = air.frames[first : first + 200]
        codes = sorted({f.sensor for f in part})
        at = part[0].time
        sightings = Sightings(
            tuple(codes), ("random_mac", "wifi_mac"),
            tuple(vault.key("wifi_mac" if f.given else "random_mac", f"{f.address:x}") for f in part),
            tuple(f.time - at for f in part), tuple(f.rssi for f in part),
            tuple(codes.index(f.sensor) for f in part), tuple(int(f.given) for f in part),
            ie=tuple(f.elements for f in part), seq=tuple(f.seq for f in part))
        events.append(Event(f"air{first}", "air", "wifi", "Devices Sighted", at, part[-1].time, place="mall",
                            sightings=sightings))
    hours: dict[tuple[int, int], int] = {}
    for p in air.visits():
        day, hour = divmod(p.start + OFFSET, DAY)
        if day < FIRST + counted:
            hours[day, hour // HOUR] = hours.get((day, hour // HOUR), 0) + 1
    for (day, hour), entries in sorted(hours.items()):
        at = day * DAY - OFFSET + hour * HOUR
        events.append(Event(f"door{at}", "door", "counter", "Door Counted", at, at, place="mall",
                            properties={"entries": entries}))
    for at in range(0, len(events), 200):
        store.log.append([event_record(e) for e in events[at : at + 200]])
    flow = Flow(store, (Places(store), Identity(store, vault), Devices(store, vault)))
    while flow.pump():
        while flow.fold():
            pass
    return time.perf_counter() - began


def count(scene: Scenery, seed: int, days: int, counted: int, visitors: int) -> dict[str, Any]:
    """Return how far the counts of one seed are off."""
    died = (FIRST + counted + 2) * DAY - OFFSET + 10 * HOUR
    dead = list(scene.sensors)[3]
    air = simulate(scene, FIRST, days, visitors, seed, dead=((dead, died, died + DAY),))
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Settings(root=folder))
        store.clock = Morning()
        vault = Vault(bytes(range(32)))
        update_venue(store, plan_of(scene), actor="benchmark")
        seconds = load(store, vault, air, counted)
        since = date(1970, 1, 1) + timedelta(days=FIRST + counted)
        found = attendance(store, "mall", since, since + timedelta(days=days - counted - 1))
        silences = store.facts.rows("SELECT sensor FROM places.silence")
        store.close()
    true = [0] * days
    for p in air.visits():
        true[(p.start + OFFSET) // DAY - FIRST] += 1
    truth = true[counted:]
    ours = [d.visits for d in found.days]
    return {
        "true": sum(truth), "counted": round(sum(ours)), "error": sum(ours) / sum(truth) - 1,
        "raw": round(sum(d.heard for d in found.days)), "raw_error": sum(d.heard for d in found.days) / sum(truth) - 1,
        "raw_held": sum(min(d.heard_low, d.heard / DOUBT_TIMED) <= t <= max(d.heard_high, d.heard * DOUBT_TIMED)
                        for d, t in zip(found.days, truth, strict=True)),
        "day_error": float(np.mean([abs(o / t - 1) for o, t in zip(ours, truth, strict=True)])),
        "held": sum(d.low <= t <= d.high for d, t in zip(found.days, truth, strict=True)), "days": len(truth),
        "frames": len(air.frames), "frames_per_s": round(len(air.frames) / seconds),
        "dead_sensor_told": any(row["sensor"] == dead for row in silences),
    }


def zones(scene: Scenery, seed: int, visitors: int, error: float) -> tuple[float, float]:
    """Return the share of time in the true zone: by position, and by the strongest sensor."""
    air = simulate(scene, FIRST, 1, visitors, seed, error=error)
    index = ZoneIndex(plan_of(scene))
    codes = index.codes("f1")
    home = {s: codes.index(z) for s, z in _homes(scene).items()}
    owner = {number: p for p in air.visits() for number in p.phones}
    frames: dict[int, list[Any]] = {}
    for f in air.frames:
        if f.phone in owner:
            frames.setdefault(f.phone, []).append(f)
    right = by_sensor = total = 0.0
    for phone, own in frames.items():
        path = owner[phone].path
        located = index.locate("f1", [f.x for f in own], [f.y for f in own], within=10.0)
        for n, f in enumerate(own):
            until = own[n + 1].time if n + 1 < len(own) else owner[phone].end
            span = min(until, f.time + 3 * MINUTE) - f.time
            if span <= 0:
                continue
            near = [k for k in range(max(0, n - 40), n + 40) if k < len(own) and abs(own[k].time - f.time) <= MINUTE]
            votes = np.bincount([located[k] for k in near if located[k] >= 0], minlength=len(codes))
            true = next((codes.index(z) for z, a, b in path if a <= f.time < b), -1)
            loudest = max((own[k] for k in near if abs(own[k].time - f.time) <= 2_000), key=lambda o: o.rssi)
            total += span
            right += span * (int(votes.argmax()) == true)
            by_sensor += span * (home[loudest.sensor] == true)
    return right / total, by_sensor / total


def _homes(scene: Scenery) -> dict[str, str]:
    index = ZoneIndex(plan_of(scene))
    return {code: index.zone_at("f1", x, y) for code, (x, y) in scene.sensors.items()}


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--days", type=int, default=14)
    options.add_argument("--counted", type=int, default=7)
    options.add_argument("--visitors", type=int, default=250)
    options.add_argument("--seeds", default="1,2,3")
    options.add_argument("--error", type=float, default=5.0)
    o = options.parse_args()
    mall = yaml.safe_load((MALL / "venue.yaml").read_text("utf-8"))["venues"][0]
    scene = scenery(mall)
    seeds = [int(s) for s in o.seeds.split(",")]
    runs = [count(scene, seed, o.days, o.counted, o.visitors) for seed in seeds]
    ways = [zones(scene, seed, o.visitors, o.error) for seed in seeds]
    followed = [measure(o.error, 100, seed=seed)["ours"]["zone_accuracy"] for seed in seeds]
    truth = sum(r["true"] for r in runs)
    errors = sorted(r["error"] for r in runs)
    ours = {
        "count_error": round(sum(abs(r["counted"] - r["true"]) for r in runs) / truth, 4),
        "count_errors": [round(e, 4) for e in errors],
        "day_error": round(float(np.mean([r["day_error"] for r in runs])), 4),
        "held": f"{sum(r['held'] for r in runs)} of {sum(r['days'] for r in runs)} days",
        "zone_accuracy": round(float(np.mean(followed)), 4), "zone_accuracies": followed,
        "by_scans": round(float(np.mean([w for w, _ in ways])), 4),
        "dead_sensor_told": all(r["dead_sensor_told"] for r in runs),
        "frames_per_s": min(r["frames_per_s"] for r in runs), "runs": runs,
    }
    anchor = {
        "count_error": round(sum(abs(r["raw"] - r["true"]) for r in runs) / truth, 4),
        "held": f"{sum(r['raw_held'] for r in runs)} of {sum(r['days'] for r in runs)} days",
        "by_scans": round(float(np.mean([s for _, s in ways])), 4), "what": "no door counter; strongest sensor",
    }
    print_line("visits", ours, anchor, {"by_scans": round(ours["by_scans"] / anchor["by_scans"], 4)})


if __name__ == "__main__":
    main()
