"""Campaigns: what was sent, whom it reached, and what was redeemed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

from datong.analytics.scope import Scope, rows, table, with_member
from datong.storage import Store

__all__ = ["CampaignDay", "CampaignFigures", "campaign_days", "campaigns"]


class CampaignFigures(msgspec.Struct, frozen=True):
    """One campaign: messages sent and the members they reached, coupons redeemed and the members who did.

    `discount` is what the coupons gave, `amount` what was paid on the receipts they were used on, in minor units;
    `start` and `end` in ms. The row with an empty code holds what names no campaign.
    """

    code: str
    name: str = ""
    kind: str = ""
    start: int | None = None
    end: int | None = None
    sends: int = 0
    reached: int = 0
    assigned_treated: int = 0
    assigned_holdout: int = 0
    redemptions: int = 0
    redeeming: int = 0
    discount: int = 0
    amount: int = 0


class CampaignDay(msgspec.Struct, frozen=True):
    """One local day of a campaign."""

    date: dt.date
    sends: int
    redemptions: int
    discount: int


def campaigns(store: Store, code: str | None = None) -> list[CampaignFigures]:
    """Return every campaign that is defined, was sent or was redeemed, by code; or the one with this code."""
    known = table(store, "marketing.campaign").select("code", "name", "kind", "start", "end")
    figures: dict[str, dict[str, Any]] = {r["code"]: r for r in rows(known)}
    for found in (_sends(store), _assigned(store), _redeemed(store), _paid(store)):
        for row in rows(found):
            figures.setdefault(row["campaign"], {"code": row["campaign"]}).update(
                {k: v or 0 for k, v in row.items() if k != "campaign"}
            )
    wanted = [figures[c] for c in sorted(figures) if code is None or c == code]
    return [msgspec.convert(f, CampaignFigures) for f in wanted]


def campaign_days(store: Store, code: str) -> list[CampaignDay]:
    """Return the campaign's days on which something was sent or redeemed, in order."""
    sent, used = table(store, "delivery.message"), _used(store)
    sent = sent.filter(sent.campaign == code, sent.status == "sent")
    used = used.filter(used.campaign == code)
    days: dict[dt.date, dict[str, int]] = {}
    for row in rows(sent.group_by("date").agg(sends=sent.id.nunique())):
        days.setdefault(row["date"], {})["sends"] = row["sends"]
    for row in rows(used.group_by("date").agg(redemptions=used.count(), discount=used.amount.sum())):
        days.setdefault(row["date"], {}).update(redemptions=row["redemptions"], discount=row["discount"])
    return [
        CampaignDay(day, d.get("sends", 0), d.get("redemptions", 0), d.get("discount", 0))
        for day, d in sorted(days.items())
    ]


def _sends(store: Store) -> Any:
    sent = table(store, "delivery.message")
    sent = with_member(store, sent.filter(sent.status == "sent"))
    return sent.group_by("campaign").agg(sends=sent.id.nunique(), reached=sent.member.nunique())


def _assigned(store: Store) -> Any:
    """Return members by arm; one who was assigned under several identifiers counts in the arm drawn first."""
    drawn = with_member(store, table(store, "marketing.assignment"))
    drawn = drawn.filter(drawn.member.notnull())
    first = drawn.group_by(["campaign", "member"]).agg(arm=drawn.arm.argmin(drawn.offset))
    return first.group_by("campaign").agg(
        assigned_treated=(first.arm == "treated").sum(), assigned_holdout=(first.arm == "holdout").sum()
    )


def _redeemed(store: Store) -> Any:
    used = with_member(store, _used(store))
    return used.group_by("campaign").agg(
        redemptions=used.count(), redeeming=used.member.nunique(), discount=used.amount.sum()
    )


def _used(store: Store) -> Any:
    """Return the redemptions that count: a coupon we issued works once, so what tills report again was refused."""
    used, events = table(store, "commerce.redemption"), table(store, "touchpoints.event")
    ours = events.filter(events.type == "Coupon Issued", events.source == "marketing").select("coupon").distinct()
    known = used.semi_join(ours, "coupon")
    first = known.group_by("coupon").agg(offset=known.offset.min())
    return used.anti_join(ours, "coupon").union(known.semi_join(first, ["coupon", "offset"]))


def _paid(store: Store) -> Any:
    """Return what was paid on the receipts that carried the campaign's coupons, each receipt once."""
    used = _used(store)
    used = used.filter(used.ref != "").select("campaign", "place", "ref").distinct()
    receipts = Scope().money(store, table(store, "commerce.receipt"))
    paid = used.join(receipts.filter(receipts.kind != "return"), ["place", "ref"]).select("campaign", "amount")
    return paid.group_by("campaign").agg(amount=paid.amount.sum())
