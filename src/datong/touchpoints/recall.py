"""Recalling: the events under some identifiers, from the facts and, past them, from the tail of the log.

For whoever has to work a past out anew, as after a split. The answer does not depend on how far the facts have come:
what they do not hold yet is read from the log, and comes out as the fold is going to write it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import groupby
from typing import Any

import msgspec
import sqlalchemy as sa

from datong.commerce import duplicates, fill_goods, uncounted
from datong.model import Event, Item, decode_event
from datong.storage import EVENTS, Store
from datong.touchpoints.facts import SKIPPED
from datong.touchpoints.tables import EVENT

__all__ = ["event_of", "recall"]

_STRETCH = 10_000
_AT_ONCE = 500_000
"""Rows of facts held at once."""
_COLUMNS = ("ident", "type", "channel", "ts", "hour", "place", "zone", "sku", "category", "brand", "quantity",
            "amount", "currency", "campaign", "coupon", "value")
_GOODS = "Product Updated"


class _Head(msgspec.Struct, array_like=True):
    """As much of an event as tells whether it is wanted; the rest is not decoded."""

    id: msgspec.Raw
    source: msgspec.Raw
    channel: msgspec.Raw
    type: str
    time: int
    received: msgspec.Raw
    date: msgspec.Raw
    hour: msgspec.Raw
    identifiers: msgspec.Raw
    ident: int = 0


_head = msgspec.msgpack.Decoder(_Head).decode


def recall(
    store: Store, tx: sa.Connection, keys: Collection[int], types: Collection[str], before: int, *, since: int = 0,
    whole: bool = False,
) -> Iterator[Event]:
    """Yield the events under these identifier keys with an offset below `before`, those of one key in log order.

    `since` (ms of event time) leaves out what is older; product lines have the catalogue's category and brand. Events
    from the facts lack what these do not hold (id, source, ref, properties) unless they are asked for `whole`, which
    costs one look into the log each. Repeats of an order and voided receipts are left out. The fold
    stands still meanwhile.
    """
    wanted = set(keys) - {0}
    if not wanted or not types:
        return
    with store.facts.write():
        done = min(store.facts.position(), before - 1)
        struck = uncounted(tx, done)
        for event in _from_facts(store, sorted(wanted), sorted(types), done, since):
            if event.offset in struck:
                continue
            yield _whole(store, event) if whole else event
        yield from _from_log(store, tx, wanted, frozenset(types) - SKIPPED, done, before, since)


def event_of(offset: int, lines: list[dict[str, Any]]) -> Event:
    """Return the event that rows of `touchpoints.event`, one per item, tell of."""
    first = lines[0]
    items = tuple(
        Item(line["sku"], line["quantity"] or 0.0, line["amount"] or 0, 0, line["category"] or "", line["brand"] or "")
        for line in lines if line["sku"]
    )
    return Event(
        id=str(offset), source="facts", channel=first["channel"] or "", type=first["type"], time=first["ts"],
        received=first["ts"], hour=first["hour"] or 0, ident=first.get("ident") or 0, place=first["place"] or "",
        zone=first["zone"] or "", items=items, amount=0 if items else first["amount"] or 0,
        currency=first.get("currency") or "", campaign=first["campaign"] or "", coupon=first["coupon"] or "",
        value=first["value"] or 0, offset=offset,
    )


def _from_facts(store: Store, keys: list[int], types: list[str], done: int, since: int) -> Iterator[Event]:
    sql = f"""SELECT "offset", {", ".join(_COLUMNS)} FROM {EVENT.full}
        WHERE "offset" > $after AND "offset" <= $done AND ts >= $since AND type IN (SELECT unnest($types))
        AND ident IN (SELECT unnest($keys::BIGINT[])) ORDER BY "offset", item LIMIT {_AT_ONCE}"""
    after, full = 0, True
    while full:
        asked = {"after": after, "done": done, "since": since, "types": types, "keys": keys}
        found = store.facts.query(sql, asked)
        full = found.num_rows == _AT_ONCE
        cut = found["offset"][-1].as_py() if full else 0  # its other lines may be among the rows to come
        rows = (row for batch in found.to_batches(20_000) for row in batch.to_pylist())
        for offset, lines in groupby(rows, key=lambda row: row["offset"]):
            if offset != cut:
                after = offset
                yield event_of(offset, list(lines))


def _whole(store: Store, event: Event) -> Event:
    """Return the event as it lies in the log, with the items as the facts hold them."""
    (entry,) = store.log.read(event.offset - 1, 1)
    told = decode_event(entry.body)
    named = {item.sku: item.name for item in told.items}
    items = tuple(msgspec.structs.replace(item, name=named.get(item.sku, "")) for item in event.items)
    return msgspec.structs.replace(told, items=items, offset=event.offset)


def _from_log(
    store: Store, tx: sa.Connection, keys: set[int], types: frozenset[str], done: int, before: int, since: int
) -> Iterator[Event]:
    """Yield what lies between the facts and `before`; updates of goods are read too, for they name categories."""
    found: list[Event] = []
    at = done
    while at < before - 1 and (entries := store.log.read(at, min(_STRETCH, before - 1 - at))):
        for offset, topic, body in entries:
            if topic != EVENTS or offset >= before:
                continue
            head = _head(body)
            if head.type == _GOODS or (head.ident in keys and head.type in types and head.time >= since):
                found.append(msgspec.structs.replace(decode_event(body), offset=offset))
        at = entries[-1].offset
    repeats = duplicates(tx, done + 1, before - 1) if found else set()
    for event, items in zip(found, fill_goods(store.facts, found), strict=True):
        if event.type != _GOODS and event.offset not in repeats:
            yield msgspec.structs.replace(event, items=items)
