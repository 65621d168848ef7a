"""The desk: everything that moves pieces passes here in log order, so that each is decided on what is there by then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

import sqlalchemy as sa

from datong.commerce.carried import keys_of
from datong.commerce.fulfil import Orders
from datong.commerce.ledger import MOVES, Ledger
from datong.commerce.movement import RECEIPTS, STOCK_EVENTS, Move, moves, pieces, taken_back
from datong.commerce.progress import STEPS
from datong.commerce.reserve import Reservations, reservation_id
from datong.commerce.tables import MOVEMENT
from datong.commerce.transfer import TRANSFERS, Transfers
from datong.commerce.waiting import Waiting
from datong.config import CommerceSettings
from datong.model import Batch, Event, Item, duration
from datong.storage import cursor, fetch_in, set_cursor

__all__ = ["CURSOR", "first_due", "serve"]

CURSOR = "commerce.desk"
_RESERVATIONS = frozenset({"Reservation Requested", "Reservation Released"})
_SERVED = STOCK_EVENTS | RECEIPTS | TRANSFERS | _RESERVATIONS | STEPS.keys() | {"Receipt Voided"}

Work = list[tuple[Event, tuple[Item, ...], int]]
"""Events with their lines, and the platform's time (ms) when each came in."""


def serve(
    batch: Batch, tx: sa.Connection, settings: CommerceSettings, leaves: Mapping[str, str],
    code: Callable[[str], str], find: Callable[[int], Event | None],
) -> None:
    """Carry the batch's receipts, movements, reservations and order steps out, one after the other.

    `leaves` are the sources whose orders leave a place as soon as they are paid; `find` reads an event of the log.
    What was carried out before is not again. A reservation runs out by the time the events came in, so a batch may be
    cut anywhere.
    """
    work = _work(batch)
    if work:
        done, _ = cursor(tx, CURSOR)
        work = [one for one in work if one[0].offset > done]
        set_cursor(tx, CURSOR, max(done, batch.last))
    if not work and not _due(tx, batch.now):
        return
    ledger = Ledger(tx)
    reserved = Reservations(tx, ledger, settings, batch.derived)
    here = {event.offset: event for event, *_ in work}
    waiting = Waiting(tx, duration(settings.wait))
    orders = Orders(tx, ledger, reserved, code, leaves, waiting, lambda offset: here.get(offset) or find(offset))
    transfers = Transfers(tx, ledger)
    undone = _undone(batch, work)
    orders.recall([offset for offset, (by, _) in batch.struck.items() if by in undone and offset < batch.first])
    back = _back(tx, batch, work, undone, settings)
    _load(work, batch.now, ledger, reserved, orders, transfers, back)
    for event, items, now in work:
        _run_out(reserved, orders, now, event.offset)
        if event.type in RECEIPTS or event.type in STOCK_EVENTS:
            for move in moves(event, items) if settings.stock or event.type in STOCK_EVENTS else ():
                ledger.apply(move)
            orders.receipt(event, items)
        elif event.type in TRANSFERS:
            transfers.take(event, items)
        elif event.type == "Receipt Voided":
            for move in back.get(event.offset, ()):
                ledger.apply(move)
            orders.undo(undone.get(event.offset, ()), event)
        elif event.type in _RESERVATIONS:
            _reservation(event, items, reserved, orders)
        else:
            orders.take(event, items)
    _run_out(reserved, orders, batch.now, batch.last)
    for part in (ledger, reserved, transfers):
        part.write()
    orders.write(batch.now)


def _undone(batch: Batch, work: Work) -> dict[int, list[int]]:
    """Return, for each void of the work, the offsets before it that it takes back."""
    voids = {event.offset for event, *_ in work if event.type == "Receipt Voided"}
    undone: dict[int, list[int]] = defaultdict(list)
    for offset, (by, _) in sorted(batch.struck.items()):
        if offset < by and by in voids:
            undone[by].append(offset)
    return undone


