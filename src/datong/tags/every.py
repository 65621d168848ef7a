"""An expression compiled for all members at once: an Ibis table (member, value) over facts, on any engine.

It keeps to the portable subset: one grouped scan for counts, sums, times and distinct values; for favourites and latest
values a ranking by row number; left joins onto the members.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ibis

from datong.errors import Broken
from datong.model import DAY
from datong.model.predicate import (
    RETURNS,
    Aggregate,
    Arithmetic,
    Compare,
    Constant,
    Expr,
    Field,
    If,
    In,
    IsNone,
    Kind,
    Logic,
    Major,
    Not,
    Under,
    aggregates,
    kind_of,
)
from datong.tags.one import inline
from datong.tags.where import in_minor

__all__ = ["compile_all"]

_TEXTS = ("type", "channel", "place", "zone", "sku", "category", "brand", "campaign", "coupon")
_TYPES: dict[Kind, str] = {
    "number": "float64", "money": "float64", "text": "string", "bool": "boolean", "time": "int64", "span": "float64",
    "none": "string",
}
_THOUSANDTHS = 1000


def compile_all(
    expr: Expr, tags: Mapping[str, Expr], events: Any, links: Any, now: int, scale: int = 100, currency: str = "",
) -> Any:
    """Return the Ibis table (member, value) of the expression at `now`, with a row for every linked member.

    `events` has the columns of `touchpoints.event`, `links` those of `identity.link`. With `currency` an amount in
    another one counts as none.
    """
    whole = inline(expr, tags)
    asked = aggregates(whole)
    if currency:
        home = events.currency.fill_null("").isin(["", currency])
        events = events.mutate(amount=home.ifelse(events.amount, ibis.literal(0, "int64")))
    items = _items(events, links, now)
    members = links.select("member").distinct()
    names = {a: f"a{at}" for at, a in enumerate(asked)}
    plain = {a: name for a, name in names.items() if not _ranked(a)}
    table = members
    if plain:
        wanted = items.filter(items.type.isin(sorted({t for a in plain for t in a.types})))
        table = _joined(table, wanted.group_by("member").agg(
            **{name: _column(wanted, a, now, scale) for a, name in plain.items()}))
    for aggregate, name in names.items():
        if _ranked(aggregate):
            table = _joined(table, _by_event(items, aggregate, name, now, scale))
    columns = {a: _filled(table[name], a, now) for a, name in names.items()}
    return table.select(member=table.member, value=_scalar(whole, columns.__getitem__, scale))


def _items(events: Any, links: Any, now: int) -> Any:
    known = events.filter((events.ts <= now) & (events.ident != 0))
    joined = known.inner_join(links.select("ident", "member"), "ident")
    return joined.select(
        "member", "offset", "ts",
        **{name: joined[name].fill_null("") for name in _TEXTS},
        amount=joined.amount.fill_null(0), value=joined.value.fill_null(0.0).cast("float64"),
        hour=joined.hour.cast("int64"),
        quantity=(joined.sku.fill_null("") == "").ifelse(_double(0.0), joined.quantity.fill_null(0.0)).cast("float64"),
    )


def _ranked(a: Aggregate) -> bool:
    return a.function in ("top", "latest") or a.field == "value"


def _joined(table: Any, other: Any) -> Any:
    other = other.rename(of="member")
    return table.left_join(other, table.member == other.of).drop("of")


def _condition(items: Any, a: Aggregate, now: int, scale: int) -> Any:
    inside = items.type.isin(list(a.types))
    if a.last:
        inside &= items.ts > now - a.last
    if a.where is not None:
        inside &= _scalar(a.where, lambda field: items[field.name], scale)
    if a.function in ("distinct", "top", "latest") and a.field in _TEXTS:
        inside &= items[a.field] != ""
    return inside


def _column(items: Any, a: Aggregate, now: int, scale: int) -> Any:
    inside = _condition(items, a, now, scale)
    match a.function:
        case "count":
            return items.offset.nunique(where=inside)
        case "distinct":
            return items[a.field].nunique(where=inside)
        case "first":
            return items.ts.min(where=inside)
        case "last" | "days_since":
            return items.ts.max(where=inside)
    if a.field == "net":
        returned = items.type.isin(list(RETURNS))
        return returned.ifelse(-items.amount.abs(), items.amount).sum(where=inside).cast("int64")
    measure = _thousandths(items.quantity) if a.field == "quantity" else items.amount
    return measure.sum(where=inside).cast("int64")


def _by_event(items: Any, a: Aggregate, name: str, now: int, scale: int) -> Any:
    """Return (member, `name`) of an aggregate that looks at each event, or each event's value, once."""
    rows = items.filter(_condition(items, a, now, scale))
    if a.function == "sum":
        once = rows.group_by("member", "offset").agg(value=_thousandths(rows.value.max()))
        return once.group_by("member").agg(**{name: once.value.sum().cast("int64")})
    key = rows[a.field]
    if a.function == "latest":
        best = rows.select("member", "ts", key=key)
        order = [best.ts.desc(), best.key.desc()]
    else:
        weight = rows[a.weight] if a.weight else ibis.literal(1, "int64")
        once = rows.select("member", "offset", "ts", key=key, weight=weight)
        total = once.weight.sum() if a.weight else once.weight.max()
        once = once.group_by("member", "offset", "key").agg(ts=once.ts.max(), weight=total)
        if a.half_life:
            once = once.mutate(latest=once.ts.max().over(group_by="member"))
            left = _double(2.0).pow((once.ts - once.latest).cast("float64") / _double(float(a.half_life)))
            once = once.mutate(weight=once.weight.cast("float64") * left)
        best = once.group_by("member", "key").agg(weight=once.weight.sum())
        best = best.filter(best.weight > 0)
        order = [best.weight.desc(), best.key]
    best = best.mutate(rank=ibis.row_number().over(group_by="member", order_by=order))
    return best.filter(best["rank"] == 0).select("member", **{name: best.key})


