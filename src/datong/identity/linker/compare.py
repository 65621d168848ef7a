"""Comparisons: the levels on which two values of each kind can agree, and their predicates as SQL.

The levels are the same for every table. They are ordered from the strongest agreement to none; training finds out what
each is worth in the table at hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from datong.identity.linker.columns import ALL, SEVERAL, Columns, Fields
from datong.identity.linker.model import ELSE, Comparison, Level, Predicate

__all__ = ["OWN", "SHARED", "comparisons_for", "sql_of"]

SHARED = frozenset({
    "surname", "address", "street_number", "postcode", "city", "region", "country", "household", "phone", "email",
    "company", "place_of_birth",
})
"""The kinds whose values the people of one household have in common more often than others."""

OWN = frozenset({"given_name", "full_name", "date_of_birth", "national_id"})
"""The kinds that tell two people of one household apart; without any, a table knows no households."""


def _is(op: str, *fields: str, at: float = 0.0) -> Predicate:
    return Predicate(op, fields, at)  # type: ignore[arg-type]


def _both(*of: Predicate) -> Predicate:
    return Predicate("all", of=of)


def _exact(field: str, tf: bool = True) -> Level:
    return Level("exact", _is("exact", field), tf=field if tf else "")


def _similar(field: str, *at: float) -> list[Level]:
    return [Level(f"similar {x:g}", _is("jaro_winkler", field, at=x)) for x in at]


def _typos(field: str, *at: int) -> list[Level]:
    return [Level(f"typo {x}" if x == 1 else f"typos {x}", _is("damerau", field, at=x)) for x in at]


def _overlap(field: str, *at: float) -> list[Level]:
    return [Level(f"words {x:g}", _is("overlap", field, at=x)) for x in at]


def _given(s: str, other: str) -> list[Level]:
    given = "given" + s
    swapped = [Level("swapped", _is("swapped", given, other))] if other else []
    return [
        _exact(given), *swapped, Level("nickname", _is("exact", "given_root" + s)), *_similar("given_latin" + s, 0.92),
        Level("sound", _is("exact", "given_key" + s)), Level("initial", _is("initial", "given_root" + s)),
        *_similar("given_latin" + s, 0.85, 0.75),
    ]


def _surname(s: str, other: str) -> list[Level]:
    name = "surname" + s
    swapped = [Level("swapped", _is("swapped", name, other), silent=True)] if other else []
    return [
        _exact(name), *swapped, *_similar(name, 0.92), Level("sound", _is("exact", "surname_key" + s)),
        Level("beginning", _is("initial", name)), *_similar(name, 0.85, 0.75),
    ]


def _name(s: str) -> list[Level]:
    name, words, latin = "name" + s, "name_tokens" + s, "name_latin" + s
    return [
        _exact(name), Level("reordered", _is("exact", words)), *_similar(latin, 0.95),
        Level("sound", _is("exact", "name_key" + s)), Level("contained", _is("contained", words, at=2)),
        *_similar(latin, 0.9), *_overlap(words, 0.5), *_similar(latin, 0.8), *_overlap(words, 0.3),
    ]


def _date(field: str) -> list[Level]:
    year = _is("prefix", field, at=4)
    return [
        _exact(field), *_typos(field, 1), Level("same year, typos 2", _both(year, _is("damerau", field, at=2))),
        *_typos(field, 2), Level("same year", year), Level("ten years", _is("days", field, at=3653)),
    ]


def _address(s: str) -> list[Level]:
    address, words = "address" + s, "address_tokens" + s
    return [
        _exact(address), Level("reordered", _is("exact", words)), *_similar(address, 0.92),
        Level("contained", _is("contained", words, at=2)), *_overlap(words, 0.6), *_overlap(words, 0.3),
    ]


def _worded(field: str, s: str) -> list[Level]:
    words = f"{field}_tokens{s}"
    return [
        _exact(field + s), Level("reordered", _is("exact", words)), *_similar(field + s, 0.92),
        Level("contained", _is("contained", words, at=2)), *_overlap(words, 0.6, 0.4, 0.2),
    ]


_TELLS: dict[str, Sequence[str]] = {
    "given_name": ("exact", "swapped", "nickname", "similar 0.92", "sound", "similar 0.85"),
    "full_name": ("exact", "reordered", "similar 0.95", "sound", "contained", "similar 0.9"),
    "date_of_birth": ("exact", "typo 1", "same year, typos 2", "typos 2"),
    "national_id": ALL, "card": ALL, "phone": ALL, "email": ALL, "company": ALL, "title": ALL, "other": ALL,
    "number": ("exact",), "date": ("exact",),
}
"""Kinds to levels of agreement upon what is one person's (or one firm's), and no family's."""
_DOUBTS = {
    "given_name": ("similar 0.75", "different"),
    "full_name": ("words 0.5", "similar 0.8", "words 0.3", "different"),
}
"""Names as far apart as those of brother and sister."""
_PROOF = frozenset({"national_id", "card"})
_HOME = frozenset({"address", "household"})

