"""Rebuilding: the members' pasts made anew from the facts, for definitions that look at what was not kept before."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import groupby

import sqlalchemy as sa

from datong.errors import Unavailable
from datong.model import Event
from datong.storage import Store, cursor, fetch_in
from datong.tags.past import Past, decode_past, take
from datong.tags.step import Tags
from datong.tags.tables import STATE
from datong.touchpoints import event_of

__all__ = ["rebuild"]

_CHUNK = 2_000
_AT_ONCE = 500_000
"""Rows of facts held at once; more are read in parts, each with some of the members."""
_TEXTS = ("type", "channel", "place", "zone", "sku", "category", "brand", "campaign", "coupon")
_NUMBERS = ("quantity", "amount", "value", "hour")


def rebuild(store: Store, tags: Tags, members: Collection[int] | None = None) -> int:
    """Make the pasts and the tags of all members, or of some, anew from the facts; return of how many.

    For a definition with a longer window or another event; what a split needs is done in the flow. Raises Unavailable
    while the facts are behind the spine: let the fold catch up and hold the flow meanwhile.
    """
    with store.state.write() as tx:
        position, now = cursor(tx, "spine")
        if store.facts.position() < position:
            raise Unavailable("the facts are behind the events", hint="wait until they have caught up", after=5.0,
                              code="facts_behind")
        made: set[int] = set()
        chunk: dict[int, Past] = {}
        for member, events in groupby(_events(store, tags, members), key=lambda pair: pair[0]):
            past = chunk[member] = Past({}, {}, [])
            for _, event in events:
                take(tags.plan, past, event, event.items, now, set())
            made.add(member)
            if len(chunk) == _CHUNK:
                _write(tx, tags, chunk, now)
        _write(tx, tags, chunk, now)
        kept = set(tx.execute(sa.select(STATE.c.member)).scalars()) if members is None else set(members)
        tags.forget(tx, kept - made)
        return len(made)


def _write(tx: sa.Connection, tags: Tags, chunk: dict[int, Past], now: int) -> None:
    """Put a chunk into the tables; a value that is what it was keeps its `since`."""
    for member, body in fetch_in(tx, sa.select(STATE.c.member, STATE.c.body), STATE.c.member, list(chunk)):
        chunk[member].values = decode_past(body).values
    tags.put(tx, chunk, now)
    chunk.clear()


def _events(store: Store, tags: Tags, members: Collection[int] | None) -> Iterator[tuple[int, Event]]:
    """Yield (member, event) from the facts, member by member, in the order of the log."""
    facts = store.facts.ibis
    events, links = facts.table("event", database="touchpoints"), facts.table("link", database="identity")
    known = events.filter(events.type.isin(sorted(tags.plan.by_type)))
    rows = known.inner_join(links.select("ident", "member"), "ident")
    if members is not None:
        rows = rows.filter(rows.member.isin(sorted(members)))
    rows = rows.select("member", "offset", "item", "ts", "currency", *_TEXTS, *_NUMBERS)
    parts = 1 + int(rows.count().to_pyarrow().as_py()) // _AT_ONCE
    for part in range(parts):
        some = rows.filter(rows.member % parts == part).order_by("member", "offset", "item").to_pyarrow()
        stream = (row for batch in some.to_batches(20_000) for row in batch.to_pylist())
        for (member, offset), lines in groupby(stream, key=lambda row: (row["member"], row["offset"])):
            yield member, event_of(offset, list(lines))
