"""Variants: the other sizes and colours of a style, and where pieces may come from."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import sqlalchemy as sa

from datong.commerce.tables import SITE, SKU, VARIANT
from datong.storage import fetch_in

__all__ = ["Site", "Variant", "sites_of", "variants_of"]


class Variant(msgspec.Struct, frozen=True):
    """A SKU of a style, by colour and size."""

    sku: str
    colour: str
    size: str


class Site(msgspec.Struct, frozen=True):
    """A place that holds stock: its city, and whether it is a warehouse."""

    code: str
    city: str
    region: str
    warehouse: bool


def variants_of(tx: sa.Connection, sku: str, limit: int = 200) -> list[Variant]:
    """Return the listed SKUs of this SKU's style, itself among them; itself alone where it is of no style."""
    own = tx.execute(sa.select(VARIANT.c.style, VARIANT.c.colour, VARIANT.c.size).where(VARIANT.c.sku == sku)).first()
    if own is None or not own.style:
        return [Variant(sku, own.colour if own else "", own.size if own else "")]
    query = sa.select(VARIANT.c.sku, VARIANT.c.colour, VARIANT.c.size).join(SKU, SKU.c.sku == VARIANT.c.sku)
    query = query.where(VARIANT.c.style == own.style, sa.or_(SKU.c.listed, SKU.c.sku == sku))
    return [Variant(*row) for row in tx.execute(query.order_by(VARIANT.c.sku).limit(limit))]


def sites_of(tx: sa.Connection, codes: Iterable[str]) -> dict[str, Site]:
    """Return what is known of these places, by code."""
    columns = (SITE.c.code, SITE.c.city, SITE.c.region, SITE.c.warehouse)
    return {row.code: Site(*row) for row in fetch_in(tx, sa.select(*columns), SITE.c.code, set(codes))}
