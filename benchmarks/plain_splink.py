"""The anchor of the identity benchmark: plain Splink, with the settings of a careful user."""

from __future__ import annotations

import logging
from itertools import combinations
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import splink.comparison_library as cl
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI

U_PAIRS = 1e7
"""Splink's usual `max_pairs` of random sampling; its expectation maximisation is not capped."""

MOST_PAIRS = 20_000_000
"""A generic blocking rule that would make more pairs than this is left out."""

FEBRL_RULES = {
    "febrl4": [block_on("given_name", "surname"), "l.given_name = r.surname AND l.surname = r.given_name",
               block_on("date_of_birth"), block_on("soc_sec_id"), block_on("state", "address_1"),
               block_on("street_number", "address_1"), block_on("postcode")],
    "febrl3": [block_on(x) for x in ("soc_sec_id", "given_name", "surname", "date_of_birth", "postcode")],
}
H50K_RULES = [
    block_on("substr(first_name,1,3)", "substr(surname,1,4)"), block_on("surname", "dob"),
    block_on("first_name", "dob"), block_on("postcode_fake", "first_name"), block_on("postcode_fake", "surname"),
    block_on("dob", "birth_place"), block_on("substr(postcode_fake,1,3)", "dob"),
    block_on("substr(postcode_fake,1,3)", "first_name"), block_on("substr(postcode_fake,1,3)", "surname"),
    block_on("substr(first_name,1,2)", "substr(surname,1,2)", "substr(dob,1,4)"),
]


def run(
    name: str, table: Any, columns: str, links: bool, most_pairs: float | None = None
) -> tuple[Any, Any, Any]:
    """Link the table and return Splink's pairs (left and right row, weight) from probability 0.01.

    With `most_pairs`, neither u nor expectation maximisation sees more pairs, which is how a million rows are trained.
    """
    logging.getLogger("splink").setLevel(logging.ERROR)
    con = duckdb.connect()
    if name in FEBRL_RULES:
        plan = _febrl(name)
    elif name == "h50k":
        plan = _h50k()
    else:
        plan = _generic(con, table, columns, links)
    comparisons, rules, prior, recall, training, source = plan
    frames = _frames(table, source, links)
    settings = SettingsCreator(
        "link_only" if links else "dedupe_only", comparisons, rules, unique_id_column_name="row number",
        retain_matching_columns=False,
    )
    api = DuckDBAPI(con)
    inputs = []
    for i, frame in enumerate(frames):
        con.register(f"input_{i}", frame)
        con.execute(f"CREATE TABLE table_{i} AS SELECT * FROM input_{i}")
        inputs.append(api.register(f"table_{i}", dataset_display_name=f"table_{i}"))
    linker = Linker(inputs if len(inputs) > 1 else inputs[0], settings, log_level=logging.ERROR)
    _try(lambda: linker.training.estimate_probability_two_random_records_match(prior, recall=recall))
    linker.training.estimate_u_using_random_sampling(max_pairs=most_pairs or U_PAIRS, seed=1)
    for rule in training:
        _try(lambda rule=rule: linker.training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=True, **({"max_pairs": most_pairs} if most_pairs else {})))
    scored = linker.inference.predict(threshold_match_probability=0.01)
    linker.clustering.cluster_pairwise_predictions_at_threshold(scored, 0.95)
    found = con.execute(f'SELECT "row number_l" AS l, "row number_r" AS r, match_weight AS w '
                        f"FROM {scored.physical_name}").fetchnumpy()
    left, right = np.asarray(found["l"], np.int32), np.asarray(found["r"], np.int32)
    return np.minimum(left, right), np.maximum(left, right), np.asarray(found["w"], np.float32)


def _try(step: Any) -> None:
    """Take a step of training that a small or empty file may not allow; Splink then keeps its defaults."""
    try:
        step()
    except Exception as error:
        print(f"plain Splink: {type(error).__name__}: {error}"[:300])


def _frames(table: Any, source: str | None, links: bool) -> list[Any]:
    """Return the table, or one per source, with a column that numbers the rows."""
    table = table.append_column("row number", pa.array(np.arange(len(table), dtype=np.int32)))
    if not links or source is None:
        return [table]
    values = np.array([str(x) for x in table[source].to_pylist()])
    return [table.filter(pa.array(values == each)) for each in np.unique(values)]


