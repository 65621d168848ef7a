"""The predicate language as frozen structs: what an expression is once it has been read and its kinds are known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

import msgspec

__all__ = [
    "Aggregate", "Arithmetic", "Compare", "Constant", "Expr", "Field", "Function", "If", "In", "IsNone", "Kind",
    "Logic", "Major", "Not", "TagRef", "Under", "aggregates", "kind_of", "walk",
]

Kind = Literal["number", "money", "text", "bool", "time", "span", "none"]
"""`money` is in minor units, `time` in ms since 1970, `span` in ms; `none` is the kind of the word None alone."""

Function = Literal["count", "sum", "first", "last", "days_since", "distinct", "top", "latest"]


class Node(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Base of every node."""


class Constant(Node, frozen=True):
    """A literal value; money, times and spans are already in their smallest unit unless under `Major`."""

    value: int | float | str | bool | None
    kind: Kind


class Field(Node, frozen=True):
    """A field of the event item that is looked at; only inside the `where` of an aggregate or a scene."""

    name: str
    kind: Kind


class TagRef(Node, frozen=True):
    """The value of a tag, `tag.rfm.recency_days`."""

    name: str
    kind: Kind


class Major(Node, frozen=True):
    """A number that a person wrote as money, in whole yuan or dollars: times 10^exponent it is in minor units."""

    of: Expr
    kind: Kind = "money"


class Arithmetic(Node, frozen=True):
    """`left op right` on numbers; None when a side is None, or when divided by zero."""

    op: Literal["+", "-", "*", "/"]
    left: Expr
    right: Expr
    kind: Kind


class Compare(Node, frozen=True):
    """`left op right`; false when a side is None, save that `!=` is the contrary of `==`."""

    op: Literal["<", "<=", ">", ">=", "==", "!="]
    left: Expr
    right: Expr
    kind: Kind = "bool"


class In(Node, frozen=True):
    """Is the value one of `options`; false when it is None."""

    of: Expr
    options: tuple[Constant, ...]
    kind: Kind = "bool"


class Under(Node, frozen=True):
    """Is a category path the given one or below it."""

    of: Expr
    path: str
    kind: Kind = "bool"


class IsNone(Node, frozen=True):
    """Is there no value."""

    of: Expr
    kind: Kind = "bool"


class Not(Node, frozen=True):
    """The contrary; a truth is never None."""

    of: Expr
    kind: Kind = "bool"


class Logic(Node, frozen=True):
    """All of the parts, or any of them."""

    op: Literal["and", "or"]
    parts: tuple[Expr, ...]
    kind: Kind = "bool"


class If(Node, frozen=True):
    """`yes if condition else no`."""

    condition: Expr
    yes: Expr
    no: Expr
    kind: Kind


class Aggregate(Node, frozen=True):
    """A number made of one member's events of the given types, of those items where `where` holds.

    `count` counts events; `sum` adds a field over items; `first` and `last` are times; `days_since` whole days since
    the last one; `distinct` counts different values of a field; `latest` is the field's value at the last event; `top`
    is the field's value with the largest weight, where weights halve every `half_life` ms (0 = never). `last` is the
    window (now - last, now] in ms, 0 for all time. `weight` is a field name or empty for 1.
    """

    function: Function
    types: tuple[str, ...]
    kind: Kind
    field: str = ""
    where: Expr | None = None
    last: int = 0
    half_life: int = 0
    weight: str = ""


Expr: TypeAlias = (
    Constant | Field | TagRef | Major | Arithmetic | Compare | In | Under | IsNone | Not | Logic | If | Aggregate
)


def kind_of(expr: Expr) -> Kind:
    """Return the kind of value the expression gives."""
    return expr.kind


def walk(expr: Expr) -> Iterator[Expr]:
    """Yield the expression and everything below it, the `where` of aggregates included."""
    yield expr
    match expr:
        case Major() | In() | Under() | IsNone() | Not():
            yield from walk(expr.of)
        case Arithmetic() | Compare():
            yield from walk(expr.left)
            yield from walk(expr.right)
        case Logic():
            for part in expr.parts:
                yield from walk(part)
        case If():
            for part in (expr.condition, expr.yes, expr.no):
                yield from walk(part)
        case Aggregate() if expr.where is not None:
            yield from walk(expr.where)
        case _:
            pass


def aggregates(expr: Expr) -> list[Aggregate]:
    """Return the different aggregates of the expression, in order of appearance."""
    return list(dict.fromkeys(node for node in walk(expr) if isinstance(node, Aggregate)))
