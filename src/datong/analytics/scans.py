"""Scans: which codes were read where and when, and by how many members."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

import ibis

from datong.analytics.scope import Scope, rows, table, with_member
from datong.errors import Rejected
from datong.storage import Store

__all__ = ["KEYS", "scans"]

KEYS = {"day": "date", "store": "place", "sku": "sku", "link": "ref", "campaign": "campaign"}
"""What scans may be counted by, and the column of the facts that says it."""


def scans(
    store: Store, by: Sequence[str] = ("day",), since: dt.date | None = None, until: dt.date | None = None,
    place: str = "", sku: str = "", link: str = "", links: Collection[str] | None = None, top: int | None = None,
) -> list[dict[str, Any]]:
    """Return scans by some keys (of KEYS), the most first, or by day where that is a key.

    A scan is a code read: of a product (`Tag Scanned`), or a short link to a page that was followed. `members` are
    the known ones who made `known_scans` of them, `last` is the latest one (ms). A Digital Link has no short code:
    its `link` is empty. Raises Rejected (`bad_parameter`).
    """
    keys = list(dict.fromkeys(by))
    if not keys or (wrong := [key for key in keys if key not in KEYS]):
        raise Rejected(f"by = {','.join(wrong) if keys else ''!r} is not known here", code="bad_parameter", field="by",
                       hint=f"choose from {', '.join(KEYS)}")
    event = Scope(since, until, place).of(table(store, "touchpoints.event"))
    event = event.filter((event.type == "Tag Scanned") | ((event.type == "Page Viewed") & (event.channel == "qr")))
    if sku:
        event = event.filter(event.sku == sku)
    if link:
        event = event.filter(event.ref == link)
    if links is not None:
        event = event.filter(event.ref.isin(sorted(links)))
    read = with_member(store, event)
    named = [read[KEYS[key]].name(key) for key in keys]
    counted = read.group_by(named).agg(
        scans=read.count(), known_scans=read.member.notnull().sum(), members=read.member.nunique(), last=read.ts.max())
    order = [ibis.desc("day")] if "day" in keys else []
    counted = counted.order_by([*order, ibis.desc("scans"), *(key for key in keys if key != "day")])
    return rows(counted.limit(top) if top else counted)
