"""Devices keep the same state on every engine."""

from __future__ import annotations

import sqlalchemy as sa
from tests.unit.identity.device.air import T0
from tests.unit.identity.device.test_anchors import BLE, MAC, OTHER, PHONE, RANDOM, event, sighted, take

from datong.identity.device import Devices, devices_by, holders_of
from datong.identity.device.tables import DEVICE, HOLDER
from datong.model import HOUR
from datong.privacy import Vault
from datong.storage import Store


def test_devices_live_on_every_engine(state_store: Store, vault: Vault) -> None:
    devices = Devices(state_store, vault)
    take(devices, state_store, event(0, PHONE, MAC, BLE), event(5, OTHER, RANDOM))
    take(devices, state_store, *(sighted(HOUR * n, who) for n in (1, 2) for who in (MAC, RANDOM)))
    take(devices, state_store, event(3 * HOUR, OTHER, MAC))
    with state_store.state.read() as tx:
        assert [tuple(row) for row in tx.execute(sa.select(DEVICE).order_by(DEVICE.c.device))] == [
            (21, "wifi_mac", 0, T0, T0 + 3 * HOUR, 1.0), (22, "random_mac", 0, T0 + 5, T0 + 2 * HOUR, 0.95),
            (23, "ble_id", 0, T0, T0, 1.0)]
        assert [(h.device, h.known_by, h.first_seen - T0, h.last_seen - T0) for h in holders_of(tx, [21, 22, 23])] == [
            (21, 11, 0, 2 * HOUR), (21, 12, 3 * HOUR, 3 * HOUR), (22, 12, 5, 2 * HOUR), (23, 11, 0, 0)]
        assert [h.device for h in devices_by(tx, [12])] == [21, 22]
        assert tx.execute(sa.select(sa.func.count()).select_from(HOLDER)).scalar() == 4
