"""From raw sightings of one device to its stays: a pure state machine with hysteresis.

A device is in the zone of its point, where it can be located, else in the zone whose sensor hears it best within a
short window. It changes zone only when another zone was
best in two sightings, or is heard clearly stronger. It leaves after a time without any sighting. Entering is stamped
with the first sight, leaving with the last one; so leaving is always told late, by the time-out.

Two clocks: the gap between sightings is measured in *event time*, so a backlog that arrives at once gives the visits
that happened; silence is measured in *platform time* since the device was last heard of.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from datong.model import DAY, SECOND, Identifier
from datong.places.position import Track
from datong.places.retrace import Trail

__all__ = [
    "CLEAR_DB", "HITS", "HOLD", "KEEP", "NO_RSSI", "WINDOW", "Move", "Presence", "Sighting", "Spot", "leave", "sight",
    "stays",
]

WINDOW = 15 * SECOND
"""How long (ms) a reading of one sensor is compared with those of others; access points report a few seconds apart."""
HITS = 2
"""In how many sightings another zone must be best before the device is taken to have moved."""
CLEAR_DB = 8
"""How many dB stronger than the present zone another one must be heard to be believed at once."""
HOLD = 20 * SECOND
"""How long (ms) a located device must be in another zone before it is taken to have moved; told from its start."""
NO_RSSI = -70
"""The strength (dBm) of a sighting that gives none."""
KEEP = DAY
"""How long (ms) a departed device is remembered, so that late sightings do not make its visit twice."""


class Spot(NamedTuple):
    """A zone of a venue."""

    place: str
    zone: str


class Sighting(NamedTuple):
    """One reading: a device heard by `sensor`, which stands at `spot`, at `time` (ms) with `rssi` (dBm).

    `received` is the platform's time (ms) when it came in. Where the device was `located`, the spot is the zone of its
    point and not that of the sensor.
    """

    sensor: str
    spot: Spot
    time: int
    rssi: int
    received: int
    located: bool = False


class Move(NamedTuple):
    """Something to tell: `start` is when the stay began, `time` when it happened, `dwell` the stay's length (ms)."""

    type: str
    place: str
    zone: str
    start: int
    time: int
    dwell: int = 0


class Presence(msgspec.Struct, array_like=True):
    """What is known of one device: its stay in a venue and a zone, and a zone it may be moving to.

    `heard` is the platform's time when the last sighting came in; `recent` holds each sensor's newest reading as
    (time, rssi, place, zone); `window` the (time, rssi) by which it is located, `track` where it was, `trail` the
    points of its stay.
    Channel, identifiers and history are those of the latest sighting, for derived events.
    """

    ident: int
    place: str = ""
    zone: str = ""
    since: int = 0
    zone_since: int = 0
    zone_last: int = 0
    last: int = 0
    heard: int = 0
    here: bool = False
    candidate: tuple[str, str] | None = None
    candidate_since: int = 0
    hits: int = 0
    recent: dict[str, tuple[int, int, str, str]] = {}
    channel: str = ""
    identifiers: tuple[Identifier, ...] = ()
    history: bool = False
    window: dict[str, tuple[int, int]] = {}
    track: Track | None = None
    trail: Trail | None = None


def stays(p: Presence, s: Sighting, before: int, exit_after: int) -> bool:
    """Take a sighting that says no more than that the device still is where it was; return whether it was one.

    Most are; `sight` would do the same with them, three times as slowly.
    """
    sensor, (place, zone), time, rssi, received, located = s
    last, recent = p.last, p.recent
    if not (
        last < time <= last + exit_after and p.here and zone == p.zone and place == p.place and p.candidate is None
        and sensor in recent and len(recent) == 1 and before < p.heard + exit_after and not located
    ):
        return False
    recent[sensor] = (time, rssi, place, zone)
    p.last = p.zone_last = time
    if received > p.heard:
        p.heard = received
    return True


