"""Orders of every channel as one small state machine.

    Receipt Issued ──► paid ──(returns give all of it back)──► returned
    Order Completed ─► paid ──(refunds give all of it back)──► refunded
                         └────(Order Cancelled)──────────────► cancelled
    a receipt or return that was voided ──────► voided: it never was (see voids.py)

A return, refund or cancellation is a row of its own that points to its original; the original's `returned` and `state`
are computed from those rows, so it does not matter in which order or how often they arrive.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from datong.commerce.slip import KINDS, Slip, order_key, slip
from datong.commerce.tables import DUPLICATE, LINE, ORDER, TENDERED, VOID
from datong.model import Batch, Event, Item
from datong.storage import fetch_in, insert_new

__all__ = ["settle", "take_orders"]

_STATES = {"Receipt Returned": "returned", "Order Refunded": "refunded", "Order Cancelled": "cancelled"}


class _Known(NamedTuple):
    """Enough of an order to tell whether another event speaks of it."""

    ts: int
    amount: int
    offset: int


class _Entry(NamedTuple):
    event: Event
    slip: Slip
    key: str
    original: str | None


def take_orders(batch: Batch, tx: sa.Connection) -> set[int]:
    """Enter the batch's receipts, orders, returns, refunds and cancellations; return the offsets of repeats."""
    entries = [
        _entry(event, items) for event, items in zip(batch.events, batch.items, strict=True) if event.type in KINDS
    ]
    if not entries:
        return set()
    former = [e for e in entries if e.event.source == "commerce" and e.event.properties.get("void")]
    entries = [e for e in entries if e not in former] if former else entries
    known = _look(tx, (e.key for e in entries))
    new, again = _sort_out(entries, known)
    if again:  # the number was used before: the same order told again, or another receipt under a longer key
        known.update(_look(tx, {e.key for e in again} - known.keys()))
        more, rest = _sort_out(again, known)
        new, again = new + more, rest
    new, spent = _open(tx, _point(tx, new, known))
    idle = [*again, *spent, *former]  # a void was told as a return once
    insert_new(tx, DUPLICATE, [{"offset": e.event.offset, "key": e.key, "by": 0, "ident": 0} for e in idle])
    _write(tx, new)
    settle(tx, {e.key for e in new if e.slip.kind != "return"} | {e.original for e in new if e.original})
    return {e.event.offset for e in idle}


def _entry(event: Event, items: Sequence[Item]) -> _Entry:
    paper = slip(event, items)
    if event.type in ("Order Refunded", "Order Cancelled"):
        original = order_key(event.source, event.ref)
        return _Entry(event, paper, f"{original}#{event.id}", original)
    origin = event.source if event.type == "Order Completed" else event.place
    given = event.properties.get("original") if event.type == "Receipt Returned" else None
    return _Entry(event, paper, order_key(origin, event.ref), str(given) if given else None)


def _point(tx: sa.Connection, entries: Sequence[_Entry], known: dict[str, _Known]) -> list[_Entry]:
    """Return the entries with the till's word for the original turned into a key.

    It may be a number of this store, a number that begins with its own store, or a whole key (an online order that is
    brought back to a store): the first of these that exists, else the first.
    """
    said = {
        (e.event.place, e.original):
            (order_key(e.event.place, e.original), order_key(e.original.split("/")[0], e.original), e.original)
        for e in entries if e.original and e.event.type == "Receipt Returned"
    }
    if not said:
        return list(entries)
    asked = {key for keys in said.values() for key in keys}
    there = known.keys() | _look(tx, asked - known.keys()).keys()
    there |= {row[0] for row in fetch_in(tx, sa.select(VOID.c.receipt), VOID.c.receipt, asked)}
    found = {at: next((k for k in keys if k in there), keys[_likely(*at)]) for at, keys in said.items()}
    return [e._replace(original=found.get((e.event.place, e.original), e.original)) if e.original else e
            for e in entries]


def _likely(place: str, original: str) -> int:
    """Return which of the three it is while none is known: store/till/business_day/sequence is that store's receipt,
    whoever takes it back, and `shop/W9` an order of another channel."""
    parts = original.split("/")
    if len(parts) == 4 and len(parts[2]) == 10 and parts[2].count("-") == 2:
        return 1
    return 2 if len(parts) == 2 and parts[0] != place else 0


def _look(tx: sa.Connection, keys: Iterable[str]) -> dict[str, _Known]:
    query = sa.select(ORDER.c.key, ORDER.c.ts, ORDER.c.amount, ORDER.c.offset)
    return {row[0]: _Known(*row[1:]) for row in fetch_in(tx, query, ORDER.c.key, set(keys))}


