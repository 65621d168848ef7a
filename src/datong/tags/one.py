"""An expression compiled for one member: what of his past it needs, and a function of that and the time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any

import msgspec

from datong.errors import Broken
from datong.model.predicate import (
    Aggregate,
    Arithmetic,
    Compare,
    Constant,
    Expr,
    If,
    In,
    IsNone,
    Logic,
    Major,
    Not,
    TagRef,
    Under,
    aggregates,
    kind_of,
    walk,
)
from datong.tags.cells import Bound, Cell, Distinct, Latest, Series, Tally, Top, Total
from datong.tags.where import calculate, compile_where, in_minor, ordering

__all__ = ["Compiled", "cell_of", "compile_one", "inline"]

Evaluate = Callable[[dict[str, Any], int], Any]
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Compiled:
    """An expression ready for one member: `evaluate(cells, now)` gives its value, `needs` what it reads."""

    expr: Expr
    evaluate: Evaluate
    needs: tuple[tuple[Cell, int], ...]

    def expires(self, cells: dict[str, Any], now: int) -> int | None:
        """Return when the value may change by time alone, in ms; None when only an event can change it."""
        soonest: int | None = None
        for key, expires, last in self._waning:
            data = cells.get(key)
            if data is not None:
                at = expires(data, now, last)
                if at is not None and (soonest is None or at < soonest):
                    soonest = at
        return soonest

    @cached_property
    def _waning(self) -> tuple[tuple[str, Callable[[Any, int, int], int | None], int], ...]:
        """The cells whose value time alone can change, each window once."""
        found = {(cell.key, last): cell for cell, last in self.needs if cell.wanes(last)}
        return tuple((key, cell.expires, last) for (key, last), cell in found.items())


def compile_one(expr: Expr, tags: Mapping[str, Expr], scale: int = 100) -> Compiled:
    """Return the expression for one member; tags in it are replaced by what they say."""
    whole = inline(expr, tags)
    needs = tuple((cell_of(a, scale), a.last) for a in aggregates(whole))
    return Compiled(whole, _compile(whole, scale), needs)


def inline(expr: Expr, tags: Mapping[str, Expr], within: tuple[str, ...] = ()) -> Expr:
    """Return the expression with every tag replaced by its own; raises Broken for a tag that means itself."""
    if not any(isinstance(node, TagRef) for node in walk(expr)):
        return expr
    if isinstance(expr, TagRef):
        if expr.name in within:
            raise Broken(f"the tag {expr.name} is defined by itself")
        return inline(tags[expr.name], tags, (*within, expr.name))
    changes: dict[str, Any] = {}
    for name in expr.__struct_fields__:
        value = getattr(expr, name)
        if isinstance(value, msgspec.Struct):
            changes[name] = inline(value, tags, within)  # type: ignore[arg-type]
        elif isinstance(value, tuple) and value and isinstance(value[0], msgspec.Struct):
            changes[name] = tuple(inline(part, tags, within) for part in value)
    return msgspec.structs.replace(expr, **changes)


def cell_of(aggregate: Aggregate, scale: int = 100) -> Cell:
    """Return the cell an aggregate reads; aggregates that differ in the window alone have cells of one key."""
    function = "last" if aggregate.function == "days_since" else aggregate.function
    shape = (function, sorted(aggregate.types), aggregate.where, aggregate.field, bool(aggregate.last),
             aggregate.half_life, aggregate.weight, scale if aggregate.where else 0)
    key = blake2b(_encode(shape), digest_size=4).hexdigest()
    where = compile_where(aggregate.where, scale) if aggregate.where is not None else None
    return _shape(aggregate)(key, aggregate, where)


def _shape(aggregate: Aggregate) -> type[Cell]:
    match aggregate.function:
        case "count" | "sum":
            return Series if aggregate.last else Total
        case "first" | "last" | "days_since":
            return Bound
        case "distinct":
            return Distinct
        case "latest":
            return Latest
        case "top":
            return Tally if aggregate.last else Top


def _compile(expr: Expr, scale: int) -> Evaluate:  # noqa: C901 - one case per node
    match expr:
        case Constant(value=value):
            return lambda _c, _n: value
        case Aggregate(last=last):
            cell = cell_of(expr, scale)
            key, read = cell.key, cell.value
            return lambda c, n: read(c.get(key), n, last)
        case Major(of=Constant(value=value)):
            minor = in_minor(value, scale)
            return lambda _c, _n: minor
        case Major():
            inner = _compile(expr.of, scale)
            return lambda c, n: calculate("*", inner(c, n), scale)
        case Under(path=path):
            inner = _compile(expr.of, scale)
            return lambda c, n: (v := inner(c, n)) is not None and (v == path or v.startswith(path + "/"))
        case In():
            options = frozenset(o.value for o in expr.options)
            inner = _compile(expr.of, scale)
            return lambda c, n: inner(c, n) in options
        case Compare():
            return _comparison(expr, scale)
        case Not():
            inner = _compile(expr.of, scale)
            return lambda c, n: not inner(c, n)
        case IsNone():
            inner = _compile(expr.of, scale)
            return lambda c, n: inner(c, n) is None
        case Logic(op=op):
            parts = [_compile(p, scale) for p in expr.parts]
            chosen = all if op == "and" else any
            return lambda c, n: chosen(p(c, n) for p in parts)
        case If():
            test, yes, no = (_compile(p, scale) for p in (expr.condition, expr.yes, expr.no))
            return lambda c, n: yes(c, n) if test(c, n) else no(c, n)
        case Arithmetic(op=sign):
            left, right = _compile(expr.left, scale), _compile(expr.right, scale)
            return lambda c, n: calculate(sign, left(c, n), right(c, n))
        case _:
            raise Broken(f"{type(expr).__name__} {kind_of(expr)} cannot be asked about a member")


def _comparison(expr: Compare, scale: int) -> Evaluate:
    left, right, same = _compile(expr.left, scale), _compile(expr.right, scale), ordering(expr.op)
    absent = expr.op == "!="

    def compare(cells: dict[str, Any], now: int) -> bool:
        a, b = left(cells, now), right(cells, now)
        return absent if a is None or b is None else same(a, b)

    return compare
