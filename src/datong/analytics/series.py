"""Series for charts: one point per local day or hour, with the empty ones in between."""

from __future__ import annotations

import datetime as dt

import msgspec

from datong.analytics.scope import Scope, rows, table
from datong.storage import Store

__all__ = ["SalesDay", "by_day", "by_hour"]

_LONGEST = 3_700
"""Days: a wrong clock at one till must not make a series of a million points."""


class SalesDay(msgspec.Struct, frozen=True):
    """A local day's sales after returns, in minor units, and its receipts."""

    date: dt.date
    amount: int
    receipts: int


def by_day(store: Store, since: dt.date | None = None, until: dt.date | None = None, place: str = "") -> list[SalesDay]:
    """Return sales day by day, from the first day with sales (or `since`) to the last (or `until`)."""
    receipts = Scope(since, until, place).money(store, table(store, "commerce.receipt"))
    days = receipts.group_by("date").agg(
        amount=receipts.amount.sum(), receipts=receipts.offset.nunique(where=receipts.kind != "return")
    )
    found = {r["date"]: SalesDay(r["date"], r["amount"], r["receipts"]) for r in rows(days)}
    if not found:
        return []
    first, last = since or min(found), until or max(found)
    if (last - first).days > _LONGEST:
        return [found[day] for day in sorted(found)]
    days_between = (first + dt.timedelta(days=n) for n in range((last - first).days + 1))
    return [found.get(day) or SalesDay(day, 0, 0) for day in days_between]


def by_hour(store: Store, day: dt.date, place: str = "") -> list[int]:
    """Return the day's sales in minor units for each of the 24 local hours."""
    receipts = Scope(day, day, place).money(store, table(store, "commerce.receipt"))
    found = {r["hour"]: r["amount"] for r in rows(receipts.group_by("hour").agg(amount=receipts.amount.sum()))}
    return [found.get(hour, 0) for hour in range(24)]
