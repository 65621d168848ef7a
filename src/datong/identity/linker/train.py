"""Training without labels: how often each level occurs among pairs of one person (m) and of different persons (u).

u comes from the whole table: exact agreements are counted from the frequencies of the values, the rest from random
pairs; what the matches among them contribute is taken off. m and the prior come from expectation maximisation over the
pairs that blocking found, counted by pattern of levels. The prior is over *all* pairs of the table: pairs that no key
found are taken as different. So a posterior of one half means one half, also when blocking found few pairs or many.

Formulas: Fellegi and Sunter (1969); EM for them: Winkler (1988).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import duckdb
import numpy as np
import numpy.typing as npt

from datong.identity.linker.columns import ALL, SEVERAL, Columns
from datong.identity.linker.compare import OWN, SHARED
from datong.identity.linker.edges import Int32
from datong.identity.linker.model import Comparison
from datong.identity.linker.score import Int8, Records

__all__ = ["Learnt", "all_pairs_of", "learn", "random_pairs"]

Float64 = npt.NDArray[np.float64]

RANDOM_PAIRS = 120_000
TRAINING_PAIRS = 1_000_000
ROUNDS = 100

_PSEUDO = 50.0
"""Pairs of one person that are believed in before any was seen, spread as `_start` says."""

_SURE = 0.9
"""Only pairs at least so probable teach: the many doubtful ones would teach that doubt is a match."""

_USUAL = {
    "given_name": 0.005, "surname": 0.003, "full_name": 1e-4, "date_of_birth": 1e-4, "phone": 1e-5, "email": 1e-5,
    "national_id": 1e-5, "card": 1e-5, "address": 1e-3, "street_number": 0.02, "postcode": 5e-3, "city": 0.03,
    "region": 0.1, "gender": 0.5, "household": 1e-4, "title": 1e-3, "company": 1e-3,
}
_USUAL_PAIRS = 2_000.0
"""How often different persons usually agree in a field, and how many pairs this is believed as; counts soon win."""


_CHANGED = {"national_id": 0.02, "date_of_birth": 0.03}
"""How often one person's values are believed to differ wholly, where they seldom change."""

_SETTLE = 5

_TWINS = 0.02
"""How often, at the least, two persons of one household have the same day of birth: 12 of 1,000 deliveries are of
twins, one child in 42 (Monden, Pison and Smits, Human Reproduction 2021), and one day is entered for the other."""

_FAMILIES = frozenset({"phone", "household"})
"""Kinds by which a table knows families: customers give a number of the house, or a parent's. An address alone is not
taken for it: with the two bounds below, febrl (addresses, no phones, no families) was linked a little less well."""

_RENAMED = 0.01
"""How often, at the most, one person has two wholly different given names in a table that knows families. What
nicknames, initials, swaps, sounds and typing errors explain is not meant. An assumption: counts cannot tell, as
twins would be counted too."""

_HOMES = 0.1
"""Pairs of one household, at the least, for each pair of one person in a table that knows families. An assumption:
where only twins share anything, expectation maximisation takes them for one person and finds no household."""


class _Field(NamedTuple):
    """What training knows of a comparison: its kind, all pairs of the table by level, and how often strangers agree."""

    kind: str
    among: Float64
    usual: float


class Learnt(NamedTuple):
    """What training found.

    `m`, `u` and `h` (two persons of one household; 0: as u) per comparison and level. `scales` per comparison: the
    share of exact agreements between different persons among all, as a factor on frequencies. `prior` and `household`
    of all pairs; `matches` expected among the pairs seen.
    """

    m: list[Float64]
    u: list[Float64]
    h: list[Float64]
    scales: list[float]
    prior: float
    household: float
    matches: float


def all_pairs_of(n: int, source: Int32 | None) -> float:
    """Return how many pairs of rows may match at all."""
    if source is None:
        return n * (n - 1) / 2
    sizes = np.bincount(source).astype(float)
    return float(n * n - (sizes * sizes).sum()) / 2


def random_pairs(
    n: int, source: Int32 | None, order: Int32 | None = None, count: int = RANDOM_PAIRS
) -> tuple[Int32, Int32]:
    """Return pairs of different rows (of different sources), drawn at random but the same in every run.

    They are drawn by their places in `order`.
    """
    if n * (n - 1) // 2 <= count:
        left, right = np.triu_indices(n, 1)
    else:
        dice = np.random.default_rng(20260301)
        left, right = dice.integers(0, n, count), dice.integers(0, n, count)
        if order is not None:
            left, right = order[left].astype(np.int64), order[right].astype(np.int64)
        left, right = np.minimum(left, right), np.maximum(left, right)
    keep = left != right
    if source is not None:
        keep &= source[left] != source[right]
    return left[keep].astype(np.int32), right[keep].astype(np.int32)


