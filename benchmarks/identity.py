"""Benchmark: linking person records with our defaults, beside plain Splink on the same file.

Both run in processes of their own, so that CPU seconds and peak memory are each one's alone. We run with the defaults,
told only which column is of which kind; Splink's threshold is chosen with the labels, which favours it. Its settings
are those of a careful user: for the known data sets written for them, for other files sensible ones per column kind.

    python benchmarks/identity.py --data FOLDER [--set NAME]
    python benchmarks/identity.py --records FILE [FILE] --columns MAP --truth COLUMN [--links]

FOLDER is a folder of the data (`febrl`: sets 4 and 3, `h50k`: 50k and fake_1000, `senzing`) or the one above them.
FILE is CSV, Parquet or JSON lines; MAP is a JSON or TOML file of column = kind, or `column=kind,column=kind`. With
--links, only rows of different sources are linked: of two files, or by the column of kind `source`.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from line import print_line
from records_file import read

SOURCE = "source of the row"
FEBRL = ("given_name=given_name,surname=surname,street_number=street_number,address_1=address,address_2=address,"
         "suburb=city,postcode=postcode,state=region,date_of_birth=date_of_birth,soc_sec_id=national_id")
H50K = ("full_name=full_name,first_name=given_name,surname=surname,dob=date_of_birth,birth_place=place_of_birth,"
        "postcode_fake=postcode,gender=gender,occupation=occupation")
FAKE = "first_name=given_name,surname=surname,dob=date_of_birth,city=city,email=email"
SENZING = ("PRIMARY_NAME_FULL=full_name,PRIMARY_NAME_ORG=company,PRIMARY_NAME_LAST=surname,"
           "PRIMARY_NAME_FIRST=given_name,GENDER=gender,DATE_OF_BIRTH=date_of_birth,PASSPORT_NUMBER=national_id,"
           "DRIVERS_LICENSE_NUMBER=national_id,SSN_NUMBER=national_id,NATIONAL_ID_NUMBER=national_id,"
           "EMAIL_ADDRESS=email,ADDR_FULL=address,ADDR_LINE1=address,ADDR_CITY=city,ADDR_STATE=region,"
           "ADDR_POSTAL_CODE=postcode,PHONE_NUMBER=phone")


class Job(NamedTuple):
    """One table to link: its files, the map of columns, and how the truth is found in it."""

    name: str
    files: tuple[str, ...]
    columns: str
    truth: str
    links: bool = False


def load(job: Job) -> tuple[Any, str, bool]:
    """Return the table of a job, its map of columns, and whether a column says the source."""
    tables = [read(path) for path in job.files]
    if len(tables) == 1:
        return tables[0], job.columns, job.links
    several = [table.append_column(SOURCE, pa.array([str(i)] * len(table))) for i, table in enumerate(tables)]
    columns = job.columns
    if job.links:
        from datong.identity.linker import parse_columns

        kinds = parse_columns(columns).kinds
        columns = json.dumps({name: kind for name, kind in kinds.items() if kind != "source"} | {SOURCE: "source"})
    return pa.concat_tables(several, promote_options="permissive"), columns, job.links


def truth_of(job: Job, table: Any) -> list[Any]:
    """Return the true entity of each row."""
    if job.truth == "rec_id":
        return [text.split("-")[1] for text in table["rec_id"].to_pylist()]
    if job.truth == "senzing":
        key = read(str(Path(job.files[0]).parent / "actual_truthset_key.csv")).to_pylist()
        entity = {(row["DATA_SOURCE"], row["RECORD_ID"]): row["CLUSTER_ID"] for row in key}
        sources, ids = table["DATA_SOURCE"].to_pylist(), table["RECORD_ID"].to_pylist()
        return [entity[pair] for pair in zip(sources, ids, strict=True)]
    values = table[job.truth].to_pylist()
    return [f"alone {row}" if value is None else value for row, value in enumerate(values)]


def check(job: Job) -> Job:
    """Return the job as it can be run; ends the program with a sentence where it cannot."""
    from datong.errors import ConfigError
    from datong.identity.linker import parse_columns

    try:
        given, (table, columns, links) = parse_columns(job.columns), load(job)
        parsed = parse_columns(columns)
    except ConfigError as error:
        raise SystemExit(f"{error.message}. {error.hint}") from None
    names = f"columns are: {', '.join(table.column_names)}"
    if job.truth not in table.column_names:
        raise SystemExit(f"there is no column {job.truth!r} of the truth; {names}")
    if table[job.truth].null_count == len(table):
        raise SystemExit(f"the column {job.truth!r} of the truth is empty")
    missing = [column for column, kind in parsed.kinds.items() if kind != "ignore" and column not in table.column_names]
    if missing:
        raise SystemExit(f"the map names {', '.join(map(repr, missing))}, which the file has not; {names}")
    if links and parsed.source is None:
        raise SystemExit("--links needs two files, or a column of kind source in the map")
    for column in given.unknown:
        print(f"column {column!r} is of no kind that is known; it is read as `other`", file=sys.stderr)
    if parsed.kinds.get(job.truth, "ignore") != "ignore":
        print(f"column {job.truth!r} is the truth; it is not compared", file=sys.stderr)
        kinds = {column: kind for column, kind in given.kinds.items() if column != job.truth}
        return check(job._replace(columns=json.dumps(kinds)))
    return job


def jobs_of(folder: str, chosen: str | None) -> list[Job]:
    """Return the jobs of a folder of the data."""
    root = Path(folder)
    base = root if (root / "febrl").exists() else root.parent
    demo = base / "senzing/truthsets/demo"
    every = {
        "senzing": Job("senzing", tuple(str(demo / f"{n}.csv") for n in ("customers", "reference", "watchlist")),
                       SENZING, "senzing"),
        "fake_1000": Job("fake_1000", (str(base / "h50k/fake_1000.csv"),), FAKE, "cluster"),
        "febrl3": Job("febrl3", (str(base / "febrl/dataset3.csv"),), FEBRL, "rec_id"),
        "febrl4": Job("febrl4", tuple(str(base / f"febrl/dataset4{x}.csv") for x in "ab"), FEBRL, "rec_id", True),
        "h50k": Job("h50k", (str(base / "h50k/historical_figures_with_errors_50k.parquet"),), H50K, "cluster"),
    }
    names = {"febrl": ["febrl3", "febrl4"], "h50k": ["fake_1000", "h50k"], "senzing": ["senzing"]}
    mine = names.get(root.name, list(every))
    if chosen:
        short = {"3": "febrl3", "4": "febrl4", "50k": "h50k", "50": "h50k", "1000": "fake_1000"}
        mine = [short.get(chosen, chosen)]
    unknown = [name for name in mine if name not in every]
    if unknown:
        raise SystemExit(f"there is no set {unknown[0]!r}; sets are: {', '.join(every)}")
    return [every[name] for name in mine]


def run_ours(job: Job, out: str) -> None:
    """Link with our defaults and write labels and edges."""
    from datong.identity.linker import link, parse_columns

    table, columns, links = load(job)
    linked = link(table, parse_columns(columns), links=links)
    edges = linked.edges
    np.savez(out, labels=linked.labels, left=edges.left, right=edges.right, weight=edges.weight)
    Path(out + ".json").write_text(json.dumps(linked.report, default=str))


def run_splink(job: Job, out: str) -> None:
    """Link with plain Splink and write its edges."""
    from plain_splink import run

    table, columns, links = load(job)
    left, right, weight = run(job.name, table, columns, links)
    np.savez(out, left=left, right=right, weight=weight)


def measured(side: str, job: Job, out: str) -> dict[str, float]:
    """Run one side in a process of its own and return what it took; nothing where plain Splink cannot."""
    given = out + ".job"
    Path(given).write_bytes(pickle.dumps(tuple(job)))
    began = time.perf_counter()
    child = subprocess.Popen([sys.executable, __file__, side, given, out], stdout=sys.stderr)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode and side == "splink":
        return {}
    if child.returncode:
        raise SystemExit(f"{side} failed with exit code {child.returncode}")
    return {
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 2), "wall_s": round(time.perf_counter() - began, 2),
        "peak_mb": round(usage.ru_maxrss / 1024),
    }


def best_by_labels(truth: list[Any], made: Any, source: Any) -> tuple[dict[str, float], float, float]:
    """Return Splink's best pair and cluster figures over thresholds, and these; the labels choose."""
    from datong.identity.linker.components import components
    from datong.identity.linker.evaluate import cluster_figures, pair_figures

    left, right, weight = made["left"], made["right"], made["weight"]
    cuts = [float(x) for x in (-6, -4, -2, 0, 1, 2, 3, 4.25, 6.63, 8, 10, 12, 15, 20)]
    pair = max((pair_figures(truth, left, right, weight, cut, source) for cut in cuts), key=lambda f: f["pair_f1"])
    clusters = []
    for cut in cuts:
        keep = weight >= cut
        labels = components(len(truth), left[keep], right[keep])
        clusters.append((cluster_figures(truth, labels, source), cut))
    figures, cut = max(clusters, key=lambda each: each[0]["cluster_f1"])
    best_b3 = max(each["b3_f1"] for each, _ in clusters)
    return pair | figures | {"b3_f1": best_b3}, cut, pair_figures(truth, left, right, weight, 0.0, source)["pair_f1"]


