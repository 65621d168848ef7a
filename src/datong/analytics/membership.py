"""Members: how many, on which channels, who is new, who comes back, and who brings the money."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ibis
import msgspec

from datong.analytics.scope import Scope, rows, table, today, with_member
from datong.identity import label
from datong.model import DAY
from datong.storage import Store

__all__ = ["Decile", "Members", "TopMember", "members"]


class Decile(msgspec.Struct, frozen=True):
    """A tenth of the buying members by spend, 1 the best: days since the last purchase and receipts are means."""

    decile: int
    members: int
    amount: int
    share: float
    recency: float
    receipts: float


class TopMember(msgspec.Struct, frozen=True):
    """One of the members with the highest spend; `amount` in minor units, `last` the local day of the last purchase."""

    member: int
    label: str
    amount: int
    receipts: int
    last: dt.date


class Members(msgspec.Struct, frozen=True):
    """Members by channels, buyers of the period as new (first purchase ever) and returning, and spend by RFM decile.

    `known_share` is the share of the period's receipts that have a member.
    """

    counts: dict[str, int]
    since: dt.date
    until: dt.date
    new: int
    returning: int
    known_share: float | None
    deciles: list[Decile]
    top: list[TopMember]


def members(
    store: Store, since: dt.date | None = None, until: dt.date | None = None, place: str = "", top: int = 10
) -> Members:
    """Return the members' figures; the period (default: the last 30 days) decides new and returning, the rest is all.

    RFM: recency, frequency (receipts) and monetary value (spend after returns) of every member who ever bought.
    """
    until = until or today(store)
    since = since or until - dt.timedelta(days=29)
    receipts = Scope(place=place).money(store, table(store, "commerce.receipt"))
    receipts = receipts.select("offset", "ident", "kind", "ts", "date", "amount")
    bought = with_member(store, receipts)
    new, returning, share = _buyers(bought, since, until)
    known = bought.filter(bought.member.notnull())
    spend = known.group_by("member").agg(
        amount=known.amount.sum(), receipts=known.offset.nunique(where=known.kind != "return"),
        ts=known.ts.max(where=known.kind != "return"), last=known.date.max(where=known.kind != "return"),
    )
    spend = spend.filter(spend.receipts > 0)
    best = spend.order_by([ibis.desc("amount"), "member"]).limit(top)
    return Members(
        _counts(store), since, until, new, returning, share, _deciles(spend, store.clock.now()),
        [TopMember(r["member"], label(r["member"]), r["amount"], r["receipts"], r["last"]) for r in rows(best)],
    )


def _counts(store: Store) -> dict[str, int]:
    known = table(store, "identity.member")
    found = {r["channels"]: r["n"] for r in rows(known.group_by("channels").agg(n=known.count()))}
    return {name: found.get(name, 0) for name in ("online", "offline", "both", "none")}


def _buyers(bought: Any, since: dt.date, until: dt.date) -> tuple[int, int, float | None]:
    sold = bought.filter(bought.kind != "return", bought.date <= until)
    period = sold.filter(sold.date >= since)
    share = rows(period.agg(all=period.offset.nunique(), known=period.offset.nunique(where=period.member.notnull())))[0]
    each = sold.filter(sold.member.notnull()).group_by("member").agg(first=sold.date.min(), last=sold.date.max())
    each = each.filter(each["last"] >= since)
    counts = rows(each.agg(new=(each["first"] >= since).sum(), all=each.count()))[0]
    new = counts["new"] or 0
    return new, counts["all"] - new, share["known"] / share["all"] if share["all"] else None


def _deciles(spend: Any, now: int) -> list[Decile]:
    window = ibis.window(order_by=[ibis.desc("amount"), "member"])
    split = spend.mutate(decile=(ibis.ntile(10) + 1).over(window), days=(ibis.literal(now) - spend.ts) / float(DAY))
    found = rows(
        split.group_by("decile").agg(
            members=split.count(), amount=split.amount.sum(), recency=split.days.mean(), receipts=split.receipts.mean(),
        ).order_by("decile")
    )
    total = sum(r["amount"] for r in found)
    return [
        Decile(r["decile"], r["members"], r["amount"], r["amount"] / total if total else 0.0, round(r["recency"], 1),
               round(r["receipts"], 2))
        for r in found
    ]
