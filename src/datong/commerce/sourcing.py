"""Sourcing: from which place a piece is taken that somebody wants; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from datong.commerce.ledger import Ledger
from datong.commerce.movement import TRANSIT
from datong.commerce.refusal import refuse

__all__ = ["Site", "Sourced", "source"]


class Site(NamedTuple):
    """What a rule asks of a place."""

    city: str = ""
    region: str = ""
    warehouse: bool = False


class Sourced(NamedTuple):
    """The place each SKU is taken from, or why it cannot be."""

    places: dict[str, str]
    refused: str = ""


def source(
    ledger: Ledger, sites: Mapping[str, Site], wanted: Mapping[str, float], place: str, tiers: Sequence[str],
    split: bool = True,
) -> Sourced:
    """Choose places for the `wanted` SKUs, as near to `place` as the tiers say; all of it, or nothing.

    The first tier with a place that has everything wins; within a tier the place with most of it, then by code. Only
    where no place has everything, and `split` allows it, the SKUs come from several.
    """
    here = sites.get(place, Site())
    free = {
        sku: {h.place: h.available for h in ledger.of(sku) if h.available > 0 and not h.place.startswith(TRANSIT)}
        for sku in wanted
    }
    order: list[str] = []
    for tier in tiers:
        more = set().union(*free.values()) - set(order)
        found = [p for p in more if _fits(tier, p, sites.get(p, Site()), place, here)]
        order += sorted(found, key=lambda p: (-sum(min(free[s].get(p, 0.0), 10 * q) for s, q in wanted.items()), p))
    for name in order:
        if all(free[sku].get(name, 0.0) >= quantity for sku, quantity in wanted.items()):
            return Sourced(dict.fromkeys(wanted, name))
    chosen: dict[str, str] = {}
    for sku, quantity in wanted.items():
        if (name := next((p for p in order if free[sku].get(p, 0.0) >= quantity), "")) == "":
            return Sourced({}, _short(sku, quantity, [free[sku].get(p, 0.0) for p in order], place))
        chosen[sku] = name
    if not split:
        return Sourced({}, refuse("not_whole"))
    return Sourced(chosen)


def _fits(tier: str, name: str, site: Site, place: str, here: Site) -> bool:
    if tier == "same":
        return name == place
    if tier == "city":
        return bool(here.city) and site.city == here.city and not site.warehouse
    if tier == "region":
        return bool(here.region) and site.region == here.region and not site.warehouse
    return site.warehouse if tier == "warehouse" else tier == "anywhere"


def _short(sku: str, quantity: float, available: Sequence[float], place: str) -> str:
    most = max(available, default=0.0)
    if place:
        return refuse("not_free_near", sku=sku, free=most, place=place, wanted=quantity)
    return refuse("not_free", sku=sku, free=most, wanted=quantity)