_LEVELS: dict[str, Callable[[str], list[Level]]] = {
    "full_name": _name, "date_of_birth": lambda s: _date("dob" + s), "date": lambda s: _date("date" + s),
    "phone": lambda s: [_exact("phone" + s), *_typos("phone" + s, 1)],
    "email": lambda s: [
        _exact("email" + s), Level("same user", _is("exact", "email_user" + s)), *_typos("email" + s, 2),
        *_similar("email_user" + s, 0.88),
    ],
    "address": _address, "street_number": lambda s: [_exact("street_number" + s), *_typos("street_number" + s, 1)],
    "postcode": lambda s: [
        _exact("postcode" + s), *_typos("postcode" + s, 1), Level("beginning", _is("prefix", "postcode" + s, at=3)),
        *_typos("postcode" + s, 2),
    ],
    "city": lambda s: [_exact("city" + s), *_similar("city" + s, 0.92, 0.8)],
    "region": lambda s: [_exact("region" + s)], "country": lambda s: [_exact("country" + s)],
    "national_id": lambda s: [_exact("national_id" + s), *_typos("national_id" + s, 1, 2)],
    "card": lambda s: [_exact("card" + s), *_typos("card" + s, 1)],
    "gender": lambda s: [_exact("gender" + s, tf=False)],
    "occupation": lambda s: [_exact("occupation" + s), *_similar("occupation" + s, 0.88)],
    "company": lambda s: _worded("company", s),
    "place_of_birth": lambda s: [
        _exact("place_of_birth" + s), *_similar("place_of_birth" + s, 0.88),
        Level("contained", _is("initial", "place_of_birth" + s)),
    ],
    "household": lambda s: [_exact("household" + s)], "title": lambda s: _worded("title", s),
    "number": lambda s: [
        _exact("number" + s), Level("within 5 %", _is("difference", "number" + s, at=0.05)),
        Level("within 20 %", _is("difference", "number" + s, at=0.2)),
    ],
    "other": lambda s: _worded("other", s),
}


def comparisons_for(columns: Columns, useful: Iterable[str]) -> list[Comparison]:
    """Return the comparisons, yet without weights, of the columns whose main field is in `useful`.

    A whole name beside a given name and a surname is compared by its remaining words only (`name_rest`).
    """
    known = set(useful)
    names = {fields.names[0] for fields in columns if fields.kind in ("given_name", "surname")} & known
    found = []
    for fields in columns:
        field = fields.names[0]
        if field not in known and not (fields.kind == "full_name" and names):
            continue
        levels = _levels(fields, known, names)
        if levels:
            first = levels[0].when.fields[0] if fields.kind == "full_name" and names else field
            levels.append(Level("different", ELSE))
            _mark(fields.kind, levels, rest=first != field)
            found.append(Comparison(field, (first,), levels))
    return found + [each for kind in SEVERAL for each in _several(columns.of(kind), known)]


