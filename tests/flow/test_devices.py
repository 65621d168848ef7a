"""A phone under made-up addresses is counted, a known one is tied by its login, and no name of a network is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.flow.mall import CARD, MAC, PHONE, Mall, opened

from datong.identity import who
from datong.identity.device import devices_by, holders_of, visitors
from datong.model import HOUR, MINUTE, to_iso

HT = "2d1a2d0017ff" + "00" * 22
HOME = "0008" + b"HomeWLAN".hex()


def probe(mall: Mall, mac: str, seq: int, body: str = HOME + HT) -> None:
    sighting = {"mac": mac, "rssi": -55, "time": to_iso(mall.clock.at), "seq": seq, "ies": body}
    assert [r.status for r in mall.frame("wifi", {"sensor": "ap-hall", "sightings": [sighting]})] == ["stored"]


def walk(mall: Mall) -> int:
    """Let one phone with twenty addresses, a stranger's and a member's own walk about; return when it began."""
    began = mall.clock.at
    mall.log_in_to_wifi()
    for minute in range(20):
        probe(mall, f"da:a1:19:00:00:{minute:02x}", 100 + 30 * minute)
        probe(mall, MAC, -0 + minute, HOME + "2d1aef0917ff" + "00" * 22)
        mall.wait(MINUTE)
    mall.drain()
    return began


def test_visitors_by_the_hour(tmp_path: Path) -> None:
    with opened(tmp_path) as mall:
        began = walk(mall)
        hour, empty = visitors(mall.store.facts, "mall", began, began + 2 * HOUR)
        assert (hour.devices, hour.known, hour.members, hour.addresses) == (2, 1, 1, 21)
        assert 1 <= hour.low <= 2 <= hour.high < 8
        assert empty.devices == 0
        assert len(mall.rows("SELECT device FROM identity_device")) == 1  # who was only counted has no row


def test_a_device_follows_its_holder_through_a_merge(tmp_path: Path) -> None:
    with opened(tmp_path) as mall:
        began = walk(mall)
        phone, mac = mall.key("phone", PHONE), mall.key("wifi_mac", MAC)
        mall.show_card()  # the card has the phone number on file: two members become one
        mall.drain()
        with mall.store.state.read() as tx:
            held, = holders_of(tx, [mac])
            assert (held.known_by, held.anchor, held.first_seen - began) == (phone, "login", 0)
            assert held.last_seen - began == 19 * MINUTE
            assert devices_by(tx, [phone]) == [held]
            assert who(tx, [held.known_by])[phone] == mall.member("member_card", CARD)


def test_facts_are_the_same_when_they_are_made_anew(tmp_path: Path) -> None:
    def counted(mall: Mall) -> list[Any]:
        return visitors(mall.store.facts, "mall", began, began + HOUR)

    with opened(tmp_path) as mall:
        began = walk(mall)
        before = counted(mall)
        mall.store.facts.rebuild()
        mall.drain()
        assert counted(mall) == before


def test_nothing_of_what_a_phone_looks_for_is_kept(tmp_path: Path) -> None:
    with opened(tmp_path) as mall:
        walk(mall)
        log = b"".join(entry.body for entry in mall.store.log.read(0, 1_000))
    kept = log + b"".join(file.read_bytes() for file in (tmp_path / "data").iterdir() if file.is_file())
    for secret in (b"HomeWLAN", HOME.encode(), HT.encode(), MAC.encode(), b"da:a1:19:00:00"):
        assert secret not in kept