def _back(
    tx: sa.Connection, batch: Batch, work: Work, undone: Mapping[int, Sequence[int]], settings: CommerceSettings
) -> dict[int, list[Move]]:
    """Return the movements that the voids take back, each at the time of the receipt that never was."""
    if not undone:
        return {}
    by = {offset: void for void, offsets in undone.items() for offset in offsets}
    made = [Move(*row) for row in fetch_in(tx, MOVES, MOVEMENT.c.offset, sorted(by)) if row.offset < batch.first]
    if settings.stock:
        made += [move for event, items, _ in work if event.offset in by for move in moves(event, items)]
    back: dict[int, list[Move]] = defaultdict(list)
    for move in sorted(made, key=lambda m: (m.offset, m.line)):
        void = by[move.offset]
        back[void].append(taken_back(move, void, len(back[void])))
    return back


def _work(batch: Batch) -> Work:
    work: Work = []
    now = 0
    for event, items in zip(batch.events, batch.items, strict=True):
        if event.received > now:
            now = event.received
        if event.type in _SERVED and not event.history and not batch.idle(event.offset):
            work.append((event, items, now))
    return work


def _load(
    work: Work, now: int, ledger: Ledger, reserved: Reservations, orders: Orders, transfers: Transfers,
    back: Mapping[int, Sequence[Move]],
) -> None:
    """Read all that the work may need, in a few questions however much it is."""
    asking = [(event, items) for event, items, _ in work
              if event.type == "Reservation Requested" or event.properties.get("reserve")]
    wanted = {sku for event, items in asking if reserved.far(event) for sku in pieces(items)}
    near = [(sku, event.place) for event, items in asking if event.place for sku in pieces(items)]
    ledger.load([*(move for event, items, _ in work for move in moves(event, items)),
                 *(move for some in back.values() for move in some)], wanted, near)
    keys = {key for event, *_ in work if event.type not in TRANSFERS | STOCK_EVENTS for key in keys_of(event)}
    keys |= orders.recalled()
    reserved.load({event.ref for event, *_ in work if event.type == "Reservation Released"}
                  | {reservation_id(event.source, event.id) for event, *_ in work
                     if event.type == "Reservation Requested"}, keys, now)
    orders.waiting.load(keys)
    orders.load(keys | reserved.keys())
    transfers.load(event.ref for event, *_ in work if event.type in TRANSFERS)
    if wanted:
        held = {held.place for sku in wanted for held in ledger.of(sku)}
        reserved.know(held | {event.place for event, *_ in work if event.place})
    leaving = [(sku, event.place) for event, items, _ in work if event.type in STEPS and event.place
               for sku in pieces(items)]
    ledger.load((), pairs=leaving)


def _reservation(event: Event, items: tuple[Item, ...], reserved: Reservations, orders: Orders) -> None:
    if event.type == "Reservation Released":
        if (kept := reserved.find(event.ref)) is not None and kept.state == "granted":
            reserved.release(kept, event.received)
        return
    order = orders.find(event)
    key = order.key if order else next(iter(keys_of(event)), "")
    kept = reserved.ask(event, items, key, str(event.properties.get("channel") or event.channel),
                        order.paid if order else False)
    if order is not None:
        orders.granted(order, event, kept)


def _run_out(reserved: Reservations, orders: Orders, now: int, offset: int) -> None:
    for kept in reserved.due(now):
        reserved.release(kept, kept.expires, "expired")
        orders.run_out(kept, kept.expires, offset)


_FIRST = "SELECT min(expires) FROM commerce_reservation WHERE state = 'granted'"
"""Written out, for it is asked at every batch, and a batch may be one event."""


def first_due(tx: sa.Connection) -> int | None:
    """Return when (ms) the next reservation runs out, or None."""
    found = tx.exec_driver_sql(_FIRST).scalar()
    return int(found) if found is not None else None


def _due(tx: sa.Connection, now: int) -> bool:
    first = first_due(tx)
    return first is not None and first <= now