def _filled(column: Any, a: Aggregate, now: int) -> Any:
    match a.function:
        case "count" | "distinct":
            return column.fill_null(0)
        case "sum" if a.field in ("quantity", "value"):
            return column.fill_null(0).cast("float64") / _double(float(_THOUSANDTHS))
        case "sum":
            return column.fill_null(0)
        case "days_since":
            return ((ibis.literal(now, "int64") - column).cast("float64") / _double(float(DAY))).floor().cast("int64")
    return column


def _thousandths(column: Any) -> Any:
    return (column.cast("float64") * _double(float(_THOUSANDTHS)) + _double(0.5)).floor().cast("int64")


def _double(value: float) -> Any:
    """Return a literal that every engine takes for a double, where a bare 0.5 is a decimal to some."""
    return ibis.literal(repr(value)).cast("float64")


def _literal(value: Any, kind: Kind) -> Any:
    if value is None:
        return ibis.null(_TYPES[kind])
    if isinstance(value, bool | str):
        return ibis.literal(value)
    return ibis.literal(value, "int64") if isinstance(value, int) else _double(value)


def _scalar(expr: Expr, leaf: Callable[[Any], Any], scale: int) -> Any:  # noqa: C901 - one case per node
    match expr:
        case Constant(value=value, kind=kind):
            return _literal(value, kind)
        case Aggregate() | Field():
            return leaf(expr)
        case Major(of=Constant(value=value)) if value is not None:
            return _literal(in_minor(value, scale), "money")
        case Major():
            return _scalar(expr.of, leaf, scale).cast("float64") * _double(float(scale))
        case Under(path=path):
            of = _scalar(expr.of, leaf, scale)
            return ((of == path) | of.startswith(path + "/")).fill_null(False)
        case In():
            options = [o.value for o in expr.options]
            return _scalar(expr.of, leaf, scale).isin(options).fill_null(False)
        case Compare():
            return _comparison(expr, leaf, scale)
        case Not():
            return ~_scalar(expr.of, leaf, scale)
        case IsNone():
            return _scalar(expr.of, leaf, scale).isnull()
        case Logic(op=op):
            parts = [_scalar(p, leaf, scale) for p in expr.parts]
            whole = parts[0]
            for part in parts[1:]:
                whole = whole & part if op == "and" else whole | part
            return whole
        case If():
            yes, no = (_typed(p, expr.kind, leaf, scale) for p in (expr.yes, expr.no))
            return _scalar(expr.condition, leaf, scale).ifelse(yes, no)
        case Arithmetic():
            return _arithmetic(expr, leaf, scale)
        case _:
            raise Broken(f"{type(expr).__name__} {kind_of(expr)} cannot be asked about all members")


def _typed(expr: Expr, kind: Kind, leaf: Callable[[Any], Any], scale: int) -> Any:
    """Return a branch of a choice; None gets the kind of the other branch."""
    return ibis.null(_TYPES[kind]) if kind_of(expr) == "none" else _scalar(expr, leaf, scale)


def _comparison(expr: Compare, leaf: Callable[[Any], Any], scale: int) -> Any:
    a, b = _scalar(expr.left, leaf, scale), _scalar(expr.right, leaf, scale)
    match expr.op:
        case "<":
            return (a < b).fill_null(False)
        case "<=":
            return (a <= b).fill_null(False)
        case ">":
            return (a > b).fill_null(False)
        case ">=":
            return (a >= b).fill_null(False)
        case "==":
            return (a == b).fill_null(False)
        case "!=":
            return (a != b).fill_null(True)


def _arithmetic(expr: Arithmetic, leaf: Callable[[Any], Any], scale: int) -> Any:
    a, b = _scalar(expr.left, leaf, scale), _scalar(expr.right, leaf, scale)
    match expr.op:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a.cast("float64") * b.cast("float64")
        case "/":
            return a.cast("float64") / b.cast("float64").nullif(0)
