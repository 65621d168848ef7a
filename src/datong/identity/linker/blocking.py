"""Blocking: which pairs are compared at all, by keys chosen from the data.

Candidate keys are parts of one, two or three fields. For each, a sample of the table tells how many pairs it would make
(blocks above its cap are skipped: they are left to keys with one part more) and which records it could find again;
how often the two records of a person agree in a part is assumed by kind, somewhat low. Keys are then taken greedily by
matches newly found per pair, until nothing is gained or the budget of pairs is spent.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import duckdb
import numpy as np
import numpy.typing as npt

from datong.identity.linker.columns import Columns, Fields
from datong.identity.linker.edges import Int32
from datong.identity.linker.model import Key, Part

__all__ = ["ALL_PAIRS", "block", "budget", "choose_keys", "part_sql"]

ALL_PAIRS = 150_000
"""A table with no more pairs than this is compared whole."""

_SAMPLE = 20_000
_CAP = 250
_DRAWN = 4_000
_TIMES = 3
_LEAST = 4
"""A key must find so many of the drawn matches anew to be worth its pairs."""

_PARTS: dict[str, list[tuple[Part, float]]] = {
    "given_name": [(Part("given"), 0.6), (Part("given_root"), 0.65), (Part("given", "prefix", 3), 0.7),
                   (Part("given", "prefix", 1), 0.8)],
    "surname": [(Part("surname"), 0.65), (Part("surname_key"), 0.72), (Part("surname", "prefix", 3), 0.75)],
    "full_name": [(Part("name"), 0.4), (Part("name_key"), 0.55), (Part("name", "prefix", 4), 0.6),
                  (Part("name_tokens", "word", 2), 0.8)],
    "date_of_birth": [(Part("dob"), 0.6), (Part("dob", "prefix", 4), 0.75), (Part("dob", "suffix", 5), 0.68)],
    "date": [(Part("date"), 0.5), (Part("date", "prefix", 4), 0.7)],
    "phone": [(Part("phone"), 0.5), (Part("phone", "suffix", 4), 0.55)],
    "email": [(Part("email"), 0.5), (Part("email_user"), 0.55), (Part("email", "prefix", 4), 0.6)],
    "address": [(Part("address"), 0.4), (Part("address_tokens", "word", 2), 0.75), (Part("address_number"), 0.6)],
    "street_number": [(Part("street_number"), 0.6)],
    "postcode": [(Part("postcode"), 0.55), (Part("postcode", "prefix", 3), 0.65)],
    "city": [(Part("city"), 0.6), (Part("city", "prefix", 4), 0.65)],
    "national_id": [(Part("national_id"), 0.55), (Part("national_id", "prefix", 4), 0.65),
                    (Part("national_id", "suffix", 4), 0.65)],
    "card": [(Part("card"), 0.55), (Part("card", "suffix", 4), 0.65)],
    "occupation": [(Part("occupation"), 0.5)],
    "company": [(Part("company"), 0.5), (Part("company_tokens", "word", 2), 0.7)],
    "place_of_birth": [(Part("place_of_birth"), 0.55)], "household": [(Part("household"), 0.6)],
    "title": [(Part("title"), 0.3), (Part("title_tokens", "word", 2), 0.85), (Part("title", "prefix", 5), 0.6)],
    "number": [(Part("number"), 0.5)],
    "other": [(Part("other"), 0.4), (Part("other_tokens", "word", 2), 0.75), (Part("other", "prefix", 5), 0.5)],
}
"""Kind to parts of keys, and how often two records of one person are assumed to agree in each."""

UInt64 = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]


class _Atom(NamedTuple):
    """A part over the sample: `rows` that have it and its `hashes` (a row stands once per word), agreement drawn."""

    part: Part
    column: str
    rows: Int32
    hashes: UInt64
    agrees: Bools


class _Candidate(NamedTuple):
    key: Key
    pairs: float
    finds: Bools


def budget(n: int) -> float:
    """Return how many pairs a table of n rows may cost."""
    return min(60.0 * n, 300_000.0) + min(10.0 * n, 400_000.0) + 4.0 * n


def part_sql(part: Part) -> str:
    """Return a part as a DuckDB expression over the fields (of a word: of the list that is unnested)."""
    field = f'"{part.field}"'
    match part.take:
        case "prefix":
            return f"CASE WHEN length({field}) >= {part.n} THEN left({field}, {part.n}) END"
        case "suffix":
            return f"CASE WHEN length({field}) >= {part.n} THEN right({field}, {part.n}) END"
        case "word":
            return f"unnest(list_filter({field}, lambda x: length(x) >= {part.n}))"
    return field


def choose_keys(con: duckdb.DuckDBPyConnection, columns: Columns, useful: set[str], n: int) -> list[Key]:
    """Return the keys for the table `records` of n rows, best first; `useful` are the fields worth reading."""
    con.execute("CREATE OR REPLACE TEMP TABLE sampled AS SELECT *, row_number() OVER () - 1 AS place FROM "
                f"(SELECT * FROM records ORDER BY content, row LIMIT {_SAMPLE})")
    size = min(n, _SAMPLE)
    dice = np.random.default_rng(20260303)
    first, second = dice.integers(0, size, _DRAWN), dice.integers(0, size, _DRAWN)
    atoms = [atom for fields in columns for atom in _atoms(con, fields, useful, size, second, dice.random(_DRAWN))]
    scale = n / max(size, 1)
    made = [each for k in (1, 2) for each in _made(atoms, k, first, size, scale)]
    most = budget(n)
    if any(each.pairs > 0.1 * most for each in made) or len(made) < 40:
        made += _made([atom for atom in atoms if atom.part.take != "whole" or len(atoms) < 9], 3, first, size, scale)
    return _greedy([each for each in made if each.pairs <= most / 2], most, n)


def _atoms(
    con: duckdb.DuckDBPyConnection, fields: Fields, useful: set[str], size: int, second: npt.NDArray[np.int64],
    chance: npt.NDArray[np.float64],
) -> list[_Atom]:
    """Return the parts of a column. Of two parts the likelier one agrees wherever the other does."""
    found = []
    for part, agreement in _PARTS.get(fields.kind, []):
        named = Part(part.field + fields.suffix, part.take, part.n)
        if fields.names[0] not in useful:
            continue
        values = f"SELECT place, {part_sql(named)} AS v FROM sampled"
        got = con.execute(f"SELECT place, hash(v) AS h FROM ({values}) WHERE v IS NOT NULL").fetchnumpy()
        rows = np.asarray(got["place"], np.int32)
        has = np.zeros(size, np.bool_)
        has[rows] = True
        found.append(_Atom(named, fields.column, rows, np.asarray(got["h"], np.uint64),
                           (chance < agreement) & has[second]))
    return found


def _made(
    atoms: Sequence[_Atom], parts: int, drawn: npt.NDArray[np.int64], size: int, scale: float
) -> list[_Candidate]:
    """Return the candidates of so many parts, each of another column, at most one of them a word."""
    found = []
    for chosen in combinations(atoms, parts):
        words = [atom for atom in chosen if atom.part.take == "word"]
        if len({atom.column for atom in chosen}) == parts and len(words) <= 1:
            found.append(_candidate(sorted(chosen, key=lambda atom: atom.part.take != "word"), drawn, size, scale))
    return found


def _candidate(atoms: Sequence[_Atom], drawn: npt.NDArray[np.int64], size: int, scale: float) -> _Candidate:
    """Return a candidate with its cost in pairs of the whole table, and which of the drawn matches it finds."""
    lead = atoms[0]
    rows, hashes, agrees = lead.rows, lead.hashes.copy(), lead.agrees.copy()
    for atom in atoms[1:]:
        dense, has = np.zeros(size, np.uint64), np.zeros(size, np.bool_)
        dense[atom.rows], has[atom.rows] = atom.hashes, True
        keep = has[rows]
        rows, hashes = rows[keep], (hashes[keep] * np.uint64(0x9E3779B97F4A7C15)) ^ dense[rows[keep]]
        agrees &= atom.agrees
    _, block, sizes = np.unique(hashes, return_inverse=True, return_counts=True)
    whole = np.maximum(sizes + (sizes - 1) * (scale - 1), 1)  # a block's expected size in the whole table
    cap = _CAP if lead.part.take != "word" else _CAP // 4
    fits = whole <= cap
    pairs = float((sizes * (sizes - 1.0) / 2)[fits].sum() * scale * scale)
    reached = np.zeros(size, np.bool_)
    reached[rows[fits[block]]] = True
    name = " + ".join(f"{a.part.field}{'' if a.part.take == 'whole' else f' {a.part.take} {a.part.n}'}" for a in atoms)
    return _Candidate(Key(name, tuple(a.part for a in atoms), cap), pairs, agrees & reached[drawn])


def _greedy(candidates: Sequence[_Candidate], most: float, n: int) -> list[Key]:
    """Return the keys that find most of the drawn matches, each as often as `_TIMES` if the budget allows."""
    times = np.zeros(_DRAWN, np.int16)
    chosen: list[Key] = []
    spent, pool = 0.0, list(candidates)
    for goal in range(1, _TIMES + 1):
        while True:
            pool = [each for each in pool if spent + each.pairs <= most]
            gains = [float((each.finds & (times < goal)).sum()) for each in pool]
            if max(gains, default=0) < _LEAST:
                break
            best = max(
                zip(gains, pool, strict=True), key=lambda pair: (pair[0] / (pair[1].pairs + 0.1 * n), pair[1].key.name)
            )[1]
            chosen.append(best.key)
            spent += best.pairs
            times += best.finds
            pool = [each for each in pool if each is not best]
    return chosen


def block(
    con: duckdb.DuckDBPyConnection, keys: Sequence[Key], n: int, source: Int32 | None
) -> tuple[Int32, Int32]:
    """Return the pairs of the table `records` that meet under a key, each once, the smaller row first."""
    if n * (n - 1) // 2 <= ALL_PAIRS:
        left, right = np.triu_indices(n, 1)
        keep = slice(None) if source is None else source[left] != source[right]
        return left[keep].astype(np.int32), right[keep].astype(np.int32)
    apart = "" if source is None else "AND a.source <> b.source"
    con.execute("CREATE OR REPLACE TEMP TABLE met (l INTEGER, r INTEGER)")
    for key in keys:
        parts = ", ".join(f"{part_sql(part)} AS p{i}" for i, part in enumerate(key.parts))
        names = [f"p{i}" for i in range(len(key.parts))]
        filled = " AND ".join(f"{name} IS NOT NULL" for name in names)
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE keyed AS SELECT row, source, hash({', '.join(names)}) AS h "
            f"FROM (SELECT row, source, {parts} FROM records) WHERE {filled}"
        )
        con.execute(
            "INSERT INTO met WITH fit AS (SELECT * FROM keyed WHERE h IN "
            f"(SELECT h FROM keyed GROUP BY h HAVING count(*) BETWEEN 2 AND {key.cap})) "
            f"SELECT a.row, b.row FROM fit a JOIN fit b ON a.h = b.h AND a.row < b.row {apart}"
        )
    found = con.execute("SELECT DISTINCT l, r FROM met").fetchnumpy()
    con.execute("DROP TABLE met")
    return np.asarray(found["l"], np.int32), np.asarray(found["r"], np.int32)
