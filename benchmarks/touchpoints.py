"""Touchpoints: frames as they come over the wire → intake → log → flow, on one core, beside bare decoding and storing.

python benchmarks/touchpoints.py [--sightings 600000] [--only wifi,ble,poslog,csv]

Sightings: the access points (or gateways) of some venues send every ten seconds what they heard: 60 devices in a frame,
each heard by two sensors and staying for ten minutes; one in twenty addresses is a maker's, the others are made up.
Measured is the time from the frames' bytes to zone presence in the state: `listen`, admission (hashing, checks), the
durable log (32 frames under way at once, as over HTTP), and every stage of the flow with its transactions, all on one
core. The anchor, in the same run, decodes the same frames with the standard library and inserts each sighting into one
SQLite table, in transactions of as many frames: no hashing, no checks, no presence.

Receipts: POSLog XML and CSV to the admitted event, beside parsing the same documents (see receipts.py).
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import random
import resource
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import receipts
from line import print_line

VENUES, SENSORS, DEVICES, STAY, EVERY = 20, 5, 30, 60, 10_000
"""Devices at each sensor, and how long they stay, in rounds of EVERY ms."""
START = 1_772_337_600_000  # 2026-03-01T04:00:00Z
BATCH, AT_ONCE = 200, 32
"""Frames that are in the log before the flow takes them: what comes in while a busy flow works."""

TOML = """
[retailer]
timezone = "Asia/Shanghai"
[clock]
as_of = "2026-03-02T04:00:00Z"
[privacy]
key = { file = "secret.key" }
[places]
file = "venue.yaml"
[touchpoints.wifi]
kind = "wifi"
write_key = "w"
[touchpoints.ble]
kind = "ble"
write_key = "b"
"""


def venues() -> str:
    """Return the venue file: each venue has five zones with a sensor each."""
    lines = ["venues:"]
    for v in range(VENUES):
        zones = ", ".join(
            f"{{code: z{z}, name: Z{z}, rect: {{x: {z * 10}, y: 0, w: 10, h: 10}}}}" for z in range(SENSORS))
        sensors = ", ".join(f"{{code: s{v}-{z}, zone: z{z}}}" for z in range(SENSORS))
        lines.append(f"  - {{code: v{v}, name: V{v}, floors: [{{code: g, name: G, zones: [{zones}]}}], "
                     f"sensors: [{sensors}]}}")
    return "\n".join(lines)


def frames(kind: str, wanted: int) -> Iterator[tuple[bytes, int]]:
    """Give frames, as (bytes, sightings), in order of time until there are `wanted` sightings."""
    dice = random.Random(7)
    made, now = 0, START
    here: dict[tuple[int, int], list[tuple[str, int]]] = {}
    while True:
        for v in range(VENUES):
            for z in range(SENSORS):
                stay = here.setdefault((v, z), [])
                stay[:] = [(device, until) for device, until in stay if until > now]
                while len(stay) < DEVICES:
                    stay.append((_device(kind, dice), now + EVERY * dice.randrange(1, 2 * STAY)))
            for z in range(SENSORS):
                near, far = here[v, z], here[v, (z + 1) % SENSORS]
                sightings: list[dict[str, Any]] = []
                for device, strongest in [(d, -45) for d, _ in near] + [(d, -70) for d, _ in far]:
                    at = now + dice.randrange(EVERY)
                    iso = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at // 1000)) + f".{at % 1000:03d}Z"
                    rssi = dice.randrange(strongest - 15, strongest)
                    sightings.append({"mac" if kind == "wifi" else "id": device, "rssi": rssi, "time": iso})
                yield json.dumps({"sensor": f"s{v}-{z}", "sightings": sightings}).encode(), len(sightings)
                made += len(sightings)
                if made >= wanted:
                    return
        now += EVERY


def _device(kind: str, dice: random.Random) -> str:
    if kind == "ble":
        return f"f7826da6-4fa2-4e98-8024-bc5b71e0893e:{dice.randrange(65_536)}:{dice.randrange(65_536)}"
    first = "a4" if dice.random() < 0.05 else dice.choice(("d2", "da", "0e", "66"))
    return f"{first}:" + ":".join(f"{dice.randrange(256):02x}" for _ in range(5))


def ours(kind: str, wanted: int) -> dict[str, float]:
    """Return what the platform does with the frames."""
    from datong.platform import open_platform
    from datong.privacy import Vault

    sent = list(frames(kind, wanted))
    total = sum(n for _, n in sent)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "datong.toml").write_text(TOML)
        (root / "venue.yaml").write_text(venues())
        Vault.create(root / "secret.key")
        with open_platform(root / "datong.toml") as platform:
            gc.freeze()  # as the platform does when it starts
            gc.set_threshold(20_000, 20, 50)
            intake, flow = platform.intake, platform.flow
            began, cpu = time.perf_counter(), time.process_time()
            stored = taken = 0
            listening = 0.0
            for at in range(0, len(sent), BATCH):
                first = time.perf_counter()
                stored += asyncio.run(_accept(intake, kind, [frame for frame, _ in sent[at : at + BATCH]]))
                listening += time.perf_counter() - first
                while flow.pump():
                    taken += 1
            seconds, spent = time.perf_counter() - began, time.process_time() - cpu
            from datong.places import present

            with platform.store.state.read() as tx:
                here = sum(present(tx).counts.values())
    if stored != total:
        raise SystemExit(f"{total} sightings sent, {stored} stored")
    return {
        f"{kind}_sightings_per_s": round(total / seconds), f"{kind}_intake_sightings_per_s": round(total / listening),
        f"{kind}_cpu_us_per_sighting": round(spent / total * 1e6, 1), f"{kind}_present": here,
        f"{kind}_sightings": total, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


async def _accept(intake: Any, kind: str, sent: list[bytes]) -> int:
    """Take frames, some at once, and return how many sightings are stored."""
    stored = 0
    for at in range(0, len(sent), AT_ONCE):
        waiting = [intake.accept(kind, intake.listen(kind, frame)) for frame in sent[at : at + AT_ONCE]]
        for results in await asyncio.gather(*waiting):
            stored += sum(one.count for one in results if one.status == "stored")
    return stored


def anchor(kind: str, wanted: int) -> dict[str, float]:
    """Return what decoding and inserting alone do."""
    sent = list(frames(kind, wanted))
    total = sum(n for _, n in sent)
    name = "mac" if kind == "wifi" else "id"
    with tempfile.TemporaryDirectory() as folder:
        db = sqlite3.connect(Path(folder) / "anchor.sqlite", isolation_level=None)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("CREATE TABLE sighting (sensor TEXT, device TEXT, time TEXT, rssi INTEGER)")
        began = time.perf_counter()
        for at in range(0, len(sent), BATCH):
            rows = []
            for frame, _ in sent[at : at + BATCH]:
                found = json.loads(frame)
                rows += [(found["sensor"], s[name], s["time"], s["rssi"]) for s in found["sightings"]]
            db.execute("BEGIN")
            db.executemany("INSERT INTO sighting VALUES (?, ?, ?, ?)", rows)
            db.execute("COMMIT")
        seconds = time.perf_counter() - began
        db.close()
    return {f"{kind}_sightings_per_s": round(total / seconds)}


MEASURES = {"wifi": (ours, anchor), "ble": (ours, anchor), "poslog": (receipts.ours, receipts.anchor),
            "csv": (receipts.ours, receipts.anchor)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sightings", type=int, default=600_000)
    parser.add_argument("--only", default="wifi,ble,poslog,csv")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # one core: the log's writer thread counts too
    mine: dict[str, float] = {}
    bare: dict[str, float] = {}
    for name in options.only.split(","):
        measure, beside = MEASURES[name]
        mine |= measure(name, options.sightings)
        bare |= beside(name, options.sightings)
        print(name, mine, bare, flush=True)
    print_line("touchpoints", mine, bare, {name: round(mine[name] / bare[name], 2) for name in bare})


if __name__ == "__main__":
    main()
