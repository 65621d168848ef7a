"""Reservations: the same piece is promised once, whatever channel asks, because one stage decides in log order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any

import msgspec
import sqlalchemy as sa

from datong.commerce.ledger import Ledger
from datong.commerce.movement import pieces, rounded
from datong.commerce.refusal import refuse, words_of
from datong.commerce.sourcing import Site, Sourced, source
from datong.commerce.tables import RESERVATION, RESERVED, SITE
from datong.config import CommerceSettings
from datong.model import Event, Item, duration
from datong.storage import fetch_in, upsert

__all__ = ["NEVER", "Kept", "Reservations", "reservation_id"]

NEVER = 1 << 60
"""The time (ms) at which a reservation ends that does not end by itself: that of an order which is paid."""

_TIERS = ("same", "city", "region", "warehouse", "anywhere")


class Kept(msgspec.Struct):
    """A reservation in memory; `lines` are SKU → [place, quantity, still kept]."""

    id: str
    state: str
    key: str
    place: str
    channel: str
    actor: str
    ts: int
    expires: int
    ended: int = 0
    reason: str = ""
    lines: dict[str, tuple[str, float, float]] = {}


def reservation_id(source: str, message_id: str) -> str:
    """Return the id of the reservation that a request asks for, known before it is decided."""
    return blake2b(f"{source}\0{message_id}".encode(), digest_size=8).hexdigest()


class Reservations:
    """The reservations a batch touches: load them, decide in log order, write them back."""

    def __init__(self, tx: sa.Connection, ledger: Ledger, settings: CommerceSettings, derived: list[Event]) -> None:
        self._tx, self._ledger, self._derived = tx, ledger, derived
        self._tiers, self._valid = settings.sourcing, duration(settings.reservation)
        self._kept: dict[str, Kept] = {}
        self._of: dict[str, list[Kept]] = {}
        self._changed: dict[str, Kept] = {}
        self._sites: dict[str, Site] = {}
        self._first = NEVER
        """No reservation that is granted runs out before this (ms)."""

    def load(self, ids: Iterable[str], keys: Iterable[str], now: int) -> None:
        """Read those with these ids, for these orders, and those that run out by `now`."""
        rows = [
            *fetch_in(self._tx, sa.select(RESERVATION), RESERVATION.c.id, set(ids)),
            *fetch_in(self._tx, sa.select(RESERVATION), RESERVATION.c.key, set(keys) - {""}),
            *self._tx.execute(sa.select(RESERVATION).where(
                RESERVATION.c.state == "granted", RESERVATION.c.expires <= now)),
        ]
        fresh = {row.id: Kept(**row._mapping) for row in rows}
        lines = fetch_in(self._tx, sa.select(RESERVED), RESERVED.c.id, sorted(fresh))
        for row in lines:
            fresh[row.id].lines[row.sku] = (row.place, row.quantity, row.open)
        for one in fresh.values():
            self._keep(one)
        self._ledger.load((), pairs=[(row.sku, row.place) for row in lines])

    def know(self, places: Iterable[str]) -> None:
        """Read the sites of these places."""
        for row in fetch_in(self._tx, sa.select(SITE), SITE.c.code, set(places)):
            self._sites[row.code] = Site(row.city, row.region, row.warehouse)

    def ask(self, event: Event, items: Sequence[Item], key: str, channel: str, paid: bool = False) -> Kept:
        """Decide on a request, say so in an event, and return what was decided.

        `items` may not be fewer than one piece each; `key` is the order it is for, or empty.
        """
        said, wanted = event.properties, pieces(items)
        found = Kept(
            reservation_id(event.source, event.id), "granted", key, event.place, channel, actor_of(event),
            event.received, NEVER if paid else event.received + self._duration(said.get("valid")),
        )
        if found.id in self._kept:
            return self._kept[found.id]
        if not wanted or min(wanted.values()) <= 0:
            found.reason = refuse("no_pieces")
        else:
            sourced = self._source(event, wanted)
            found.reason = sourced.refused
            for sku, place in sourced.places.items():
                found.lines[sku] = (place, wanted[sku], wanted[sku])
                self._ledger.reserve(sku, place, wanted[sku])
        if found.reason:
            found.state, found.expires, found.ended = "refused", NEVER, event.received
        self._keep(found)
        self._changed[found.id] = found
        self._tell(found, "Reservation Granted" if found.state == "granted" else "Reservation Refused", event.received)
        return found

    def far(self, event: Event) -> bool:
        """Return whether a request may have to look beyond the place that was asked for from the start."""
        return not event.place or self._rule(event.properties.get("sourcing"))[0] != "same"

    def _source(self, event: Event, wanted: dict[str, float]) -> Sourced:
        """Choose places; most often all of it is where it was asked for, and no other place need be looked at."""
        if not self.far(event) and all(
                self._ledger.held(sku, event.place).available >= quantity for sku, quantity in wanted.items()):
            return Sourced(dict.fromkeys(wanted, event.place))
        self._ledger.everywhere(wanted)
        places = {held.place for sku in wanted for held in self._ledger.of(sku)} | {event.place}
        self.know(places - self._sites.keys() - {""})
        return source(self._ledger, self._sites, wanted, event.place, self._rule(event.properties.get("sourcing")),
                      event.properties.get("split") is not False)

    def keys(self) -> set[str]:
        """Return the orders for which something is kept that was loaded."""
        return set(self._of) - {""}

    def find(self, name: str) -> Kept | None:
        """Return a reservation by its id."""
        return self._kept.get(name)

    def of(self, key: str) -> list[Kept]:
        """Return the reservations of an order that still hold."""
        return [one for one in self._of.get(key, ()) if one.state == "granted"]

    def place_of(self, key: str, sku: str) -> str:
        """Return where a SKU is kept for an order, or nothing."""
        return next((line[0] for one in self.of(key) if (line := one.lines.get(sku)) and line[2] > 0), "")

    def use(self, key: str, sku: str, quantity: float, at: int) -> None:
        """Use up what is kept for an order, as pieces of it leave."""
        for one in self.of(key):
            place, asked, left = one.lines.get(sku, ("", 0.0, 0.0))
            taken = min(left, quantity)
            if taken > 0:
                one.lines[sku] = (place, asked, rounded(left - taken))
                self._ledger.reserve(sku, place, -taken)
                quantity = rounded(quantity - taken)
                self._changed[one.id] = one
                if not any(line[2] for line in one.lines.values()):
                    one.state, one.ended = "used", at

    def restore(self, key: str, sku: str, quantity: float, now: int) -> None:
        """Keep again what was used up for an order by a receipt that never was; an unpaid order has its time anew."""
        for one in self._of.get(key, ()):
            place, asked, left = one.lines.get(sku, ("", 0.0, 0.0))
            more = min(quantity, rounded(asked - left))
            if one.state not in ("granted", "used") or more <= 0:
                continue
            one.lines[sku] = (place, asked, rounded(left + more))
            self._ledger.reserve(sku, place, more)
            quantity = rounded(quantity - more)
            one.state, one.ended, one.expires = "granted", 0, max(one.expires, now + self._valid)
            self._first = min(self._first, one.expires)
            self._changed[one.id] = one

    def release(self, one: Kept, at: int, state: str = "released") -> None:
        """Let go what is still kept."""
        for sku, (place, asked, left) in one.lines.items():
            if left:
                self._ledger.reserve(sku, place, -left)
                one.lines[sku] = (place, asked, 0.0)
        one.state, one.ended = state, at
        self._changed[one.id] = one
        if state == "expired":
            self._tell(one, "Reservation Expired", at)

    def hold(self, key: str) -> None:
        """Let the reservations of an order end no more by themselves: it is paid."""
        for one in self.of(key):
            one.expires = NEVER
            self._changed[one.id] = one

    def due(self, now: int) -> list[Kept]:
        """Return those that have run out, the first one first."""
        if now < self._first:
            return []
        granted = [one for one in self._kept.values() if one.state == "granted"]
        self._first = min((one.expires for one in granted if one.expires > now), default=NEVER)
        return sorted((one for one in granted if one.expires <= now), key=lambda one: (one.expires, one.id))

    def write(self) -> None:
        """Write what changed."""
        names = [c.name for c in RESERVATION.columns]
        upsert(self._tx, RESERVATION, [{n: getattr(one, n) for n in names} for one in self._changed.values()])
        upsert(self._tx, RESERVED, [
            {"id": one.id, "sku": sku, "place": place, "quantity": asked, "open": left}
            for one in self._changed.values() for sku, (place, asked, left) in one.lines.items()
        ])

    def _keep(self, one: Kept) -> None:
        if one.state == "granted":
            self._first = min(self._first, one.expires)
        if one.id not in self._kept:
            self._kept[one.id] = one
            self._of.setdefault(one.key, []).append(one)

    def _duration(self, text: Any) -> int:
        try:
            return duration(str(text)) if text else self._valid
        except ValueError:
            return self._valid

    def _rule(self, given: Any) -> Sequence[str]:
        names = given.replace(",", " ").split() if isinstance(given, str) else given
        found = [n for n in names if n in _TIERS] if isinstance(names, list | tuple) else []
        return found or self._tiers

    def _tell(self, one: Kept, kind: str, at: int) -> None:
        items = tuple(Item(sku, asked) for sku, (_, asked, _) in one.lines.items())
        places = {sku: place for sku, (place, _, _) in one.lines.items()}
        properties: dict[str, Any] = {"order": one.key, "places": places, "expires": one.expires}
        if one.reason:
            why = words_of(one.reason)
            properties |= {"reason": str(why), "code": why.code}
        self._derived.append(Event(
            id=f"{kind}:{one.id}", source="commerce", channel="system", type=kind, time=at, received=at,
            place=one.place, items=items, ref=one.id, properties=properties,
        ))


def actor_of(event: Event) -> str:
    """Return who asked for something: `user:ann`, or the touchpoint that sent it."""
    return str(event.properties.get("actor") or f"touchpoint:{event.source}")[:100]