def learn(
    records: Records, blocked: Int8, columns: Columns, n: int, source: Int32 | None, order: Int32 | None = None
) -> Learnt:
    """Return the parameters; `blocked` are the levels of the pairs that blocking found, `order` that of drawing."""
    total = all_pairs_of(n, source)
    drawn = records.compare(*random_pairs(n, source, order)).level
    kinds = {name: fields.kind for fields in columns for name in fields.names}
    kinds |= {kind + ALL: kind for kind in SEVERAL}
    fields = []
    for c, each in enumerate(records.comparisons):
        kind = kinds[each.name]
        among = _among_all(records.con, each, drawn[:, c], total, source is not None)
        fields.append(_Field(kind, among, _USUAL.get(kind, 0.01)))
    share = 1.0
    if len(blocked) > TRAINING_PAIRS:
        chosen = np.random.default_rng(20260302).choice(len(blocked), TRAINING_PAIRS, replace=False)
        share, blocked = TRAINING_PAIRS / len(blocked), blocked[chosen]
    patterns, counts = np.unique(blocked, axis=0, return_counts=True)
    return _maximise(patterns, counts / share, fields, total, n)


def _among_all(
    con: duckdb.DuckDBPyConnection, comparison: Comparison, drawn: Int8, total: float, linking: bool
) -> Float64:
    """Return how many of all pairs of the table fall into each level, nulls aside."""
    seen = np.bincount(drawn[drawn >= 0], minlength=len(comparison.levels)).astype(float)
    filled = total * float((drawn >= 0).mean()) if len(drawn) else 0.0
    shares: Float64 = (seen + 0.5) / (seen.sum() + 0.5 * len(seen))
    first = comparison.levels[0].when
    if first.op == "exact" and first.fields == comparison.fields:
        agreeing, filled = _agreeing(con, first.fields[0], linking)
        exact = agreeing / filled if filled else shares[0]
        shares[1:] *= (1 - exact) / shares[1:].sum()
        shares[0] = exact
    return np.asarray(shares * max(filled, 1.0))


def _agreeing(con: duckdb.DuckDBPyConnection, field: str, linking: bool) -> tuple[float, float]:
    """Return the pairs (of different sources) with equal values of a field, and those with any values."""
    table = f'(SELECT * FROM records WHERE "{field}" IS NOT NULL)'
    per_source = f"(SELECT \"{field}\" AS v, source, count(*)::DOUBLE AS k FROM {table} GROUP BY ALL)"
    values = f"(SELECT sum(k) AS n, sum(k * k) AS o FROM {per_source} GROUP BY v)"
    sources = f"(SELECT sum(k * k) FROM (SELECT count(*)::DOUBLE AS k FROM {table} GROUP BY source))"
    same, every = ("sum(n * n - o)", f"sum(n) * sum(n) - {sources}") if linking else (
        "sum(n * (n - 1))", "sum(n) * (sum(n) - 1)")
    row = con.execute(f"SELECT coalesce({same}, 0) / 2, coalesce({every}, 0) / 2 FROM {values}").fetchone() or (0, 0)
    return float(row[0]), float(row[1])


def _start(levels: int, last: float = 0.1) -> Float64:
    """Return where m starts: mostly in the first level, little in the `last`."""
    if levels < 3:
        return np.array([1 - last, last][:levels])
    return np.array([0.85 - last, *[0.15 / (levels - 2)] * (levels - 2), last])