def compare(job: Job) -> None:
    """Run both sides, score them with the truth, print the line."""
    from datong.identity.linker.evaluate import cluster_figures, pair_figures

    with tempfile.TemporaryDirectory(prefix="datong-identity-") as folder:
        ours_out, base_out = str(Path(folder, "ours.npz")), str(Path(folder, "splink.npz"))
        table, _, links = load(job)
        spent = measured("ours", job, ours_out)
        base_spent = measured("splink", job, base_out) if len(table) > 1 else {}
        truth = truth_of(job, table)
        source = None
        if links:
            from datong.identity.linker import parse_columns

            columns = parse_columns(load(job)[1])
            source = np.unique(np.array(table[columns.source].to_pylist()), return_inverse=True)[1].astype(np.int32)
        mine, report = np.load(ours_out), json.loads(Path(ours_out + ".json").read_text())
        pair = pair_figures(truth, mine["left"], mine["right"], mine["weight"], 0.0, source)
        ours = pair | cluster_figures(truth, mine["labels"], source) | spent
        found = best_by_labels(truth, np.load(base_out), source) if base_spent else None
    ours |= {"set": job.name, "rows": len(truth), "compared_pairs": report.get("compared_pairs", 0)}
    if found is None:
        print_line("identity", _rounded(ours), {"error": "plain Splink cannot link this file"}, {})
        return
    base, cut, at_half = found
    base |= base_spent | {"best_weight": cut, "pair_f1_at_half": at_half}
    ratio = {"cpu": ours["cpu_s"] / base["cpu_s"], "peak": ours["peak_mb"] / base["peak_mb"]}
    ratio |= {key: ours[key] / base[key] for key in ("pair_f1", "cluster_f1", "b3_f1") if base[key]}
    print_line("identity", _rounded(ours), _rounded(base), _rounded(ratio))


