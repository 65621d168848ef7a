"""Voids: a receipt that never was counts nowhere, whichever of the two is heard of first.

With it go its returns, for the money they gave back was the receipt's own, and the coupons redeemed on it. What was
counted already is taken out again: the facts lose the rows, tags are counted anew, stock moves back, and an order that
the receipt handed over waits to be handed over again.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from datong.commerce.orders import settle
from datong.commerce.slip import order_key
from datong.commerce.tables import DUPLICATE, ORDER, REDEEMED, VOID
from datong.model import Batch
from datong.storage import change_in, fetch_in, insert_new

__all__ = ["struck", "take_voids", "uncounted", "voided"]

_RECEIPTS = ("Receipt Issued", "Receipt Returned", "Coupon Redeemed")
_HALF = "/returned"
"""What a till's exchange adds to its number for the goods that were taken back: a void means both halves."""


def take_voids(batch: Batch, tx: sa.Connection) -> None:
    """Note the batch's voids, and strike out what they mean that is known now; fills `batch.struck` and `repeats`."""
    voids = [e for e in batch.events if e.type == "Receipt Voided"]
    insert_new(tx, VOID, [
        {"receipt": order_key(e.place, e.ref) + half, "offset": e.offset, "ts": e.time,
         "by": str(e.properties.get("voided_by") or e.id)}
        for e in voids for half in ("", _HALF)
    ])
    meant = {order_key(e.place, e.ref) + half for e in voids for half in ("", _HALF)}
    told = {e.offset: order_key(e.place, e.ref) for e in batch.events if e.type in _RECEIPTS}
    if not meant and not told:
        return
    returns = {told[e.offset] for e in batch.events if e.type == "Receipt Returned"}
    links = dict(map(tuple, fetch_in(tx, sa.select(ORDER.c.key, ORDER.c.original).where(
        ORDER.c.original.is_not(None)), ORDER.c.key, returns)))
    since = voided(tx, {*meant, *told.values(), *links.values()})
    if since:
        _strike(batch, tx, since)


def voided(tx: sa.Connection, receipts: Iterable[str]) -> dict[str, int]:
    """Return those of the receipts, by their order key, that were voided, with the log's offset of the void."""
    return dict(map(tuple, fetch_in(tx, sa.select(VOID.c.receipt, VOID.c.offset), VOID.c.receipt, set(receipts))))


def struck(tx: sa.Connection, first: int, last: int) -> dict[int, tuple[int, int]]:
    """Return what the voids from `first` to `last` took out of the log before them: offset → (void, identifier key)."""
    query = sa.select(DUPLICATE.c.offset, DUPLICATE.c.by, DUPLICATE.c.ident).where(
        DUPLICATE.c.by.between(first, last), DUPLICATE.c.offset < DUPLICATE.c.by)
    return {offset: (by, ident) for offset, by, ident in tx.execute(query)}


def uncounted(tx: sa.Connection, position: int) -> set[int]:
    """Return the offsets up to a position that a void after it takes out: facts as of there hold them still."""
    query = sa.select(DUPLICATE.c.offset).where(DUPLICATE.c.by > position, DUPLICATE.c.offset <= position)
    return set(tx.scalars(query))


def _strike(batch: Batch, tx: sa.Connection, since: dict[str, int]) -> None:
    """Enter what does not count: the receipts, the returns of them, and the coupons redeemed on them."""
    columns = (ORDER.c.key, ORDER.c.offset, ORDER.c.ident, ORDER.c.original)
    open_ = sa.select(*columns).where(ORDER.c.state != "voided")
    rows = {row.key: row for column in (ORDER.c.key, ORDER.c.original) for row in fetch_in(tx, open_, column, since)}
    found = {row.offset: (row.key, min(since[k] for k in (row.key, row.original) if k in since), row.ident)
             for row in rows.values()}
    pairs = {tuple(key.split("/", 1)): key for key in since}
    used = sa.select(REDEEMED.c.offset, REDEEMED.c.place, REDEEMED.c.ref, REDEEMED.c.ident)
    for row in fetch_in(tx, used, sa.tuple_(REDEEMED.c.place, REDEEMED.c.ref), sorted(pairs)):
        key = pairs[row.place, row.ref]
        found[row.offset] = key, since[key], row.ident
    if not found:
        return
    known = {row[0] for row in fetch_in(tx, sa.select(DUPLICATE.c.offset), DUPLICATE.c.offset, found)}
    fresh = {offset: one for offset, one in sorted(found.items()) if offset not in known}
    insert_new(tx, DUPLICATE, [
        {"offset": offset, "key": key, "by": by, "ident": ident} for offset, (key, by, ident) in fresh.items()
    ])
    if rows:
        change_in(tx, ORDER.update().values(state="voided", returned=0), ORDER.c.key, sorted(rows))
        settle(tx, {row.original for row in rows.values() if row.original} - rows.keys())
    batch.struck = {offset: (by, ident) for offset, (_, by, ident) in fresh.items()}
    batch.repeats.update(offset for offset in fresh if offset >= batch.first)
