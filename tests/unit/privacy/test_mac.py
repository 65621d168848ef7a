"""MAC addresses: a key for each day, the salt thrown away; one key for good only for who is in the register."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from datong.config import PrivacySettings, Settings
from datong.errors import ConfigError, Rejected
from datong.model import DAY, HOUR, Batch, Event, Identifier, from_iso
from datong.privacy import Address, Consents, Macs, Vault
from datong.privacy.mac import KEPT
from datong.privacy.tables import ANCHORED, MAC_SALT
from datong.storage import Store

NOW = from_iso("2026-03-01T04:00:00Z")  # noon in Shanghai
MAC, MADE_UP, TAG = "a4:83:e7:12:34:56", "da:a1:19:01:02:03", "f7826da6-4fa2-4e98-8024-bc5b71e0893e:1:7"


def key(macs: Macs, raw: str, at: int, ns: str = "wifi_mac", now: int = NOW) -> int:
    day = macs.day(at)
    macs.prepare((day,), now)
    found = macs.learn(ns, day, (raw,))[raw]
    assert isinstance(found, Address)
    return found.key


def test_a_salt_is_thrown_away_and_then_nobody_can_tell(store: Store, vault: Vault) -> None:
    macs = Macs(Settings(), vault, store.state)
    first = key(macs, MAC, NOW)
    assert key(Macs(Settings(), vault, store.state), MAC, NOW) == first  # another process has the same salt
    key(macs, MAC, NOW + KEPT, now=NOW + KEPT)
    with store.state.read() as tx:
        assert [row.day for row in tx.execute(sa.select(MAC_SALT))] == [macs.day(NOW + KEPT)]
    assert key(Macs(Settings(), vault, store.state), MAC, NOW, now=NOW + KEPT) != first


def test_the_day_begins_at_the_hour_of_the_settings(vault: Vault) -> None:
    macs = Macs(Settings(privacy=PrivacySettings(mac_salt_hour=6)), vault)
    six = NOW - 6 * HOUR
    assert macs.day(six) == macs.day(six - 1) + 1 == macs.day(six + DAY - 1)
    with pytest.raises(ConfigError):
        Macs(Settings(privacy=PrivacySettings(mac_salt_hour=24)), vault)


def test_a_tag_is_no_address_and_a_bluetooth_address_is(vault: Vault) -> None:
    macs = Macs(Settings(), vault)
    assert key(macs, TAG, NOW, "ble_id") == key(macs, TAG, NOW + 5 * DAY, "ble_id") == vault.key("ble_id", TAG)
    assert key(macs, "AC:23:3F:00:00:01", NOW, "ble_id") != key(macs, "AC:23:3F:00:00:01", NOW + DAY, "ble_id")


def test_placeholders_and_nonsense(vault: Vault) -> None:
    macs = Macs(Settings(), vault)
    macs.prepare((1,), NOW)
    found = macs.learn("wifi_mac", 1, ("ff:ff:ff:ff:ff:ff", "x"))
    codes = [one.code for one in found.values() if isinstance(one, Rejected)]
    assert codes == ["missing_identifier", "bad_identifier"]


@pytest.mark.parametrize(("verified", "trusted", "kind", "anchored"), [
    (True, True, "Identified", True), (False, True, "Identified", False), (True, False, "Identified", False),
    (True, True, "Device Sighted", False), (False, True, "Staff Registered", True),
])
def test_who_enters_the_register(
    store: Store, vault: Vault, *, verified: bool, trusted: bool, kind: str, anchored: bool
) -> None:
    stable = vault.key("wifi_mac", MAC)
    ids = (Identifier("phone", 5, None, verified), Identifier("wifi_mac", stable), Identifier("random_mac", 7))
    event = Event("e", "portal", "web", kind, NOW, NOW, identifiers=ids, ident=5, offset=3, trusted=trusted)
    with store.state.write() as tx:
        Consents(store.settings).step(Batch([event], 3, 3, NOW), tx)
        assert [tuple(row) for row in tx.execute(sa.select(ANCHORED))] == ([(stable, 3, NOW)] if anchored else [])
    macs = Macs(Settings(), vault, store.state)
    assert (key(macs, MAC, NOW) == stable) is anchored
    assert key(macs, MADE_UP, NOW) != vault.key("random_mac", MADE_UP)
