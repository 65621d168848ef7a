"""Fulfilment: orders go their way, step by step; a step that is not allowed is refused with its reason, and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from datong.commerce.carried import BEGINNING, Progress, abroad, keys_of, step_row
from datong.commerce.ledger import Ledger
from datong.commerce.movement import RECEIPTS, Move, pieces, rounded
from datong.commerce.progress import STEPS, may_come, way
from datong.commerce.refusal import refuse
from datong.commerce.reserve import Kept, Reservations, actor_of
from datong.commerce.slip import order_key, slip
from datong.commerce.tables import ORDER, PIECE, PROGRESS, SHIPMENT, STEP
from datong.commerce.waiting import MOST, Waiting
from datong.model import Event, Item
from datong.storage import fetch_in, insert_new, upsert

__all__ = ["Orders"]

_LEAVING = ("shipped", "collected")
_OVER = ("cancelled", "refunded", "collected", "delivered", "returned")

Code = Callable[[str], str]
"""Makes the pick-up code of an order from its key."""

Find = Callable[[int], Event | None]
"""Reads an event of the log by its offset."""


class Orders:
    """The orders a batch touches: load them, take their steps in log order, write them back."""

    def __init__(
        self, tx: sa.Connection, ledger: Ledger, reserved: Reservations, code: Code, leaves: Mapping[str, str],
        waiting: Waiting, find: Find,
    ) -> None:
        """Take the places (`leaves`) that the orders of some sources leave from at once, and what reads the log."""
        self._tx, self._ledger, self._reserved, self._code = tx, ledger, reserved, code
        self._leaves, self.waiting, self._find = leaves, waiting, find
        self._known: dict[str, Progress] = {}
        self._changed: dict[str, Progress] = {}
        self._steps: list[dict[str, Any]] = []
        self._parcels: list[dict[str, Any]] = []
        self._before: list[dict[str, Any]] = []

    def recall(self, offsets: Iterable[int]) -> None:
        """Read the steps that receipts at these places of the log meant, which a void takes back."""
        taken = STEP.c.kind.in_(RECEIPTS) & (STEP.c.refused == "")
        self._before = [dict(row._mapping) for row in fetch_in(self._tx, sa.select(STEP).where(taken), STEP.c.offset,
                                                               list(offsets))]

    def recalled(self) -> set[str]:
        """Return the orders of the steps that were recalled."""
        return {step["key"] for step in self._before}

    def load(self, keys: Iterable[str]) -> None:
        """Read the orders with these keys."""
        for row in fetch_in(self._tx, sa.select(PROGRESS), PROGRESS.c.key, set(keys)):
            self._known[row.key] = Progress(**row._mapping)
        for row in fetch_in(self._tx, sa.select(PIECE), PIECE.c.key, sorted(self._known)):
            self._known[row.key].pieces[row.sku] = (row.ordered, row.gone, row.back)

    def find(self, event: Event) -> Progress | None:
        """Return the order an event speaks of, or None."""
        return next((self._known[key] for key in keys_of(event) if key in self._known), None)

    def take(self, event: Event, items: Sequence[Item]) -> None:
        """Take the step that an event means."""
        step, one, leaves = STEPS[event.type], self.find(event), self._leaves.get(event.source, "")
        if event.type in BEGINNING and one is None:
            if (begun := self._begin(event, items, step, leaves)) is not None:
                self._try_again(begun)
            return
        if one is None:
            self._wait(event, keys_of(event))
            return
        taken = way(one.state, step, one.paid)
        if step == "placed":  # what follows it was told first
            self._move(one, event, one.state)
        elif taken.refused and may_come(one.state, step) and not event.properties.get("actor"):
            self._wait(event, (one.key,))
        elif taken.refused:
            self._note(event, one.key, one.state, one.state, taken.refused)
        elif step in _LEAVING:
            self._leave(one, event, items, step)
        elif step == "returned":
            self._return(one, event, items)
        elif step in ("refunded", "cancelled"):
            self._give_back(one, event, items, taken.state, leaves)
        else:
            if step == "paid":
                self._pay(one, event)
            self._move(one, event, taken.state)
        self._try_again(one)

    def _wait(self, event: Event, keys: Sequence[str]) -> None:
        """Keep a step whose time has not come; one that names no order, or one too many, is refused."""
        if self._is_past(keys, event):
            return
        if not keys:
            self._note(event, "", "", "", refuse("no_order", order=event.ref))
        elif not self.waiting.keep(event, keys, actor_of(event)):
            self._note(event, keys[0], "", "", refuse("too_many_waiting", waiting=MOST, order=keys[0]))

    def _try_again(self, one: Progress) -> None:
        """Take what waited for an order and may go on now, in the order in which it happened."""
        for offset in self.waiting.of(one.key):
            event = self._find(offset)
            step = STEPS.get(event.type, "") if event is not None else ""
            if not self.waiting.has(offset) or (
                    step and way(one.state, step, one.paid).refused and may_come(one.state, step)):
                continue
            self.waiting.drop([offset])
            if event is not None:
                (self.take if step else self.receipt)(event, event.items)

    def receipt(self, event: Event, items: Sequence[Item]) -> None:
        """Enter a receipt of a till where it speaks of an order; its lines moved the stock."""
        if event.type == "Receipt Issued":
            self._handed_over(event, items)
        elif event.type == "Receipt Returned":
            self._brought_back(event, items)
        if (one := self.find(event)) is not None:
            self._try_again(one)

    def _handed_over(self, event: Event, items: Sequence[Item]) -> None:
        """Enter a receipt that pays or hands over an order."""
        one = self.find(event)
        if one is None and (keys := keys_of(event)):
            self._wait(event, keys)
        if one is None or one.state in _OVER:
            return
        gone = {sku: min(q, left) for sku, q in pieces(items).items() if (left := one.left().get(sku, 0.0)) > 0}
        for sku, quantity in gone.items():
            self._count_out(one, sku, quantity, event.time)
        paid, one.paid = not one.paid, True
        self._move(one, event, one.state if one.left() else "collected", pieces=list(gone.items()), paid=paid)

    def _brought_back(self, event: Event, items: Sequence[Item]) -> None:
        """Enter a return at a till of what an order sent."""
        one = self.find(event)
        if one is None:
            if (keys := keys_of(event)) and abroad(event):
                self._wait(event, keys)
            return
        paper = slip(event, items)
        back = {sku: self._count_back(one, sku, -quantity) for sku, quantity in pieces(paper.lines).items()}
        one.given -= paper.amount
        state = "refunded" if one.given >= one.amount else one.state
        self._move(one, event, "returned" if state == "refunded" and not one.out() else state,
                   pieces=[(sku, quantity) for sku, quantity in back.items() if quantity], amount=-paper.amount)

    def undo(self, offsets: Sequence[int], event: Event) -> None:
        """Take back what voided receipts at these places of the log did to orders."""
        self.waiting.drop(offsets)
        for step in [s for s in (*self._before, *self._steps) if s["offset"] in offsets and s["kind"] in RECEIPTS]:
            one = self._known.get(step["key"])
            if one is None or step["refused"]:
                continue
            said = msgspec.json.decode(step["note"] or "{}")
            for sku, quantity in said.get("pieces", ()):
                ordered, gone, back = one.pieces[sku]
                if step["kind"] == "Receipt Issued":
                    one.pieces[sku] = (ordered, rounded(gone - quantity), back)
                    self._reserved.restore(one.key, sku, quantity, event.received)
                else:
                    one.pieces[sku] = (ordered, gone, rounded(back - quantity))
            one.given -= said.get("amount", 0)
            one.paid = one.paid and not said.get("paid")
            self._move(one, event, step["was"] if one.state == step["now"] else one.state, receipt=event.ref)

    def granted(self, one: Progress, event: Event, kept: Kept) -> None:
        """Mark an order as reserved, or note why it could not be."""
        if kept.state != "granted":
            self._note(event, one.key, one.state, one.state, kept.reason)
        elif not way(one.state, "reserved").refused:
            self._move(one, event, "reserved", "Order Reserved", reservation=kept.id)

    def run_out(self, kept: Kept, at: int, offset: int) -> None:
        """Call off an order that nobody paid for before its reservation ran out."""
        one = self._known.get(kept.key)
        if one is None or one.paid or one.state in (*_OVER, "shipped"):
            return
        self._steps.append(step_row(
            f"expired:{kept.id}", one.key, offset, "Reservation Expired", one.state, "cancelled", at, "system:clock",
            one.place, {}, ""))
        one.state, one.changed = "cancelled", at
        self._changed[one.key] = one

    def write(self, now: int) -> None:
        """Write what changed."""
        names = [c.name for c in PROGRESS.columns]
        upsert(self._tx, PROGRESS, [{n: getattr(one, n) for n in names} for one in self._changed.values()])
        upsert(self._tx, PIECE, [
            {"key": one.key, "sku": sku, "ordered": ordered, "gone": gone, "back": back}
            for one in self._changed.values() for sku, (ordered, gone, back) in one.pieces.items()
        ])
        insert_new(self._tx, STEP, self._steps)
        insert_new(self._tx, SHIPMENT, self._parcels)
        self.waiting.write(now)

    def _begin(self, event: Event, items: Sequence[Item], step: str, leaves: str) -> Progress | None:
        said, key = event.properties, order_key(event.source, event.ref)
        collect = str(said.get("mode") or "") == "collect"
        one = Progress(
            key, "", event.source, event.ref, event.place, str(said.get("channel") or event.channel), event.ident,
            "collect" if collect else "ship", self._code(key) if collect else "", step == "paid", event.amount, 0,
            event.currency, event.time, event.time, {sku: (q, 0.0, 0.0) for sku, q in pieces(items).items() if q > 0},
        )
        kept = None
        if said.get("reserve"):
            kept = self._reserved.ask(event, items, key, one.channel, one.paid)
            if kept.state != "granted" and not one.paid:
                self._note(event, key, "", "", kept.reason)
                return None
        self._known[key] = one
        self._move(one, event, step)
        if kept is not None:
            self.granted(one, event, kept)
        elif held := self._reserved.of(key):
            self.granted(one, event, held[0])
        if one.paid:
            self._reserved.hold(key)
        if leaves and one.state == "paid":
            one.place = leaves
            self._leave(one, event, (), "shipped")
        return one

    def _is_past(self, keys: Sequence[str], event: Event) -> bool:
        """Return whether what an event speaks of is imported history, which moves nothing, or a till's receipt.

        An order that was told before the event is on its way, unless it is of the past.
        """
        told = sa.or_(ORDER.c.offset < event.offset, ORDER.c.kind == "sale")
        return self._tx.execute(sa.select(ORDER.c.key).where(ORDER.c.key.in_(keys), told)).first() is not None

    def _pay(self, one: Progress, event: Event) -> None:
        one.paid, one.amount = True, event.amount or one.amount
        one.currency = event.currency or one.currency
        self._reserved.hold(one.key)

    def _leave(self, one: Progress, event: Event, items: Sequence[Item], step: str) -> None:
        """Take pieces out of a place: all that is left of the order, or those that are named."""
        left = one.left()
        wanted = pieces(items) or left
        said = event.properties
        given = str(said.get("code") or "")
        places = {sku: self._origin(one, event, sku) for sku in wanted}
        refused = next((refuse("not_left", sku=sku, left=left.get(sku, 0.0), wanted=q)
                        for sku, q in wanted.items() if q <= 0 or q > left.get(sku, 0.0)), "")
        if not wanted:
            refused = refuse("all_gone")
        elif not refused and not all(places.values()):
            refused = refuse("no_place")
        elif step == "collected" and given and given != one.code:
            refused = refuse("wrong_code")
        if refused:
            self._note(event, one.key, one.state, one.state, refused)
            return
        for line, (sku, quantity) in enumerate(wanted.items()):
            self._ledger.apply(
                Move(event.offset, line, sku, places[sku], event.time, step, -quantity, None, one.key))
            self._count_out(one, sku, quantity, event.time)
        parcel = {"carrier": str(said.get("carrier") or "")[:100], "tracking": str(said.get("tracking") or "")[:100]}
        if step == "shipped":
            self._parcels.append({
                "offset": event.offset, "key": one.key, "place": next(iter(places.values())), **parcel,
                "ts": event.time, "pieces": msgspec.json.encode(list(wanted.items())).decode(),
            })
        note = {name: text for name, text in parcel.items() if text}
        self._move(one, event, one.state if one.left() else step, "Order Shipped" if step == "shipped" else "",
                   pieces=list(wanted.items()), **note)

    def _origin(self, one: Progress, event: Event, sku: str) -> str:
        told = event.place if event.type not in BEGINNING else ""
        return told or self._reserved.place_of(one.key, sku) or one.place

    def _return(self, one: Progress, event: Event, items: Sequence[Item]) -> None:
        out = one.out()
        wanted = {sku: abs(q) for sku, q in pieces(items).items()} or out
        refused = "" if wanted else refuse("nothing_out")
        for sku, quantity in wanted.items():
            if quantity > out.get(sku, 0.0):
                refused = refuse("not_out", sku=sku, out=out.get(sku, 0.0), wanted=quantity)
        if refused:
            self._note(event, one.key, one.state, one.state, refused)
            return
        for line, (sku, quantity) in enumerate(wanted.items()):
            self._ledger.apply(
                Move(event.offset, line, sku, event.place, event.time, "returned", quantity, None, one.key))
            self._count_back(one, sku, quantity)
        state = way(one.state, "returned").state
        self._move(one, event, one.state if one.out() else state, pieces=list(wanted.items()))

    def _give_back(self, one: Progress, event: Event, items: Sequence[Item], state: str, leaves: str) -> None:
        """Enter money that was given back; what is still kept for the order is free again once all of it is."""
        paper = slip(event, items)
        one.given = one.amount if paper.whole else one.given - paper.amount
        if event.type == "Order Cancelled" and leaves and one.state == "shipped":
            for line, (sku, quantity) in enumerate(one.out().items()):
                self._ledger.apply(Move(event.offset, line, sku, leaves, event.time, "back", quantity, None, one.key))
                ordered, gone, back = one.pieces[sku]
                one.pieces[sku] = (ordered, rounded(gone - quantity), back)
            state = "cancelled"
        whole = event.type == "Order Cancelled" or one.given >= one.amount
        if whole:
            for kept in self._reserved.of(one.key):
                self._reserved.release(kept, event.received)
        self._move(one, event, state if whole else one.state, amount=-paper.amount)

    def _count_out(self, one: Progress, sku: str, quantity: float, at: int) -> None:
        ordered, gone, back = one.pieces[sku]
        one.pieces[sku] = (ordered, rounded(gone + quantity), back)
        self._reserved.use(one.key, sku, quantity, at)

    def _count_back(self, one: Progress, sku: str, quantity: float) -> float:
        """Count pieces as brought back, no more than went out; return how many."""
        if sku not in one.pieces:
            return 0.0
        ordered, gone, back = one.pieces[sku]
        one.pieces[sku] = (ordered, gone, min(gone, rounded(back + quantity)))
        return rounded(one.pieces[sku][2] - back)

    def _move(self, one: Progress, event: Event, state: str, kind: str = "", **note: Any) -> None:
        was, one.state = one.state, state
        one.changed = max(one.changed, event.time)
        if one.place == "" and event.place:
            one.place = event.place
        self._changed[one.key] = one
        self._note(event, one.key, was, state, "", kind, **note)

    def _note(self, event: Event, key: str, was: str, now: str, refused: str, kind: str = "", **note: Any) -> None:
        kind = kind or event.type
        name = f"{event.offset}" if kind == event.type else f"{event.offset}:{kind}"
        reason = str(event.properties.get("reason") or "")[:200]
        said = {k: v for k, v in note.items() if v} | ({"reason": reason} if reason else {})
        self._steps.append(step_row(name, key, event.offset, kind, was, now, event.time, actor_of(event), event.place,
                                 said, refused))
