"""Matching in process: the weights of the batch scorer, level by level, and what is decided upon them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from datong.identity.linker import FIELDS, Columns, Model, parse_columns
from datong.identity.linker.compare import comparisons_for
from datong.identity.linker.match import Candidate, Matcher, Thresholds, decide, probability
from datong.identity.linker.record import with_rest
from datong.identity.linker.score import Records, weights

KINDS = [kind for kind in FIELDS if kind != "full_name"]


def columns_of(*kinds: str) -> Columns:
    """Return one column of each kind, named like it."""
    return parse_columns({kind: kind for kind in kinds})


def texts(dice: random.Random, field: str, size: int) -> list[str | None]:
    """Return values of a field that agree in every degree: equal, nearly equal, with words in common, or not at all."""
    if field.startswith(("dob", "date")):
        days = ("11", "12", "31", "40")
        return [f"19{dice.choice('79')}{dice.choice('89')}-0{dice.choice('12')}-{dice.choice(days)}"
                for _ in range(size)]
    if field.startswith("number"):
        return [dice.choice(("100", "101", "104", "115", "300", "7.5", "none")) for _ in range(size)]
    if "_tokens" in field:
        words = ["an", "be", "co", "da", "el", "fo", "张", "王"]
        return [" ".join(sorted(dice.sample(words, dice.randint(1, 5)))) for _ in range(size)]
    if field.startswith("gender"):
        return [dice.choice("fm") for _ in range(size)]
    if field.endswith("_root"):
        return [dice.choice(("a", "ab.", "c", "cd", "e.")) for _ in range(size)]
    if field.endswith("_key"):
        return [dice.choice("abcde") for _ in range(size)]
    base = ["johnathan smith", "john", "margarete", "8613912345678", "王小明", "欧阳", "jon", "jonathan smith"]
    return [slipped(dice, dice.choice(base), dice.choice((0, 0, 1, 1, 2, 3, 6))) for _ in range(size)]


def slipped(dice: random.Random, text: str, times: int) -> str:
    """Return the text after some slips of the hand."""
    for _ in range(times):
        at = dice.randrange(len(text))
        text = text[:at] + dice.choice(("", "x", text[at] * 2, "明")) + text[at + 1 :] or "x"
    return text


def made(columns: Columns, size: int, seed: int) -> tuple[dict[str, list[str | None]], Model]:
    """Return fields of records, one in twelve missing, and a model over them with arbitrary weights."""
    dice = random.Random(seed)
    fields = {name: texts(dice, name, size) for each in columns for name in each.names}
    fields |= {f"{n}{s}": fields[f"name{s}" if n == "name_rest" else f"name_tokens{s}"]
               for n in ("name_rest", "name_rest_tokens") for s in ("",) if "name" in fields}
    if {"surname", "given"} <= set(fields):  # so that some are swapped
        fields["surname"], fields["given"] = ([dice.choice(fields["given"][:40]) for _ in range(size)] for _ in "sg")
    for values in fields.values():
        for at in range(size):
            values[at] = None if dice.random() < 1 / 12 else values[at]
    comparisons = comparisons_for(columns, set(fields))
    frequencies: dict[str, dict[str, float]] = {}
    for each in comparisons:
        for level in each.levels:
            level.m, level.u = dice.uniform(0.01, 0.9), dice.uniform(0.0001, 0.5)
            shared = each.fields[0].startswith(("surname", "address", "city", "phone"))
            level.h = dice.uniform(0.01, 0.9) if shared else 0.0
            if level.tf:
                known = [v for v in fields[level.tf] if v is not None]
                frequencies[level.tf] = {v: known.count(v) / len(known) for v in set(known)}
    floors = dict.fromkeys(frequencies, 0.004)
    scales = {field: dice.uniform(0.2, 1.0) for field in frequencies}
    return fields, Model(dict(columns.kinds), comparisons, [], 1e-4, frequencies, scales, floors, household=2e-4)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB of one's own."""
    with duckdb.connect() as opened:
        yield opened


def register(con: duckdb.DuckDBPyConnection, fields: dict[str, list[str | None]], size: int) -> None:
    """Make the table that Splink compares."""
    table = pa.table({name: pa.array(values, pa.string()) for name, values in fields.items()})
    con.register("given", table.append_column("row", pa.array(range(size), pa.int32())))
    names = [f"string_split(\"{n}\", ' ') AS \"{n}\"" if "_tokens" in n else f'"{n}"' for n in [*fields, "row"]]
    con.execute(f"CREATE TABLE records AS SELECT {', '.join(names)}, 0 AS source FROM given")


