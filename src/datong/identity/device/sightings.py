"""Sightings into facts: the frames of one scan become one row, with the model's keyed hash in place of what it said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from datong.identity.device.frames import Frames, Ints, in_bursts
from datong.identity.device.tables import SIGHTING
from datong.model import MINUTE, Event, Sightings, local_parts, sighted
from datong.privacy import Vault
from datong.storage import FactsTx

__all__ = ["MODEL", "append_sightings", "model_key"]

MODEL = "wifi_model"
"""The name under which fingerprints are hashed; no namespace of identifiers, for a model identifies nobody."""
_QUARTER = 15 * MINUTE


@lru_cache(maxsize=4_096)
def model_key(vault: Vault, said: str) -> int:
    """Return the keyed hash of what a frame's information elements said, 0 where it brought none."""
    return vault.key(MODEL, said) if said else 0


def append_sightings(
    events: Iterable[Event], facts: FactsTx, vault: Vault, places: Mapping[str, str], timezone: str
) -> None:
    """Append the sightings of every place; `places` says where a sensor stands, for one that does not say it itself."""
    heard = _Heard(vault, places)
    for event in events:
        if event.sightings is not None or (event.type == "Device Sighted" and event.ident):
            heard.add(event)
    if not heard.key:
        return
    columns = heard.columns()
    rssi = columns.rssi.astype(np.float64)
    bursts = in_bursts(Frames.of(  # a device of one place stands for its address: each is alone with its frames
        columns.time, address=columns.device, model=columns.model, seq=columns.seq,
        rssi=np.where(rssi < 0, rssi, np.nan),
    ))
    whose = bursts.address - 1
    places_of = np.array(heard.place.names())
    rank = np.argsort(np.argsort(places_of))
    order = np.argsort(rank[columns.place_of[whose]], kind="stable")
    whose, start = whose[order], bursts.start[order]
    quarter, back = np.unique(start // _QUARTER, return_inverse=True)
    local = np.array([local_parts(at * _QUARTER, timezone) for at in quarter.tolist()], np.int32)[back]
    facts.append(SIGHTING, pa.table({
        "ident": columns.key_of[whose],
        "ns": pa.array(heard.ns.names()).take(columns.ns_of[whose]),
        "place": pa.array(places_of).take(columns.place_of[whose]),
        "model": pa.array(bursts.model[order], pa.int64()),
        "start": pa.array(start, pa.int64()),
        "end": pa.array(bursts.end[order], pa.int64()),
        "frames": pa.array(bursts.frames[order], pa.int64()),
        "first": pa.array(bursts.first[order], pa.int64()),
        "last": pa.array(bursts.last[order], pa.int64()),
        "rssi": pa.array(bursts.rssi[order], pa.float64(), from_pandas=True),
        "date": pa.array(local[:, 0]).cast(pa.date32()),
        "hour": pa.array(local[:, 1].astype(np.int8)),
    }))


class _Names:
    """Numbers texts in the order in which they come."""

    def __init__(self) -> None:
        self._number: dict[str, int] = {}

    def __getitem__(self, name: str) -> int:
        return self._number.setdefault(name, len(self._number))

    def names(self) -> list[str]:
        """Return the texts by their numbers."""
        return list(self._number)


class _Columns(NamedTuple):
    """Sightings as arrays; `device` is the position, from 1 on, of a (key, place, namespace) in the last three."""

    time: Ints
    rssi: Ints
    model: Ints
    seq: Ints
    device: Ints
    key_of: Ints
    place_of: Ints
    ns_of: Ints


class _Heard:
    """Columns of sightings, event by event; what a whole event shares is kept once, with how many sightings it has."""

    def __init__(self, vault: Vault, places: Mapping[str, str]) -> None:
        self.key: list[int] = []
        self.place, self.ns = _Names(), _Names()
        self._after: list[int] = []
        self._rssi: list[int] = []
        self._events: list[tuple[int, int, int, int]] = []
        """(time, place, namespace, sightings) of each; the last three columns hold what differs within one."""
        self._places_in: dict[int, list[int]] = {}
        self._ns_in: dict[int, list[int]] = {}
        self._said: dict[int, tuple[list[int], tuple[int, ...]]] = {}
        self._vault, self._places = vault, places

    def add(self, event: Event) -> None:
        """Take an event's sightings."""
        if (s := event.sightings) is None:
            seen = sighted(event)[0]
            s = Sightings((seen.sensor,), (seen.ns,), (seen.key,), (seen.time - event.time,), (seen.rssi,),
                          ie=(seen.ie,), seq=(seen.seq,))
        first, n = len(self.key), len(s.key)
        self.key += s.key
        self._after += s.time
        self._rssi += s.rssi
        places = [self.place[event.place or self._places.get(sensor, "")] for sensor in s.sensors]
        namespaces = [self.ns[ns] for ns in s.namespaces]
        if s.sensor and len(set(places)) > 1:
            self._places_in[first] = [places[by] for by in s.sensor]
        if s.ns:
            self._ns_in[first] = [namespaces[ns] for ns in s.ns]
        if s.ie or s.seq:
            self._said[first] = [model_key(self._vault, ie) for ie in s.ie] or [0] * n, s.seq or (-1,) * n
        self._events.append((event.time, places[0], namespaces[0], n))

    def columns(self) -> _Columns:
        """Return all that was taken."""
        events = np.array(self._events, np.int64)
        time, place, ns = (np.repeat(events[:, at], events[:, 3]) for at in range(3))
        model, seq = np.zeros(len(self.key), np.int64), np.full(len(self.key), -1, np.int64)
        for column, parts in ((place, self._places_in), (ns, self._ns_in)):
            for first, values in parts.items():
                column[first : first + len(values)] = values
        for first, (models, numbers) in self._said.items():
            model[first : first + len(models)], seq[first : first + len(models)] = models, numbers
        keys, key = np.unique(np.array(self.key, np.int64), return_inverse=True)
        whose, device = np.unique((key * len(self.place.names()) + place) * len(self.ns.names()) + ns,
                                  return_inverse=True)
        rest, ns_of = np.divmod(whose, len(self.ns.names()))
        key_at, place_of = np.divmod(rest, len(self.place.names()))
        return _Columns(time + np.array(self._after, np.int64), np.array(self._rssi, np.int64), model, seq, device + 1,
                        keys[key_at], place_of, ns_of)
