"""Past: what is kept of one member, and how an event, the passing of time and a merge change it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from datong.model import Event, Item, decode_event, encode_event
from datong.tags.plan import Plan
from datong.tags.where import item_rows

__all__ = ["Past", "decode_past", "encode_past", "expired", "join", "prune", "reconsider", "ripen", "take", "wake_of"]


class Past(msgspec.Struct, array_like=True):
    """`cells` by key; `values` of tags as (value, since, expires); `pending` events whose time has not come yet.

    An empty value (None, 0, False) is in `values` only when it was another before or time alone can change it. An event
    is pending when the sender's clock was ahead of ours.
    """

    cells: dict[str, Any] = {}
    values: dict[str, tuple[Any, int, int | None]] = {}
    pending: list[tuple[int, bytes]] = []


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Past)


def encode_past(past: Past) -> bytes:
    """Return the member's past as one blob."""
    return _encoder.encode(past)


def decode_past(body: bytes) -> Past:
    """Return the past that was encoded."""
    return _decoder.decode(body)


def take(plan: Plan, past: Past, event: Event, items: Sequence[Item], now: int, changed: set[str]) -> None:
    """Bring the cells forward by one event, and add to `changed` the names of the tags that may change by it."""
    touched = plan.by_type.get(event.type)
    if not touched:
        return
    if event.time > now:
        kept = msgspec.structs.replace(event, items=tuple(items), identifiers=(), properties={}, personal={})
        past.pending.append((event.time, encode_event(kept)))
        return
    if event.currency and plan.currency and event.currency != plan.currency:
        items = [msgspec.structs.replace(item, amount=0) for item in items]  # money of another currency adds to nothing
        event = msgspec.structs.replace(event, amount=0)
    rows, cells = item_rows(event, items), past.cells
    for cell, tags in touched:
        if cell.take(cells, event, rows, now):
            changed.update(tags)


def ripen(plan: Plan, past: Past, now: int, changed: set[str]) -> None:
    """Take the pending events whose time has come."""
    ripe = sorted(p for p in past.pending if p[0] <= now)
    if ripe:
        past.pending = [p for p in past.pending if p[0] > now]
        for _, body in ripe:
            event = decode_event(body)
            take(plan, past, event, event.items, now, changed)


def expired(past: Past, now: int) -> list[str]:
    """Return the names of the tags whose value was good only until `now` or before."""
    return [name for name, (_, _, expires) in past.values.items() if expires is not None and expires <= now]


def reconsider(plan: Plan, past: Past, names: Iterable[str], now: int) -> list[tuple[str, Any, int, int | None]]:
    """Work the named tags out at `now`; return those whose value or expiry changed as (name, value, since, expires)."""
    changes = []
    cells, values = past.cells, past.values
    for name in names:
        compiled = plan.tags.get(name)
        if compiled is None:
            values.pop(name, None)
            continue
        value = compiled.evaluate(cells, now)
        if type(value) is float and plan.definitions[name].kind == "money":
            value = round(value)
        expires = compiled.expires(cells, now)
        old = values.get(name)
        if old is None:
            if not value and expires is None:
                continue
            since = now
        elif old[0] == value:
            if old[2] == expires:
                continue
            since = old[1]
        else:
            since = now
        if value is None and expires is None:
            del values[name]
        else:
            values[name] = (value, since, expires)
        if value or (old is not None and old[0] is not None):
            changes.append((name, value, since, expires))
    return changes


def join(plan: Plan, winner: Past, loser: Past) -> None:
    """Give the winner what the loser had; the tags must be worked out anew after it."""
    for key, data in loser.cells.items():
        cell = plan.cells.get(key)
        if cell is not None:
            winner.cells[key] = cell.merge(winner.cells[key], data) if key in winner.cells else data
    winner.pending.extend(loser.pending)


def prune(plan: Plan, past: Past) -> None:
    """Let go of what a former plan kept and this one does not."""
    past.cells = {key: data for key, data in past.cells.items() if key in plan.cells}
    past.values = {name: value for name, value in past.values.items() if name in plan.tags}


def wake_of(past: Past) -> int | None:
    """Return when the member must be looked at again although nothing happened."""
    times = [expires for _, _, expires in past.values.values() if expires is not None]
    if past.pending:
        times += [time for time, _ in past.pending]
    return min(times, default=None)
