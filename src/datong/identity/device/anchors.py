"""Anchors: the only ways from a device to a person.

- **login**: a trusted touchpoint identified somebody together with the address the device had at that minute, as a WiFi
  portal does. A maker's address stays tied; a made-up one only for as long as it is heard without an hour's pause.
- **app**: the retailer's own app, where somebody is logged in, said which Bluetooth or app device it runs on.
- **payment**: the device was there again and again when somebody paid (`payers`), an anchor run said so in the log, and
  the graph let it; the device goes with the undo of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

import sqlalchemy as sa

from datong.identity.device.sightings import model_key
from datong.identity.device.tables import DEVICE, HOLDER
from datong.identity.device.tracks import SILENCE
from datong.model import Event, Identifier, Sighted, sighted
from datong.privacy import Vault
from datong.storage import fetch_in, upsert

__all__ = ["DEVICES", "anchored", "take_anchors", "take_sightings"]

DEVICES = {"wifi_mac": "login", "random_mac": "login", "ble_id": "app", "app_device": "app"}
"""The namespaces that name a device, and the anchor that ties each to a person."""
_SURE, _MADE_UP = 0.99, 0.95
"""A login says who uses the device now: rarely it is lent. A made-up address another device may have made up too."""


def anchored(event: Event, naming: Mapping[str, bool]) -> list[tuple[Identifier, Identifier]]:
    """Return (device, person's strongest identifier) of an event that ties them, else nothing.

    `naming` are the namespaces that name a person, and whether their values must be verified: a number that somebody
    typed into a form ties nothing. Only the word of a trusted sender counts.
    """
    if not event.trusted or event.type == "Device Sighted" or len(event.identifiers) < 2:
        return []
    devices = [i for i in event.identifiers if i.ns in DEVICES]
    if not devices:
        return []
    by = next((i for i in event.identifiers if i.ns in naming and (i.verified or not naming[i.ns])), None)
    return [(device, by) for device in devices] if by is not None else []


def take_anchors(tx: sa.Connection, events: list[Event], naming: Mapping[str, bool]) -> None:
    """Write the devices and holders that these events tie; the same events twice change nothing more."""
    devices: dict[int, dict[str, Any]] = {}
    holders: dict[tuple[int, int], dict[str, Any]] = {}
    for event in events:
        for device, by in anchored(event, naming):
            made_up = device.ns == "random_mac"
            _widen(devices, device.key, event.time, {
                "device": device.key, "kind": device.ns, "model": 0, "confidence": _MADE_UP if made_up else 1.0,
            })
            _widen(holders, (device.key, by.key), event.time, {
                "device": device.key, "known_by": by.key, "anchor": DEVICES[device.ns],
                "confidence": _MADE_UP if made_up else _SURE, "cause": event.id[:512].replace("\\0", ""),
            })
    if not devices:
        return
    for row in fetch_in(tx, sa.select(DEVICE), DEVICE.c.device, devices):
        _keep(devices[row.device], row, ("model",))
    for row in fetch_in(tx, sa.select(HOLDER), HOLDER.c.device, devices):
        if (row.device, row.known_by) in holders:
            _keep(holders[row.device, row.known_by], row, ("cause",))
    upsert(tx, DEVICE, list(devices.values()))
    upsert(tx, HOLDER, list(holders.values()))


def take_sightings(tx: sa.Connection, events: list[Event], vault: Vault) -> None:
    """Move on when anchored devices were last heard, and with them the interval of who holds them."""
    if not any(event.sightings or event.type == "Device Sighted" for event in events):
        return
    if tx.execute(sa.select(DEVICE.c.device).limit(1)).first() is None:
        return
    ended: dict[int, int] = {}
    changed = []
    known = {row.device: row for row in fetch_in(tx, sa.select(DEVICE), DEVICE.c.device, _heard(events))}
    heard = _sightings_of(events, known.keys()) if known else {}
    for row in known.values():
        last, model = row.last_seen, row.model
        for seen in sorted(heard[row.device], key=lambda s: s.time):
            if row.kind == "random_mac" and seen.time > last + SILENCE:
                break  # a pause ends what a made-up address says
            last, model = max(last, seen.time), model_key(vault, seen.ie) or model
        if (last, model) != (row.last_seen, row.model):
            changed.append({**row._mapping, "last_seen": last, "model": model})
            ended[row.device] = last
    upsert(tx, DEVICE, changed)
    latest: dict[int, Any] = {}
    for row in fetch_in(tx, sa.select(HOLDER), HOLDER.c.device, ended):
        if row.device not in latest or latest[row.device].last_seen < row.last_seen:
            latest[row.device] = row  # who logged in last holds it now
    upsert(tx, HOLDER, [{**row._mapping, "last_seen": max(row.last_seen, ended[n])} for n, row in latest.items()])


def _heard(events: list[Event]) -> set[int]:
    """Return the keys of all devices that were sighted."""
    keys: set[int] = set()
    for event in events:
        if event.sightings is not None:
            keys.update(event.sightings.key)
        elif event.type == "Device Sighted" and event.ident:
            keys.add(event.ident)
    return keys


def _sightings_of(events: list[Event], keys: Set[int]) -> dict[int, list[Sighted]]:
    """Return the sightings of these devices, which are few of all that were heard."""
    found: dict[int, list[Sighted]] = {}
    for event in events:
        if event.sightings is not None and keys.isdisjoint(event.sightings.key):
            continue
        for seen in sighted(event):
            if seen.key in keys:
                found.setdefault(seen.key, []).append(seen)
    return found


def _widen(rows: dict[Any, dict[str, Any]], key: Any, time: int, fresh: dict[str, Any]) -> None:
    row = rows.setdefault(key, {**fresh, "first_seen": time, "last_seen": time})
    row["first_seen"], row["last_seen"] = min(row["first_seen"], time), max(row["last_seen"], time)


def _keep(fresh: dict[str, Any], row: Any, kept: tuple[str, ...]) -> None:
    fresh["first_seen"] = min(fresh["first_seen"], row.first_seen)
    fresh["last_seen"] = max(fresh["last_seen"], row.last_seen)
    for name in kept:
        fresh[name] = getattr(row, name)