def _febrl(name: str) -> tuple[Any, ...]:
    names = [cl.NameComparison(x).configure(term_frequency_adjustments=True) for x in ("given_name", "surname")]
    comparisons = [
        *names, cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d",
                                         invalid_dates_as_null=True),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
        cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
        cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
    ]
    prior = [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")]
    training = [block_on("date_of_birth"), block_on("postcode")]
    return comparisons, FEBRL_RULES[name], prior, 0.8 if name == "febrl4" else 0.9, training, "source of the row"


def _h50k() -> tuple[Any, ...]:
    comparisons = [
        cl.ForenameSurnameComparison("first_name", "surname", forename_surname_concat_col_name="first_and_surname"),
        cl.DateOfBirthComparison("dob", input_is_string=True), cl.PostcodeComparison("postcode_fake"),
        cl.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
        cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
    ]
    prior = [block_on("first_name", "surname", "dob"),
             block_on("substr(first_name,1,2)", "surname", "substr(postcode_fake,1,2)"),
             block_on("dob", "postcode_fake")]
    return comparisons, H50K_RULES, prior, 0.6, [block_on("first_name", "surname"), block_on("dob")], None


def _comparison(kind: str, column: str, table: Any) -> Any:
    """Return a sensible comparison of a column by its kind."""
    if kind in ("given_name", "surname", "full_name", "city", "occupation", "company", "place_of_birth"):
        return cl.NameComparison(column).configure(term_frequency_adjustments=True)
    if kind in ("date_of_birth", "date"):
        return cl.DateOfBirthComparison(column, input_is_string=True, datetime_format=_format(table, column),
                                        invalid_dates_as_null=True)
    if kind == "email":
        return cl.EmailComparison(column)
    if kind in ("phone", "national_id", "card", "postcode"):
        return cl.DamerauLevenshteinAtThresholds(column, [1, 2]).configure(term_frequency_adjustments=True)
    if kind in ("gender", "region", "country", "street_number", "household", "number"):
        return cl.ExactMatch(column).configure(term_frequency_adjustments=kind not in ("gender", "number"))
    return cl.JaroWinklerAtThresholds(column, [0.9, 0.7]).configure(term_frequency_adjustments=True)


def _format(table: Any, column: str) -> str:
    """Return the format that most dates of a column have."""
    con = duckdb.connect()
    con.register("dates", table.select([column]).slice(0, 5000))
    counts = {
        form: con.execute(f'SELECT count(try_strptime("{column}", ?)) FROM dates', [form]).fetchall()[0][0]
        for form in ("%Y-%m-%d", "%Y%m%d", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%Y/%m/%d", "%Y")
    }
    return max(counts, key=lambda form: counts[form])


def _generic(con: Any, table: Any, columns: str, links: bool) -> tuple[Any, ...]:
    """Return a plan for any table: all keys of one strong or two weaker columns that do not make too many pairs."""
    from datong.identity.linker import parse_columns

    parsed = parse_columns(columns)
    kinds = {fields.column: fields.kind for fields in parsed}
    kinds = {c: k for c, k in kinds.items() if len(table[c].drop_null().unique()) > 1}
    text = pa.table({name: table[name].cast(pa.string()) for name in kinds})
    sources = table[parsed.source].cast(pa.string()) if links and parsed.source else pa.array(["one"] * len(table))
    con.register("counted", text.append_column("the source", sources))
    comparisons = [_comparison(kind, column, text) for column, kind in kinds.items()]
    strong = [c for c, k in kinds.items() if k in ("national_id", "card", "phone", "email", "full_name", "address",
                                                    "title", "company", "household")]
    weaker = [c for c, k in kinds.items() if k not in ("gender", "region", "country", "street_number", "number")]
    keys: list[tuple[str, ...]] = [(f'"{c}"',) for c in strong] + [
        tuple(f'"{c}"' for c in pair) for pair in combinations(weaker[:7], 2)
    ] + [tuple(f'substr("{c}",1,4)' for c in pair) for pair in combinations(weaker[:4], 2)]
    keys += [(f'substr("{c}",1,6)',) for c, k in kinds.items() if k in ("title", "other", "full_name", "company")]
    costs = {key: _pairs(con, key, links) for key in keys}
    cheap = [key for key in keys if 0 < costs[key] <= max(MOST_PAIRS // 10, 30 * len(table))]
    spent, rules = 0.0, []
    for key in sorted(cheap or [min(keys, key=lambda k: costs[k])], key=lambda k: costs[k]):
        if spent + costs[key] <= MOST_PAIRS or not rules:
            rules.append(key)
            spent += costs[key]
    training = _apart(sorted(rules, key=lambda k: -costs[k]))
    telling = [key for key in rules if costs[key] >= 0.02 * len(table)][:3] or rules[-1:]
    return (comparisons, [block_on(*key) for key in rules], [block_on(*key) for key in telling], 0.7,
            [block_on(*key) for key in training], parsed.source)


def _apart(rules: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the first rule and the next one that has no column with it in common."""
    first = rules[0]
    other = next((key for key in rules[1:] if not set(key) & set(first)), None)
    return [first, other] if other else [first]


def _pairs(con: Any, key: tuple[str, ...], links: bool) -> float:
    """Return how many pairs a rule makes, of different sources when linking."""
    filled = " AND ".join(f"{part} IS NOT NULL" for part in key)
    parts = ", ".join(f"{part} AS p{i}" for i, part in enumerate(key))
    names = ", ".join(f"p{i}" for i in range(len(key)))
    per_source = f'SELECT {parts}, "the source", count(*)::DOUBLE AS k FROM counted WHERE {filled} GROUP BY ALL'
    blocks = f"SELECT sum(k) AS n, sum(k * k) AS o FROM ({per_source}) GROUP BY {names}"
    pairs = "n * n - o" if links else "n * (n - 1)"
    return float(con.execute(f"SELECT coalesce(sum({pairs}) / 2, 0) FROM ({blocks})").fetchall()[0][0])
