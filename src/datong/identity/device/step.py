"""Devices: the stage between identifiers and persons; it ties devices by anchors and keeps what was heard as facts."""

from __future__ import annotations

import sqlalchemy as sa

from datong.identity.device.anchors import take_anchors, take_sightings
from datong.identity.device.payments import take_payers
from datong.identity.device.sightings import append_sightings
from datong.model import Batch
from datong.places import venues
from datong.privacy import Vault, namespaces
from datong.storage import FactsTx, Stage, Store

__all__ = ["Devices"]


class Devices(Stage):
    """Knows which device is in whose hands, and what was heard of all others."""

    name = "devices"

    def __init__(self, store: Store, vault: Vault) -> None:
        """Read which namespaces name a person."""
        self._vault, self._state = vault, store.state
        self._timezone = store.settings.retailer.timezone
        self._naming = {n.name: n.verified for n in namespaces(store.settings).values() if n.merges == "yes"}
        self._places: dict[str, str] | None = None

    def step(self, batch: Batch, tx: sa.Connection) -> None:
        """Take the batch's anchors (login, app, payment), then its sightings of devices that are tied to somebody."""
        take_anchors(tx, batch.events, self._naming)
        take_payers(tx, batch.events)
        take_sightings(tx, batch.events, self._vault)

    def fold(self, batch: Batch, facts: FactsTx) -> None:
        """Append the batch's sightings to `identity.sighting`."""
        if any(event.type == "Venue Updated" for event in batch.events):
            self._places = None  # sensors may hang elsewhere now
        if not any(event.sightings or event.type == "Device Sighted" for event in batch.events):
            return
        if self._places is None:
            with self._state.read() as tx:
                self._places = {sensor.code: venue.code for venue in venues(tx) for sensor in venue.sensors}
        append_sightings(batch.events, facts, self._vault, self._places, self._timezone)
