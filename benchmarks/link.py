"""Benchmark: a million generated person records linked from scratch, beside plain Splink on the same rows.

Each side runs in a process of its own: reading the file, linking, clusters. Splink's u and its expectation
maximisation are capped at a million pairs, and its clusters are connected components at probability .95.

    python benchmarks/link.py [--records 1000000] [--ours]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from line import print_line
from persons import COLUMNS, persons

_CAP = 1e6
_CUT = 4.25
"""log2 odds of probability .95."""


def ours(path: str, out: str) -> None:
    """Link with our defaults."""
    from datong.identity.linker import link, parse_columns

    linked = link(pq.read_table(path), parse_columns(COLUMNS))
    np.save(out, linked.labels)


def splink(path: str, out: str) -> None:
    """Link with plain Splink."""
    from datong.identity.linker.components import components
    from plain_splink import run

    table = pq.read_table(path).drop_columns(["person", "household"])
    columns = ",".join(f"{name}={kind}" for name, kind in COLUMNS.items() if name in table.column_names)
    left, right, weight = run("persons", table, columns, False, _CAP)
    keep = weight >= _CUT
    np.save(out, components(len(table), left[keep], right[keep]))


def measured(side: str, path: str, out: str) -> dict[str, Any]:
    """Run one side in a process of its own and return what it took."""
    began = time.perf_counter()
    child = subprocess.Popen([sys.executable, __file__, side, path, out], stdout=sys.stderr)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{side} failed with exit code {child.returncode}")
    return {
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 2), "wall_s": round(time.perf_counter() - began, 2),
        "peak_mb": round(usage.ru_maxrss / 1024),
    }


def figures(path: str, labels: Any) -> dict[str, float]:
    """Return how good the clusters are."""
    from datong.identity.linker.evaluate import cluster_figures

    truth = pq.read_table(path, columns=["person"])["person"].to_numpy()
    return {name: round(value, 5) for name, value in cluster_figures(truth, labels).items()}


def main() -> None:
    """Generate, run both, print the line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--ours", action="store_true", help="leave the anchor out")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="datong-link-") as folder:
        path = str(Path(folder, "persons.parquet"))
        pq.write_table(persons(given.records), path)
        sides: dict[str, dict[str, Any]] = {}
        for side in ("ours",) if given.ours else ("ours", "splink"):
            out = str(Path(folder, f"{side}.npy"))
            sides[side] = measured(side, path, out)
            sides[side] |= figures(path, np.load(out))
    mine, anchor = sides["ours"] | {"records": given.records}, sides.get("splink", {})
    names = ("cpu_s", "wall_s", "peak_mb", "cluster_f1", "b3_f1") if anchor else ()
    print_line("link", mine, anchor, {name: round(mine[name] / anchor[name], 3) for name in names})


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in ("ours", "splink"):
        {"ours": ours, "splink": splink}[sys.argv[1]](sys.argv[2], sys.argv[3])
    else:
        main()
