"""Redacting the log: what is left of an entry in which an erased person occurs.

Of trade (receipts, orders, redemptions) goods, money, place and time stay, and nobody's name; of another person's event
the erased one's identifiers go, and of a frame the sightings (and of
a batch the moves) of the erased one's devices; everything else goes whole.
The entry's number and its key for deduplication stay, so that a file which is sent once more brings nothing back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

import msgspec

from datong.model import TRADE, Event, decode_event, encode_event
from datong.storage import ERASED, EVENTS, Entry, Log, Store

__all__ = ["Redacted", "let_go", "occurs", "redact"]

_STRETCH = 10_000
_WRITTEN = 2_000
_TRADED = frozenset({
    "till", "business_day", "sequence", "kind", "original", "tenders", "discount", "shipping", "tax", "taxes",
    "coupons", "staff", "voided_by", "voided_lines", "exchange", "originals", "channel", "order", "mode", "reserve",
    "valid", "sourcing", "split", "to", "actor",
})
"""The properties of trade that say nothing of a person."""


class Redacted(msgspec.Struct):
    """What became of log entries: `erased` whole, `kept` as trade of nobody, `stripped` of the person's identifiers.

    `offsets` are other people's entries that were erased whole, because the person stood in their properties.
    """

    erased: int = 0
    kept: int = 0
    stripped: int = 0
    offsets: list[int] = []


def redact(
    log: Log, keys: Collection[int], upto: int, progress: Callable[[int, int], None] | None = None
) -> Redacted:
    """Rewrite every event up to the offset `upto` in which one of the identifier keys occurs.

    Reads the whole log once, a stretch at a time; a second run finds nothing. `progress(done, end)` hears of each.
    """
    done = Redacted()
    wanted = frozenset(keys)
    changed: list[Entry] = []
    for entry in occurs(log, keys, upto, progress):
        changed.append(_redacted(entry, wanted, done))
        if len(changed) >= _WRITTEN:
            log.rewrite(changed)
            changed = []
    if changed:
        log.rewrite(changed)
    return done


def occurs(
    log: Log, keys: Collection[int], upto: int = 0, progress: Callable[[int, int], None] | None = None
) -> Iterator[Entry]:
    """Yield the events up to the offset `upto` (0: the end) in which one of the keys occurs; reads the whole log."""
    at, upto = 0, upto or log.end()
    if not keys:
        return
    holds = _pattern(keys).search
    while at < upto and (entries := log.read(at, _STRETCH)):
        yield from (e for e in entries if e.topic == EVENTS and e.offset <= upto and holds(e.body))
        at = entries[-1].offset
        if progress:
            progress(min(at, upto), upto)


def let_go(store: Store, keys: Collection[int], source: str) -> int:
    """Erase from the log what one source told under these keys; return how many entries that were."""
    wanted = frozenset(keys)
    gone = [Entry(entry.offset, ERASED, b"") for entry in occurs(store.log, wanted)
            if (event := decode_event(entry.body)).source == source and event.ident in wanted]
    for at in range(0, len(gone), _WRITTEN):
        store.log.rewrite(gone[at : at + _WRITTEN])
    return len(gone)


def _pattern(keys: Collection[int]) -> re.Pattern[bytes]:
    """Return what finds a key in the bytes of an event: as MessagePack writes it, as an array holds it, as a text."""
    forms = (form for key in keys
             for form in (key.to_bytes(8, "big"), key.to_bytes(8, "little"), str(key).encode()))
    return re.compile(b"|".join(map(re.escape, forms)))


def _redacted(entry: Entry, keys: frozenset[int], done: Redacted) -> Entry:
    event = decode_event(entry.body)
    if event.ident in keys and event.type in TRADE:
        done.kept += 1
        return entry._replace(body=encode_event(_of_nobody(event)))
    if event.ident not in keys and any(i.key in keys for i in event.identifiers):
        done.stripped += 1
        others = tuple(i for i in event.identifiers if i.key not in keys)
        return entry._replace(body=encode_event(msgspec.structs.replace(event, identifiers=others)))
    if event.sightings is not None and (left := event.sightings.without(keys)):
        done.stripped += 1
        return entry._replace(body=encode_event(msgspec.structs.replace(event, sightings=left)))
    if event.traffic is not None and (rest := event.traffic.without(keys)):
        done.stripped += 1
        return entry._replace(body=encode_event(msgspec.structs.replace(event, traffic=rest)))
    done.erased += 1
    if event.ident not in keys:
        done.offsets.append(entry.offset)
    return Entry(entry.offset, ERASED, b"")


def _of_nobody(event: Event) -> Event:
    properties = {name: value for name, value in event.properties.items() if name in _TRADED}
    return msgspec.structs.replace(event, identifiers=(), ident=0, personal={}, properties=properties)
