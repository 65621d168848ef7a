"""A chain's day of visits, replayed: sightings of many stores → intake → log → flow → facts, on this machine.

python benchmarks/chain.py [--stores 600] [--visits 300] [--minutes 10] [--open 720] [--by drop|call] [--threads]

Each store has three zones with an access point each and opens for twelve hours; `visits` shoppers a day stay for
`minutes` on average (geometric), mostly under made-up addresses, and are heard once a minute. A store sends one frame a
minute, as a controller does. The whole platform takes them: every stage, and the facts. The frames come as files, one a
minute with a frame on each line, through the folder of a touchpoint (`lines = true`); with `--by call` each is a call
of its own, as over HTTP. The files are written before the clock starts. `day_of_6000_stores_s` is what the chain's
whole day would take at the speed that was measured, where fewer stores or minutes were. The anchor, in the same run,
decodes the same frames and inserts each sighting into one SQLite table.
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
from itertools import groupby
from pathlib import Path
from typing import Any

from line import print_line

START, OPEN = 1_772_330_400_000, 720  # 10:00 in Shanghai, minutes
AT_ONCE, TOLD, CHAIN = 64, 10, 6_000
"""Frames under way at once, and after how many minutes of the day the flow takes what came."""
TOML = """
[retailer]
timezone = "Asia/Shanghai"
[clock]
as_of = "2026-03-01T02:00:00Z"
[privacy]
key = { file = "secret.key" }
[places]
file = "venue.yaml"
[touchpoints.wifi]
kind = "wifi"
write_key = "w"
[touchpoints.files]
kind = "wifi"
[touchpoints.files.drop]
folder = "files"
lines = true
"""


def venues(stores: int) -> str:
    """Return the venue file."""
    lines = ["venues:"]
    for n in range(stores):
        zones = ", ".join(f"{{code: z{z}, name: Z{z}, rect: {{x: {z * 10}, y: 0, w: 10, h: 10}}}}" for z in range(3))
        sensors = ", ".join(f"{{code: s{n}-{z}, zone: z{z}}}" for z in range(3))
        lines.append(f"  - {{code: v{n}, name: V{n}, floors: [{{code: g, name: G, zones: [{zones}]}}], "
                     f"sensors: [{sensors}]}}")
    return "\n".join(lines)


class Moving:
    """A clock that stands where the replay is."""

    at = START

    def now(self) -> int:
        """Return the time of the replay (ms)."""
        return self.at


def frames(
    stores: int, visits: int, minutes: float, clock: Moving, opened: int = OPEN
) -> Iterator[tuple[bytes, int, int]]:
    """Give (frame, sightings, visits that begin in it), minute by minute; the clock goes along."""
    dice = random.Random(11)
    here: list[list[tuple[str, int, int]]] = [[] for _ in range(stores)]
    for minute in range(opened):
        at = START + minute * 60_000
        clock.at = at + 60_000
        iso = time.strftime("%Y-%m-%dT%H:%M:", time.gmtime(at // 1000))
        for n, inside in enumerate(here):
            inside[:] = [one for one in inside if one[1] > minute]
            fresh = sum(dice.random() < visits / OPEN for _ in range(1 + visits // OPEN))
            for _ in range(fresh):
                first = "a4" if dice.random() < 0.05 else dice.choice(("d2", "da", "0e", "66"))
                mac = f"{first}:" + ":".join(f"{dice.randrange(256):02x}" for _ in range(5))
                inside.append((mac, minute + 1 + int(dice.expovariate(1 / minutes)), dice.randrange(3)))
            if inside:
                seen = [{"mac": mac, "rssi": dice.randrange(-70, -45), "time": f"{iso}{dice.randrange(60):02d}.000Z"}
                        for mac, _, _ in inside]
                yield json.dumps({"sensor": f"s{n}-{minute // 20 % 3}", "sightings": seen}).encode(), len(seen), fresh


def stage(folder: Path, options: argparse.Namespace) -> tuple[list[tuple[int, Path]], dict[str, int]]:
    """Write the frames of each minute into a file, one on each line; return (time, file) and what is in them."""
    clock, made = Moving(), {"frames": 0, "sightings": 0, "visits": 0}
    staged: list[tuple[int, Path]] = []
    source = frames(options.stores, options.visits, options.minutes, clock, options.open)
    for at, minute in groupby(source, key=lambda _: clock.at):
        path = folder / f"{at}.jsonl"
        with path.open("wb") as file:
            for frame, n, fresh in minute:
                file.write(frame + b"\n")
                made["frames"], made["sightings"] = made["frames"] + 1, made["sightings"] + n
                made["visits"] += fresh
        os.utime(path, (time.time() - 60,) * 2)
        staged.append((at, path))
    return staged, made


class Dropped:
    """The touchpoint `files`, whose frames come as files of lines, one a minute."""

    def __init__(self, platform: Any) -> None:
        """Take its line."""
        from datong.touchpoints.transport.drop import Drop

        self._line = Drop(platform.intake, "files", platform.settings.touchpoints["files"].drop, platform.settings)

    def take(self, path: Path) -> None:
        """Put a file into the folder and take it."""
        path.rename(self._line.folder / path.name)
        self._line.turn()  # it is looked at twice: it may still grow
        if not self._line.turn():
            raise SystemExit("the file was not taken")


async def _accept(intake: Any, sent: list[bytes]) -> None:
    for at in range(0, len(sent), AT_ONCE):
        await asyncio.gather(*(intake.accept("wifi", intake.listen("wifi", f)) for f in sent[at : at + AT_ONCE]))


def ours(options: argparse.Namespace) -> dict[str, float]:
    """Replay the day through the platform."""
    from datong.platform import open_platform
    from datong.privacy import Vault

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "datong.toml").write_text(TOML)
        (root / "venue.yaml").write_text(venues(options.stores))
        Vault.create(root / "secret.key")
        with open_platform(root / "datong.toml") as platform:
            gc.freeze()
            gc.set_threshold(20_000, 20, 50)
            staged, made = stage(root, options)
            platform.store.clock = clock = Moving()
            dropped = Dropped(platform) if options.by == "drop" else None
            if options.threads:
                platform.flow.start()
            first, began = time.perf_counter(), time.process_time()
            for number, (clock.at, path) in enumerate(staged, 1):
                if dropped:
                    dropped.take(path)
                else:
                    asyncio.run(_accept(platform.intake, path.read_bytes().splitlines()))
                if number % TOLD == 0 and not options.threads:
                    platform.flow.drain()
            _finish(platform, options.threads)
            clock.at += 600_000
            _finish(platform, options.threads)  # who was left leaves now
            spent, cpu = time.perf_counter() - first, time.process_time() - began
            platform.flow.stop()
            told = platform.store.facts.rows("SELECT count(*) AS n FROM places.visit WHERE zone = ''")[0]["n"]
            mb = sum(f.stat().st_size for f in (root / "data").iterdir() if f.is_file()) / 1e6
    return {
        "stores": options.stores, **made, "visits_told": told, "seconds": round(spent, 1),
        "sightings_per_s": round(made["sightings"] / spent), "frames_per_s": round(made["frames"] / spent),
        "cpu_us_per_frame": round(cpu / made["frames"] * 1e6), "disk_mb": round(mb),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "day_of_6000_stores_s": round(spent * CHAIN / options.stores * OPEN / options.open),
    }


def _finish(platform: Any, threads: bool) -> None:
    """Return when stages and facts have taken all that there is, and nobody is due to leave."""
    flow, store = platform.flow, platform.store
    if not threads:
        flow.drain()
        return
    at = 0
    while at != store.log.end() or flow.behind or store.facts.position() < flow.position:
        at = store.log.end()
        time.sleep(0.3)


def anchor(options: argparse.Namespace) -> dict[str, float]:
    """Decode and insert the same frames."""
    with tempfile.TemporaryDirectory() as folder:
        db = sqlite3.connect(Path(folder) / "anchor.sqlite", isolation_level=None)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("CREATE TABLE sighting (sensor TEXT, device TEXT, time TEXT, rssi INTEGER)")
        spent, sightings, rows = 0.0, 0, 0
        batch: list[bytes] = []

        def write() -> float:
            began = time.perf_counter()
            db.execute("BEGIN")
            for frame in batch:
                found = json.loads(frame)
                db.executemany("INSERT INTO sighting VALUES (?, ?, ?, ?)",
                               [(found["sensor"], s["mac"], s["time"], s["rssi"]) for s in found["sightings"]])
            db.execute("COMMIT")
            batch.clear()
            return time.perf_counter() - began

        for frame, n, _ in frames(options.stores, options.visits, options.minutes, Moving(), options.open):
            batch.append(frame)
            sightings, rows = sightings + n, rows + 1
            if len(batch) == AT_ONCE:
                spent += write()
        spent += write()
        db.close()
    return {"sightings_per_s": round(sightings / spent), "frames_per_s": round(rows / spent)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stores", type=int, default=600)
    parser.add_argument("--visits", type=int, default=300)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--open", type=int, default=OPEN, help="minutes of the day")
    parser.add_argument("--by", choices=("drop", "call"), default="drop",
                        help="files with a frame on each line, or one call for each frame")
    parser.add_argument("--threads", action="store_true", help="let the flow run in its threads meanwhile")
    options = parser.parse_args()
    mine, bare = ours(options), anchor(options)
    print_line("chain", mine, bare, {name: round(mine[name] / bare[name], 2) for name in bare})


if __name__ == "__main__":
    main()
