"""Linking a whole table: clean, block, compare, learn, weigh, cluster; the same defaults for every table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pyarrow as pa

from datong.identity.linker.blocking import block, choose_keys
from datong.identity.linker.clean import clean_table, habits
from datong.identity.linker.cluster import Clusters, Options, grow
from datong.identity.linker.columns import Columns
from datong.identity.linker.compare import comparisons_for
from datong.identity.linker.edges import Edges, Int32
from datong.identity.linker.model import Comparison, Key, Model
from datong.identity.linker.score import Records, Scores, weights
from datong.identity.linker.train import Learnt, all_pairs_of, learn

__all__ = ["Linked", "link"]

_KEPT = 20_000
"""Values whose frequency a model keeps, per field: the most frequent ones."""


class Linked(NamedTuple):
    """`labels`: the cluster of each row, numbered from 0. `edges`: the pairs compared that were not hopeless.

    `report`: counts of what was done (rows, pairs, keys, prior, expected matches and clusters).
    """

    labels: Int32
    edges: Edges
    model: Model
    report: dict[str, Any]


def link(
    records: Any, columns: Columns, *, links: bool = False, options: Options = Options(),  # noqa: B008 (frozen)
    must: Any = (), cannot: Any = (), exclusive: Int32 | None = None,
    look: Callable[[Clusters, Scores], None] | None = None,
) -> Linked:
    """Link the rows of an Arrow table, of which `columns` says what is what.

    With `links`, only rows of different sources (the column of kind `source`) are compared. `must` and `cannot` are
    pairs of rows (k, 2) known to be, or not to be, one entity. Rows with an equal number in `exclusive` (or in one row
    of it), where it is not negative, are not one either. The order of the rows makes no difference, but for which of
    equal ones comes first. `look` is called with how the clusters came about and the scorer, while it can still score.
    Raises KeyError for a column that is not there.
    """
    n = records.num_rows
    known = habits(records, columns)
    cleaned = clean_table(records, columns, known)
    source = _sources(records, columns) if links else None
    with duckdb.connect() as con:
        useful = _register(con, cleaned, columns, source)
        comparisons = comparisons_for(columns, useful)
        if not comparisons or n < 2:
            return _nothing(n, columns)
        keys = choose_keys(con, columns, useful, n)
        left, right = block(con, keys, n, source)
        table = Records(con, comparisons)
        found = table.compare(left, right)
        order = _order(con)
        learnt = learn(table, found.level, columns, n, source, order)
        model = _model(con, columns, comparisons, keys, learnt)
        weight = weights(model, found)
        del found
        keep = weight >= options.loose
        edges = Edges(left[keep], right[keep], weight[keep])
        scores = Scores(table, model)
        clusters = grow(n, edges, scores, must=must, cannot=cannot, source=exclusive, options=options,
                        rank=np.argsort(order))
        labels = clusters.labels
        if look is not None:
            look(clusters, scores)
    report = {
        "rows": n, "possible_pairs": all_pairs_of(n, source), "compared_pairs": len(left), "edges": len(edges.left),
        "keys": [key.name for key in keys], "expected_matches": learnt.matches, "prior": learnt.prior,
        "household": learnt.household,
        "clusters": int(labels.max(initial=-1)) + 1,
    }
    model.habits = known
    model.trained = {"rows": float(n), "pairs": float(len(left)), "matches": learnt.matches}
    return Linked(labels, edges, model, report)


def _sources(records: Any, columns: Columns) -> Int32:
    """Return the number of each row's source; raises ValueError when no column says it."""
    if columns.source is None:
        raise ValueError("linking sources needs a column of kind source")
    coded = records.column(columns.source).combine_chunks().dictionary_encode()
    coded = coded.chunk(0) if isinstance(coded, pa.ChunkedArray) else coded
    return np.asarray(coded.indices.fill_null(len(coded.dictionary)), np.int32)


