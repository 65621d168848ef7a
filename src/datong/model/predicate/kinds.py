"""The kinds of values and how they go together: a number beside money is money, a text beside a span is a span."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, cast

from datong.errors import Rejected
from datong.model.predicate.nodes import Arithmetic, Compare, Constant, Expr, IsNone, Kind, Major, Not, kind_of
from datong.model.time import duration

__all__ = ["arithmetic", "compare", "unify"]

Fail = Callable[[str, str], Rejected]
_ORDERED = {"number", "money", "time", "span"}
_WORDS: dict[str, str] = {
    "number": "a number", "money": "money", "text": "text", "bool": "a yes or no", "time": "a time",
    "span": "a length of time", "none": "None",
}


def unify(left: Expr, right: Expr, fail: Fail) -> tuple[Expr, Expr, Kind]:
    """Return both sides in one kind; raises `fail(message, hint)` when they have nothing in common."""
    a, b = kind_of(left), kind_of(right)
    if a == b:
        return left, right, a
    if "none" in (a, b):
        return left, right, b if a == "none" else a
    if a == "money" and b == "number":
        return left, Major(right), "money"
    if a == "number" and b == "money":
        return Major(left), right, "money"
    if a == "span" and (span := _span(right)):
        return left, span, "span"
    if b == "span" and (span := _span(left)):
        return span, right, "span"
    raise fail(f"{_WORDS[a]} and {_WORDS[b]} do not go together", "both sides must be of one kind")


def _span(expr: Expr) -> Constant | None:
    if isinstance(expr, Constant) and isinstance(expr.value, str):
        try:
            return Constant(duration(expr.value), "span")
        except ValueError:
            return None
    return None


def compare(op: str, left: Expr, right: Expr, fail: Fail) -> Expr:
    """Return the comparison; `== None` asks whether there is a value."""
    left, right, kind = unify(left, right, fail)
    for this, other in ((left, right), (right, left)):
        if kind_of(other) == "none":
            if op not in ("==", "!=") or kind_of(this) == "none":
                raise fail(f"None cannot stand at {op}", "ask: x == None")
            return IsNone(this) if op == "==" else Not(IsNone(this))
    if op not in ("==", "!=") and kind not in _ORDERED:
        raise fail(f"{_WORDS[kind]} has no order for {op}", "use == or != or in")
    return Compare(cast(Literal["<", "<=", ">", ">=", "==", "!="], op), left, right)


def arithmetic(op: str, left: Expr, right: Expr, fail: Fail) -> Expr:
    """Return the sum, difference, product or quotient with its kind."""
    a, b = kind_of(left), kind_of(right)
    kind: Kind | None = None
    if op in "+-":
        if a == "time" and b in ("span", "text"):
            right = _span(right) or right if b == "text" else right
            kind = "time" if kind_of(right) == "span" else None
        elif a == b == "time":
            kind = "span" if op == "-" else None
        else:
            left, right, both = unify(left, right, fail)
            kind = both if both in ("number", "money", "span") else None
    elif op == "*":
        kind = "number" if a == b == "number" else a if b == "number" else b if a == "number" else None
    elif a == b and a in ("number", "money", "span"):
        kind = "number"
    elif b == "number":
        kind = a
    if kind not in ("number", "money", "span", "time"):
        raise fail(f"{_WORDS[a]} {op} {_WORDS[b]} has no meaning", "arithmetic is for numbers, money and times")
    return Arithmetic(cast(Literal["+", "-", "*", "/"], op), left, right, kind)
