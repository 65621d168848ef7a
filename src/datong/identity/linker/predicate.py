"""The predicates of a model, compiled to judge one row against many; each says what its SQL says on DuckDB.

Jaro-Winkler and Damerau-Levenshtein are counted over the bytes of UTF-8, as DuckDB counts them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler
from rapidfuzz.process import cdist

from datong.identity.linker.model import Predicate
from datong.identity.linker.record import Row

__all__ = ["Others", "Test", "compiled"]

Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]

_ROUNDING = 1e-9
"""Similarities a hair below their threshold count: every engine rounds in its own way."""


class Others:
    """Rows by column, with the likenesses to one row that were asked for already."""

    def __init__(self, one: Row, rows: Sequence[Row]) -> None:
        self.one = one
        self.columns: list[tuple[str | None, ...]] = list(zip(*rows, strict=True))
        self.size = len(rows)
        self._likeness: dict[tuple[int, Any], npt.NDArray[np.float64]] = {}

    def likeness(self, at: int, scorer: Any, among: Places) -> npt.NDArray[np.float64]:
        """Return the likeness of one field by a scorer of rapidfuzz; asked first where most rows are still open."""
        known = self._likeness.get((at, scorer))
        if known is None:
            column, value = self.columns[at], self.one[at] or ""
            texts = [column[i] or "" for i in among]
            if value.isascii() and all(map(str.isascii, texts)):
                found = cdist([value], texts, scorer=scorer, dtype=np.float64)
            else:
                found = cdist([value.encode()], [text.encode() for text in texts], scorer=scorer, dtype=np.float64)
            known = self._likeness[at, scorer] = np.full(self.size, np.nan)
            known[among] = found[0]
        return known[among]


Test = Callable[[Others, Places], Bools]
"""Which of some of the others fulfil a predicate."""


def compiled(when: Predicate, place: Mapping[str, int]) -> Test:
    """Return the predicate over rows, whose values stand at `place`."""
    at = [place[field] for field in when.fields]
    match when.op:
        case "else":
            return lambda _others, among: np.ones(len(among), bool)
        case "all":
            return _all([compiled(each, place) for each in when.of])
        case "exact":
            return _exact(at[0])
        case "swapped":
            return _swapped(*at)
        case "jaro_winkler":
            return _jaro_winkler(at[0], when.at)
        case "damerau":
            return _damerau(at[0], when.at)
    return _one_by_one(_VALUES[when.op], at[0], when.at)


def _all(tests: Sequence[Test]) -> Test:
    def asked(others: Others, among: Places) -> Bools:
        found = np.ones(len(among), bool)
        for test in tests:
            found &= test(others, among)
        return found

    return asked


def _exact(at: int) -> Test:
    def asked(others: Others, among: Places) -> Bools:
        value, column = others.one[at], others.columns[at]
        if value is None:
            return np.zeros(len(among), bool)
        return np.array([column[i] == value for i in among], bool)

    return asked


def _swapped(first: int, second: int) -> Test:
    def asked(others: Others, among: Places) -> Bools:
        a, b = others.one[first], others.one[second]
        if a is None or b is None:
            return np.zeros(len(among), bool)
        one, other = others.columns[first], others.columns[second]
        return np.array([one[i] == b and other[i] == a for i in among], bool)

    return asked


def _jaro_winkler(at: int, limit: float) -> Test:
    def asked(others: Others, among: Places) -> Bools:
        if others.one[at] is None:
            return np.zeros(len(among), bool)
        column = others.columns[at]
        alike = others.likeness(at, JaroWinkler.similarity, among) >= limit - _ROUNDING
        return np.asarray(alike & [column[i] is not None for i in among], bool)

    return asked


def _damerau(at: int, limit: float) -> Test:
    def asked(others: Others, among: Places) -> Bools:
        value, column = others.one[at], others.columns[at]
        if value is None:
            return np.zeros(len(among), bool)
        size = len(value)
        near = [(text := column[i]) is not None and abs(len(text) - size) <= limit for i in among]
        return np.asarray((others.likeness(at, DamerauLevenshtein.distance, among) <= limit) & near, bool)

    return asked


def _one_by_one(test: Callable[[str, str, float], bool], at: int, limit: float) -> Test:
    def asked(others: Others, among: Places) -> Bools:
        value, column = others.one[at], others.columns[at]
        if value is None:
            return np.zeros(len(among), bool)
        return np.array([(text := column[i]) is not None and test(value, text, limit) for i in among], bool)

    return asked


@lru_cache(maxsize=65_536)
def _day(text: str) -> int | None:
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        return None


def _days(a: str, b: str, at: float) -> bool:
    one, other = _day(a), _day(b)
    return one is not None and other is not None and abs(one - other) <= at


def _prefix(a: str, b: str, at: float) -> bool:
    size = int(at)
    return len(a) >= size and len(b) >= size and a[:size] == b[:size]


def _initial(a: str, b: str, _at: float) -> bool:
    return a.startswith(b) or b.startswith(a)


def _difference(a: str, b: str, at: float) -> bool:
    try:
        one, other = float(a), float(b)
    except ValueError:
        return False
    return abs(one - other) <= at * max(abs(one), abs(other))


def _overlap(a: str, b: str, at: float) -> bool:
    one, other = _words(a), _words(b)
    shared = len(one & other)
    return shared >= at * (len(one) + len(other) - shared)


def _contained(a: str, b: str, at: float) -> bool:
    one, other = _words(a), _words(b)
    fewer = min(len(one), len(other))
    return fewer >= at and len(one & other) == fewer


@lru_cache(maxsize=16_384)
def _words(text: str) -> frozenset[str]:
    return frozenset(text.split(" "))


_VALUES: dict[str, Callable[[str, str, float], bool]] = {
    "days": _days, "prefix": _prefix, "initial": _initial, "difference": _difference, "overlap": _overlap,
    "contained": _contained,
}
