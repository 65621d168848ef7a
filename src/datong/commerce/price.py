"""Prices: what a SKU costs at a place and time, and where channels differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from datong.commerce.tables import PRICE, SITE, SKU
from datong.storage import fetch_in

__all__ = ["Price", "price_of", "prices_of"]


class Price(msgspec.Struct, frozen=True):
    """An amount in minor units; `list` names the price list, empty for the catalogue's own price.

    `currency` is empty for the catalogue's price, which is in the retailer's currency.
    """

    amount: int
    currency: str = ""
    list: str = ""


def price_of(
    tx: sa.Connection, skus: Iterable[str], place: str, at: int, channel: str = "", currency: str = ""
) -> dict[str, Price]:
    """Return what SKUs cost at a place (empty: nowhere in particular) and time (ms) in a channel.

    The narrowest list counts: that of the place, then of its region, then of the channel, then one for all; of two as
    narrow the one that began later. Without a list it is the catalogue's price; SKUs without any are left out.
    `currency` leaves out lists in others.
    """
    wanted = set(skus)
    region = tx.execute(sa.select(SITE.c.region).where(SITE.c.code == place)).scalar() or "" if place else ""
    query = sa.select(PRICE).where(
        PRICE.c.start <= at, sa.or_(PRICE.c.until.is_(None), PRICE.c.until > at),
        PRICE.c.place.in_(("", place)), PRICE.c.region.in_(("", region)), PRICE.c.channel.in_(("", channel)),
    )
    if currency:
        query = query.where(PRICE.c.currency == currency)
    found = {
        sku: Price(amount)
        for sku, amount in fetch_in(tx, sa.select(SKU.c.sku, SKU.c.price).where(SKU.c.price > 0), SKU.c.sku, wanted)
    }
    best: dict[str, tuple[Any, ...]] = {}
    for row in fetch_in(tx, query, PRICE.c.sku, wanted):
        rank = (row.place != "", row.region != "", row.channel != "", row.start, row.currency)
        if row.sku not in best or rank > best[row.sku]:
            best[row.sku] = rank
            found[row.sku] = Price(row.amount, row.currency, row.list)
    return found


def prices_of(tx: sa.Connection, skus: Sequence[str]) -> list[dict[str, Any]]:
    """Return every price of these SKUs in every list, the latest first."""
    rows = fetch_in(tx, sa.select(PRICE), PRICE.c.sku, skus)
    return sorted((dict(row._mapping) for row in rows), key=lambda r: (r["sku"], -r["start"], r["place"], r["channel"]))
