"""Questions others may ask about goods and orders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import sqlalchemy as sa

from datong.commerce.catalogue import Catalogue
from datong.commerce.tables import DUPLICATE, LINE, ORDER, REDEEMED, SKU, TENDERED
from datong.model import Event, Item, Sku
from datong.storage import Facts, fetch_in

__all__ = ["Order", "duplicates", "fill_goods", "find_goods", "known_skus", "order", "orders_of", "products", "skus"]

_SKU = (SKU.c.sku, SKU.c.name, SKU.c.category, SKU.c.brand, SKU.c.price, SKU.c.listed)
_ORDER = (ORDER.c.key, ORDER.c.kind, ORDER.c.state, ORDER.c.source, ORDER.c.ref, ORDER.c.place, ORDER.c.channel,
          ORDER.c.ident, ORDER.c.amount, ORDER.c.discount, ORDER.c.currency, ORDER.c.ts, ORDER.c.returned,
          ORDER.c.original)


class Order(msgspec.Struct, frozen=True):
    """One order or receipt as it stands; amounts in minor units, `ts` in ms.

    `kind` is sale, order or return; `state` paid, returned, refunded or cancelled; `returned` what was given back so
    far; `original` the key of the order that a return belongs to. `lines` are kept for orders that came in live.
    """

    key: str
    kind: str
    state: str
    source: str
    ref: str
    place: str
    channel: str
    ident: int
    amount: int
    discount: int
    currency: str
    ts: int
    returned: int = 0
    original: str | None = None
    lines: tuple[Item, ...] = ()
    tenders: tuple[tuple[str, int], ...] = ()
    coupons: tuple[str, ...] = ()


def known_skus(tx: sa.Connection, codes: Iterable[str]) -> set[str]:
    """Return those of the codes that are in the catalogue."""
    return {row[0] for row in fetch_in(tx, sa.select(SKU.c.sku), SKU.c.sku, set(codes))}


def skus(tx: sa.Connection, codes: Iterable[str]) -> dict[str, Sku]:
    """Return the products with these codes, by code; unknown ones are left out."""
    return {row[0]: Sku(*row) for row in fetch_in(tx, sa.select(*_SKU), SKU.c.sku, set(codes))}


def find_goods(tx: sa.Connection, text: str, limit: int = 50) -> list[Sku]:
    """Return listed products whose code, name, brand or category holds the text, by code."""
    text = text.strip()
    columns = (SKU.c.sku, SKU.c.name, SKU.c.brand, SKU.c.category)
    query = sa.select(*_SKU).where(SKU.c.listed, sa.or_(*(c.icontains(text, autoescape=True) for c in columns)))
    return [Sku(*row) for row in tx.execute(query.order_by(SKU.c.sku).limit(limit))]


def order(tx: sa.Connection, key: str) -> Order | None:
    """Return the order with this key (see `order_key`), or None."""
    row = tx.execute(sa.select(*_ORDER).where(ORDER.c.key == key)).first()
    if row is None:
        return None
    items = (LINE.c.sku, LINE.c.quantity, LINE.c.amount, LINE.c.discount, LINE.c.category, LINE.c.brand, LINE.c.name)
    lines = tx.execute(sa.select(*items).where(LINE.c.key == key).order_by(LINE.c.line))
    paid = sa.select(TENDERED.c.kind, TENDERED.c.amount).where(TENDERED.c.key == key).order_by(TENDERED.c.line)
    used = sa.select(REDEEMED.c.coupon).where(REDEEMED.c.ref == row.ref, REDEEMED.c.place == row.place)
    return msgspec.structs.replace(
        Order(**row._mapping), lines=tuple(Item(*line) for line in lines),
        tenders=tuple((kind, amount) for kind, amount in tx.execute(paid)),
        coupons=tuple(tx.scalars(used.order_by(REDEEMED.c.offset))),
    )


def orders_of(tx: sa.Connection, idents: Iterable[int], limit: int = 50) -> list[Order]:
    """Return the latest orders seen under these identifier keys, newest first, without their lines."""
    rows = fetch_in(tx, sa.select(*_ORDER), ORDER.c.ident, set(idents) - {0})
    found = sorted((Order(*row) for row in rows), key=lambda o: (-o.ts, o.key))
    return found[:limit]


def duplicates(tx: sa.Connection, first: int, last: int) -> set[int]:
    """Return the log positions from `first` to `last` that tell again of an order already known."""
    query = sa.select(DUPLICATE.c.offset).where(DUPLICATE.c.offset.between(first, last))
    return set(tx.scalars(query))


def products(facts: Facts, codes: Sequence[str]) -> list[Sku]:
    """Return the products with these codes as the facts know them, which is as they were where the fold stands."""
    rows = facts.query(
        "SELECT sku, name, category, brand, price, listed FROM commerce.product WHERE sku IN (SELECT unnest(?))",
        [list(codes)],
    )
    return [Sku(**row) for row in rows.to_pylist()]


def fill_goods(facts: Facts, events: Sequence[Event]) -> list[tuple[Item, ...]]:
    """Return the items of events that the facts do not hold yet, filled in as the fold is going to.

    `events` in log order from where the facts end, with every `Product Updated` among them.
    """
    return Catalogue().fill(events, lambda codes: products(facts, codes))[0]
