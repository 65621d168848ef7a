"""Benchmark: find the person a new record belongs to among N records, beside Splink's own way of one new record.

Person records are made (`persons.py`), a model is trained on a part of them, and N are indexed in a state file on
SQLite. Then records that the index has not seen come one by one: cleaned, candidates read from the file, compared and
ranked. Anchor: Splink's `predict_between` on DuckDB of one new record against the same N, with the same keys, levels
and weights; on far fewer calls, since each takes a hundred times as long. Each part runs in a process of its own.

    python benchmarks/match.py [--persons 1000000] [--calls 2000] [--anchor-calls 3] [--train 50000]

`recall_at_1`: of the new records whose person is in the index, the share whose best candidate is that person.
`right_merges`: of those merged without asking, the share that is right. `new_merged`: of the new persons, the share
that was merged into somebody.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import multiprocessing
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from datong.identity.linker.clean import clean_table, habits
from datong.identity.linker.columns import parse_columns
from datong.identity.linker.compare import sql_of
from datong.identity.linker.index import Index
from datong.identity.linker.link import link
from datong.identity.linker.match import Matcher, decide
from datong.identity.linker.model import Key, Model, read_model, write_model
from datong.privacy import Vault
from datong.storage import State, migrate
from line import print_line
from persons import COLUMNS, persons

SECRET = b"a secret of the benchmark only."
Columns = parse_columns(COLUMNS)


def peak_mb() -> float:
    """Return the most memory this process has held."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def prepare(folder: str, count: int, calls: int, train: int) -> dict[str, Any]:
    """Make the records, the model and the index; return what that took."""
    place = Path(folder)
    table = persons(count + calls)
    known = habits(table, Columns)
    model = link(table.slice(0, min(train, count)), Columns).model
    model.prior *= min(train, count) / count  # a larger table has more strangers for each record
    model.trained["rows"] = float(count)
    write_model(model, place / "model.json")
    (place / "habits.json").write_text(json.dumps(known), encoding="utf-8")
    pq.write_table(table.slice(count), place / "new.parquet")
    pq.write_table(table.select(["person"]).slice(0, count), place / "truth.parquet")
    began, spent = time.perf_counter(), time.process_time()
    cleaned = clean_table(table, Columns, known)
    pq.write_table(cleaned, place / "fields.parquet")
    cleaned = cleaned.slice(0, count)
    del table
    state = State("sqlite", place / "state.sqlite")
    migrate(state.engine)
    with state.write() as tx:
        Index(model, Vault(SECRET)).build(tx, cleaned, np.arange(1, count + 1))
    state.close()
    return {
        "build_s": round(time.perf_counter() - began, 1), "build_cpu_s": round(time.process_time() - spent, 1),
        "build_peak_mb": peak_mb(), "file_mb": round((place / "state.sqlite").stat().st_size / 2**20, 1),
    }


