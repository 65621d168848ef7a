"""The consented way from a phone to a person, end to end: portal login, sightings in frames, a visit of the member."""

from __future__ import annotations

import json
from pathlib import Path

from tests.flow.mall import CARD, MAC, PHONE, Mall, build

import datong
from datong.analytics import report
from datong.model import DAY, HOUR, MINUTE, SECOND, sighted, to_iso

STRANGER = "3c:22:fb:99:99:99"
_PORTAL = """
[touchpoints.login]
kind = "portal"
write_key = "key-login"
place = "mall"
"""


def log_in(mall: Mall, mac: str) -> None:
    """Let a shopper log in at the captive portal, and agree to be written to."""
    said = {"mac": mac, "phone": PHONE, "name": "Li Na", "time": to_iso(mall.clock.at), "consent": {"marketing": True}}
    assert [r.status for r in mall.frame("login", said)] == ["stored", "stored"]
    mall.drain()


def walk(mall: Mall, minutes: int = 6) -> None:
    """Let the access points hear both phones in one frame every half minute."""
    for at in range(2 * minutes):
        mall.clock.at += 30 * SECOND
        time = to_iso(mall.clock.at)
        frame = {"sensor": "ap-hall" if at < 4 else "ap-shoes", "sightings": [
            {"mac": MAC, "rssi": -50, "time": time}, {"mac": STRANGER, "rssi": -52, "time": time}]}
        assert [(r.status, r.count) for r in mall.frame("wifi", frame)] == [("stored", 2)]
        mall.drain()


def keys(mall: Mall) -> list[set[int]]:
    """Return the keys under which the phones were heard, day by day."""
    days: dict[int, set[int]] = {}
    for event in mall.events("Devices Sighted"):
        days.setdefault(event.date, set()).update(one.key for one in sighted(event))
    return [days[day] for day in sorted(days)]



def test_a_login_makes_the_phone_the_member_s(tmp_path: Path) -> None:
    """Two days: the logged-in phone keeps one key and its visits are the member's; the other's key changes."""
    with datong.open(str(build(tmp_path, more=_PORTAL))) as platform:
        mall = Mall(platform)
        mall.stock()
        mall.show_card()  # who has the phone number on file
        log_in(mall, MAC)
        walk(mall)
        mall.wait(HOUR)
        mall.clock.at += DAY - HOUR
        mall.drain()
        walk(mall)
        mall.wait(HOUR)

        first, second = keys(mall)
        anchored = mall.key("wifi_mac", MAC)
        assert (len(first), len(second)) == (2, 2)
        assert first & second == {anchored}  # the stranger has another key on each day
        member = mall.member("wifi_mac", MAC)
        assert member is not None
        assert member == mall.member("member_card", CARD) == mall.member("phone", PHONE)

        entered = [event for event in mall.events("Venue Entered") if event.ident == anchored]
        assert len(entered) == 2
        zones = [event.zone for event in mall.events("Zone Entered") if event.ident == anchored]
        assert zones == ["hall", "shoes"] * 2
        rows = list(report(mall.store, "visits", {"by": "day"}).rows)
        assert [row["visits"] for row in rows] == [2, 2]  # both phones, each day
        seen = mall.store.facts.rows("SELECT count(DISTINCT start) AS n FROM places.visit WHERE ident = $key",
                                     {"key": anchored})
        assert seen[0]["n"] >= 2
        log = b"".join(entry.body for entry in mall.store.log.read(0, 10_000))
        for secret in (MAC, STRANGER, PHONE, "Li Na"):
            assert secret.encode() not in log
            assert json.dumps(secret)[1:-1].encode() not in log


def test_a_phone_that_logs_in_later_is_the_member_s_from_then_on(tmp_path: Path) -> None:
    """Before the login nothing ties the phone to anybody; after it the next frame already does."""
    with datong.open(str(build(tmp_path, more=_PORTAL))) as platform:
        mall = Mall(platform)
        mall.stock()
        mall.show_card()
        walk(mall, 2)
        before = keys(mall)[0]
        assert mall.key("wifi_mac", MAC) not in before
        assert mall.member("wifi_mac", MAC) is None
        log_in(mall, MAC)
        mall.wait(MINUTE)
        walk(mall, 3)
        assert mall.key("wifi_mac", MAC) in keys(mall)[0]
        assert mall.member("wifi_mac", MAC) == mall.member("member_card", CARD)