def _rounded(figures: dict[str, Any]) -> dict[str, Any]:
    return {key: round(value, 5) if isinstance(value, float) else value for key, value in figures.items()}


def main() -> None:
    """Run the jobs named by the arguments."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="a folder of the labelled data")
    parser.add_argument("--set", help="one set of the folder: 3, 4, 50k, 1000 or its name")
    parser.add_argument("--records", nargs="+", help="any labelled file, or two to be linked")
    parser.add_argument("--columns", help="which column is of which kind: a file, or column=kind,column=kind")
    parser.add_argument("--truth", help="the column that names the true entity")
    parser.add_argument("--links", action="store_true", help="link rows of different sources only")
    given = parser.parse_args()
    if given.records:
        if not given.columns or not given.truth:
            parser.error("--records needs --columns and --truth")
        name = Path(given.records[0]).stem
        jobs = [check(Job(f"file {name}", tuple(given.records), given.columns, given.truth, given.links))]
    elif given.data:
        jobs = jobs_of(given.data, given.set)
    else:
        parser.error("give --data FOLDER, or --records FILE --columns MAP --truth COLUMN")
    for job in jobs:
        compare(job)


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in ("ours", "splink"):
        run = run_ours if sys.argv[1] == "ours" else run_splink
        run(Job(*pickle.loads(Path(sys.argv[2]).read_bytes())), sys.argv[3])  # noqa: S301 (our own file)
    else:
        main()
