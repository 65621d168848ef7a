"""Locating: readings of venues with a survey, or that a vendor has located, get the zone of a point instead of that of
their sensor.

Each reading is looked at with what the other sensors heard of the device within `WINDOW`, which fades with age where a
survey is compared; all of a batch are located at
once, then smoothed device by device. What is remembered of a device, its window and its track, depends on nothing but
its readings in order, so batches may be cut anywhere. A new survey or plan counts from its event on.
"""

from __future__ import annotations

import logging
import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import sqlalchemy as sa

from datong.errors import ConfigError
from datong.model import Event
from datong.places.geometry import METRES_PER_DEGREE, ZoneIndex
from datong.places.master import UPDATED
from datong.places.plan import Floor, Venue
from datong.places.position import Anchors, Fingerprint, Located, Locator, Scans, Track, Trilateration, faded
from datong.places.presence import WINDOW, Presence, Sighting, Spot
from datong.places.read import venue_at, venues
from datong.places.readings import Point, Readings
from datong.places.retrace import Trail
from datong.places.rooms import NEAR, Rooms
from datong.places.survey import surveys
from datong.storage import Store

__all__ = ["Locating", "anchors_of"]

_LEAST = 1.0
_log = logging.getLogger(__name__)


_Told = tuple[str, float, float, float]
"""Floor, x, y and accuracy (m)."""


class Site(NamedTuple):
    """A venue whose devices are located, by a locator of ours or (None) by vendors only; the floor of each sensor."""

    locator: Locator | None
    zones: ZoneIndex
    rooms: Rooms
    floors: dict[str, Floor]

    @classmethod
    def of(cls, locator: Locator | None, venue: Venue) -> Site:
        """Return the site of a venue with this plan."""
        zones, floors = ZoneIndex(venue), {floor.code: floor for floor in venue.floors}
        of_zone = {zone.code: floor.code for floor, zone in venue.zones()}
        at = {s.code: floors[code] for s in venue.sensors if (code := s.floor or of_zone.get(s.zone, "")) in floors}
        return cls(locator, zones, Rooms(venue, zones), at)

    def told(self, point: Point, sensor: str, worst: float) -> _Told | None:
        """Return floor, x, y and accuracy (m) of a vendor's point, None where it is too vague, or its floor or place on
        earth is not known."""
        floor, accuracy = self.floors.get(sensor), worst if math.isnan(point.accuracy) else point.accuracy
        if floor is None or accuracy > worst:
            return None
        if not point.lonlat:
            return floor.code, point.x, point.y, accuracy
        if (origin := floor.origin) is None:
            return None
        east = METRES_PER_DEGREE * math.cos(math.radians(origin.lat))
        return floor.code, (point.x - origin.lon) * east, (origin.lat - point.y) * METRES_PER_DEGREE, accuracy


class _Job(NamedTuple):
    """A reading to be located: of which device, at which place in its list, at which site, with which window."""

    ident: int
    number: int
    place: str
    site: Site
    window: dict[str, float]
    told: _Told | None = None


