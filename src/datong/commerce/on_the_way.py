"""Questions others may ask about orders on their way, their steps, and reservations."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from datong.commerce.progress import next_steps
from datong.commerce.refusal import Refusal, words_of
from datong.commerce.reserve import NEVER
from datong.commerce.tables import PIECE, PROGRESS, RESERVATION, RESERVED, SHIPMENT, STEP, WAITING
from datong.storage import fetch_in

__all__ = ["OrderProgress", "Reservation", "Step", "WaitingStep", "order_progress", "orders_on_the_way",
           "refused_steps", "reservation", "reservations", "step_at", "waiting_steps"]


class Step(msgspec.Struct, frozen=True):
    """One step that was taken or, with a reason in `refused`, was not: who did what when; `ts` in ms.

    `refused` is in English, `why` the same as a code with what it speaks of.
    """

    key: str
    offset: int
    kind: str
    was: str
    now: str
    ts: int
    actor: str
    place: str
    note: dict[str, Any]
    refused: str
    why: Refusal = msgspec.field(default_factory=Refusal)


class WaitingStep(msgspec.Struct, frozen=True):
    """A step that waits for its order or for a step before it; from `due` (ms) on it is a finding."""

    key: str
    offset: int
    kind: str
    ts: int
    actor: str
    place: str
    due: int


class Reservation(msgspec.Struct, frozen=True):
    """A reservation: `lines` are (SKU, place, quantity, still kept); `expires` in ms, None when it does not.

    `reason` is in English, `why` the same as a code with what it speaks of.
    """

    id: str
    state: str
    key: str
    place: str
    channel: str
    actor: str
    ts: int
    expires: int | None
    ended: int
    reason: str
    lines: tuple[tuple[str, str, float, float], ...] = ()
    why: Refusal = msgspec.field(default_factory=Refusal)


class OrderProgress(msgspec.Struct, frozen=True):
    """How far an order is: `pieces` are (SKU, ordered, gone, back), `next` the steps that may follow."""

    key: str
    state: str
    source: str
    ref: str
    place: str
    channel: str
    ident: int
    mode: str
    code: str
    paid: bool
    amount: int
    given: int
    currency: str
    placed: int
    changed: int
    next: tuple[str, ...] = ()
    pieces: tuple[tuple[str, float, float, float], ...] = ()
    steps: tuple[Step, ...] = ()
    reservations: tuple[Reservation, ...] = ()
    shipments: tuple[dict[str, Any], ...] = ()
    waiting: tuple[WaitingStep, ...] = ()


def order_progress(tx: sa.Connection, key: str) -> OrderProgress | None:
    """Return an order with its pieces, steps, reservations and shipments, or None."""
    row = tx.execute(sa.select(PROGRESS).where(PROGRESS.c.key == key)).first()
    if row is None:
        return None
    pieces = tx.execute(sa.select(PIECE.c.sku, PIECE.c.ordered, PIECE.c.gone, PIECE.c.back)
                        .where(PIECE.c.key == key).order_by(PIECE.c.sku))
    steps = tx.execute(sa.select(STEP).where(STEP.c.key == key).order_by(STEP.c.ts, STEP.c.offset, STEP.c.id))
    parcels = tx.execute(sa.select(SHIPMENT).where(SHIPMENT.c.key == key).order_by(SHIPMENT.c.offset))
    return OrderProgress(
        **row._mapping, next=next_steps(row.state, row.paid), pieces=tuple(map(tuple, pieces)),
        steps=tuple(map(_step, steps)),
        reservations=tuple(_reservations(tx, sa.select(RESERVATION).where(RESERVATION.c.key == key))),
        shipments=tuple({**p._mapping, "pieces": msgspec.json.decode(p.pieces)} for p in parcels),
        waiting=tuple(waiting_steps(tx, key)),
    )


def orders_on_the_way(
    tx: sa.Connection, state: str = "", text: str = "", place: str = "", limit: int = 50, after: int = 0
) -> tuple[dict[str, int], int, list[OrderProgress]]:
    """Return how many orders are in each state, how many match, and a page of those, the latest placed first."""
    match: sa.ColumnElement[bool] = sa.true()
    if text:
        match = sa.or_(PROGRESS.c.ref.icontains(text, autoescape=True), PROGRESS.c.code == text)
    if place:
        match = sa.and_(match, PROGRESS.c.place == place)
    counts = sa.select(PROGRESS.c.state, sa.func.count()).where(match).group_by(PROGRESS.c.state)
    states: dict[str, int] = dict(map(tuple, tx.execute(counts)))
    query = sa.select(PROGRESS).where(match)
    if state:
        query = query.where(PROGRESS.c.state == state)
    rows = tx.execute(query.order_by(PROGRESS.c.placed.desc(), PROGRESS.c.key).limit(limit).offset(after)).all()
    lines: dict[str, list[tuple[str, float, float, float]]] = {}
    for row in fetch_in(tx, sa.select(PIECE), PIECE.c.key, [r.key for r in rows]):
        lines.setdefault(row.key, []).append((row.sku, row.ordered, row.gone, row.back))
    return states, states.get(state, 0) if state else sum(states.values()), [
        OrderProgress(**row._mapping, next=next_steps(row.state, row.paid),
                      pieces=tuple(sorted(lines.get(row.key, ()))))
        for row in rows
    ]


def step_at(tx: sa.Connection, offset: int) -> Step | None:
    """Return what came of the step that the event at this place of the log meant, or None."""
    query = sa.select(STEP).where(STEP.c.offset == offset, STEP.c.kind.startswith("Order")).order_by(STEP.c.id)
    row = tx.execute(query).first()
    return _step(row) if row else None


def refused_steps(tx: sa.Connection, limit: int = 100) -> list[Step]:
    """Return the latest steps that were refused, newest first."""
    query = sa.select(STEP).where(STEP.c.refused != "").order_by(STEP.c.offset.desc()).limit(limit)
    return [_step(row) for row in tx.execute(query)]


def waiting_steps(tx: sa.Connection, key: str = "", limit: int = 100) -> list[WaitingStep]:
    """Return the steps that wait, for one order or for any, the longest waiting first."""
    query = sa.select(*(WAITING.c[name] for name in WaitingStep.__struct_fields__)).order_by(WAITING.c.due)
    if key:
        query = query.where(sa.or_(WAITING.c.key == key, WAITING.c.other == key))
    return [WaitingStep(*row) for row in tx.execute(query.limit(limit))]


def reservation(tx: sa.Connection, name: str) -> Reservation | None:
    """Return the reservation with this id, or None where it is not decided or was never asked for."""
    return next(iter(_reservations(tx, sa.select(RESERVATION).where(RESERVATION.c.id == name))), None)


def reservations(tx: sa.Connection, state: str = "granted", limit: int = 200) -> list[Reservation]:
    """Return reservations in a state, the latest first."""
    query = sa.select(RESERVATION).where(RESERVATION.c.state == state)
    return _reservations(tx, query.order_by(RESERVATION.c.ts.desc(), RESERVATION.c.id).limit(limit))


def _reservations(tx: sa.Connection, query: Any) -> list[Reservation]:
    rows = tx.execute(query).all()
    lines: dict[str, list[tuple[str, str, float, float]]] = {}
    for row in fetch_in(tx, sa.select(RESERVED), RESERVED.c.id, [r.id for r in rows]):
        lines.setdefault(row.id, []).append((row.sku, row.place, row.quantity, row.open))
    return [
        Reservation(**{**row._mapping, "expires": None if row.expires >= NEVER else row.expires,
                       "reason": str(words_of(row.reason))}, why=words_of(row.reason),
                    lines=tuple(sorted(lines.get(row.id, ()))))
        for row in rows
    ]


def _step(row: Any) -> Step:
    note = msgspec.json.decode(row.note) if row.note else {}
    why = words_of(row.refused)
    return Step(row.key, row.offset, row.kind, row.was, row.now, row.ts, row.actor, row.place, note, str(why), why)
