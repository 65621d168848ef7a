"""Anchors: who holds which device, by whose word and how long."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.unit.identity.device.air import T0

from datong.identity.device import Devices, Held, devices_by, holders_of
from datong.model import HOUR, MINUTE, Batch, Event, Identifier
from datong.privacy import Vault
from datong.storage import Store

PHONE, OTHER = Identifier("phone", 11, verified=True), Identifier("phone", 12, verified=True)
MAC, RANDOM, BLE = Identifier("wifi_mac", 21), Identifier("random_mac", 22), Identifier("ble_id", 23)


def event(at: int, *identifiers: Identifier, type: str = "Identified", **more: Any) -> Event:  # noqa: A002
    told = {"id": f"{type}-{at}", "source": "portal", "channel": "wifi", "trusted": True, **more}
    return Event(type=type, time=T0 + at, received=T0 + at, identifiers=identifiers,
                 ident=identifiers[0].key if identifiers else 0, **told)


def sighted(at: int, device: Identifier, **properties: Any) -> Event:
    return event(at, device, type="Device Sighted", properties=properties)


@pytest.fixture
def devices(store: Store, vault: Vault) -> Devices:
    return Devices(store, vault)


def take(devices: Devices, store: Store, *events: Event) -> None:
    for _ in range(2):  # a batch that runs twice does nothing more
        with store.state.write() as tx:
            devices.step(Batch(list(events), 1, 1, T0), tx)


def held(store: Store, *keys: int) -> list[Held]:
    with store.state.read() as tx:
        return holders_of(tx, keys)


def test_a_login_ties_the_device(devices: Devices, store: Store) -> None:
    take(devices, store, event(0, PHONE, MAC, id="login-1"))
    found, = held(store, 21)
    assert found == Held(21, 11, "wifi_mac", "login", T0, T0, 0.99, 0, "login-1")
    with store.state.read() as tx:
        assert devices_by(tx, [11]) == [found]
        assert devices_by(tx, [12]) == []


@pytest.mark.parametrize("wrong", [
    event(0, PHONE, MAC, trusted=False), event(0, MAC), event(0, PHONE), event(0, MAC, RANDOM),
    event(0, MAC, Identifier("anonymous_id", 5)), event(0, MAC, Identifier("phone", 11)),
    event(0, PHONE, MAC, type="Device Sighted"),
])
def test_nothing_else_does(devices: Devices, store: Store, wrong: Event) -> None:
    take(devices, store, wrong)
    assert held(store, 21, 22) == []


def test_an_app_ties_its_beacon(devices: Devices, store: Store) -> None:
    take(devices, store, event(0, PHONE, BLE, type="Screen Viewed", channel="app"))
    assert [(h.device, h.anchor, h.confidence) for h in held(store, 23)] == [(23, "app", 0.99)]


def test_a_made_up_address_is_held_until_a_pause(devices: Devices, store: Store) -> None:
    take(devices, store, event(0, PHONE, RANDOM))
    take(devices, store, *(sighted(n * 50 * MINUTE, RANDOM) for n in (1, 2)))
    take(devices, store, sighted(100 * MINUTE + HOUR + 1, RANDOM), sighted(110 * MINUTE + HOUR, RANDOM))
    found, = held(store, 22)
    assert (found.first_seen, found.last_seen, found.confidence) == (T0, T0 + 100 * MINUTE, 0.95)


def test_a_makers_address_stays(devices: Devices, store: Store, vault: Vault) -> None:
    take(devices, store, event(0, PHONE, MAC))
    take(devices, store, sighted(90 * 24 * HOUR, MAC, ie="2f00c0ffee"))
    found, = held(store, 21)
    assert found.last_seen == T0 + 90 * 24 * HOUR
    assert found.model == vault.key("wifi_model", "2f00c0ffee")


def test_who_logged_in_last_holds_it_now(devices: Devices, store: Store) -> None:
    take(devices, store, event(0, PHONE, MAC))
    take(devices, store, event(HOUR, OTHER, MAC))
    take(devices, store, sighted(2 * HOUR, MAC))
    assert [(h.known_by, h.first_seen - T0, h.last_seen - T0) for h in held(store, 21)] == [
        (11, 0, 0), (12, HOUR, 2 * HOUR)]


def test_late_events_widen_the_interval(devices: Devices, store: Store) -> None:
    take(devices, store, event(HOUR, PHONE, MAC, id="second"))
    take(devices, store, event(0, PHONE, MAC, id="first"))
    found, = held(store, 21)
    assert (found.first_seen, found.last_seen, found.cause) == (T0, T0 + HOUR, "second")


def test_strangers_are_not_kept(devices: Devices, store: Store) -> None:
    take(devices, store, event(0, PHONE, MAC), sighted(5, RANDOM), sighted(6, BLE))
    assert [h.device for h in held(store, 21, 22, 23)] == [21]


def test_a_strong_identifier_is_who_it_is(devices: Devices, store: Store) -> None:
    card = Identifier("member_card", 9)
    take(devices, store, event(0, card, PHONE, MAC))
    assert [h.known_by for h in held(store, 21)] == [9]
    assert msgspec.to_builtins(held(store, 21)[0])["known_by"] == 9
