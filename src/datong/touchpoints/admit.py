"""Admission: a call becomes a canonical event, or is rejected with a reason its sender can act on."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from uuid import uuid4

import msgspec

from datong.commerce import numbers
from datong.config import Settings
from datong.errors import ConfigError, Rejected
from datong.model import (
    DAY,
    EVENT_TYPES,
    MINUTE,
    Event,
    EventType,
    Identifier,
    duration,
    encode_event,
    from_iso,
    gtin,
    local_parts,
    to_iso,
)
from datong.places import check_store
from datong.privacy import ANCHORING, Macs, Vault, anchors, naming
from datong.storage import Record, event_key
from datong.touchpoints.call import Call, Scan
from datong.touchpoints.lines import text
from datong.touchpoints.observed import EVERYWHERE, Observed, personal_names
from datong.touchpoints.origin import Origin
from datong.touchpoints.parts import Parts, read_parts
from datong.touchpoints.scans import Admitted, Scans

__all__ = ["Admission", "Origin"]

_CALLS = {"identify": "Identified", "page": "Page Viewed", "screen": "Screen Viewed", "group": "Grouped",
          "alias": "Aliased"}
_PERSON = frozenset({"ecommerce", "call", "sighting", "consent", "custom"})
_TRUSTED = frozenset({"void", "stock", "order"})
_PIECES = frozenset({"Stock Counted", "Stock Received", "Transfer Sent", "Transfer Received", "Reservation Requested",
                     "Order Placed"})
"""What is of pieces that are there, and never of fewer than none."""
"""Families of events that move goods: nobody outside may say them."""
_OBSERVING = frozenset({"track", "page", "screen"})
"""Calls about something else than who it is: they are worth keeping where one of their identifiers is malformed."""
_PLATFORM = frozenset(t.name for t in EVENT_TYPES.values() if t.family == "system")
_EARLIEST = from_iso("1990-01-01")
_FIELDS = {"items": "products", "place": "store_id", "ref": "order_id", "coupon": "coupon", "amount": "total",
           "campaign": "code", "granted": "granted", "to": "to"}
_UNKEEPABLE = (OverflowError, TypeError, ValueError, RecursionError, UnicodeEncodeError)
_encode = msgspec.msgpack.Encoder(order="deterministic").encode


class Admission:
    """Admits the calls of one installation. It keeps no state but caches, so any thread may use it."""

    def __init__(self, settings: Settings, vault: Vault, macs: Macs | None = None) -> None:
        """Read `[intake]`; raises ConfigError when `future` is no duration. Without `macs` it is only a trial."""
        intake = settings.intake
        try:
            self._future = duration(intake.future)
        except ValueError as error:
            raise ConfigError(f"intake.future: {error}", field="intake.future", code="config_value") from None
        own = {name: EventType(name, "custom") for name in intake.custom_events if name not in _PLATFORM}
        self._types = {**EVENT_TYPES, **own}
        self._any = intake.unknown_events == "accept"
        self._currency, self._zone = settings.retailer.currency, settings.retailer.timezone
        self.macs = macs or Macs(settings, vault)
        self._observed = Observed(settings, vault, self.macs)
        self._scans = Scans(self.macs, vault, settings.retailer.timezone, self._future)
        self._naming = naming(settings)
        self._vault = vault
        self._digest = blake2b(digest_size=16, key=vault.sign(b"contents of calls", 32))
        self._nearest = lru_cache(maxsize=4_096)(self._find_nearest)

    def admit(
        self, call: Call, origin: Origin, now: int, arrived: int, history: bool = False
    ) -> tuple[Event, Record]:
        """Return the event and its record for the log, whose digest stands for what the sender said; raises Rejected.

        `now` is stamped as `received`, `arrived` corrects the sender's clock.
        """
        kind, raw, given = self._type(call), call.raw, call.message_id
        if call.context is not None and call.context.history:
            history = True
        stamp = call.original_timestamp or call.timestamp
        said = time = arrived
        if stamp is not None:
            said = time = _moment(stamp, "timestamp")
            if call.sent_at is not None and not history:
                time = arrived - (_sent(call.sent_at) - said)  # Segment's rule for clocks that are wrong
        if not _EARLIEST <= time <= now + self._future:
            raise _off(time, now)
        refused: list[dict[str, str]] = []
        try:
            identifiers = self._observed.identifiers(call, origin.trusted, origin.verified, at=time)
        except Rejected:
            identifiers = self._well_formed(call, origin, refused, time)
            if not identifiers and (kind.family in _PERSON or "ident" in kind.needs):
                raise
        personal = self._observed.personal(call)
        parts = read_parts(kind, call.properties or {}, self._currency, origin.place)
        if call.traits or call.name or call.category or call.group_id is not None or personal:
            _add_rest(call, parts.rest, bool(personal))
        parts.rest.pop("refused_identifiers", None)  # that is ours to say
        if refused:
            parts.rest["refused_identifiers"] = refused
        _check(kind, identifiers, parts, call, origin)
        nameless = given is None or given == ""
        date, hour = local_parts(time, self._zone)
        try:
            if nameless or not raw:
                raw = _encode((kind.name, 0 if stamp is None else said, [i.key for i in identifiers], parts, personal))
            hashed = self._digest.copy()
            hashed.update(raw)
            digest = hashed.digest()
            if nameless:  # the same contents at the same stated time are the same event
                given = digest.hex() if stamp is not None else uuid4().hex
            event = Event(  # by position: the names of so many fields take longer than all else here
                text(given, "", "messageId"), origin.name, origin.channel, kind.name, time, now, date, hour,
                identifiers, identifiers[0].key if identifiers else 0, parts.place, parts.zone, parts.items,
                parts.amount, parts.currency, parts.ref, parts.campaign, parts.coupon, parts.value, history,
                parts.rest, self._observed.seal(personal) if personal else {}, 0, origin.trusted,
            )
            body = encode_event(event)
        except _UNKEEPABLE:
            raise Rejected("properties hold a value that cannot be kept", code="bad_type", field="properties",
                           hint="numbers must fit into 64 bits, and text must be valid UTF-8") from None
        number = 0 if call.first_counts else int.from_bytes(digest[:8], "big") >> 1 | 1
        self._note_anchors(event)
        return event, Record(event_key(origin.name, event.id), body, number)

    def _note_anchors(self, event: Event) -> None:
        """Let who logs in be known by the next frame, though the flow is not yet so far."""
        if len(event.identifiers) > 1 or event.type in ANCHORING:
            for key in anchors(event, self._naming):
                self.macs.note(key)

    def prepare(self, scans: Iterable[Scan], now: int) -> None:
        """Look up at once what many scans will ask for one by one."""
        self._scans.prepare(scans, now)

    def sightings(self, scan: Scan, origin: Origin, now: int) -> Admitted:
        """Return what is admitted of a scan as one event, and which sightings are refused."""
        return self._scans.admit(scan, origin, now)

    def _well_formed(
        self, call: Call, origin: Origin, refused: list[dict[str, str]], at: int
    ) -> tuple[Identifier, ...]:
        """Return the other identifiers of a call one of whose is malformed, where it is worth keeping without."""
        if call.type not in _OBSERVING:
            return ()
        return self._observed.identifiers(call, origin.trusted, origin.verified, refused, at)

    def agree(self, kept: Event, told: Event) -> bool:
        """Return whether an event told again under the same id says what was kept, in whatever words.

        The times may differ by less than a minute: how long a call took to get here corrects its sender's clock.
        """
        return abs(kept.time - told.time) < MINUTE and self._said(kept) == self._said(told)

    def _said(self, event: Event) -> tuple[object, ...]:
        return (
            event.type, [i.key for i in event.identifiers], event.place, event.zone, event.items, event.amount,
            event.currency, event.ref, event.campaign, event.coupon, event.value, event.properties,
            {name: self._vault.unseal(sealed) for name, sealed in event.personal.items()},
        )

    def _type(self, call: Call) -> EventType:
        if call.type == "track":
            name = call.event
            if not name:
                raise Rejected("a track call needs an event", code="missing_field", field="event",
                               hint='send {"type": "track", "event": "Product Viewed", …}')
        elif (known := _CALLS.get(call.type)) is not None:
            name = known
        elif not call.type:
            raise Rejected("the call has no type", code="missing_field", field="type", hint=_type_hint(""))
        else:
            raise Rejected(f"there is no call {call.type[:60]!r}", code="bad_type", field="type",
                           hint=_type_hint(call.type))
        if (kind := self._types.get(name)) is not None:
            if kind.name == "Devices Sighted":
                raise Rejected("sightings come in frames, not in calls", code="unknown_event", field="event",
                               hint="POST them to /touchpoints/NAME of a touchpoint of kind wifi or ble")
            if kind.family == "system":
                raise Rejected(f"only the platform itself says {name!r}", code="unknown_event", field="event",
                               hint="send it under another name")
            return kind
        if self._any:
            return EventType(text(name, "", "event"), "custom")
        shown = name if len(name) <= 60 else f"{name[:60]}…"
        near = self._nearest(name[:60])
        hint = (f"did you mean {near!r}? " if near else "") + (
            f'to allow it, add it to custom_events of [intake] in datong.toml: custom_events = ["{shown}"], '
            "then replay it"
        )
        raise Rejected(f"the event {shown!r} is not known", code="unknown_event", hint=hint, field="event")

    def _find_nearest(self, name: str) -> str:
        folded = {known.casefold(): known for known in self._types}
        near = difflib.get_close_matches(name.casefold().replace("_", " "), folded, 1)
        return folded[near[0]] if near else ""


def _off(time: int, now: int) -> Rejected:
    if time < now:
        return Rejected("the event lies before 1990", code="bad_time", field="timestamp", hint="set the sender's clock")
    ahead = (time - now) // 1000
    shown = f"{ahead} s" if ahead < DAY // 1000 else f"{ahead * 1000 // DAY} days"
    return Rejected(
        f"the event lies {shown} in the future", code="future_time", field="timestamp",
        hint=f"the platform's time is {to_iso(now)}; set the sender's clock, or send sentAt so that it is corrected",
    )


def _moment(value: Any, field: str) -> int:
    try:
        return from_iso(value)
    except (ValueError, TypeError, OverflowError):
        raise Rejected(f"{field} is not a time", code="bad_time", field=field,
                       hint="write ISO 8601, as in 2026-03-01T04:00:00.000Z") from None


@lru_cache(maxsize=1_024)
def _sent(value: Any) -> int:
    return _moment(value, "sentAt")


def _type_hint(given: str) -> str:
    known = ("track", *_CALLS)
    near = difflib.get_close_matches(given[:60].lower(), known, 1)
    return (f"did you mean {near[0]}? " if near else "") + f"types: {', '.join(known)}"


def _add_rest(call: Call, rest: dict[str, Any], personal: bool) -> None:
    """Add to the remaining properties what the call carries beside them, and take the personal values out."""
    if call.name:
        rest.setdefault("name", call.name)
    if call.category:
        rest.setdefault("category", call.category)
    if call.group_id is not None:
        rest["group_id"] = text(call.group_id, "", "groupId")
    if call.traits:
        hidden = personal_names(call.type)
        for name, value in call.traits.items():
            if name not in hidden:
                rest.setdefault(name, value)
    if personal:
        hidden = personal_names(call.type) if call.type == "identify" else EVERYWHERE
        for name in hidden.intersection(rest):
            del rest[name]


def _check(
    kind: EventType, identifiers: tuple[Identifier, ...], parts: Parts, call: Call, origin: Origin
) -> None:
    """Raise Rejected when a part that this type must carry is missing, or its sender may not say it."""
    if kind.family in _TRUSTED and not origin.trusted:
        raise Rejected(f"{kind.name} is not for {origin.name}: anybody can read its key", code="not_trusted",
                       hint="send it from a system of yours, with the key of a touchpoint that is trusted")
    if not identifiers and (kind.family in _PERSON or "ident" in kind.needs):
        hint = "send userId, anonymousId or context.externalIds"
        if call.user_id is not None or call.anonymous_id is not None or call.context is not None:
            hint += "; placeholders such as null or 13800000000 do not count"
        raise Rejected(f"{kind.name} needs somebody it is about", code="missing_identifier", hint=hint, field="userId")
    for need in kind.needs:
        if need != "ident" and not getattr(parts, need) and not (need == "place" and parts.rest.get("sensor")):
            raise _missing(kind.name, need)  # (a sensor will do for a place: places knows where it hangs)
    if kind.name == "Store Updated":
        check_store(parts.rest)
    if kind.name == "Campaign Updated" and not parts.campaign:
        raise _missing(kind.name, "campaign")
    if kind.name == "Transfer Sent" and not parts.rest.get("to"):
        raise _missing(kind.name, "to")
    if kind.name == "Product Updated":
        _check_numbers(parts)
    if kind.name in _PIECES:
        _check_pieces(kind.name, parts)
    if kind.name == "Consent Changed" and type(parts.rest.get("granted")) is not bool:
        raise _missing(kind.name, "granted")


def _check_numbers(parts: Parts) -> None:
    """Raise Rejected when a product is told under a trade item number that is none."""
    for number in numbers(parts.rest):
        try:
            gtin(number)
        except ValueError as error:
            hint = "check the digits, or leave the number out; a number of your own is a SKU"
            raise Rejected(str(error), code="bad_gtin", field="properties.gtins", hint=hint) from None


def _check_pieces(event: str, parts: Parts) -> None:
    """Raise Rejected for less than nothing, or for a time to keep pieces that is none."""
    for at, item in enumerate(parts.items):
        if item.quantity < 0 or (item.quantity == 0 and event != "Stock Counted"):
            hint = "Stock Adjusted takes pieces away" if event == "Stock Received" else "count what is there, 0 or more"
            raise Rejected(f"{event} cannot be of {item.quantity:g} pieces", code="bad_quantity",
                           field=f"properties.products[{at}].quantity",
                           hint=hint if event.startswith("Stock") else "name one piece or more")
    if valid := parts.rest.get("valid"):
        try:
            duration(str(valid))
        except ValueError as error:
            raise Rejected(str(error)[:200], code="bad_duration", field="properties.valid",
                           hint="write 2h, 30m or 1d") from None


def _missing(event: str, need: str) -> Rejected:
    field = f"properties.{_FIELDS[need]}"
    hint = "send store_id, or set place of the touchpoint in datong.toml" if need == "place" else f"send {field}"
    return Rejected(f"{event} needs {field}", code="missing_field", hint=hint, field=field)
