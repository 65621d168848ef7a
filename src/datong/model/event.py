"""Event: the immutable fact that something happened, as it lies in the event log."""

from __future__ import annotations

from typing import Any

import msgspec

from datong.model.identifier import Identifier
from datong.model.sightings import Sighted, Sightings
from datong.model.traffic import MOVES, Traffic

__all__ = ["Event", "Item", "decode_event", "encode_event", "moved", "sighted"]

_MOST_SEQ = 4_096


class Item(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One product line of an event: `amount` and `discount` are the whole line's, in minor units.

    `amount` is what the shopper paid for the line after `discount`; it is negative on a return.
    """

    sku: str
    quantity: float = 1.0
    amount: int = 0
    discount: int = 0
    category: str = ""
    brand: str = ""
    name: str = ""


class Event(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What happened, when, where, observed by whom; never the member id, which is joined late.

    `id` is the sender's message id, unique within `source` (the touchpoint's name). `time` and `received` are ms since
    1970 in UTC, `time` already corrected for the sender's clock; `date` (days since 1970) and `hour` are local.
    `ident` is the key of the strongest identifier, 0 when there is none: the column that facts carry.
    `place` is a store or venue code, `zone` a zone code, `ref` the natural reference (receipt, order or message
    number), `value` a measure in the type's own unit (dwell in ms, RSSI in dBm). `personal` holds sealed personal
    traits. `history` marks an import of the past: it feeds tags and reports and never starts a scene. `trusted` is
    false where anybody could have sent it, as with a web page's write key: it never makes two members one.
    `sightings` are those of a "Devices Sighted", which is about many devices and has no identifier of its own,
    `traffic` those of a "Devices Moved".
    Fields are positional on disk: add new ones at the end only.
    """

    id: str
    source: str
    channel: str
    type: str
    time: int
    received: int
    date: int = 0
    hour: int = 0
    identifiers: tuple[Identifier, ...] = ()
    ident: int = 0
    place: str = ""
    zone: str = ""
    items: tuple[Item, ...] = ()
    amount: int = 0
    currency: str = ""
    ref: str = ""
    campaign: str = ""
    coupon: str = ""
    value: float = 0.0
    history: bool = False
    properties: dict[str, Any] = {}
    personal: dict[str, bytes] = {}
    offset: int = 0
    trusted: bool = True
    sightings: Sightings | None = None
    traffic: Traffic | None = None


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Event)


def encode_event(event: Event) -> bytes:
    """Return the event as it is written to the log (MessagePack, positional)."""
    return _encoder.encode(event)


def decode_event(body: bytes) -> Event:
    """Return the event that was written; raises msgspec.DecodeError when the bytes are not one."""
    return _decoder.decode(body)


def sighted(event: Event) -> list[Sighted]:
    """Return the sightings that an event tells of, in its order: many, one ("Device Sighted"), or none."""
    if (found := event.sightings) is not None:
        return _rows(event.time, found)
    if event.type != "Device Sighted" or not event.ident:
        return []
    said = event.properties
    ie, seq = said.get("ie"), said.get("seq")
    return [Sighted(
        event.ident, event.identifiers[0].ns if event.identifiers else "", event.time,
        int(event.value) if event.value < 0 else 0, str(said.get("sensor") or event.zone),
        ie=ie if isinstance(ie, str) else "",
        seq=seq if isinstance(seq, int) and 0 <= seq < _MOST_SEQ else -1,
    )]


def _rows(time: int, s: Sightings) -> list[Sighted]:
    n, nan = len(s.key), float("nan")
    sensors = [s.sensors[at] for at in s.sensor] if s.sensor else [s.sensors[0]] * n
    namespaces = [s.namespaces[at] for at in s.ns] if s.ns else [s.namespaces[0]] * n
    return list(map(
        Sighted, s.key, namespaces, [time + after for after in s.time], s.rssi, sensors, s.x or [nan] * n,
        s.y or [nan] * n, s.accuracy or [nan] * n, s.ie or [""] * n, s.seq or [-1] * n,
    ))


def moved(event: Event) -> list[Event]:
    """Return the single events that say what a "Devices Moved" says, in its order; any other event is its own."""
    if (found := event.traffic) is None:
        return [event]
    start, events = event.time, []
    for n, key in enumerate(found.key):
        place, zone = found.places[found.place[n]], found.zones[found.zone[n]]
        name, began, time = MOVES[found.type[n]], start + found.start[n], start + found.time[n]
        ns = found.namespaces[found.ns[n] if found.ns else 0]
        events.append(Event(
            id=f"{name}:{place}:{zone}:{key}:{began}", source=event.source, channel=event.channel, type=name,
            time=time, received=event.received, identifiers=(Identifier(ns, key),) if key else (), ident=key,
            place=place, zone=zone, value=float(time - began), history=event.history, offset=event.offset,
        ))
    return events