@pytest.mark.parametrize("kinds", [KINDS[:6], KINDS[6:], ("full_name", "city"), ("full_name", "surname", "given_name")],
                         ids=lambda kinds: f"{kinds[0]}…")
def test_the_weights_are_those_of_splink(con: duckdb.DuckDBPyConnection, kinds: tuple[str, ...]) -> None:
    """Several hundred pairs, every comparison level among them, weigh the same in process as in SQL."""
    size = 250
    columns = columns_of(*kinds)
    fields, model = made(columns, size, seed=len(kinds))
    register(con, fields, size)
    dice = np.random.default_rng(1)
    left, right = dice.integers(0, size, 10_000, np.int32), dice.integers(0, size, 10_000, np.int32)
    left, right = left[left != right], right[left != right]
    found = Records(con, model.comparisons).compare(left, right)
    expected = weights(model, found)
    matcher = Matcher(model)
    rows = [matcher.layout.row({name: values[at] for name, values in fields.items()}) for at in range(size)]
    for one in range(size):
        pairs = np.flatnonzero(left == one)
        if not len(pairs):
            continue
        others = [rows[at] for at in right[pairs]]
        assert matcher.levels(rows[one], others).tolist() == found.level[pairs].tolist()
        assert matcher.weights(rows[one], others) == pytest.approx(expected[pairs], abs=1e-3)
    for at, comparison in enumerate(model.comparisons):
        seen = set(found.level[:, at].tolist())
        assert seen == set(range(-1, len(comparison.levels))), (comparison.name, sorted(seen))


def test_the_waterfall_adds_up() -> None:
    """The steps of a candidate sum to its weight, what housemates explain taken off; the best candidate comes first."""
    columns = columns_of("given_name", "surname", "address", "postcode", "city")
    fields, model = made(columns, 60, seed=3)
    matcher = Matcher(model)
    rows = [matcher.layout.row({name: values[at] for name, values in fields.items()}) for at in range(60)]
    ranked = matcher.rank(rows[0], list(enumerate(rows))[1:], best=60)
    assert [each.weight for each in ranked] == sorted((each.weight for each in ranked), reverse=True)
    assert len(ranked) == 59
    for each in ranked:
        assert [step.comparison for step in each.waterfall] == [
            "prior", *(c.name for c in model.comparisons), "household",
        ]
        assert sum(step.weight for step in each.waterfall) == pytest.approx(each.weight)
    assert matcher.rank(rows[0], []) == []


def candidates(*weighed: float) -> list[Candidate]:
    """Return candidates of these weights."""
    return [Candidate(at, weight, probability(weight)) for at, weight in enumerate(weighed)]


@pytest.mark.parametrize(("weighed", "decision"), [
    ((), "none"), ((-1.0,), "none"), ((0.5,), "review"), ((6.0,), "review"), ((7.0,), "merge"), ((12.0, 1.0), "merge"),
    ((12.0, 10.0), "review"), ((12.0, -3.0), "merge"),
])
def test_a_rival_makes_it_a_question(weighed: tuple[float, ...], decision: str) -> None:
    """Certain and alone: merge; likely, or with a second one nearly as good: ask; else nothing."""
    assert decide(candidates(*weighed), Thresholds()) == decision


def test_probability_of_weights() -> None:
    """Weights are log2 odds, however large."""
    assert [probability(w) for w in (0.0, 1.0, -1.0, 5_000.0)] == [0.5, 2 / 3, 1 / 3, 1.0]
    assert probability(-5_000.0) == pytest.approx(0.0, abs=1e-29)


def test_the_rest_of_a_whole_name() -> None:
    """Words of a whole name that no other name column says are fields of their own."""
    columns = parse_columns({"full": "full_name", "first": "given_name", "last": "surname"})
    fields: dict[str, Any] = {"name_tokens": "ann lee mary smith", "given": "mary", "surname": "smith"}
    assert with_rest(fields, columns)["name_rest"] == "ann lee"
    assert with_rest(fields | {"given": None}, columns)["name_rest_tokens"] == "ann lee mary"
    assert with_rest({"name_tokens": None, "given": "mary", "surname": "smith"}, columns)["name_rest"] is None
