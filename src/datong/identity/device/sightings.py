"""Sightings into facts: the frames of one scan become one row, with the model's keyed hash in place of what it said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import repeat

import numpy as np
import pyarrow as pa

from datong.identity.device.frames import Frames, in_bursts
from datong.identity.device.tables import SIGHTING
from datong.model import Event, local_parts, sighted
from datong.privacy import Vault
from datong.storage import FactsTx

__all__ = ["MODEL", "append_sightings", "model_key"]

MODEL = "wifi_model"
"""The name under which fingerprints are hashed; no namespace of identifiers, for a model identifies nobody."""


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
    if not heard.time:
        return
    devices = list(heard.devices)
    rssi = np.array(heard.rssi, np.float64)
    bursts = in_bursts(Frames.of(  # a device of one place stands for its address: each is alone with its frames
        heard.time, address=heard.device, model=heard.model, seq=heard.seq, rssi=np.where(rssi < 0, rssi, np.nan),
    ))
    order = np.argsort(np.array([heard.rank(d[0]) for d in devices])[bursts.address - 1], kind="stable")
    starts = bursts.start[order]
    local = [local_parts(start, timezone) for start in starts.tolist()]
    whose = [devices[at - 1] for at in bursts.address[order].tolist()]
    facts.append(SIGHTING, pa.table({
        "ident": pa.array([ident for _, ident, _ in whose], pa.int64()),
        "ns": [ns for _, _, ns in whose],
        "place": [place for place, _, _ in whose],
        "model": pa.array(bursts.model[order], pa.int64()),
        "start": pa.array(starts, pa.int64()),
        "end": pa.array(bursts.end[order], pa.int64()),
        "frames": pa.array(bursts.frames[order], pa.int64()),
        "first": pa.array(bursts.first[order], pa.int64()),
        "last": pa.array(bursts.last[order], pa.int64()),
        "rssi": pa.array(bursts.rssi[order], pa.float64(), from_pandas=True),
        "date": pa.array([day for day, _ in local], pa.int32()).cast(pa.date32()),
        "hour": pa.array([hour for _, hour in local], pa.int8()),
    }))


class _Heard:
    """Columns of sightings; `device` is the position, from 1 on, of (place, key, namespace) in `devices`."""

    def __init__(self, vault: Vault, places: Mapping[str, str]) -> None:
        self.devices: dict[tuple[str, int, str], int] = {}
        self.device: list[int] = []
        self.time: list[int] = []
        self.rssi: list[int] = []
        self.model: list[int] = []
        self.seq: list[int] = []
        self._vault, self._places = vault, places
        self._ranks: dict[str, int] = {}

    def add(self, event: Event) -> None:
        """Take an event's sightings."""
        if (s := event.sightings) is None:
            for seen in sighted(event):
                self._one(event.place or self._places.get(seen.sensor, ""), seen.key, seen.ns)
                self.time.append(seen.time)
                self.rssi.append(seen.rssi)
                self.model.append(model_key(self._vault, seen.ie))
                self.seq.append(seen.seq)
            return
        n, start = len(s.key), event.time
        places = [event.place or self._places.get(sensor, "") for sensor in s.sensors]
        for key, by, ns in zip(s.key, s.sensor or repeat(0), s.ns or repeat(0), strict=False):
            self._one(places[by], key, s.namespaces[ns])
        self.time += [start + after for after in s.time]
        self.rssi += s.rssi
        self.model += [model_key(self._vault, ie) for ie in s.ie] if s.ie else [0] * n
        self.seq += s.seq or [-1] * n

    def _one(self, place: str, key: int, ns: str) -> None:
        devices = self.devices
        whose = (place, key, ns)
        at = devices.get(whose)
        if at is None:
            at = devices[whose] = len(devices) + 1
        self.device.append(at)

    def rank(self, place: str) -> int:
        """Return where a place comes in the order of places."""
        if not self._ranks:
            self._ranks = {place: at for at, place in enumerate(sorted({d[0] for d in self.devices}))}
        return self._ranks[place]
