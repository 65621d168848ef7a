"""Reading the functions over a member's events: count, sum, first, last, days_since, distinct, top, latest, spend."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, cast

from datong.model.predicate.nodes import Aggregate, Compare, Constant, Expr, Field, Function, Kind, Logic, Under
from datong.model.predicate.words import FIELDS, FUNCTIONS, PURCHASES, RETURNS
from datong.model.time import duration
from datong.model.vocabulary import EVENT_TYPES

if TYPE_CHECKING:
    from datong.model.predicate.parse import Reader

__all__ = ["read_call"]

_IMPERSONAL = {t.name for t in EVENT_TYPES.values() if t.family in ("sighting", "system", "master")}
_SUMMED = ("quantity", "amount", "value")
_KEYED = tuple(name for name, kind in FIELDS.items() if kind == "text" or name == "hour")
_WEIGHTS = ("amount", "quantity")
_SPEND = ("category", "brand", "place", "channel")


def read_call(reader: Reader, name: str, node: ast.Call) -> Expr:
    """Return the aggregate that a call means; raises Rejected through the reader."""
    given = {k.arg: k.value for k in node.keywords if k.arg}
    if len(given) != len(node.keywords):
        raise reader.error(node, "** is not part of the language")
    if name == "spend":
        return _spend(reader, node, given)
    if name not in FUNCTIONS:
        raise reader.error(node, f"there is no function {name}", reader.near(name, [*FUNCTIONS, "spend", "under"]))
    signature = FUNCTIONS[name]
    arguments = list(node.args)
    if signature.field + 1 == len(arguments) - 1 and "where" not in given:
        given["where"] = arguments.pop()
    if len(arguments) != signature.field + 1:
        raise reader.error(node, f"{name} takes {'a field, ' if signature.field else ''}an event and a where",
                    f"as in {signature.shape}")
    for word, value in given.items():
        if word not in signature.keywords:
            raise reader.error(value, f"{name} does not take {word}", reader.near(word, signature.keywords))
    field = _field(reader, name, arguments[0]) if signature.field else ""
    kind: Kind = "number"
    if name in ("first", "last"):
        kind = "time"
    elif name in ("sum", "top", "latest"):
        kind = FIELDS[field]
    return Aggregate(
        cast(Function, name), _types(reader, arguments[-1]), kind, field,
        reader.truth(given["where"], "item") if "where" in given else None,
        _duration(reader, given.get("last")), _duration(reader, given.get("half_life")),
        _weight(reader, given.get("weight")),
    )


def _spend(reader: Reader, node: ast.Call, given: dict[str, ast.expr]) -> Expr:
    if node.args:
        raise reader.error(node, "spend takes named arguments only", 'as in spend(category="shoes", last="90d")')
    parts: list[Expr] = []
    for word, value in given.items():
        if word in _SPEND:
            if not isinstance(value, ast.Constant) or not isinstance(value.value, str):
                raise reader.error(value, f"{word} must be a text", f'as in spend({word}="...")')
            field = Field(word, "text")
            text = value.value.strip("/")
            parts.append(Under(field, text) if word == "category" else Compare("==", field, Constant(text, "text")))
        elif word == "where":
            parts.append(reader.truth(value, "item"))
        elif word != "last":
            raise reader.error(value, f"spend does not take {word}", reader.near(word, [*_SPEND, "where", "last"]))
    where = None if not parts else parts[0] if len(parts) == 1 else Logic("and", tuple(parts))
    return Aggregate("sum", (*PURCHASES, *RETURNS), "money", "net", where, _duration(reader, given.get("last")))


def _types(reader: Reader, node: ast.expr) -> tuple[str, ...]:
    elements = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
    names = []
    for element in elements:
        if not isinstance(element, ast.Constant) or not isinstance(element.value, str):
            raise reader.error(element, "an event name, or a list of them, is needed here", 'as in "Receipt Issued"')
        if element.value not in reader.events:
            near = reader.near(element.value, reader.events)
            raise reader.error(element, f"there is no event {element.value!r}", near)
        if element.value in _IMPERSONAL:
            raise reader.error(element, f"{element.value} is not kept for tags", 'use "Zone Entered"')
        names.append(element.value)
    if not names:
        raise reader.error(node, "the list of events is empty")
    return tuple(dict.fromkeys(names))


def _field(reader: Reader, name: str, node: ast.expr) -> str:
    known = _SUMMED if name == "sum" else _KEYED
    if not isinstance(node, ast.Name) or node.id not in known:
        word = node.id if isinstance(node, ast.Name) else ""
        raise reader.error(node, f"{name} needs a field first", reader.near(word, known))
    return node.id


def _weight(reader: Reader, node: ast.expr | None) -> str:
    match node:
        case None | ast.Constant(value=1):
            return ""
        case ast.Name(id=word) if word in _WEIGHTS:
            return word
    raise reader.error(node, "weight is 1, amount or quantity")


def _duration(reader: Reader, node: ast.expr | None) -> int:
    if node is None:
        return 0
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            if (ms := duration(node.value)) > 0:
                return ms
        except ValueError:
            pass
    raise reader.error(node, "a length of time is needed here", 'as in "90d", "2h" or "1h30m"')
