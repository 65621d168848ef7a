"""Questions that others may ask about tags: the values of members, who holds a predicate, an expression for all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import sqlalchemy as sa

from datong.config import Settings
from datong.errors import Conflict
from datong.model import TagValue, exponent
from datong.model.predicate import Expr, parse
from datong.storage import Store, fetch_in
from datong.tags.definitions import library
from datong.tags.every import compile_all
from datong.tags.one import Compiled, compile_one
from datong.tags.past import Past, decode_past
from datong.tags.tables import PLAN, STATE

__all__ = ["Predicate", "evaluate_all", "values"]


def values(tx: sa.Connection, members: Iterable[int]) -> dict[int, dict[str, TagValue]]:
    """Return the tags of each member by name, in one round trip; money is in minor units, no value is no entry."""
    found: dict[int, dict[str, TagValue]] = {member: {} for member in members}
    for member, body in fetch_in(tx, sa.select(STATE.c.member, STATE.c.body), STATE.c.member, list(found)):
        found[member] = {name: TagValue(name, value, since, expires)
                         for name, (value, since, expires) in sorted(decode_past(body).values.items())
                         if value is not None}
    return found


class Predicate:
    """A condition about members, asked of their kept pasts: exact at the time given, windows and all."""

    def __init__(self, settings: Settings, expression: str) -> None:
        """Parse and compile; raises Rejected naming the column."""
        self.expression = expression
        self._compiled, _ = _compile(settings, expression)

    def unknown(self, tx: sa.Connection) -> bool:
        """Return whether it looks at a past that no tag keeps; such a predicate must be named to `Tags`."""
        body = tx.execute(sa.select(PLAN.c.cells).where(PLAN.c.name == "plan")).scalar()
        kept: dict[str, int] = msgspec.json.decode(body) if body else {}
        return any(cell.key not in kept or kept[cell.key] < last for cell, last in self._compiled.needs)

    def ask(self, tx: sa.Connection, members: Iterable[int], now: int) -> dict[int, Any]:
        """Return its value for each member at `now` (ms); raises Conflict when its past is not kept."""
        if self.unknown(tx):
            raise Conflict(f"nothing is kept to answer: {self.expression}", code="not_kept",
                           hint="define a tag for it, or name it to Tags")
        wanted = list(dict.fromkeys(members))
        rows = fetch_in(tx, sa.select(STATE.c.member, STATE.c.body), STATE.c.member, wanted)
        pasts: dict[int, Past] = {member: decode_past(body) for member, body in rows}
        nothing = Past()
        return {m: self._compiled.evaluate(pasts.get(m, nothing).cells, now) for m in wanted}


def _compile(settings: Settings, expression: str) -> tuple[Compiled, Expr]:
    tags, parsed = library(settings)
    expr = parse(expression, {name: d.kind for name, d in tags.items()}, settings.intake.custom_events)
    return compile_one(expr, parsed, 10 ** exponent(settings.retailer.currency)), expr


def evaluate_all(store: Store, expression: str, now: int | None = None) -> Any:
    """Return an Ibis table (member, value) of the expression for every member, from the facts, at `now` (ms).

    Raises Rejected naming the column. The facts may be a moment behind the members' kept pasts.
    """
    tags, parsed = library(store.settings)
    expr = parse(expression, {name: d.kind for name, d in tags.items()}, store.settings.intake.custom_events)
    facts = store.facts.ibis
    events, links = facts.table("event", database="touchpoints"), facts.table("link", database="identity")
    at = store.clock.now() if now is None else now
    currency = store.settings.retailer.currency
    return compile_all(expr, parsed, events, links, at, 10 ** exponent(currency), currency)
