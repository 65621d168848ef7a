from __future__ import annotations

import pytest
from tests.unit.places.sightings import T0, open_places, run, seen

from datong.errors import Rejected
from datong.model import Event, Identifier, decode_event
from datong.places import Places, present, register_staff, staff_devices
from datong.storage import Store


def registered(store: Store, key: int, **more: object) -> Event:
    register_staff(store, Identifier("wifi_mac", key), actor="user:ann", **more)  # type: ignore[arg-type]
    return decode_event(store.log.read(store.log.end() - 1, 1)[0].body)


def test_no_presence_is_kept_of_the_staff_from_the_event_on(store: Store) -> None:
    places = open_places(store)
    run(places, store, [seen(7, "ap-hall", 0), registered(store, 8, since=T0)], now=1)
    run(places, store, [seen(7, "ap-hall", 10), seen(8, "ap-hall", 11)])
    with store.state.read() as tx:
        assert set(present(tx).idents) == {7}
        (device,) = staff_devices(tx)
    assert (device.ident, device.role, device.how, device.actor) == (8, "staff", "registered", "user:ann")
    assert device.since == T0
    run(Places(store), store, [seen(8, "ap-hall", 12)])  # a new start remembers
    with store.state.read() as tx:
        assert 8 not in present(tx).idents


def test_who_left_or_never_was_staff_is_a_visitor_again(store: Store) -> None:
    places = open_places(store)
    run(places, store, [registered(store, 8, since=T0 - 10, until=T0 - 5)], now=0)
    run(places, store, [registered(store, 9, role="visitor", how="confirmed")], now=0)
    run(places, store, [seen(8, "ap-hall", 1), seen(9, "ap-hall", 1)])
    with store.state.read() as tx:
        assert set(present(tx).idents) == {8, 9}
        assert sorted(d.role for d in staff_devices(tx)) == ["staff", "visitor"]


def test_a_made_up_address_cannot_be_registered(store: Store) -> None:
    with pytest.raises(Rejected, match="made up by the phone") as error:
        register_staff(store, Identifier("random_mac", 1), actor="user:ann")
    assert error.value.code == "bad_staff"