def serve(folder: str) -> dict[str, Any]:
    """Take the new records one by one; return latencies and how often the right person was found."""
    place = Path(folder)
    model, vault = read_model(place / "model.json"), Vault(SECRET)
    known = json.loads((place / "habits.json").read_text("utf-8"))
    new = pq.read_table(place / "new.parquet").to_pylist()
    truth = pq.read_table(place / "truth.parquet").column("person").to_numpy()
    there = set(truth.tolist())
    state, index, matcher = State("sqlite", place / "state.sqlite"), Index(model, vault), Matcher(model)
    gc.freeze()
    times, spent, stages, best, sizes, right, merges, wrong = [], [], [], [], [], 0, [], []
    for record in new:
        began, cpu = time.perf_counter(), time.thread_time()
        row = matcher.layout.clean(record, known)
        cleaned = time.perf_counter()
        with state.read() as tx:
            candidates = index.candidates(tx, row)
        read = time.perf_counter()
        ranked = matcher.rank(row, candidates)
        decision = decide(ranked)
        ended = time.perf_counter()
        times.append(ended - began)
        spent.append(time.thread_time() - cpu)
        stages.append((cleaned - began, read - cleaned, ended - read))
        sizes.append(len(candidates))
        best.append(ranked[0].record if ranked else 0)
        hit = bool(ranked) and truth[ranked[0].record - 1] == record["person"]
        right += hit
        if decision == "merge":
            merges.append(hit)
        if record["person"] not in there:
            wrong.append(decision == "merge")
    ms = np.array(times[min(50, len(times) // 10) :]) * 1000
    parts = np.percentile(np.array(stages) * 1000, 50, axis=0).round(2).tolist()
    (place / "best.json").write_text(json.dumps(best), encoding="utf-8")
    return {
        "p50_ms": round(float(np.percentile(ms, 50)), 2), "p99_ms": round(float(np.percentile(ms, 99)), 2),
        "max_ms": round(float(ms.max()), 2), "cpu_p50_ms": round(float(np.percentile(spent, 50)) * 1000, 2),
        "peak_mb": peak_mb(), "calls": len(new),
        "recall_at_1": round(right / max(1, sum(r["person"] in there for r in new)), 4),
        "right_merges": round(float(np.mean(merges)), 4) if merges else None, "merges": len(merges),
        "new_merged": round(float(np.mean(wrong)), 4) if wrong else None,
        "candidates_p50": float(np.percentile(sizes, 50)),
        "clean_p50_ms": parts[0], "candidates_p50_ms": parts[1], "compare_p50_ms": parts[2],
    }


def anchor(folder: str, calls: int) -> dict[str, Any]:
    """Take some new records in Splink's way; return latencies, and how often it finds the person we found."""
    import duckdb
    from splink import Linker
    from splink.backends.duckdb import DuckDBAPI

    logging.getLogger("splink").setLevel(logging.ERROR)
    place = Path(folder)
    model = read_model(place / "model.json")
    ours = json.loads((place / "best.json").read_text("utf-8"))
    truth = pq.read_table(place / "truth.parquet").column("person").to_pylist()
    fields = pq.read_table(place / "fields.parquet")
    count = fields.num_rows - len(ours)
    con = duckdb.connect(config={"threads": 2})
    con.execute("SET enable_progress_bar = false")
    names = [f"string_split(\"{n}\", ' ') AS \"{n}\"" if "_tokens" in n else f'"{n}"' for n in fields.column_names]
    con.register("fields", fields.append_column("row", pa.array(range(1, fields.num_rows + 1))))
    con.execute(f"CREATE TABLE every AS SELECT row, {', '.join(names)} FROM fields")
    con.execute(f"CREATE TABLE records AS SELECT * FROM every WHERE row <= {count}")
    api = DuckDBAPI(con)
    held = api.register("records")
    linker = Linker(held, splink_settings(model), log_level=logging.ERROR)
    for field in model.frequencies:
        linker.table_management.compute_tf_table(field)
    times, same = [], 0
    for at in range(calls):
        con.execute(f"CREATE TABLE new_{at} AS SELECT * FROM every WHERE row = {count + 1 + at}")
        began = time.perf_counter()
        scored = linker.inference.predict_between(held, api.register(f"new_{at}"), warning_mode="never")
        found = con.execute(f"SELECT least(row_l, row_r), match_weight FROM {scored.physical_name} "
                            "ORDER BY match_weight DESC, 1 LIMIT 1").fetchone()
        times.append(time.perf_counter() - began)
        same += (truth[found[0] - 1] if found else None) == (truth[ours[at] - 1] if ours[at] else None)
    ms = np.array(times) * 1000
    return {"p50_ms": round(float(np.percentile(ms, 50)), 1), "max_ms": round(float(ms.max()), 1), "calls": calls,
            "peak_mb": peak_mb(), "same_person": round(same / max(1, calls), 2)}


def splink_settings(model: Model) -> dict[str, Any]:
    """Return the model as settings of Splink; what Splink has no word for (groups, floors) is left out."""
    comparisons = []
    for each in model.comparisons:
        nulls = " OR ".join(f'"{field}_{side}" IS NULL' for field in each.fields for side in "lr")
        levels: list[dict[str, Any]] = [{"sql_condition": nulls, "is_null_level": True, "label_for_charts": "null"}]
        for level in each.levels:
            made = {"sql_condition": sql_of(level.when), "label_for_charts": level.name,
                    "m_probability": max(level.m, 1e-9), "u_probability": max(level.u, 1e-9)}
            levels.append(made | ({"tf_adjustment_column": level.tf} if level.tf else {}))
        comparisons.append({"output_column_name": each.name, "comparison_levels": levels})
    return {
        "link_type": "dedupe_only", "unique_id_column_name": "row", "comparisons": comparisons,
        "blocking_rules_to_generate_predictions": [rule for key in model.keys if (rule := rule_of(key))],
        "probability_two_random_records_match": model.prior, "retain_matching_columns": False,
    }


def rule_of(key: Key) -> str:
    """Return a blocking key as a rule of Splink, or nothing for one with words."""
    sides = []
    for part in key.parts:
        if part.take == "word":
            return ""
        take = {"prefix": f"left({{}}, {part.n})", "suffix": f"right({{}}, {part.n})", "whole": "{}"}[part.take]
        sides.append(" = ".join(take.format(f'{side}."{part.field}"') for side in "lr"))
    return " AND ".join(sides)


def main() -> None:
    """Run the parts one after the other and print the line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=1_000_000, help="records in the index")
    parser.add_argument("--calls", type=int, default=2_000)
    parser.add_argument("--anchor-calls", type=int, default=3)
    parser.add_argument("--train", type=int, default=50_000, help="records the model is trained on")
    arguments = parser.parse_args()
    processes = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        def alone(work: Any, *given: Any) -> dict[str, Any]:
            with processes.Pool(1) as pool:
                found: dict[str, Any] = pool.apply(work, (folder, *given))
            return found

        built = alone(prepare, arguments.persons, arguments.calls, arguments.train)
        ours = alone(serve) | built | {"persons": arguments.persons}
        theirs = alone(anchor, arguments.anchor_calls) if arguments.anchor_calls else {}
    ratio = {"p50": round(ours["p50_ms"] / theirs["p50_ms"], 5)} if theirs else {}
    print_line("match", ours, theirs, ratio)


if __name__ == "__main__":
    main()
