"""Who is meant: the members an expression holds for, asked of those at hand or of all."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from datong.config import Settings
from datong.errors import Conflict, Rejected
from datong.marketing.campaigns import all_campaigns, campaign, load_campaigns
from datong.marketing.launch import Launch, launch_members
from datong.storage import Store
from datong.tags import Predicate, evaluate_all

__all__ = ["Matcher", "audience_size", "launch", "predicates"]


class Matcher:
    """Asks the campaigns' `where` of members; each expression is compiled once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._compiled: dict[str, Predicate] = {}

    def matching(self, tx: sa.Connection, expression: str, members: Collection[int], now: int) -> set[int] | None:
        """Return those of the members it holds for at `now` (ms); None when the past it asks about is not kept."""
        if expression not in self._compiled:
            self._compiled[expression] = Predicate(self._settings, expression)
        try:
            answers = self._compiled[expression].ask(tx, members, now)
        except Conflict:
            return None
        return {member for member, answer in answers.items() if answer}


def predicates(store: Store) -> list[str]:
    """Return what the campaigns ask about members, so that `Tags`, made after this, keeps the pasts they look at."""
    load_campaigns(store)
    with store.state.read() as tx:
        return sorted({c.definition.where for c in all_campaigns(tx) if c.definition.where})


def audience_size(store: Store, expression: str) -> int:
    """Return how many members the expression holds for now; raises Rejected naming the column."""
    return len(_audience(store, expression))


def launch(store: Store, code: str) -> Launch:
    """Choose the members of an audience campaign now and have the spine decide for them.

    Raises NotFound, Rejected (`no_audience`) for a campaign that a scene starts, Conflict when it does not speak now.
    """
    with store.state.read() as tx:
        expression = campaign(tx, code).definition.audience
    if not expression:
        hint = "launch is for campaigns with an `audience`; this one starts by itself when its scene does"
        raise Rejected(f"the campaign {code} has no audience", code="no_audience", hint=hint, field="audience")
    return launch_members(store, code, _audience(store, expression))


def _audience(store: Store, expression: str) -> list[int]:
    table = evaluate_all(store, expression)
    chosen = table.filter(table.value.cast("boolean")).select("member").to_pyarrow()
    return sorted(chosen["member"].to_pylist())
