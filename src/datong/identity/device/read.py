"""Questions about devices: whose is this, what has this member, and how many visitors were in a venue in each hour."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import msgspec
import numpy as np
import sqlalchemy as sa

from datong.identity.device.arrivals import Arrivals, arrivals
from datong.identity.device.frames import Bursts
from datong.identity.device.tables import DEVICE, HOLDER
from datong.identity.device.tracks import SILENCE
from datong.identity.device.visits import PASSING, cluster_bursts
from datong.model import HOUR, MINUTE
from datong.storage import Facts, fetch_in

__all__ = ["DWELL", "Held", "Hour", "arrivals_of", "devices_by", "holders_of", "visitors"]

DWELL = 45 * MINUTE
"""How long a visitor stays, where fewer than ten devices with an address of their own show it."""


class Held(msgspec.Struct, frozen=True):
    """A device in somebody's hands from `first_seen` to `last_seen` (ms); `known_by` is the identifier of whom."""

    device: int
    known_by: int
    kind: str
    anchor: str
    first_seen: int
    last_seen: int
    confidence: float
    model: int
    cause: str


class Hour(msgspec.Struct, frozen=True):
    """Visitors of a venue in the hour from `start` (ms): the estimate and its 90 % interval, each a whole number.

    As JSON (`GET /api/visitors` gives `{"place", "hours": [Hour, …]}`) every field is a number.
    `known` are devices with an address of their own (counted, not estimated), `members` the members these belong to,
    `addresses` the different addresses that were heard: what a counter that trusts them would say.
    """

    start: int
    devices: int
    low: int
    high: int
    known: int
    members: int
    addresses: int


def holders_of(tx: sa.Connection, devices: Iterable[int]) -> list[Held]:
    """Return who held these devices, by device and time; `who(tx, [held.known_by])` names the live member."""
    return _held(tx, HOLDER.c.device, devices)


def devices_by(tx: sa.Connection, identifiers: Iterable[int]) -> list[Held]:
    """Return the devices tied to these identifiers (all of a member's: `identifiers_of`), by device and time."""
    return _held(tx, HOLDER.c.known_by, identifiers)


def _held(tx: sa.Connection, column: sa.ColumnElement[Any], keys: Iterable[int]) -> list[Held]:
    query = sa.select(
        HOLDER.c.device, HOLDER.c.known_by, DEVICE.c.kind, HOLDER.c.anchor, HOLDER.c.first_seen, HOLDER.c.last_seen,
        HOLDER.c.confidence, DEVICE.c.model, HOLDER.c.cause,
    ).join(DEVICE, DEVICE.c.device == HOLDER.c.device)
    found = [Held(*row) for row in fetch_in(tx, query, column, set(keys))]
    return sorted(found, key=lambda h: (h.device, h.first_seen, h.known_by))


_HEARD = """
SELECT s.ident, s.start, s."end", s.frames, s.ns = 'wifi_mac' AS assigned, s.model, s.first, s.last, s.rssi, l.member
FROM identity.sighting s LEFT JOIN identity.link l ON l.ident = s.ident
WHERE s.place = $place AND s.start < $end AND s."end" >= $start AND s.ns IN ('wifi_mac', 'random_mac')
"""


def visitors(facts: Facts, place: str, start: int, end: int) -> list[Hour]:
    """Return the visitors of `place` in every hour from `start` to `end` (ms, both on the hour) with an interval.

    Devices heard for less than 30 s walk past and do not count. Made-up addresses are clustered (`cluster`): where the
    frames carry information elements and sequence numbers, phones of one model are told apart; where only elements,
    their number together is told by how often they talk at once, and how many came in turn by the mean stay of the
    devices with an address of their own; where there is nothing but addresses, the interval reaches from as many as
    were there at one moment to every address. Phones that are switched off or
    silent are not counted at all, nor are Bluetooth tags, whose bearers have a phone as well. An hour without a
    sighting is there with zeros.
    """
    heard = facts.query(_HEARD, {"place": place, "start": start, "end": end})
    columns = {name: np.asarray(heard.column(name).to_numpy(zero_copy_only=False)) for name in heard.column_names}
    rssi = columns["rssi"].astype(np.float64)
    order = np.lexsort((columns["ident"], columns["end"], columns["start"]))
    c = {name: column[order] for name, column in columns.items()}
    n = len(order)
    bursts = Bursts(
        np.arange(n), c["start"], c["end"], c["ident"], c["assigned"].astype(np.bool_), c["model"], c["first"],
        c["last"], rssi[order], c["frames"],
    )
    member = np.nan_to_num(c["member"].astype(np.float64), nan=0.0).astype(np.int64)
    dwell = _dwell(bursts)
    return [_hour(bursts, member, at, dwell) for at in range(start, end, HOUR)]


_INSIDE = """
SELECT s.ident, s.start, s."end", s.frames, s.ns = 'wifi_mac' AS assigned, s.model, s.first, s.last, s.rssi
FROM identity.sighting s
WHERE s.place = $place AND s.date BETWEEN $since AND $until AND s.ns IN ('wifi_mac', 'random_mac')
  AND NOT EXISTS (SELECT 1 FROM places.staff w WHERE w.ident = s.ident AND w.role = 'staff' AND w.place IN ('', s.place)
                  AND w.since <= s.start AND (w."until" IS NULL OR w."until" > s.start))
"""


def arrivals_of(facts: Facts, place: str, since: date, until: date, windows: Sequence[tuple[int, int]]) -> Arrivals:
    """Return the arrivals at `place` within the windows (ms) of these local days, without the staff's devices."""
    heard = facts.query(_INSIDE, {"place": place, "since": since, "until": until})
    c = {name: np.asarray(heard.column(name).to_numpy(zero_copy_only=False)) for name in heard.column_names}
    n = heard.num_rows
    return arrivals(Bursts(
        np.arange(n), c["start"], c["end"], c["ident"], c["assigned"].astype(np.bool_), c["model"], c["first"],
        c["last"], c["rssi"].astype(np.float64), c["frames"],
    ), windows)


def _dwell(bursts: Bursts) -> float:
    """Return the mean stay (ms) of the devices with an address of their own."""
    own = np.flatnonzero(bursts.assigned)
    own = own[np.lexsort((bursts.start[own], bursts.address[own]))]
    if not len(own):
        return DWELL
    begins = np.ones(len(own), np.bool_)
    begins[1:] = (np.diff(bursts.address[own]) != 0) | (bursts.start[own][1:] - bursts.end[own][:-1] > SILENCE)
    at = np.flatnonzero(begins)
    stays = np.maximum.reduceat(bursts.end[own], at) - bursts.start[own][at]
    stays = stays[stays >= PASSING]
    return float(stays.mean()) if len(stays) >= 10 else DWELL


def _hour(bursts: Bursts, member: np.ndarray[Any, np.dtype[np.int64]], at: int, dwell: float) -> Hour:
    within = np.flatnonzero((bursts.start < at + HOUR) & (bursts.end >= at))
    if not len(within):
        return Hour(at, 0, 0, 0, 0, 0, 0)
    part = bursts.pick(within)
    found = cluster_bursts(part).visitors(dwell)
    known = len(np.unique(part.address[part.assigned]))
    members = len(np.unique(member[within][member[within] > 0]))
    return Hour(at, max(known, round(found.devices)), max(known, int(found.low)), max(known, int(np.ceil(found.high))),
                known, members, len(np.unique(part.address)))
