"""Readings: the sightings of a batch by device, so that the state of each is read and written once."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from itertools import repeat
from typing import NamedTuple

from datong.model import Event, Sightings
from datong.places.geometry import spots_of
from datong.places.master import UPDATED
from datong.places.plan import Venue
from datong.places.presence import NO_RSSI, Sighting, Spot

__all__ = ["Point", "Reading", "Readings"]

_new = tuple.__new__
"""Makes a sighting in half the time: a chain's day has eighteen million."""
Reading = tuple[int, Sighting, int, Event, str]
"""Position in the batch, the reading, the platform's time just before it came in, its event, the device's namespace
(empty: the event's own identifiers say it)."""


class Point(NamedTuple):
    """Where a vendor says that a device is: metres on the sensor's floor, or degrees east and north (`lonlat`);
    the accuracy in metres, nan where it is not known."""

    x: float
    y: float
    accuracy: float
    lonlat: bool


class Readings:
    """The usable sightings of a batch by device, in the order of the log."""

    def __init__(self, spots: Mapping[str, Spot], weakest: int, ignored: Collection[int]) -> None:
        """Take what stands at a known spot, is at least `weakest` (dBm) and of no device that is `ignored`."""
        self.devices: dict[int, list[Reading]] = {}
        self.order: list[tuple[str, int, int]] = []
        """(sensor, platform's time, sightings) event by event: what their rhythm is told by."""
        self.changes: list[tuple[int, Event]] = []
        """New plans and surveys, each with the position of the first reading after it."""
        self.points: dict[int, Point] = {}
        """Where vendors say that devices were, by the position of the reading."""
        self.spots, self._weakest, self._ignored = spots, weakest, ignored
        self._at = 0

    def take(self, events: Iterable[Event], plans: Mapping[str, Venue | None]) -> None:
        """Take a batch; `plans` are the new plans by the event that brought them: what comes after is read by it."""
        before = 0
        for event in events:
            if (found := event.sightings) is not None:
                self._many(event, found, before)
            elif event.type == "Device Sighted" and event.ident:
                self._one(event, before)
            elif event.id in plans and event.type == UPDATED:
                self._replant(event.place, plans[event.id])
                self.changes.append((self._at, event))
            elif event.type == "Survey Imported":
                self.changes.append((self._at, event))
            if event.received > before:
                before = event.received

    def _replant(self, place: str, venue: Venue | None) -> None:
        """Let the sensors of a place stand where its new plan has them."""
        kept = {code: spot for code, spot in self.spots.items() if spot.place != place}
        self.spots = kept | ({code: Spot(place, zone) for code, zone in spots_of(venue).items()} if venue else {})

    def _one(self, event: Event, before: int) -> None:
        sensor = str(event.properties.get("sensor") or event.zone)
        self.order.append((sensor, event.received, 1))
        spot = self.spots.get(sensor)
        rssi = int(event.value) if event.value < 0 else NO_RSSI
        if spot is not None and rssi >= self._weakest and event.ident not in self._ignored:
            reading = Sighting(sensor, spot, event.time, rssi, event.received)
            self.devices.setdefault(event.ident, []).append((self._at, reading, before, event, ""))
            self._at += 1

    def _many(self, event: Event, s: Sightings, before: int) -> None:
        spots = [self.spots.get(sensor) for sensor in s.sensors]
        if len(s.sensors) == 1:
            self.order.append((s.sensors[0], event.received, len(s.key)))
        else:
            self.order += [(sensor, event.received, s.sensor.count(at)) for at, sensor in enumerate(s.sensors)]
        if not any(spots):
            return
        if s.x:
            self._located(s, spots)
        devices, ignored, weakest = self.devices, self._ignored, self._weakest
        sensors, namespaces, start, received, at = s.sensors, s.namespaces, event.time, event.received, self._at
        later = max(before, received)
        for key, after, rssi, by, ns in zip(
            s.key, s.time, s.rssi, s.sensor or repeat(0), s.ns or repeat(0), strict=False
        ):
            spot, strength = spots[by], rssi or NO_RSSI
            if spot is not None and strength >= weakest and key not in ignored:
                seen = _new(Sighting, (sensors[by], spot, start + after, strength, received, False))
                reading = (at, seen, before, event, namespaces[ns])
                at += 1
                if key in devices:
                    devices[key].append(reading)
                else:
                    devices[key] = [reading]
            before = later  # as if the sightings had come one by one
        self._at = at

    def _located(self, s: Sightings, spots: list[Spot | None]) -> None:
        """Note the points that the vendor tells of what `_many` is going to take."""
        at = self._at
        for key, rssi, by, x, y, accuracy in zip(
            s.key, s.rssi, s.sensor or repeat(0), s.x, s.y, s.accuracy, strict=False
        ):
            if spots[by] is None or (rssi or NO_RSSI) < self._weakest or key in self._ignored:
                continue
            if not math.isnan(x):
                self.points[at] = Point(x, y, accuracy, s.lonlat)
            at += 1