class Locating:
    """The venues with a survey; with `trilaterate` also those where three sensors of a floor have a point."""

    def __init__(self, store: Store, trilaterate: bool, worst: float = 0.0) -> None:
        """Read the surveys that are there; vendors' points count up to an accuracy of `worst` (m)."""
        self._worst = worst
        self._folder, self._trilaterate = store.settings.data / "surveys", trilaterate
        self._sites: dict[str, Site] = {}
        self._starts, self._after_each = [0], [self._sites]
        with store.state.read() as tx:
            self.open(tx)

    def open(self, tx: sa.Connection) -> None:
        """Make the sites those of the state."""
        self._sites = {}
        rows = surveys(tx)
        for venue in venues(tx) if self._trilaterate else [v for code in rows if (v := venue_at(tx, code)[0])]:
            self._put(self._sites, venue, rows[venue.code].file if venue.code in rows else "")

    def locate(self, heard: Readings, known: dict[int, Presence], plans: Mapping[str, Venue | None],
               tx: sa.Connection) -> None:
        """Give the readings in `heard` the zones of their points, and take windows and tracks along in `known`."""
        starts, sites = self._starts, self._after_each = [0], [self._sites]
        for at, event in heard.changes:
            starts.append(at)
            sites.append(self._after(sites[-1], event, plans, tx))
        self._sites = sites[-1]
        for place in self._told_places(heard) if heard.points and self._worst > 0 else ():
            for at in range(len(sites)):
                if place not in sites[at] and (site := self._plain(place, tx)) is not None:
                    sites[at][place] = site
        if not any(sites):
            return
        jobs = list(_jobs(heard, known, starts, sites, self._worst))
        found = _found(jobs)
        points = [_follow(known[job.ident], heard.devices[job.ident][job.number][1], job, point)
                  for job, point in zip(jobs, found, strict=True)]
        for job, zone in zip(jobs, _zones(jobs, points), strict=True):
            if zone:
                readings = heard.devices[job.ident]
                at, sighting, *rest = readings[job.number]
                made = sighting._replace(spot=Spot(job.place, zone), located=True)
                readings[job.number] = (at, made, *rest)  # type: ignore[assignment]

    def rooms(self, place: str, tx: sa.Connection, at: int | None = None) -> Rooms | None:
        """Return the rooms of a venue whose devices are located, as they were at a position of the batch (at its end).

        `tx` serves a venue that only vendors locate devices in, when none of them has spoken since the start.
        """
        sites = self._sites if at is None else self._after_each[bisect_right(self._starts, at) - 1]
        if place not in sites and self._worst > 0 and (site := self._plain(place, tx)) is not None:
            sites[place] = site
        return sites[place].rooms if place in sites else None

    def _told_places(self, heard: Readings) -> set[str]:
        return {sighting.spot.place for readings in heard.devices.values() for at, sighting, *_ in readings
                if at in heard.points}

    @staticmethod
    def _plain(place: str, tx: sa.Connection) -> Site | None:
        """Return the site of a venue in which only vendors locate devices."""
        venue, _ = venue_at(tx, place)
        return None if venue is None else Site.of(None, venue)

    def _after(self, sites: dict[str, Site], event: Event, plans: Mapping[str, Venue | None],
               tx: sa.Connection) -> dict[str, Site]:
        made = {place: site for place, site in sites.items() if place != event.place}
        if event.type == UPDATED:
            venue, old = plans.get(event.id), sites.get(event.place)
            if venue is not None and old is not None and (old.locator is None or isinstance(old.locator, Fingerprint)):
                made[event.place] = Site.of(old.locator, venue)
            elif venue is not None:
                self._put(made, venue, "")
        else:
            venue, _ = venue_at(tx, event.place)
            if venue is not None:
                self._put(made, venue, str(event.properties.get("file") or ""))
        return made

    def _put(self, sites: dict[str, Site], venue: Venue, file: str) -> None:
        """Add the site of a venue, if it has a survey (or sensors to trilaterate by)."""
        if file:
            try:
                sites[venue.code] = Site.of(Fingerprint.unpack((self._folder / file).read_bytes()), venue)
                return
            except (OSError, ConfigError) as error:
                _log.error("the survey of %s cannot be used, devices are at their strongest sensor: %s",
                           venue.code, error)
        if self._trilaterate and (anchors := anchors_of(venue)) is not None:
            sites[venue.code] = Site.of(Trilateration(anchors), venue)


def anchors_of(venue: Venue) -> Anchors | None:
    """Return the sensors with a point and a floor; None where no floor has three that stand apart."""
    floors = tuple(floor.code for floor in venue.floors)
    of_zone = {zone.code: floor.code for floor, zone in venue.zones()}
    placed = [(s, s.floor or of_zone.get(s.zone, "")) for s in venue.sensors if s.kind != "counter" and (s.x or s.y)]
    placed = [(s, floor) for s, floor in placed if floor in floors]
    apart = [len({(s.x, s.y) for s, floor in placed if floor == code}) for code in floors]
    if max(apart, default=0) < 3:
        return None
    return Anchors(tuple(s.code for s, _ in placed), np.array([s.x for s, _ in placed]),
                   np.array([s.y for s, _ in placed]),
                   np.array([floors.index(f) for _, f in placed], np.int64), floors)