def _maximise(patterns: Int8, counts: Float64, fields: Sequence[_Field], total: float, n: int) -> Learnt:
    """Return what expectation maximisation finds in patterns of levels and their counts.

    A pair is of one person, of two of one household, or of two strangers; the second class is left out where the
    table has nothing that housemates share, or nothing that tells them apart. A table that knows families has at least
    some, and one person seldom has two given names there.
    """
    start = [_start(len(each.among), _CHANGED.get(each.kind, 0.1)) for each in fields]
    m, u = [each.copy() for each in start], [_others(each, each.among * 0) for each in fields]
    homely = bool({each.kind for each in fields} & SHARED and {each.kind for each in fields} & OWN)
    least = _HOMES if homely and {each.kind for each in fields} & _FAMILIES else 0.0
    h = [start[c].copy() if each.kind in SHARED else u[c].copy() for c, each in enumerate(fields)]
    prior, matches = min(0.2 * n / max(total, 1.0), 0.1), 0.0
    household = prior / 2 if homely else 0.0
    for _ in range(ROUNDS):
        one, home = _odds(patterns, m, u, prior), _odds(patterns, h, u, household)
        rest = np.logaddexp(np.logaddexp(one, home), 0.0)
        chances = (np.exp(one - rest), np.exp(home - rest), 1 - np.exp(-rest))
        teaches, homes, known = (counts * chance * (chance >= _SURE) for chance in chances)
        matches, before = float(teaches.sum()), prior
        prior = float(np.clip(matches / max(total, 1.0), 1e-10, 0.5))
        household = float(np.clip(homes.sum() / max(total, 1.0), max(1e-12, least * prior), 0.3)) if homely else 0.0
        for c, each in enumerate(fields):
            mine, theirs = (_counted(patterns[:, c], weight, len(m[c])) for weight in (teaches, homes))
            m[c] = (mine + _PSEUDO * start[c]) / (mine.sum() + _PSEUDO)
            if least and each.kind == "given_name":
                m[c] = _seldom_renamed(m[c])
            u[c] = _others(each, _counted(patterns[:, c], known, len(m[c])))
            shared = (theirs + _PSEUDO * start[c]) / (theirs.sum() + _PSEUDO)
            h[c] = shared if each.kind in SHARED else _apart(each, u[c])
        if abs(np.log(prior / before)) < 1e-5:
            break
    for _ in range(_SETTLE):  # now that it is known what a match looks like, the doubtful ones are counted too
        one, home = _odds(patterns, m, u, prior), _odds(patterns, h, u, household)
        rest = np.logaddexp(np.logaddexp(one, home), 0.0)
        matches = float((counts * np.exp(one - rest)).sum())
        prior = float(np.clip(matches / max(total, 1.0), 1e-10, 0.5))
        homes = counts * np.exp(home - rest)
        household = max(float(homes.sum() / max(total, 1.0)), least * prior) if homely else 0.0
    scales = [
        float(np.sqrt(min(u[c][0] * each.among.sum() / max(each.among[0], 1e-12), 1.0)))
        for c, each in enumerate(fields)
    ]
    told = [h[c] if each.kind in (*SHARED, "date_of_birth") else u[c] * 0 for c, each in enumerate(fields)]
    return Learnt(m, u, told, scales, prior, household, matches)


def _odds(patterns: Int8, these: Sequence[Float64], others: Sequence[Float64], prior: float) -> Float64:
    """Return the log odds of a class against strangers for each pattern, -inf when the class is impossible."""
    if not prior:
        return np.full(len(patterns), -np.inf)
    odds = np.full(len(patterns), np.log(prior / (1 - prior)))
    for c, (mine, theirs) in enumerate(zip(these, others, strict=True)):
        odds += np.append(np.log(mine / theirs), 0.0)[patterns[:, c]]
    return odds


def _counted(levels: Int8, weight: Float64, size: int) -> Float64:
    """Return the weight that fell into each level."""
    known = levels >= 0
    return np.bincount(levels[known], weight[known], size).astype(np.float64)


def _apart(field: _Field, u: Float64) -> Float64:
    """Return how housemates fall into levels of what they do not share: as strangers, but for twins."""
    found = u.copy()
    if field.kind == "date_of_birth":
        found[0] = max(found[0], _TWINS)
    return np.asarray(found / found.sum())


def _seldom_renamed(m: Float64) -> Float64:
    """Return how pairs of one person fall into levels of a given name, the last (wholly different) being rare."""
    last = min(float(m[-1]), _RENAMED)
    return np.append(m[:-1] * (1 - last) / m[:-1].sum(), last)


def _others(field: _Field, known: Float64) -> Float64:
    """Return the shares of levels among pairs of strangers: all pairs without the `known` others.

    Half a pair, or a hundredth of what there was, is left to a level that those alone fill; few pairs are supplemented
    by what is usual.
    """
    found = np.maximum(field.among - known, np.maximum(field.among * 0.01, 0.5))
    shares = found / found.sum()
    exact = (shares[0] * found.sum() + field.usual * _USUAL_PAIRS) / (found.sum() + _USUAL_PAIRS)
    shares[1:] *= (1 - exact) / shares[1:].sum()
    shares[0] = exact
    return np.asarray(shares)
