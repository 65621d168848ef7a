"""Telling: a batch's moves as events: one each where somebody may own the device, in columns where nobody can."""

from __future__ import annotations

from collections.abc import Collection
from operator import itemgetter

from datong.model import MOVES, Batch, Event, Traffic, local_parts
from datong.places.presence import Move, Presence

__all__ = ["MOVED", "Telling"]

MOVED = "Devices Moved"
_NUMBER = {name: at for at, name in enumerate(MOVES)}
_Row = tuple[int, str, int, Move]
"""Position in the batch, namespace, key, move."""


class Telling:
    """Takes the moves of one batch, in any order, and gives the events that tell of them."""

    def __init__(self, batch: Batch, ownerless: Collection[str], timezone: str) -> None:
        """`ownerless` are the namespaces whose values never link to anybody (docs/decisions)."""
        self._batch, self._ownerless, self._zone = batch, ownerless, timezone
        self._single: list[tuple[int, Event]] = []
        self._columns: dict[tuple[str, bool], list[_Row]] = {}

    def add(self, at: int, p: Presence, move: Move) -> None:
        """Take what a device did; `at` is where in the batch."""
        known = p.identifiers
        if len(known) == 1 and known[0].ns in self._ownerless:
            self._columns.setdefault((p.channel, p.history), []).append((at, known[0].ns, p.ident, move))
        else:
            self._single.append((at, self._event(p, move)))

    def events(self) -> list[Event]:
        """Return the events, as if the sightings had been looked at one by one."""
        self._single.sort(key=itemgetter(0))
        events = [event for _, event in self._single]
        for number, ((channel, history), rows) in enumerate(sorted(self._columns.items())):
            rows.sort(key=itemgetter(0))
            events.append(self._many(f"{self._batch.first}:{number}", channel, history, rows))
        return events

    def _event(self, p: Presence, move: Move) -> Event:
        day, hour = local_parts(move.time, self._zone)
        return Event(
            id=f"{move.type}:{move.place}:{move.zone}:{p.ident}:{move.start}", source="places",
            channel=p.channel, type=move.type, time=move.time, received=self._batch.now, date=day, hour=hour,
            identifiers=p.identifiers, ident=p.ident, place=move.place, zone=move.zone, value=float(move.dwell),
            history=p.history,
        )

    def _many(self, name: str, channel: str, history: bool, rows: list[_Row]) -> Event:
        moves = [row[3] for row in rows]
        first = min(move.start for move in moves)
        places = {move.place: 0 for move in moves}
        zones = {move.zone: 0 for move in moves}
        namespaces = {ns: 0 for _, ns, _, _ in rows}
        for numbers in (places, zones, namespaces):
            numbers.update((text, at) for at, text in enumerate(numbers))
        day, hour = local_parts(first, self._zone)
        return Event(
            id=f"{MOVED}:{name}", source="places", channel=channel, type=MOVED, time=first, received=self._batch.now,
            date=day, hour=hour, history=history, traffic=Traffic(
                tuple(namespaces), tuple(places), tuple(zones), tuple([_NUMBER[move.type] for move in moves]),
                tuple([row[2] for row in rows]), tuple([places[move.place] for move in moves]),
                tuple([zones[move.zone] for move in moves]), tuple([move.start - first for move in moves]),
                tuple([move.time - first for move in moves]),
                () if len(namespaces) == 1 else tuple([namespaces[row[1]] for row in rows]),
            ),
        )
