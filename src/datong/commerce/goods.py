"""Goods: variants, trade item numbers, price lists and sites, as the events of a batch update them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from datong.commerce.tables import GTIN, PRICE, SITE, SKU, VARIANT
from datong.model import Event, from_iso, gtin, to_minor
from datong.storage import fetch_in, upsert

__all__ = ["TRAITS", "goods_now", "numbers", "take_goods", "variants"]

TRAITS = ("style", "colour", "size", "season", "unit")
"""What is told of a SKU in words, beside its name, category and brand."""

_LONGEST = 200


def take_goods(events: Sequence[Event], tx: sa.Connection, currency: str) -> None:
    """Enter what `Product Updated`, `Price Updated` and `Store Updated` say; what one leaves out stays as it was."""
    products = [e for e in events if e.type == "Product Updated"]
    if products:
        _variants(products, tx, currency)
        _numbers(products, tx)
    if prices := [row for e in events if e.type == "Price Updated" for row in _prices(e, currency)]:
        keys = [c.name for c in PRICE.primary_key.columns]
        upsert(tx, PRICE, list({tuple(row[k] for k in keys): row for row in prices}.values()))
    if stores := [e for e in events if e.type == "Store Updated"]:
        upsert(tx, SITE, list({e.place: _site(e) for e in stores}.values()))


def _variants(events: Sequence[Event], tx: sa.Connection, currency: str) -> None:
    said: dict[str, dict[str, Any]] = {}
    for event in events:
        told: dict[str, Any] = {n: str(v)[:_LONGEST] for n in TRAITS if (v := event.properties.get(n)) is not None}
        if (cost := event.properties.get("cost")) is not None:
            told["cost"] = _minor(cost, event.currency or currency)
        if told:
            for item in event.items:
                said.setdefault(item.sku, {}).update(told)
    if said:
        rows = {sku: {"sku": sku, **dict.fromkeys(TRAITS, ""), "cost": 0} for sku in said}
        rows |= {row.sku: dict(row._mapping) for row in fetch_in(tx, sa.select(VARIANT), VARIANT.c.sku, said)}
        upsert(tx, VARIANT, [{**rows[sku], **told} for sku, told in said.items()])


def _numbers(events: Sequence[Event], tx: sa.Connection) -> None:
    """Enter the numbers of single products; `gtins` says all there are, `gtin` or `barcode` adds one."""
    rows: dict[str, str] = {}
    for event in events:
        if len(event.items) != 1:
            continue
        for text in numbers(event.properties):
            try:
                rows[gtin(text)] = event.items[0].sku
            except ValueError:
                continue  # intake refuses these; the log may hold older ones
    upsert(tx, GTIN, [{"gtin": number, "sku": sku} for number, sku in rows.items()])


def numbers(properties: dict[str, Any]) -> list[str]:
    """Return the trade item numbers that the properties of a product name, as they are written."""
    found = properties.get("gtins") or []
    if isinstance(found, str):
        found = found.replace(";", " ").replace(",", " ").split()
    found = [*found] if isinstance(found, list | tuple) else [found]
    found += [properties[name] for name in ("gtin", "barcode", "ean") if properties.get(name)]
    return [str(text) for text in found]


def goods_now(tx: sa.Connection, skus: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return all that is known of some SKUs: name, category, brand, price, listed, TRAITS, cost and `gtins`."""
    wanted = set(skus)
    found = {
        row.sku: {**row._mapping, **dict.fromkeys(TRAITS, ""), "cost": 0, "gtins": set()}
        for row in fetch_in(tx, sa.select(SKU), SKU.c.sku, wanted)
    }
    for row in fetch_in(tx, sa.select(VARIANT), VARIANT.c.sku, found):
        found[row.sku].update(row._mapping)
    for row in fetch_in(tx, sa.select(GTIN), GTIN.c.sku, found):
        found[row.sku]["gtins"].add(row.gtin)
    return found


def variants(tx: sa.Connection, style: str) -> list[dict[str, Any]]:
    """Return the SKUs of a style with colour and size, by code."""
    query = sa.select(VARIANT.c.sku, SKU.c.name, VARIANT.c.colour, VARIANT.c.size).join(SKU, SKU.c.sku == VARIANT.c.sku)
    return [dict(r._mapping) for r in tx.execute(query.where(VARIANT.c.style == style).order_by(VARIANT.c.sku))]


def _prices(event: Event, currency: str) -> list[dict[str, Any]]:
    said = event.properties
    start, until = _moment(said.get("from")), _moment(said.get("until"))
    return [
        {"sku": item.sku, "place": event.place, "region": str(said.get("region") or ""),
         "channel": str(said.get("channel") or ""), "currency": event.currency or currency,
         "start": event.time if start is None else start, "until": until, "amount": item.amount,
         "list": str(said.get("list") or "")}
        for item in event.items
    ]


def _site(event: Event) -> dict[str, Any]:
    said = event.properties
    return {"code": event.place, "city": str(said.get("city") or ""), "region": str(said.get("region") or ""),
            "warehouse": str(said.get("format") or "") == "warehouse"}


def _moment(text: Any) -> int | None:
    try:
        return from_iso(str(text)) if text else None
    except ValueError:
        return None


def _minor(amount: Any, currency: str) -> int:
    try:
        return to_minor(amount, currency)
    except ValueError:
        return 0
