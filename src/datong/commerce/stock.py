"""Questions others may ask about stock: what is there, what was there, what is on the way, what does not add up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from datong.commerce.movement import TRANSIT, rounded, transit
from datong.commerce.tables import GTIN, MOVEMENT, RESERVATION, RESERVED, SKU, STOCK, TRANSFER, TRANSFER_LINE, VARIANT
from datong.storage import fetch_in

__all__ = ["Finding", "Stock", "Transfer", "findings", "kept_for", "movements_of", "seasons", "skus_by_gtin",
           "stock_at", "stock_list", "stock_of", "stock_outs", "stock_totals", "transfer", "transfers"]


class Stock(msgspec.Struct, frozen=True):
    """What a place holds of a SKU: `available` is not reserved, `in_transit` is on its way there; times in ms."""

    sku: str
    place: str
    quantity: float
    reserved: float
    available: float
    in_transit: float = 0.0
    counted: int = 0
    moved: int = 0


class Transfer(msgspec.Struct, frozen=True):
    """A transfer; `lines` are (SKU, sent, received)."""

    key: str
    origin: str
    target: str
    state: str
    sent: int
    changed: int
    actor: str
    lines: tuple[tuple[str, float, float], ...] = ()


class Finding(msgspec.Struct, frozen=True):
    """Something that does not add up: `negative` (sold more than known), `promised` (more reserved than there is),
    `transit` (more arrived than was sent), `miscounted` (a count was off by `quantity`)."""

    kind: Literal["negative", "promised", "transit", "miscounted"]
    sku: str
    place: str
    quantity: float
    at: int


def skus_by_gtin(tx: sa.Connection, gtins: Iterable[str]) -> dict[str, str]:
    """Return the SKUs of trade item numbers (14 digits each); unknown ones are left out."""
    return dict(map(tuple, fetch_in(tx, sa.select(GTIN.c.gtin, GTIN.c.sku), GTIN.c.gtin, set(gtins))))


def stock_of(tx: sa.Connection, skus: Iterable[str], places: Iterable[str] = ()) -> list[Stock]:
    """Return what is known to be where of these SKUs, by SKU and place; with `places` only there."""
    wanted = set(places)
    rows = {(row.sku, row.place): row for row in fetch_in(tx, sa.select(STOCK), STOCK.c.sku, set(skus))}
    found = []
    on_the_way = {(sku, place.removeprefix(TRANSIT)) for sku, place in rows if place.startswith(TRANSIT)}
    for sku, place in sorted({pair for pair in rows if not pair[1].startswith(TRANSIT)} | on_the_way):
        if place and (not wanted or place in wanted):
            found.append(_stock(sku, place, rows.get((sku, place)), rows.get((sku, transit(place)))))
    return found


def stock_at(tx: sa.Connection, skus: Iterable[str], at: int) -> dict[tuple[str, str], float]:
    """Return what was where at a time (ms, included), from the ledger, by (SKU, place)."""
    query = sa.select(MOVEMENT.c.sku, MOVEMENT.c.place, sa.func.sum(MOVEMENT.c.quantity))
    query = query.where(MOVEMENT.c.ts <= at).group_by(MOVEMENT.c.sku, MOVEMENT.c.place)
    return {(sku, place): rounded(total) for sku, place, total in fetch_in(tx, query, MOVEMENT.c.sku, set(skus))}


def movements_of(tx: sa.Connection, sku: str, place: str = "", limit: int = 100) -> list[dict[str, Any]]:
    """Return the latest movements of a SKU, newest first: time, place, kind, quantity, what was counted, reference."""
    query = sa.select(MOVEMENT).where(MOVEMENT.c.sku == sku)
    if place:
        query = query.where(MOVEMENT.c.place == place)
    rows = tx.execute(query.order_by(MOVEMENT.c.ts.desc(), MOVEMENT.c.offset.desc(), MOVEMENT.c.line).limit(limit))
    return [dict(row._mapping) for row in rows]


def stock_list(
    tx: sa.Connection, text: str = "", place: str = "", limit: int = 100, after: int = 0
) -> tuple[int, list[dict[str, Any]]]:
    """Return how many SKUs there are whose code, name, brand, category, style or number holds the text, and a page of
    them by code: each with its name, variant, price and what is there of it (at `place`, or everywhere)."""
    held = sa.select(
        STOCK.c.sku, sa.func.sum(STOCK.c.quantity).label("quantity"), sa.func.sum(STOCK.c.reserved).label("reserved"),
        sa.func.count().filter(STOCK.c.quantity > 0).label("places"),
    ).where(STOCK.c.place == place if place else ~STOCK.c.place.startswith(TRANSIT)).group_by(STOCK.c.sku).subquery()
    moving = sa.select(STOCK.c.sku, sa.func.sum(STOCK.c.quantity).label("in_transit")).where(
        STOCK.c.place == transit(place) if place else STOCK.c.place.startswith(TRANSIT)
    ).group_by(STOCK.c.sku).subquery()
    joined = SKU.outerjoin(VARIANT, VARIANT.c.sku == SKU.c.sku).outerjoin(held, held.c.sku == SKU.c.sku)
    query = sa.select(
        SKU.c.sku, SKU.c.name, SKU.c.category, SKU.c.brand, SKU.c.price, SKU.c.listed, VARIANT.c.style,
        VARIANT.c.colour, VARIANT.c.size, VARIANT.c.season, held.c.quantity, held.c.reserved, held.c.places,
        moving.c.in_transit,
    ).select_from(joined.outerjoin(moving, moving.c.sku == SKU.c.sku))
    if text := text.strip():
        columns = (SKU.c.sku, SKU.c.name, SKU.c.brand, SKU.c.category, VARIANT.c.style)
        query = query.where(sa.or_(
            *(c.icontains(text, autoescape=True) for c in columns),
            SKU.c.sku.in_(sa.select(GTIN.c.sku).where(GTIN.c.gtin.endswith(text, autoescape=True))),
        ))
    if place:
        query = query.where(sa.or_(held.c.quantity.is_not(None), moving.c.in_transit.is_not(None)))
    total = tx.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one()
    rows = tx.execute(query.order_by(SKU.c.sku).limit(limit).offset(after))
    return total, [
        {k: v if v is not None else 0 if k in ("quantity", "reserved", "places", "in_transit") else ""
         for k, v in row._mapping.items()} for row in rows
    ]


def findings(tx: sa.Connection, limit: int = 200, since: int = 0) -> list[Finding]:
    """Return what does not add up, the latest first; counts that were off only since a time (ms).

    Less than nothing is told only of places that keep stock: those with a count or a receipt of goods.
    """
    keeping = _keeping()
    short = sa.select(STOCK.c.sku, STOCK.c.place, STOCK.c.quantity, STOCK.c.moved)
    negative = short.where(STOCK.c.quantity < 0, STOCK.c.place.in_(keeping), ~STOCK.c.place.startswith(TRANSIT))
    on_the_way = short.where(STOCK.c.quantity < 0, STOCK.c.place.startswith(TRANSIT))
    promised = sa.select(STOCK.c.sku, STOCK.c.place, STOCK.c.quantity - STOCK.c.reserved, STOCK.c.moved).where(
        STOCK.c.reserved > STOCK.c.quantity, STOCK.c.reserved > 0)
    off = sa.select(MOVEMENT.c.sku, MOVEMENT.c.place, MOVEMENT.c.quantity, MOVEMENT.c.ts).where(
        MOVEMENT.c.kind == "counted", MOVEMENT.c.quantity != 0, MOVEMENT.c.ts >= since, _counted_before())
    found: list[Finding] = []
    kinds: tuple[tuple[Any, Any, Any], ...] = (
        ("negative", negative, STOCK.c.moved), ("transit", on_the_way, STOCK.c.moved),
        ("promised", promised, STOCK.c.moved), ("miscounted", off, MOVEMENT.c.ts))
    for kind, query, when in kinds:
        rows = tx.execute(query.order_by(when.desc(), query.selected_columns[0]).limit(limit))
        found += [Finding(kind, sku, place, rounded(quantity), at) for sku, place, quantity, at in rows]
    return sorted(found, key=lambda f: (-f.at, f.sku, f.place))[:limit]


def transfer(tx: sa.Connection, key: str) -> Transfer | None:
    """Return one transfer, or None."""
    row = tx.execute(sa.select(TRANSFER).where(TRANSFER.c.key == key)).first()
    if row is None:
        return None
    query = sa.select(TRANSFER_LINE.c.sku, TRANSFER_LINE.c.sent, TRANSFER_LINE.c.received)
    lines = tx.execute(query.where(TRANSFER_LINE.c.key == key).order_by(TRANSFER_LINE.c.sku))
    return Transfer(**row._mapping, lines=tuple(map(tuple, lines)))


def transfers(tx: sa.Connection, state: str = "", place: str = "", limit: int = 200) -> list[Transfer]:
    """Return transfers, the latest first; with `place` only those from or to it."""
    query = sa.select(TRANSFER).order_by(TRANSFER.c.changed.desc(), TRANSFER.c.key).limit(limit)
    if state:
        query = query.where(TRANSFER.c.state == state)
    if place:
        query = query.where(sa.or_(TRANSFER.c.origin == place, TRANSFER.c.target == place))
    heads = tx.execute(query).all()
    lines: dict[str, list[tuple[str, float, float]]] = {}
    for row in fetch_in(tx, sa.select(TRANSFER_LINE), TRANSFER_LINE.c.key, [h.key for h in heads]):
        lines.setdefault(row.key, []).append((row.sku, row.sent, row.received))
    return [Transfer(**head._mapping, lines=tuple(sorted(lines.get(head.key, ())))) for head in heads]


def stock_totals(tx: sa.Connection, place: str = "") -> dict[str, tuple[float, float, float]]:
    """Return what there is of every SKU, at a place or everywhere, as (quantity, reserved, on its way)."""
    way = STOCK.c.place.startswith(TRANSIT)
    where = STOCK.c.place.in_((place, transit(place))) if place else sa.true()
    there = sa.case((way, 0.0), else_=STOCK.c.quantity)
    query = sa.select(
        STOCK.c.sku, sa.func.sum(there), sa.func.sum(STOCK.c.reserved),
        sa.func.sum(sa.case((way, STOCK.c.quantity), else_=0.0)),
    ).where(where, STOCK.c.place != "").group_by(STOCK.c.sku)
    return {sku: (rounded(q), rounded(r), rounded(t)) for sku, q, r, t in tx.execute(query)}


def stock_outs(tx: sa.Connection, place: str = "") -> list[tuple[str, str, int]]:
    """Return (SKU, place, time of the last movement in ms) of all that was kept in a place and is sold out there."""
    query = sa.select(STOCK.c.sku, STOCK.c.place, STOCK.c.moved).where(
        STOCK.c.quantity - STOCK.c.reserved <= 0, STOCK.c.place.in_(_keeping()), ~STOCK.c.place.startswith(TRANSIT))
    if place:
        query = query.where(STOCK.c.place == place)
    return [tuple(row) for row in tx.execute(query.order_by(STOCK.c.moved.desc(), STOCK.c.sku))]


def seasons(tx: sa.Connection) -> dict[str, str]:
    """Return the season of every SKU that has one."""
    return dict(map(tuple, tx.execute(sa.select(VARIANT.c.sku, VARIANT.c.season).where(VARIANT.c.season != ""))))


def kept_for(tx: sa.Connection, sku: str) -> list[dict[str, Any]]:
    """Return the reservations that hold pieces of a SKU, the next to run out first."""
    query = sa.select(
        RESERVATION.c.id, RESERVATION.c.key, RESERVATION.c.channel, RESERVATION.c.actor, RESERVATION.c.ts,
        RESERVATION.c.expires, RESERVED.c.place, RESERVED.c.open,
    ).join(RESERVED, RESERVED.c.id == RESERVATION.c.id).where(RESERVED.c.sku == sku, RESERVED.c.open > 0)
    return [dict(row._mapping) for row in tx.execute(query.order_by(RESERVATION.c.expires, RESERVATION.c.id))]


def _keeping() -> Any:
    """Return the places that keep stock: those where goods were counted or received."""
    return sa.select(STOCK.c.place).where(STOCK.c.counted > 0).union(
        sa.select(MOVEMENT.c.place).where(MOVEMENT.c.kind.in_(("received", "arrived"))))


def _counted_before() -> Any:
    """Return the condition that there was something to be wrong about: the books knew the shelf already.

    What was only sold before the first count says nothing of what lay there.
    """
    earlier = MOVEMENT.alias("earlier")
    return sa.exists().where(earlier.c.sku == MOVEMENT.c.sku, earlier.c.place == MOVEMENT.c.place,
                             earlier.c.ts < MOVEMENT.c.ts, earlier.c.kind.in_(("counted", "received", "arrived")))


def _stock(sku: str, place: str, row: Any, moving: Any) -> Stock:
    on_the_way = moving.quantity if moving else 0.0
    if row is None:
        return Stock(sku, place, 0.0, 0.0, 0.0, on_the_way)
    return Stock(sku, place, row.quantity, row.reserved, rounded(row.quantity - row.reserved), on_the_way, row.counted,
                 row.moved)