def sight(p: Presence, s: Sighting, before: int, exit_after: int) -> list[Move]:
    """Take one sighting into `p` and return what to tell.

    `before` is the platform's time just before the sighting came in: a silence that has ended the stay by then has
    ended it whether or not a batch ended in between.
    """
    moves: list[Move] = []
    if p.here and (p.heard + exit_after <= before or s.time > p.last + exit_after):
        moves = leave(p)
    if not p.here:
        if s.time > p.last or p.heard + KEEP <= before:
            _enter(p, s, moves)
        return moves
    sensor, spot, time, rssi, received, located = s
    if time < p.since or time < p.last - WINDOW:
        return moves  # too late to say where the device was
    if received > p.heard:
        p.heard = received
    recent = p.recent
    old = recent.get(sensor)
    if old is None or old[0] < time:
        recent[sensor] = (time, rssi, *spot)
    elif old[0] == time:
        if old[1] == rssi:
            return moves  # heard before: frames of one sensor may overlap
        recent[sensor] = (time, rssi, *spot)
    if time > p.last:
        p.last = time
    if spot == (p.place, p.zone) and time > p.zone_last:
        p.zone_last = time
    if located:
        _follow(p, s, moves)
    else:
        _decide(p, s, moves)
    return moves


def leave(p: Presence) -> list[Move]:
    """End the stay at the last sight."""
    moves = [
        Move("Zone Exited", p.place, p.zone, p.zone_since, p.last, p.last - p.zone_since),
        Move("Venue Exited", p.place, "", p.since, p.last, p.last - p.since),
    ]
    p.here, p.candidate, p.hits, p.recent = False, None, 0, {}
    return moves


def _enter(p: Presence, s: Sighting, moves: list[Move]) -> None:
    p.place, p.zone = s.spot
    p.since = p.zone_since = p.zone_last = p.last = s.time
    p.heard = s.received
    p.here, p.candidate, p.hits = True, None, 0
    p.recent = {s.sensor: (s.time, s.rssi, *s.spot)}
    moves.append(Move("Venue Entered", p.place, "", s.time, s.time))
    moves.append(Move("Zone Entered", p.place, p.zone, s.time, s.time))


def _follow(p: Presence, s: Sighting, moves: list[Move]) -> None:
    """Move to the zone of the device's point, once its points have been there for long enough."""
    if s.spot == (p.place, p.zone):
        p.candidate, p.hits = None, 0
        return
    if s.time <= p.zone_since:
        return
    if p.candidate != s.spot:
        p.candidate, p.candidate_since, p.hits = s.spot, s.time, 0
    p.candidate_since = min(p.candidate_since, s.time)
    p.hits += 1
    if p.hits >= HITS and s.time - p.candidate_since >= HOLD:
        _change(p, s.spot, s.time, moves)


def _decide(p: Presence, s: Sighting, moves: list[Move]) -> None:
    """Move to the zone that is heard best now, if it has proved itself; forget readings that are too old for that."""
    place, zone, recent = p.place, p.zone, p.recent
    best: Spot | tuple[str, str] = s.spot
    strength: int = s.rssi
    present: int | None = None
    if len(recent) > 1:
        floor = p.last - WINDOW
        stale = [code for code, reading in recent.items() if reading[0] < floor]
        for code in stale:
            del recent[code]
    if len(recent) > 1:
        top: tuple[int, int, str, str] | None = None
        for at, rssi, where, area in recent.values():
            if area == zone and where == place and (present is None or rssi > present):
                present = rssi
            if top is None or (rssi, at, where, area) > top:
                top = (rssi, at, where, area)
        if top is not None:
            strength, best = top[0], (top[2], top[3])
    if best == (place, zone):
        p.candidate, p.hits = None, 0
        return
    if best != s.spot or s.time <= p.zone_since:
        return
    spot = s.spot
    if p.candidate != best:
        p.candidate, p.candidate_since, p.hits = spot, s.time, 0
    p.candidate_since = min(p.candidate_since, s.time)
    p.hits += 1
    if p.hits >= HITS or (present is not None and strength >= present + CLEAR_DB):
        _change(p, spot, s.time, moves)


def _change(p: Presence, spot: Spot, time: int, moves: list[Move]) -> None:
    end = max(p.zone_since, min(p.zone_last, p.candidate_since))
    start = p.candidate_since
    moves.append(Move("Zone Exited", p.place, p.zone, p.zone_since, end, end - p.zone_since))
    if spot.place != p.place:
        moves.append(Move("Venue Exited", p.place, "", p.since, end, end - p.since))
        moves.append(Move("Venue Entered", spot.place, "", start, start))
        p.since = start
    moves.append(Move("Zone Entered", spot.place, spot.zone, start, start))
    p.place, p.zone, p.zone_since, p.zone_last = spot.place, spot.zone, start, time
    p.candidate, p.hits = None, 0
