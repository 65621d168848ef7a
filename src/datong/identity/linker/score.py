"""Comparing pairs of records in bulk: Splink on DuckDB finds each pair's levels, the model says what they weigh.

Splink is given the pairs (`register_blocked_pairs_for_predict`) and comparisons whose level k weighs -k and whose
agreements weigh log2(1/frequency of the value). What it answers is then not yet a score but what every score needs:
the level of each comparison and the surprise of each agreement. Training counts them and the model weighs them, so
that each pair is compared once, and what a household shares can be counted once, which a plain sum cannot.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, NamedTuple

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from datong.identity.linker.compare import sql_of
from datong.identity.linker.edges import Float32, Int32
from datong.identity.linker.model import Comparison, Level, Model

__all__ = ["Levels", "Records", "Scores", "parts", "weights"]

CHUNK = 500_000
"""Pairs compared at once: bounds the memory, whatever the number of pairs."""

Int8 = npt.NDArray[np.int8]


class Levels(NamedTuple):
    """What was found about pairs: `level[i, c]` is the level of comparison c (-1: a null, says nothing);
    `surprise[i, t]` is log2(1/frequency) of the value agreed upon, for the t-th comparison with a `tf` level.
    """

    level: Int8
    surprise: Float32


class Records:
    """A table of cleaned records in DuckDB, and Splink over it."""

    def __init__(self, con: duckdb.DuckDBPyConnection, comparisons: Sequence[Comparison]) -> None:
        """Prepare Splink for the table `records` (column `row`, and the fields), which `con` holds."""
        from splink import Linker
        from splink.backends.duckdb import DuckDBAPI

        logging.getLogger("splink").setLevel(logging.ERROR)
        self.con, self.comparisons = con, list(comparisons)
        self.surprising = [c for c, each in enumerate(self.comparisons) if any(x.tf for x in each.levels)]
        self._api = DuckDBAPI(con)
        self._linker = Linker(self._api.register("records"), self._settings(), log_level=logging.ERROR,
                              validate_settings=False)
        self._calls = 0

    def _settings(self) -> dict[str, Any]:
        """Return Splink's settings: level k of a comparison weighs -(k + 1), a null 0."""
        comparisons = []
        for each in self.comparisons:
            nulls = " OR ".join(f'"{field}_{side}" IS NULL' for field in each.fields for side in "lr")
            levels: list[dict[str, Any]] = [{"sql_condition": nulls, "is_null_level": True, "label_for_charts": "null"}]
            for k, level in enumerate(each.levels):
                made = {"sql_condition": sql_of(level.when), "label_for_charts": level.name,
                        "m_probability": 2.0 ** -(k + 1), "u_probability": 1.0}
                levels.append(made | ({"tf_adjustment_column": level.tf} if level.tf else {}))
            comparisons.append({"output_column_name": each.name, "comparison_levels": levels})
        return {
            "link_type": "dedupe_only", "unique_id_column_name": "row", "comparisons": comparisons,
            "blocking_rules_to_generate_predictions": ["l.row = r.row"], "retain_matching_columns": False,
            "retain_intermediate_calculation_columns": True, "probability_two_random_records_match": 0.5,
        }

    def compare(self, left: Int32, right: Int32) -> Levels:
        """Return what is found about the pairs, in their order."""
        found = Levels(np.empty((len(left), len(self.comparisons)), np.int8),
                       np.empty((len(left), len(self.surprising)), np.float32))
        for at in range(0, len(left), CHUNK):
            chunk = slice(at, at + CHUNK)
            self._compare(left[chunk], right[chunk], found.level[chunk], found.surprise[chunk])
        return found

    def _compare(self, left: Int32, right: Int32, level: Int8, surprise: Float32) -> None:
        """Find out about one chunk of pairs; `match_key` carries a pair's place through Splink."""
        self._calls += 1
        name = f"pairs_{self._calls}"
        given = pa.table({"l": left, "r": right, "place": np.arange(len(left), dtype=np.int32)})
        self.con.register("given_pairs", given)
        self.con.execute(f'CREATE TEMP TABLE {name} AS SELECT l AS join_key_l, r AS join_key_r, place AS match_key '
                         'FROM given_pairs')
        self.con.unregister("given_pairs")
        pairs = self._api.register(name)
        self._linker.table_management.register_blocked_pairs_for_predict(pairs)
        scored = self._linker.inference.predict(warning_mode="never")
        names = [each.name for each in self.comparisons]
        levels = ", ".join(f'CAST(-1 - "mw_{n}" AS TINYINT) AS c{i}' for i, n in enumerate(names))
        bits = "".join(f', CAST("mw_tf_adj_{names[c]}" AS FLOAT) AS t{i}' for i, c in enumerate(self.surprising))
        found = self.con.execute(f"SELECT match_key, {levels}{bits} FROM {scored.physical_name}").fetchnumpy()
        scored.drop_table_from_database_and_remove_from_cache()
        self.con.execute(f"DROP TABLE {name}")
        place = np.asarray(found["match_key"])
        for i in range(len(names)):
            level[place, i] = found[f"c{i}"]
        for i in range(len(self.surprising)):
            surprise[place, i] = found[f"t{i}"]


def weights(model: Model, found: Levels) -> Float32:
    """Return the log2 odds of pairs, prior included, as `Model` describes them."""
    bits, beside = parts(model, found)
    total = np.full(len(found.level), model.start, np.float32)
    for each in bits:
        total += each
    return total - beside


def parts(model: Model, found: Levels) -> tuple[list[Float32], Float32]:
    """Return what each comparison says of the pairs, and what housemates take off: see `Model`."""
    bits: list[Float32] = []
    at_home, t = np.zeros(len(found.level), np.float32), 0
    for c, comparison in enumerate(model.comparisons):
        level = found.level[:, c]
        each = np.array([*(_base(level) for level in comparison.levels), 0.0], np.float32)[level]
        for k, asked in enumerate(comparison.levels):
            if asked.tf and not asked.silent:
                scale, floor = model.scales.get(asked.tf, 1.0), model.floors.get(asked.tf, 1e-12)
                rare = np.minimum(found.surprise[:, t] - np.float32(np.log2(scale)), np.float32(-np.log2(floor)))
                each += np.where(level == k, rare, np.float32(0))
        t += any(asked.tf for asked in comparison.levels)
        bits.append(each)
        if any(asked.h for asked in comparison.levels):
            at_home += each + np.array([*(asked.at_home(0.0) for asked in comparison.levels), 0.0], np.float32)[level]
    beside = model.beside(at_home)
    total = sum(bits, np.full(len(found.level), model.start, np.float32)) - beside
    return bits, beside + np.maximum(total - model.most(found.level), 0.0).astype(np.float32)


def _base(level: Level) -> float:
    """Return what a level weighs before the surprise of its value is added."""
    return float(np.log2(max(level.m, 1e-9))) if level.tf and not level.silent else level.weight


class Scores:
    """Scores any pairs of the records by a model: the `Scorer` of clustering."""

    def __init__(self, records: Records, model: Model) -> None:
        self.records, self.model = records, model

    def __call__(self, left: Int32, right: Int32, /) -> Float32:
        """Return one weight per pair."""
        found = [
            weights(self.model, self.records.compare(left[at : at + CHUNK], right[at : at + CHUNK]))
            for at in range(0, len(left), CHUNK)
        ]
        return np.concatenate(found) if found else np.empty(0, np.float32)
