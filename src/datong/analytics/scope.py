"""What a report is about: days, a place, the retailer's currency, and the members behind observed identifiers."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

from datong.model import local_parts
from datong.storage import Store

__all__ = ["EPOCH", "Scope", "rows", "table", "today", "with_member"]

EPOCH = dt.date(1970, 1, 1)


class Scope(msgspec.Struct, frozen=True):
    """Local days from `since` to `until`, both included, and one store or venue; None and "" mean all."""

    since: dt.date | None = None
    until: dt.date | None = None
    place: str = ""

    def of(self, facts: Any) -> Any:
        """Return the rows of a fact table with columns `date` and `place` that lie in this scope."""
        if self.since is not None:
            facts = facts.filter(facts.date >= self.since)
        if self.until is not None:
            facts = facts.filter(facts.date <= self.until)
        return facts.filter(facts.place == self.place) if self.place else facts

    def money(self, store: Store, facts: Any) -> Any:
        """Return the rows of this scope in the retailer's currency: amounts in different ones are never added."""
        facts = self.of(facts)
        return facts.filter(facts.currency.isin(["", store.settings.retailer.currency]))


def table(store: Store, name: str) -> Any:
    """Return the fact table `package.table` as an Ibis table."""
    owner, short = name.split(".")
    return store.facts.ibis.table(short, database=owner)


def with_member(store: Store, facts: Any) -> Any:
    """Return the facts with a column `member`: who the identifier belongs to now, null where nobody is known."""
    link = table(store, "identity.link").select("ident", "member")
    return facts.left_join(link, "ident").select(*facts.columns, "member")


def rows(expression: Any) -> list[dict[str, Any]]:
    """Return what an Ibis table answers, as dictionaries."""
    found: list[dict[str, Any]] = expression.to_pyarrow().to_pylist()
    return found


def today(store: Store) -> dt.date:
    """Return the local day it is on the platform's clock."""
    return EPOCH + dt.timedelta(days=local_parts(store.clock.now(), store.settings.retailer.timezone)[0])
