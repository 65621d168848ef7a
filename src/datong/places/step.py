"""The stage: sightings become presence, and presence becomes events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
import sqlalchemy as sa

from datong.config import Settings
from datong.errors import ConfigError
from datong.model import Batch, Event, Identifier, duration
from datong.places import fold
from datong.places.calibration import append_calibrations
from datong.places.fold import RETRACED
from datong.places.health import RECOVERED, Silence, note_heard
from datong.places.locating import Locating
from datong.places.master import UPDATED, load_plan, plan_updates, store_updates
from datong.places.presence import KEEP, Move, Presence, Spot, leave, sight, stays
from datong.places.readings import Reading, Readings
from datong.places.staff import REGISTERED, ignored, take_staff
from datong.places.survey import IMPORTED, note_surveys
from datong.places.tables import PRESENCE, SENSOR
from datong.places.telling import Telling
from datong.places.venue_file import read_venue
from datong.privacy import namespaces
from datong.storage import FactsTx, Stage, Store, cursor, fetch_in, upsert

__all__ = ["Places"]

_encoder = msgspec.msgpack.Encoder()
_decode = msgspec.msgpack.Decoder(Presence).decode
_PRESENCES = sa.select(PRESENCE.c.ident, PRESENCE.c.body)
_REMEMBERED = 200_000
"""Devices that are kept in memory between batches, some 150 bytes each beside their row."""
_LAST = 1 << 62
"""Where in a batch a time-out is: behind all that was heard."""
_ENDS = frozenset({"Zone Exited", "Venue Exited"})
_MASTER = frozenset({UPDATED, "Store Updated", REGISTERED})
_SURVEYED = frozenset({UPDATED, IMPORTED})


class Places(Stage):
    """Knows the venues, tells where each device is, and says so in Venue and Zone events."""

    name = "places"

    def __init__(self, store: Store) -> None:
        """Take the venue file into the state; raises ConfigError when it is wrong."""
        self._settings: Settings = store.settings
        self._state = store.state
        try:
            self._exit_after = duration(store.settings.places.exit_after)
        except ValueError as error:
            raise ConfigError(f"places.exit_after: {error}", field="places.exit_after", code="config_value") from None
        self._ownerless = frozenset(n.name for n in namespaces(store.settings).values() if n.merges == "never")
        if store.settings.places.file:
            plan = read_venue(store.settings.path(store.settings.places.file))
            with store.state.write() as tx:
                load_plan(tx, plan, store.settings.retailer.language)
        with store.state.read() as tx:
            self._spots: Mapping[str, Spot] = _spots(tx)
            self._ignored = ignored(tx, store.clock.now())
            """Keys of devices that are nobody's visit: those of the staff."""
        self._present: dict[int, Presence] = {}
        self._committed = -1
        self._locating = Locating(store, store.settings.places.trilaterate,
                                   store.settings.places.vendor_accuracy)
        self._dimensions_old = True

    def step(self, batch: Batch, tx: sa.Connection) -> None:
        """Take master data and sightings into the state and derive the Venue and Zone events."""
        if any(event.type == UPDATED for event in batch.events):
            self._spots = _spots(tx)  # a batch that broke off may have moved them
        if any(event.type in _SURVEYED for event in batch.events):
            self._locating.open(tx)
        store_updates(tx, batch.events)
        plans = plan_updates(tx, batch.events, self._settings.retailer.language)
        if any(event.type == REGISTERED for event in batch.events):
            take_staff(tx, batch.events)
            self._ignored = ignored(tx, batch.now)
        note_surveys(tx, batch.events)
        heard = Readings(self._spots, self._settings.places.min_rssi, self._ignored)
        heard.take(batch.events, {event.id: venue for event, venue in plans})
        self._spots = heard.spots
        batch.derived += [self._recovered(batch, one) for one in note_heard(tx, heard.order, self._spots)]
        known = self._load(tx, heard.devices)
        self._locating.locate(heard, known, {event.id: venue for event, venue in plans}, tx)
        telling = Telling(batch, self._ownerless, self._settings.retailer.timezone)
        retraced: list[Event] = []
        for ident, readings in heard.devices.items():
            p = known.get(ident)
            if p is None:
                p = known[ident] = Presence(ident)
            self._follow(batch, tx, p, readings, telling, retraced)
        self._time_out(batch, tx, known, telling, retraced)
        batch.derived += telling.events()
        batch.derived += retraced  # after the exits they correct
        upsert(tx, PRESENCE, [self._row(p) for p in known.values()])
        tx.execute(sa.delete(PRESENCE).where(~PRESENCE.c.here, PRESENCE.c.due <= batch.now))
        self._remember(batch.last, known)

    def wake(self, tx: sa.Connection) -> int | None:
        """Return when the next device will have been silent for long enough to have left."""
        due: int | None = tx.execute(sa.select(sa.func.min(PRESENCE.c.due)).where(PRESENCE.c.here)).scalar()
        return due

    def fold(self, batch: Batch, facts: FactsTx) -> None:
        """Append finished visits; keep the dimensions `places.store` and `places.zone` as they are in the state."""
        if self._dimensions_old or facts.position() == 0 or any(e.type in _MASTER for e in batch.events):
            with self._state.read() as tx:
                fold.replace_dimensions(tx, facts)
            self._dimensions_old = False
        append_calibrations(batch.events, facts)
        fold.append_told(batch.events, facts, self._settings.retailer.timezone)
        fold.append_visits(batch.events, facts, self._settings.retailer.timezone)
        fold.replace_ways(batch.events, facts, self._settings.retailer.timezone)

    def _recovered(self, batch: Batch, s: Silence) -> Event:
        return Event(
            id=f"{RECOVERED}:{s.sensor}:{s.start}", source="places", channel="system", type=RECOVERED, time=s.end,
            received=batch.now, place=s.place, zone=s.zone, value=float(s.end - s.start),
            properties={"sensor": s.sensor},
        )

    def _load(self, tx: sa.Connection, idents: Iterable[int]) -> dict[int, Presence]:
        """Return what is known of these devices: from memory as far as the batch before this one was committed."""
        if cursor(tx, "spine")[0] != self._committed:
            self._present.clear()  # it broke off, or somebody else has gone on
        present = self._present
        known = {ident: present[ident] for ident in idents if ident in present}
        rows = fetch_in(tx, _PRESENCES, PRESENCE.c.ident, [ident for ident in idents if ident not in known])
        known.update((ident, _decode(body)) for ident, body in rows)
        self._committed = -1  # until the batch is through, memory and state may differ
        return known

    def _remember(self, last: int, known: dict[int, Presence]) -> None:
        """Keep in memory who is here, for the next batch."""
        self._committed = last
        if len(self._present) > _REMEMBERED:
            self._present.clear()
        for ident, p in known.items():
            if p.here:
                self._present[ident] = p
            else:
                self._present.pop(ident, None)

    def _follow(
        self, batch: Batch, tx: sa.Connection, p: Presence, readings: Iterable[Reading], telling: Telling,
        retraced: list[Event],
    ) -> None:
        """Take the readings of one device and tell of its moves."""
        latest: tuple[Event, str] | None = None
        exit_after = self._exit_after
        for at, sighting, before, event, ns in readings:
            moves = [] if stays(p, sighting, before, exit_after) else sight(p, sighting, before, exit_after)
            if not moves:
                if p.heard == sighting.received:
                    latest = event, ns
                continue
            if latest is not None:
                _name(p, *latest)
            ended = [move for move in moves if move.type in _ENDS]
            for move in ended:  # the end of a stay is told as what it began with, a beginning as what was sighted now
                telling.add(at, p, move)
            if p.trail is not None:
                retraced += self._retraced(batch, tx, p, moves, at)
            if p.heard == sighting.received:
                _name(p, event, ns)
            latest = None
            for move in moves:
                if move not in ended:
                    telling.add(at, p, move)
        if latest is not None:
            _name(p, *latest)

    def _time_out(
        self, batch: Batch, tx: sa.Connection, known: dict[int, Presence], telling: Telling, retraced: list[Event]
    ) -> None:
        """End the stays of all devices that have been silent for long enough at the batch's end."""
        due = sa.select(PRESENCE.c.ident, PRESENCE.c.body).where(PRESENCE.c.here, PRESENCE.c.due <= batch.now)
        for ident, body in tx.execute(due):
            if ident not in known:
                known[ident] = _decode(body)
        for ident in sorted(known):
            p = known[ident]
            if p.here and p.heard + self._exit_after <= batch.now:
                moves = leave(p)
                for move in moves:
                    telling.add(_LAST, p, move)
                retraced += self._retraced(batch, tx, p, moves)

    def _retraced(
        self, batch: Batch, tx: sa.Connection, p: Presence, moves: Iterable[Move], at: int | None = None
    ) -> Iterable[Event]:
        """Give which ways a located device took in the stays that end with these moves."""
        for move in moves if p.trail is not None else ():
            rooms = self._locating.rooms(move.place, tx, at) if move.type == "Venue Exited" else None
            if p.trail is not None and rooms is not None and (stays := p.trail.leave(move.start, move.time, rooms)):
                yield Event(
                    id=f"{RETRACED}:{move.place}:{p.ident}:{move.start}", source="places", channel="system",
                    type=RETRACED, time=move.time, received=batch.now, ident=p.ident, identifiers=p.identifiers,
                    place=move.place, value=float(move.dwell), history=p.history,
                    properties={"zones": [s.zone for s in stays], "starts": [s.start for s in stays]},
                )

    def _row(self, p: Presence) -> dict[str, object]:
        return {
            "ident": p.ident, "place": p.place, "zone": p.zone, "since": p.since, "zone_since": p.zone_since,
            "last": p.last, "here": p.here, "due": p.heard + (self._exit_after if p.here else KEEP),
            "body": _encoder.encode(p),
        }


def _spots(tx: sa.Connection) -> dict[str, Spot]:
    return {row[0]: Spot(row[1], row[2]) for row in tx.execute(sa.select(SENSOR.c.code, SENSOR.c.place, SENSOR.c.zone))}


def _name(p: Presence, event: Event, ns: str) -> None:
    """Take over from the latest sighting what derived events are going to say about the device."""
    p.channel, p.history = event.channel, event.history
    if not ns:
        p.identifiers = event.identifiers
    elif not p.identifiers or p.identifiers[0].ns != ns or len(p.identifiers) > 1:
        p.identifiers = (Identifier(ns, p.ident),)
