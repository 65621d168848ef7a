"""Steps of orders that somebody asks for: events of the log, so that a replay takes them as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

import msgspec

from datong.commerce.on_the_way import OrderProgress
from datong.commerce.progress import STEPS
from datong.errors import Conflict, Rejected
from datong.model import Event, Item, local_parts
from datong.storage import Store, event_record

__all__ = ["ASKED", "ask_step"]

ASKED = {state: kind for kind, state in STEPS.items() if state not in ("placed", "paid")}
"""The steps that a person or a machine may ask for; an order is paid by the shop that took the money."""

_MONEY = ("refunded", "cancelled")


def ask_step(
    store: Store, order: OrderProgress, step: str, *, actor: str, id: str, place: str = "",  # noqa: A002
    pieces: Sequence[tuple[str, float]] = (), amount: int = 0, said: Mapping[str, Any] | None = None,
) -> int:
    """Append the step to the log and return its offset; what came of it is told by `step_at` once the flow passed it.

    `pieces` are (SKU, quantity), by default all that the step may mean; `amount` (minor units) is for a refund of a
    part. The same `id` twice is one step. Raises Rejected (`bad_step`) for a step there is none of, Conflict for an id
    that was used for something else.
    """
    kind = ASKED.get(step)
    if kind is None:
        raise Rejected(f"there is no step {step[:40]!r}", code="bad_step", field="step",
                       hint=f"one of {', '.join(ASKED)}")
    ordered = {piece[0] for piece in order.pieces}
    for sku, quantity in pieces:
        if sku not in ordered or quantity <= 0:
            raise Rejected(f"{sku[:60]!r} is not in the order", code="bad_step", field="products",
                           hint="name SKUs of the order, each with a quantity above 0")
    now = store.clock.now()
    date, hour = local_parts(now, store.settings.retailer.timezone)
    properties = {"actor": actor, **{k: v for k, v in (said or {}).items() if v not in (None, "")}}
    if step not in _MONEY:
        properties["order"] = order.key
    event = Event(
        id=f"step:{id}"[:200], source=order.source, channel=order.channel, type=kind, time=now, received=now, date=date,
        hour=hour, ident=order.ident, place=place, items=tuple(Item(sku, quantity) for sku, quantity in pieces),
        amount=amount, currency=order.currency, ref=order.ref, properties=properties,
    )
    said_here = msgspec.json.encode([order.key, kind, place, pieces, amount, properties], order="deterministic")
    digest = int.from_bytes(blake2b(said_here, digest_size=8).digest(), "big") >> 1 | 1
    found = store.log.append([event_record(event, digest)])[0]
    if found.status == "conflict":
        raise Conflict("this id was used for another step", hint="give every step an Idempotency-Key of its own")
    return found.offset