def _sort_out(entries: Sequence[_Entry], known: dict[str, _Known]) -> tuple[list[_Entry], list[_Entry]]:
    """Return the orders that are new, and those whose key is taken, under the key that they must be tried with next.

    An online order's number is its own for ever: told again it is the same order, whatever it says now. A till's number
    may come round: it is the same receipt only at the same time with the same amount, else another sale.
    """
    new: list[_Entry] = []
    taken: list[_Entry] = []
    for entry in entries:
        event = entry.event
        found = known.get(entry.key)
        if found is None:
            known[entry.key] = _Known(event.time, entry.slip.amount, event.offset)
            new.append(entry)
        elif found.offset != event.offset:
            same = event.type == "Order Completed" or found[:2] == (event.time, entry.slip.amount)
            key = entry.key if same else f"{entry.key}@{event.time}:{entry.slip.amount}"
            taken.append(entry._replace(key=key))
    return new, taken


def _open(tx: sa.Connection, entries: Sequence[_Entry]) -> tuple[list[_Entry], list[_Entry]]:
    """Return the entries that count, and the refunds of orders that were given back whole before.

    A shop that tells of a cancellation and then of the refund that follows from it means one sum of money, not two.
    """
    asked = {e.original for e in entries if e.event.type in ("Order Refunded", "Order Cancelled")}
    if not asked:
        return list(entries), []
    query = sa.select(ORDER.c.original, sa.func.min(ORDER.c.offset)).where(ORDER.c.whole).group_by(ORDER.c.original)
    whole: dict[str | None, int] = dict(map(tuple, fetch_in(tx, query, ORDER.c.original, asked)))
    counting: list[_Entry] = []
    spent: list[_Entry] = []
    for entry in entries:
        at = entry.event.offset
        if entry.event.type == "Order Refunded" and whole.get(entry.original, at) < at:
            spent.append(entry)
            continue
        if entry.slip.whole:
            whole.setdefault(entry.original, at)
        counting.append(entry)
    return counting, spent


def _write(tx: sa.Connection, entries: Sequence[_Entry]) -> None:
    insert_new(tx, ORDER, [_row(e) for e in entries])
    insert_new(tx, TENDERED, [
        {"key": e.key, "line": line, "kind": kind, "amount": amount}
        for e in entries for line, (kind, amount) in enumerate(e.slip.tenders)
    ])
    insert_new(tx, LINE, [
        {"key": e.key, "line": line, "sku": i.sku, "name": i.name, "category": i.category, "brand": i.brand,
         "quantity": i.quantity, "amount": i.amount, "discount": i.discount}
        for e in entries if not e.event.history for line, i in enumerate(e.slip.lines)
    ])


def _row(entry: _Entry) -> dict[str, Any]:
    event, paper, key, original = entry
    return {
        "key": key, "kind": paper.kind, "state": _STATES.get(event.type, "paid"), "source": event.source,
        "ref": event.ref, "place": event.place, "channel": event.channel, "ident": event.ident,
        "amount": paper.amount, "discount": paper.discount, "currency": event.currency, "ts": event.time,
        "lines": len(paper.lines), "offset": event.offset, "original": original, "whole": paper.whole,
        "returned": 0,
    }


def settle(tx: sa.Connection, keys: Iterable[str]) -> None:
    """Compute anew what was given back of these orders; what was voided never was."""
    keys = set(keys)
    back: dict[str, list[Any]] = {}
    query = sa.select(ORDER.c.original, ORDER.c.amount, ORDER.c.whole, ORDER.c.state).where(
        ORDER.c.original.is_not(None), ORDER.c.state != "voided")
    for row in fetch_in(tx, query, ORDER.c.original, keys):
        back.setdefault(row[0], []).append(row)
    orders = sa.select(ORDER.c.key, ORDER.c.amount, ORDER.c.kind, ORDER.c.returned).where(
        ORDER.c.state != "voided", ORDER.c.kind != "return")
    changes = []
    for key, amount, kind, before in fetch_in(tx, orders, ORDER.c.key, keys):
        rows = back.get(key, ())
        if not rows and not before:
            continue
        given = amount if any(r.whole for r in rows) else -sum(r.amount for r in rows)
        state = "returned" if kind == "sale" else "refunded"
        if any(r.state == "cancelled" for r in rows):
            state = "cancelled"
        elif given < amount or not rows:
            state = "paid"
        changes.append({"k": key, "given": given, "now": state})
    if changes:
        tx.execute(
            ORDER.update().where(ORDER.c.key == sa.bindparam("k"))
            .values(returned=sa.bindparam("given"), state=sa.bindparam("now")),
            changes,
        )
