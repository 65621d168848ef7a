"""The stage: sightings become presence, and presence becomes events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
import sqlalchemy as sa

from datong.config import Settings
from datong.errors import ConfigError
from datong.model import Batch, Event, duration, local_parts
from datong.places import fold
from datong.places.geometry import spots_of
from datong.places.master import UPDATED, load_plan, plan_updates, store_updates
from datong.places.plan import Venue
from datong.places.presence import KEEP, NO_RSSI, Move, Presence, Sighting, Spot, leave, sight
from datong.places.tables import PRESENCE, SENSOR
from datong.places.venue_file import read_venue
from datong.storage import FactsTx, Stage, Store, fetch_in, upsert

__all__ = ["Places"]

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Presence)
_MASTER = frozenset({UPDATED, "Store Updated", "Staff Registered"})


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
        if store.settings.places.file:
            plan = read_venue(store.settings.path(store.settings.places.file))
            with store.state.write() as tx:
                load_plan(tx, plan, store.settings.retailer.language)
        with store.state.read() as tx:
            self._spots = _spots(tx)
        self._dimensions_old = True

    def step(self, batch: Batch, tx: sa.Connection) -> None:
        """Take master data and sightings into the state and derive the Venue and Zone events."""
        if any(event.type == UPDATED for event in batch.events):
            self._spots = _spots(tx)  # a batch that broke off may have moved them
        store_updates(tx, batch.events)
        plans = plan_updates(tx, batch.events, self._settings.retailer.language)
        sightings = self._sightings(batch.events, {event.id: venue for event, venue in plans})
        known = self._load(tx, {event.ident for event, _, _ in sightings})
        for event, sighting, before in sightings:
            p = known.get(event.ident)
            if p is None:
                p = known[event.ident] = Presence(event.ident)
            moves = sight(p, sighting, before, self._exit_after)
            self._tell(batch, p, [m for m in moves if m.type.endswith("Exited")])
            if p.heard == sighting.received:
                p.channel, p.identifiers, p.history = event.channel, event.identifiers, event.history
            self._tell(batch, p, [m for m in moves if m.type.endswith("Entered")])
        self._time_out(batch, tx, known)
        upsert(tx, PRESENCE, [self._row(p) for p in known.values()])
        tx.execute(sa.delete(PRESENCE).where(~PRESENCE.c.here, PRESENCE.c.due <= batch.now))

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
        fold.append_visits(batch.events, facts, self._settings.retailer.timezone)

    def _sightings(
        self, events: Iterable[Event], plans: Mapping[str, Venue | None]
    ) -> list[tuple[Event, Sighting, int]]:
        """Return the usable sightings, each with the platform's time just before it came in.

        `plans` are the new plans by the event that brought them: what comes after one is read by it.
        """
        found = []
        before, floor = 0, self._settings.places.min_rssi
        for event in events:
            if event.type == "Device Sighted" and event.ident:
                sensor = event.properties.get("sensor") or event.zone
                spot = self._spots.get(sensor)
                rssi = int(event.value) if event.value < 0 else NO_RSSI
                if spot is not None and rssi >= floor:
                    found.append((event, Sighting(sensor, spot, event.time, rssi, event.received), before))
            elif event.type == UPDATED and event.id in plans:
                self._replant(event.place, plans[event.id])
            if event.received > before:
                before = event.received
        return found

    def _replant(self, place: str, venue: Venue | None) -> None:
        """Let the sensors of a place stand where its new plan has them."""
        kept = {code: spot for code, spot in self._spots.items() if spot.place != place}
        self._spots = kept | ({code: Spot(place, zone) for code, zone in spots_of(venue).items()} if venue else {})

    def _load(self, tx: sa.Connection, idents: set[int]) -> dict[int, Presence]:
        rows = fetch_in(tx, sa.select(PRESENCE.c.ident, PRESENCE.c.body), PRESENCE.c.ident, idents)
        return {ident: _decoder.decode(body) for ident, body in rows}

    def _time_out(self, batch: Batch, tx: sa.Connection, known: dict[int, Presence]) -> None:
        """End the stays of all devices that have been silent for long enough at the batch's end."""
        due = sa.select(PRESENCE.c.ident, PRESENCE.c.body).where(PRESENCE.c.here, PRESENCE.c.due <= batch.now)
        for ident, body in tx.execute(due):
            if ident not in known:
                known[ident] = _decoder.decode(body)
        for ident in sorted(known):
            p = known[ident]
            if p.here and p.heard + self._exit_after <= batch.now:
                self._tell(batch, p, leave(p))

    def _tell(self, batch: Batch, p: Presence, moves: list[Move]) -> None:
        for move in moves:
            day, hour = local_parts(move.time, self._settings.retailer.timezone)
            batch.derived.append(Event(
                id=f"{move.type}:{move.place}:{move.zone}:{p.ident}:{move.start}", source="places",
                channel=p.channel, type=move.type, time=move.time, received=batch.now, date=day, hour=hour,
                identifiers=p.identifiers, ident=p.ident, place=move.place, zone=move.zone, value=float(move.dwell),
                history=p.history,
            ))

    def _row(self, p: Presence) -> dict[str, object]:
        return {
            "ident": p.ident, "place": p.place, "zone": p.zone, "since": p.since, "zone_since": p.zone_since,
            "last": p.last, "here": p.here, "due": p.heard + (self._exit_after if p.here else KEEP),
            "body": _encoder.encode(p),
        }


def _spots(tx: sa.Connection) -> dict[str, Spot]:
    return {row[0]: Spot(row[1], row[2]) for row in tx.execute(sa.select(SENSOR.c.code, SENSOR.c.place, SENSOR.c.zone))}
