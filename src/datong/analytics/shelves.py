"""Shelves: how long the stock lasts, what sold of it, where it ran out, and where channels ask different prices."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

from datong.analytics.scope import Scope, rows, table, today
from datong.commerce import price_of, seasons, skus, stock_outs, stock_totals
from datong.storage import Store

__all__ = ["PERIOD", "Cover", "Difference", "Out", "SellThrough", "cover", "price_differences", "sell_through",
           "sold_out"]

PERIOD = 28
"""Days that sales are looked back on where no period is given: four weeks, so that every weekday counts alike."""


class Cover(msgspec.Struct, frozen=True):
    """A SKU's stock against its sales: `cover` = days that what is free lasts at the pace of the period, or None."""

    sku: str
    sku_name: str
    quantity: float
    reserved: float
    in_transit: float
    sold: float
    cover: float | None


class SellThrough(msgspec.Struct, frozen=True):
    """What of a season was sold: `share` = sold ÷ (sold + still there + on its way); `amount` in minor units."""

    season: str
    skus: int
    sold: float
    quantity: float
    amount: int
    share: float | None


class Out(msgspec.Struct, frozen=True):
    """A SKU that is sold out at a place since about `since`; `sold` there in the period."""

    store: str
    sku: str
    sku_name: str
    since: dt.date
    sold: float


class Difference(msgspec.Struct, frozen=True):
    """Prices of a SKU, in minor units: by the lists, and what was paid for one piece on average in the period.

    `difference` is online minus shop: of the lists where they differ, else of what was paid.
    """

    sku: str
    sku_name: str
    list_online: int | None
    list_shop: int | None
    paid_online: int | None
    paid_shop: int | None
    difference: int


def cover(
    store: Store, since: dt.date | None = None, until: dt.date | None = None, place: str = "", top: int | None = None
) -> list[Cover]:
    """Return every SKU with stock or sales, what runs out soonest first; by default over the last PERIOD days."""
    since, until = _period(store, since, until)
    days = (until - since).days + 1
    sold = {row["sku"]: row["quantity"] for row in _sold(store, Scope(since, until, place), ["sku"])}
    with store.state.read() as tx:
        there = stock_totals(tx, place)
        names = skus(tx, {*there, *sold})
    found = []
    for sku in {*there, *sold}:
        quantity, reserved, moving = there.get(sku, (0.0, 0.0, 0.0))
        pace, name = sold.get(sku, 0.0) / days, names[sku].name if sku in names else ""
        lasts = max(0.0, quantity - reserved) / pace if pace > 0 and sku in there else None
        found.append(Cover(sku, name, quantity, reserved, moving, sold.get(sku, 0.0), lasts))
    found.sort(key=lambda c: (c.cover is None, c.cover or 0.0, -c.sold, c.sku))
    return found[:top]


def sell_through(
    store: Store, since: dt.date | None = None, until: dt.date | None = None, place: str = ""
) -> list[SellThrough]:
    """Return each season's sell-through, the most sold first; without a period, over all that is known."""
    with store.state.read() as tx:
        of, there = seasons(tx), stock_totals(tx, place)
    groups: dict[str, list[float]] = {}
    for sku in set(of) & set(there):
        group = groups.setdefault(of[sku], [0, 0.0, 0.0, 0])
        group[0] += 1
        group[2] += max(0.0, there[sku][0]) + max(0.0, there[sku][2])
    for row in _sold(store, Scope(since, until, place), ["sku"]):
        if season := of.get(row["sku"]):
            group = groups.setdefault(season, [0, 0.0, 0.0, 0])
            group[0] += row["sku"] not in there
            group[1] += row["quantity"]
            group[3] += row["amount"]
    found = [
        SellThrough(season, int(count), sold, left, int(amount), sold / (sold + left) if sold + left > 0 else None)
        for season, (count, sold, left, amount) in groups.items()
    ]
    return sorted(found, key=lambda s: (-s.sold, s.season))


def sold_out(
    store: Store, since: dt.date | None = None, until: dt.date | None = None, place: str = "", top: int | None = None
) -> list[Out]:
    """Return what ran out where, what sold best there first."""
    since, until = _period(store, since, until)
    sold = {(row["sku"], row["place"]): row["quantity"]
            for row in _sold(store, Scope(since, until, place), ["sku", "place"])}
    with store.state.read() as tx:
        gone = stock_outs(tx, place)
        names = skus(tx, {sku for sku, _, _ in gone})
    day = dt.timedelta(days=1)
    here = today(store)
    now = store.clock.now()
    found = [
        Out(where, sku, names[sku].name if sku in names else "", here - day * ((now - at) // 86_400_000),
            sold.get((sku, where), 0.0))
        for sku, where, at in gone
    ]
    return sorted(found, key=lambda o: (-o.sold, o.store, o.sku))[:top]


def price_differences(
    store: Store, since: dt.date | None = None, until: dt.date | None = None, place: str = "", top: int | None = None
) -> list[Difference]:
    """Return SKUs that cost something else online than in the shops (or in the shop `place`), the furthest apart first.

    Lists are those valid now, of the channels `web` and `pos`; paid online means orders, in the shop receipts.
    """
    since, until = _period(store, since, until)
    paid: dict[str, dict[str, int]] = {}
    for row in _sold(store, Scope(since, until), ["sku", "kind", "place"]):
        if row["kind"] == "order" or (row["kind"] == "sale" and place in ("", row["place"])):
            one = paid.setdefault(row["sku"], {})
            one[row["kind"]] = one.get(row["kind"], 0) + row["amount"]
            one[f"{row['kind']}s"] = one.get(f"{row['kind']}s", 0) + row["quantity"]
    now, currency = store.clock.now(), store.settings.retailer.currency
    with store.state.read() as tx:
        wanted = {*paid, *stock_totals(tx)}
        online = price_of(tx, wanted, "", now, "web", currency)
        shop = price_of(tx, wanted, place, now, "pos", currency)
        names = skus(tx, wanted)
    found = []
    for sku in wanted:
        lists = [price[sku].amount if sku in price else None for price in (online, shop)]
        each = [_each(paid.get(sku, {}), kind) for kind in ("order", "sale")]
        a, b = lists if lists[0] != lists[1] and None not in lists else each
        if a is not None and b is not None and a != b:
            name = names[sku].name if sku in names else ""
            found.append(Difference(sku, name, lists[0], lists[1], each[0], each[1], a - b))
    return sorted(found, key=lambda d: (-abs(d.difference), d.sku))[:top]


def _each(sums: dict[str, Any], kind: str) -> int | None:
    return round(sums[kind] / sums[f"{kind}s"]) if sums.get(f"{kind}s", 0) > 0 else None


def _period(store: Store, since: dt.date | None, until: dt.date | None) -> tuple[dt.date, dt.date]:
    until = until or today(store)
    return since or until - dt.timedelta(days=PERIOD - 1), until


def _sold(store: Store, scope: Scope, keys: list[str]) -> list[dict[str, Any]]:
    lines = scope.money(store, table(store, "commerce.receipt_line"))
    grouped = lines.filter(lines.sku != "").group_by(keys)
    return rows(grouped.agg(quantity=lines.quantity.sum(), amount=lines.amount.sum()))