def _several(columns: list[Fields], known: set[str]) -> list[Comparison]:
    """Return the comparison of the columns of one kind with one another: what stands in another column of it."""
    names = [name for fields in columns if (name := fields.kind + fields.suffix) in known]
    if len(names) < 2:
        return []
    every = columns[0].kind + ALL
    levels = [*(Level(f"same {name}", _is("exact", name), silent=True) for name in names),
              Level("in another column", _is("overlap", every, at=0.01)), Level("different", ELSE, silent=True)]
    levels[-2].own, levels[-2].proof = True, columns[0].kind in _PROOF
    return [Comparison(every, (every,), levels)]


def _mark(kind: str, levels: list[Level], rest: bool) -> None:
    """Say which levels tell a person from a family, and which tell two of one family apart."""
    told = _TELLS.get(kind, ())
    for level in levels[:-1]:
        level.own = rest or told == ALL or level.name in told
        level.proof = kind in _PROOF
        level.home = kind in _HOME
    for level in levels:
        level.doubt = not rest and level.name in _DOUBTS.get(kind, ())


def _levels(fields: Fields, known: set[str], names: set[str]) -> list[Level]:
    s = fields.suffix
    if fields.kind == "given_name":
        return _given(s, "surname" if not s and "surname" in known else "")
    if fields.kind == "surname":
        return _surname(s, "given" if not s and "given" in known else "")
    if fields.kind == "full_name" and names:
        rest, words = "name_rest" + s, "name_rest_tokens" + s
        return [_exact(rest), Level("contained", _is("contained", words, at=1)), *_overlap(words, 0.3, 0.01)] if (
            rest in known) else []
    return _LEVELS[fields.kind](s)


def sql_of(when: Predicate) -> str:
    """Return a predicate as a DuckDB condition over `field_l` and `field_r`; fields `…_tokens` are lists of text."""
    if when.op == "else":
        return "ELSE"
    if when.op == "all":
        return " AND ".join(f"({sql_of(each)})" for each in when.of)
    a, b = (f'"{when.fields[0]}_{side}"' for side in "lr")
    c, d = (f'"{when.fields[-1]}_{side}"' for side in "lr")
    return _SQL[when.op].format(a=a, b=b, c=c, d=d, at=when.at)


_SQL = {
    "exact": "{a} = {b}",
    "jaro_winkler": "jaro_winkler_similarity({a}, {b}) >= {at:g} - 1e-9",  # rounding: every engine has its own
    "damerau": "abs(length({a}) - length({b})) <= {at:g} AND levenshtein({a}, {b}) <= 2 * {at:g} "  # the quicker one
               "AND damerau_levenshtein({a}, {b}) <= {at:g}",
    "days": "abs(date_diff('day', try_cast({a} AS DATE), try_cast({b} AS DATE))) <= {at:g}",
    "swapped": "{a} = {d} AND {b} = {c}",
    "prefix": "length({a}) >= {at:g} AND length({b}) >= {at:g} AND left({a}, {at:g}) = left({b}, {at:g})",
    "initial": "(starts_with({a}, {b}) OR starts_with({b}, {a}))",
    "difference": "abs(try_cast({a} AS DOUBLE) - try_cast({b} AS DOUBLE)) <= "
                  "{at:g} * greatest(abs(try_cast({a} AS DOUBLE)), abs(try_cast({b} AS DOUBLE)))",
    # both / (a + b - both) >= at, with the slow part said once
    "overlap": "(1 + {at:g}) * len(list_intersect({a}, {b})) >= {at:g} * (len({a}) + len({b})) - 1e-9",
    "contained": "least(len({a}), len({b})) >= {at:g} AND (list_has_all({a}, {b}) OR list_has_all({b}, {a}))",
}