def _register(con: duckdb.DuckDBPyConnection, cleaned: Any, columns: Columns, source: Int32 | None) -> set[str]:
    """Make the table `records`, and return the fields worth comparing: not constant, not next to empty."""
    n = cleaned.num_rows
    table = cleaned.append_column("row", pa.array(np.arange(n, dtype=np.int32)))
    table = table.append_column("source", pa.array(source if source is not None else np.zeros(n, np.int32)))
    con.register("cleaned", table)
    names = [f'string_split("{name}", \' \') AS "{name}"' if "_tokens" in name else f'"{name}"'
             for name in table.column_names]
    con.execute(  # `content` numbers equal rows, or a sample would have all of them or none
        "CREATE TABLE records AS SELECT * EXCLUDE (said), "
        "hash(said, row_number() OVER (PARTITION BY said ORDER BY row)) AS content "
        "FROM (SELECT *, hash(*COLUMNS(* EXCLUDE (row, source))) AS said "
        f"FROM (SELECT {', '.join(names)}{_rest(columns)} FROM cleaned))")
    con.unregister("cleaned")
    described = [row[0] for row in con.execute("DESCRIBE records").fetchall()]
    fields = [name for name in described if name not in ("row", "source", "content")]
    counts = ", ".join(f'count("{field}"), approx_count_distinct("{field}")' for field in fields)
    row = con.execute(f"SELECT {counts} FROM records").fetchone() or ()
    return {field for i, field in enumerate(fields) if row[2 * i] >= max(2, 0.002 * n) and row[2 * i + 1] > 1}


def _order(con: duckdb.DuckDBPyConnection) -> Int32:
    """Return the rows in an order that follows from what they say, so that nothing hangs on how they were given."""
    return np.asarray(con.execute("SELECT row FROM records ORDER BY content, row").fetchnumpy()["row"], np.int32)


def _rest(columns: Columns) -> str:
    """Return the words of whole names that stand in no column of given names or surnames, as columns of SQL."""
    parts = [*columns.of("given_name"), *columns.of("surname")]
    if not parts:
        return ""
    said = "concat(' ', " + ", ' ', ".join(f'"{fields.names[0]}"' for fields in parts) + ", ' ')"
    found = ""
    for fields in columns.of("full_name"):
        words = (f"list_filter(string_split(\"name_tokens{fields.suffix}\", ' '), "
                 f"lambda x: NOT contains({said}, concat(' ', x, ' ')))")
        found += f', nullif({words}, []) AS "name_rest_tokens{fields.suffix}"'
        found += f", nullif(array_to_string({words}, ' '), '') AS \"name_rest{fields.suffix}\""
    return found


def _model(
    con: duckdb.DuckDBPyConnection, columns: Columns, comparisons: list[Comparison], keys: list[Key], learnt: Learnt
) -> Model:
    """Return the model with what was learnt, and the frequencies of values."""
    frequencies, scales, floors = {}, {}, {}
    for c, comparison in enumerate(comparisons):
        for k, level in enumerate(comparison.levels):
            level.m, level.u = float(learnt.m[c][k]), float(learnt.u[c][k])
            level.h = float(learnt.h[c][k]) if learnt.household else 0.0
            if level.tf:
                scales[level.tf] = learnt.scales[c]
                frequencies[level.tf], floors[level.tf] = _shares(con, level.tf, learnt.scales[c])
    return Model(
        kinds=dict(columns.kinds), comparisons=comparisons, keys=keys, prior=learnt.prior, frequencies=frequencies,
        scales=scales, floors=floors, household=learnt.household,
    )


def _shares(con: duckdb.DuckDBPyConnection, field: str, scale: float) -> tuple[dict[str, float], float]:
    """Return the shares of the most frequent values of a field, and the least share that counts."""
    total = float((con.execute(f'SELECT count("{field}") FROM records').fetchone() or (0,))[0])
    rows = con.execute(f'SELECT "{field}", count(*) AS k FROM records WHERE "{field}" IS NOT NULL GROUP BY 1 '
                       f'HAVING k > 2 ORDER BY k DESC, 1 LIMIT {_KEPT}').fetchall()
    return {value: count / total for value, count in rows}, max(2 * scale, 0.1) / max(total, 1.0)


def _nothing(n: int, columns: Columns) -> Linked:
    """Return every row alone: there is nothing to compare."""
    none = np.empty(0, np.int32)
    model = Model(dict(columns.kinds), [], [], 1e-6)
    report: Mapping[str, Any] = {"rows": n, "compared_pairs": 0, "clusters": n}
    return Linked(np.arange(n, dtype=np.int32), Edges(none, none, np.empty(0, np.float32)), model, dict(report))