def _jobs(heard: Readings, known: dict[int, Presence], starts: list[int], sites: list[dict[str, Site]],
          worst: float) -> Iterable[_Job]:
    """Give the readings to be located with their windows; late ones and those heard before are none."""
    for ident, readings in heard.devices.items():
        for number, (at, sighting, *_) in enumerate(readings):
            site = sites[bisect_right(starts, at) - 1].get(sighting.spot.place)
            if site is None:
                continue
            point = heard.points.get(at)
            told = site.told(point, sighting.sensor, worst) if point is not None else None
            if site.locator is None and told is None:
                continue
            p = known.get(ident)
            if p is None:
                p = known[ident] = Presence(ident)
            newest = max((time for time, _ in p.window.values()), default=sighting.time)
            old = p.window.get(sighting.sensor)
            reading = (sighting.time, sighting.rssi)
            if sighting.time < newest - WINDOW or (old is not None and (old[0] > sighting.time or old == reading)):
                continue
            least = max(newest, sighting.time) - WINDOW
            p.window = {sensor: r for sensor, r in p.window.items() if r[0] >= least} | {sighting.sensor: reading}
            if isinstance(site.locator, Fingerprint):
                window = faded(p.window, sighting.time)
            else:  # a distance is reckoned from the strength
                window = {sensor: float(rssi) for sensor, (_, rssi) in p.window.items()}
            yield _Job(ident, number, sighting.spot.place, site, window, told)


def _found(jobs: list[_Job]) -> list[_Told | None]:
    """Return floor, x, y and accuracy of each job: the vendor's point, or ours where it is better; None for neither."""
    found: list[_Told | None] = [job.told for job in jobs]
    by_site: dict[int, list[int]] = {}
    for number, job in enumerate(jobs):
        if job.site.locator is None:
            continue
        by_site.setdefault(id(job.site), []).append(number)
    for numbers in by_site.values():
        locator: Any = jobs[numbers[0]].site.locator
        points: Located = locator.locate(Scans.of(jobs[n].window for n in numbers))
        for at, number in enumerate(numbers):
            told, accuracy = found[number], max(_LEAST, float(points.accuracy_m[at]))
            if points.floor[at] >= 0 and (told is None or accuracy <= told[3]):
                found[number] = (points.floors[points.floor[at]], float(points.x[at]), float(points.y[at]), accuracy)
    return found


def _follow(p: Presence, sighting: Sighting, job: _Job,
            found: tuple[str, float, float, float] | None) -> tuple[str, float, float] | None:
    """Take a point into the device's trail and track and return where it is then; floors are told apart by venue."""
    if found is None:
        return None
    floor, x, y, accuracy = found
    place = job.place
    storey = f"{place}/{floor}"
    if job.told is found and p.track is not None and (p.track.time, p.track.floor) == (sighting.time, storey):
        return floor, p.track.x, p.track.y  # the vendor says it once for every sensor that heard it
    if p.trail is None:
        p.trail = Trail()
    p.trail.add(sighting.time, x, y, accuracy, floor, job.site.rooms)
    if p.track is None or not p.track.floor.startswith(f"{place}/"):
        p.track = Track.begin(x, y, accuracy, storey, sighting.time)
    else:
        p.track.move(x, y, accuracy, storey, sighting.time)
    return p.track.floor.removeprefix(f"{place}/"), p.track.x, p.track.y


def _zones(jobs: list[_Job], points: list[tuple[str, float, float] | None]) -> list[str]:
    """Return the zone of each job's point, or empty."""
    zones = [""] * len(jobs)
    by_floor: dict[tuple[int, str], list[int]] = {}
    for number, (job, point) in enumerate(zip(jobs, points, strict=True)):
        if point is not None:
            by_floor.setdefault((id(job.site), point[0]), []).append(number)
    for (_, floor), numbers in by_floor.items():
        index: Any = jobs[numbers[0]].site.zones
        at = np.array([points[n][1:] for n in numbers])  # type: ignore[index]
        codes = index.codes(floor)
        for number, zone in zip(numbers, index.locate(floor, at[:, 0], at[:, 1], NEAR), strict=True):
            if zone >= 0:
                zones[number] = codes[zone]
    return zones
