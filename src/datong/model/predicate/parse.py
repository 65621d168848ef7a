"""Reading the predicate language: Python's expression syntax, a strict whitelist of it, our own frozen nodes."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Collection, Iterable, Mapping
from typing import Literal

from datong.errors import Rejected
from datong.model.predicate.aggregate import read_call
from datong.model.predicate.kinds import arithmetic, compare
from datong.model.predicate.nodes import (
    Arithmetic,
    Compare,
    Constant,
    Expr,
    Field,
    If,
    In,
    Kind,
    Logic,
    Major,
    Not,
    TagRef,
    Under,
    kind_of,
)
from datong.model.predicate.words import FIELDS, FUNCTIONS
from datong.model.vocabulary import EVENT_TYPES

__all__ = ["Reader", "parse", "parse_where"]

_LONGEST, _DEEPEST = 4_000, 60
_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.Eq: "==", ast.NotEq: "!=", ast.Is: "==", ast.IsNot: "!=",
}
_TAGLESS: dict[str, Kind] = {}


def parse(text: str, tags: Mapping[str, Kind] = _TAGLESS, events: Iterable[str] = ()) -> Expr:
    """Return the expression about one member that `text` says.

    `tags` are the known tags with their kinds, `events` names known beside the built-in vocabulary. Raises Rejected
    (code `bad_expression`) naming the column, with the nearest known word or the way out as its hint.
    """
    return Reader(text, tags, {*EVENT_TYPES, *events}).whole("member")


def parse_where(text: str, events: Iterable[str] = ()) -> Expr:
    """Return the condition about one event item that `text` says; raises Rejected as `parse` does."""
    reader = Reader(text, _TAGLESS, {*EVENT_TYPES, *events})
    return reader.truth(reader.tree(), "item")


class Reader:
    """Turns one text into nodes; `about` says whether fields of an item or aggregates of a member are at hand."""

    def __init__(self, text: str, tags: Mapping[str, Kind], events: Collection[str]) -> None:
        self.text, self.tags, self.events = text, tags, events
        self._depth = 0

    def error(self, node: ast.AST, message: str, hint: str = "") -> Rejected:
        """Return the error at the node's column, counted from 1."""
        at = getattr(node, "col_offset", 0) + 1 - self._indent
        return Rejected(f"column {max(at, 1)}: {message}", code="bad_expression", hint=hint)

    def near(self, word: str, known: Iterable[str]) -> str:
        """Return a hint with the nearest known word."""
        names = sorted(known)
        close = difflib.get_close_matches(word, names, 1)
        return f"did you mean {close[0]}?" if close else f"known here: {', '.join(names)}"

    def tree(self) -> ast.expr:
        """Return Python's own tree of the text, which may run over several lines."""
        if not self.text.strip():
            raise Rejected("the expression is empty", code="bad_expression", hint='as in count("Page Viewed")')
        if len(self.text) > _LONGEST:
            raise Rejected(f"the expression is longer than {_LONGEST} characters", code="bad_expression")
        flat = " ".join(self.text.split("\n")).strip()
        self._indent = 1
        try:
            return ast.parse(f"({flat})", mode="eval").body
        except SyntaxError as error:
            at = max((error.offset or 2) - 1, 1)
            raise Rejected(f"column {at}: {error.msg}", code="bad_expression",
                           hint="the syntax is that of Python expressions") from None
        except (ValueError, RecursionError, MemoryError):
            raise Rejected("the expression cannot be read", code="bad_expression", hint="make it simpler") from None

    def whole(self, about: Literal["member", "item"]) -> Expr:
        """Return the whole text as an expression."""
        expr = self.read(self.tree(), about)
        if kind_of(expr) == "none":
            raise Rejected("None alone says nothing", code="bad_expression")
        return expr

    def truth(self, node: ast.expr, about: Literal["member", "item"]) -> Expr:
        """Return a condition; a number or a text is not one."""
        expr = self.read(node, about)
        if kind_of(expr) != "bool":
            raise self.error(node, f"a condition is needed here, this is {kind_of(expr)}", "compare it, as in x > 0")
        return expr

    def read(self, node: ast.expr, about: Literal["member", "item"]) -> Expr:
        """Return one node of ours for one of Python's."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self.error(node, "the expression is nested too deeply", "split it into tags")
        try:
            return self._read(node, about)
        finally:
            self._depth -= 1

    def _read(self, node: ast.expr, about: Literal["member", "item"]) -> Expr:
        match node:
            case ast.Constant():
                return self._constant(node)
            case ast.BoolOp():
                parts = tuple(self.truth(value, about) for value in node.values)
                return Logic("and" if isinstance(node.op, ast.And) else "or", parts)
            case ast.UnaryOp(op=ast.Not()):
                return Not(self.truth(node.operand, about))
            case ast.UnaryOp(op=ast.USub() | ast.UAdd()):
                return self._signed(node, about)
            case ast.BinOp() if type(node.op) in _OPERATORS:
                left, right = self.read(node.left, about), self.read(node.right, about)
                return arithmetic(_OPERATORS[type(node.op)], left, right, lambda m, h: self.error(node, m, h))
            case ast.Compare():
                return self._compare(node, about)
            case ast.IfExp():
                return self._choice(node, about)
            case ast.Name():
                return self._name(node, about)
            case ast.Attribute():
                return self._tag(node, about)
            case ast.Call():
                return self._call(node, about)
            case _:
                raise self.error(node, f"{type(node).__name__} is not part of the language",
                          "comparison, and/or/not, in, + - * /, x if c else y, tag.NAME and the functions are")

    def _constant(self, node: ast.Constant) -> Constant:
        match node.value:
            case bool():
                return Constant(node.value, "bool")
            case int() | float() if abs(node.value) < 1e15:
                return Constant(node.value, "number")
            case str():
                return Constant(node.value, "text")
            case None:
                return Constant(None, "none")
        raise self.error(node, f"{node.value!r} cannot be used", "use a number below 1e15, a text, True, False or None")

    def _signed(self, node: ast.UnaryOp, about: Literal["member", "item"]) -> Expr:
        of = self.read(node.operand, about)
        if kind_of(of) not in ("number", "money", "span"):
            raise self.error(node, f"{kind_of(of)} has no sign")
        if isinstance(node.op, ast.UAdd):
            return of
        if isinstance(of, Constant) and isinstance(of.value, int | float):
            return Constant(-of.value, of.kind)
        return Arithmetic("-", Constant(0, of.kind), of, of.kind)

    def _compare(self, node: ast.Compare, about: Literal["member", "item"]) -> Expr:
        parts: list[Expr] = []
        left_node = node.left
        for op, right_node in zip(node.ops, node.comparators, strict=True):
            if isinstance(op, ast.In | ast.NotIn):
                one = self._member_of(self.read(left_node, about), right_node)
                parts.append(one if isinstance(op, ast.In) else Not(one))
            else:
                left, right = self.read(left_node, about), self.read(right_node, about)
                parts.append(compare(_OPERATORS[type(op)], left, right, lambda m, h: self.error(node, m, h)))
            left_node = right_node
        return parts[0] if len(parts) == 1 else Logic("and", tuple(parts))

    def _member_of(self, left: Expr, node: ast.expr) -> Expr:
        if not isinstance(node, ast.List | ast.Tuple | ast.Set) or not node.elts:
            raise self.error(node, "after `in` comes a list of values", 'as in channel in ["app", "web"]')
        options = []
        for element in node.elts:
            value = self.read(element, "item")
            if not isinstance(value, Constant):
                raise self.error(element, "a list holds plain values only")
            same = compare("==", left, value, lambda m, h: self.error(node, m, h))
            if not isinstance(same, Compare) or isinstance(same.right, Major):
                raise self.error(element, f"{kind_of(left)} cannot be looked for in a list", "compare with == or <")
            options.append(value)
        return In(left, tuple(options))

    def _choice(self, node: ast.IfExp, about: Literal["member", "item"]) -> Expr:
        condition = self.truth(node.test, about)
        yes, no = self.read(node.body, about), self.read(node.orelse, about)
        kind = kind_of(yes)
        if kind != kind_of(no):
            if "none" not in (kind, kind_of(no)):
                raise self.error(node, f"one side is {kind}, the other {kind_of(no)}", "both sides must be of one kind")
            kind = kind_of(no) if kind == "none" else kind
        if kind == "bool" and "none" in (kind_of(yes), kind_of(no)):
            raise self.error(node, "a yes or no is never None", "write False")
        return If(condition, yes, no, kind)

    def _name(self, node: ast.Name, about: Literal["member", "item"]) -> Expr:
        if about == "item":
            if node.id not in FIELDS:
                raise self.error(node, f"there is no field {node.id}", self.near(node.id, FIELDS))
            return Field(node.id, FIELDS[node.id])
        if node.id in FIELDS:
            hint = 'use it inside a where, as in count("Zone Entered", where=zone == "f2")'
            raise self.error(node, f"{node.id} is a field of an event", hint)
        raise self.error(node, f"there is no {node.id} here", self.near(node.id, ["tag", *FUNCTIONS, "spend"]))

    def _tag(self, node: ast.Attribute, about: Literal["member", "item"]) -> Expr:
        names: list[str] = []
        at: ast.expr = node
        while isinstance(at, ast.Attribute):
            names.insert(0, at.attr)
            at = at.value
        if not isinstance(at, ast.Name) or at.id != "tag":
            raise self.error(node, "only tag.NAME may have a dot", "as in tag.rfm.recency_days")
        if about == "item":
            raise self.error(node, "a tag cannot be asked about one event", "put it outside the where")
        name = ".".join(names)
        if name not in self.tags:
            raise self.error(node, f"there is no tag {name}", self.near(name, self.tags))
        return TagRef(name, self.tags[name])

    def _call(self, node: ast.Call, about: Literal["member", "item"]) -> Expr:
        if not isinstance(node.func, ast.Name):
            raise self.error(node, "this cannot be called", f"functions: {', '.join(FUNCTIONS)}, spend, under")
        if node.func.id == "under":
            match node.args, node.keywords:
                case [subject, ast.Constant(value=str(path))], [] if path.strip("/"):
                    of = self.read(subject, about)
                    if kind_of(of) != "text":
                        raise self.error(subject, f"under() needs a category path, this is {kind_of(of)}")
                    return Under(of, path.strip("/"))
            raise self.error(node, "under takes a category and a path", 'as in under(category, "shoes")')
        if about == "item":
            raise self.error(node, f"{node.func.id} cannot be asked about one event", "only under(category, ...) can")
        return read_call(self, node.func.id, node)
