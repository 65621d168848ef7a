"""A small mall for tests of the whole flow: one venue, every kind of touchpoint, two campaigns, and a clock to set."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

import datong
from datong.analytics import report
from datong.config import FixedClock
from datong.identity import who
from datong.model import DAY, HOUR, MINUTE, SECOND, Event, decode_event, from_iso, to_iso
from datong.platform import Platform
from datong.privacy import make_identifier, namespaces
from datong.storage import EVENTS
from datong.touchpoints import Result

__all__ = ["CARD", "COOKIE", "MAC", "PHONE", "START", "Mall", "build", "campaign", "opened"]

START = from_iso("2026-03-07T10:00:00+08:00")
CARD, PHONE, COOKIE, MAC = "8800000017", "13812345678", "cookie-17", "3c:22:fb:10:20:30"

_CONFIG = """
[retailer]
name = "Small Mall"
timezone = "Asia/Shanghai"
[clock]
as_of = "2026-03-07T10:00:00+08:00"
[console]
user = "ann"
password = "{password}"
[places]
file = "venue.yaml"
[marketing]
files = ["campaigns.yaml"]
[touchpoints.web]
kind = "web"
write_key = "key-web"
trusted = true
verified = ["phone", "email"]
[touchpoints.portal]
kind = "web"
write_key = "key-portal"
trusted = true
verified = ["phone"]
place = "mall"
settings = {{ channel = "wifi" }}
[touchpoints.office]
kind = "web"
write_key = "key-office"
trusted = true
verified = ["phone", "email"]
settings = {{ channel = "pos" }}
[touchpoints.tills]
kind = "pos"
write_key = "key-tills"
[touchpoints.wifi]
kind = "wifi"
write_key = "key-wifi"
place = "mall"
"""
_VENUE = """
venues:
  - code: mall
    name: {zh: 小商场, en: Small Mall}
    city: Shanghai
    floors:
      - code: f1
        name: {zh: 一层, en: Level 1}
        level: 1
        zones:
          - {code: hall, name: {zh: 中庭, en: Hall}, rect: {x: 0, y: 0, w: 20, h: 10}}
          - code: shoes
            name: {zh: 鞋区, en: Shoes}
            rect: {x: 0, y: 10, w: 20, h: 10}
            shop: {code: S1, name: {zh: 步履, en: Stride}, format: fashion, category: shoes}
    sensors:
      - {code: ap-hall, zone: hall}
      - {code: ap-shoes, zone: shoes}
"""


def campaign(**changes: Any) -> dict[str, Any]:
    """Return a campaign on the five minutes among the shoes: 20 % off shoes, nobody held out."""
    return {
        "code": "shoes-now", "name": {"en": "A nudge among the shoes", "zh-CN": "鞋区犹豫礼"}, "scene": "shoe_dwell",
        "offer": {"kind": "percent", "value": 20, "category": "shoes", "valid": "3d"}, "holdout": 0.0,
        "channels": ["inbox"], "expires": "1h",
        "messages": {"en": {"title": "{{ name }}, {{ offer }}", "body": "In {{ zone }}: {{ coupon }}, {{ until }}."}},
        **changes,
    }


def build(folder: Path, *campaigns: dict[str, Any], password: str = "", more: str = "") -> Path:
    """Write the mall's files into a folder and return the configuration; the key is the same in every mall."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "venue.yaml").write_text(_VENUE, "utf-8")
    # JSON is YAML
    (folder / "campaigns.yaml").write_text(json.dumps({"campaigns": list(campaigns or [campaign()])}), "utf-8")
    (folder / "secret.key").write_text("5a" * 32)
    target = folder / "datong.toml"
    target.write_text(_CONFIG.format(password=password) + more, "utf-8")
    return target


@contextmanager
def opened(folder: Path, *campaigns: dict[str, Any], **settings: Any) -> Iterator[Mall]:
    """Give an open mall with goods in its catalogue; its clock stands until it is set."""
    with datong.open(str(build(folder, *campaigns)), **settings) as platform:
        mall = Mall(platform)
        mall.stock()
        yield mall


class Mall:
    """An open platform, and the touchpoints that speak to it."""

    def __init__(self, platform: Platform) -> None:
        assert isinstance(platform.store.clock, FixedClock)
        self.platform, self.store, self.clock = platform, platform.store, platform.store.clock
        self.results: list[Result] = []
        self._number = 0

    def frame(self, source: str, body: Any) -> list[Result]:
        """Send one frame to a touchpoint and return what became of each call."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        intake = self.platform.intake
        found = intake.accept_calls(source, intake.listen(source, raw))
        self.results += found
        return found

    def calls(self, source: str, *calls: dict[str, Any]) -> list[Result]:
        """Send Segment calls at the clock's time, each with a message id of its own unless it has one."""
        batch = []
        for call in calls:
            self._number += 1
            batch.append({"messageId": f"m{self._number}", "timestamp": to_iso(self.clock.at), **call})
        return self.frame(source, {"batch": batch})

    def track(self, event: str, properties: dict[str, Any] | None = None, source: str = "web", **who_: Any
              ) -> list[Result]:
        """Send one track call."""
        return self.calls(source, {"type": "track", "event": event, "properties": properties or {}, **who_})

    def sight(self, mac: str = MAC, sensor: str = "ap-shoes") -> None:
        """Let an access point hear a device now."""
        self.frame("wifi", {"sensor": sensor, "sightings": [{"mac": mac, "rssi": -50, "time": to_iso(self.clock.at)}]})

    def receipt(self, sequence: int, amount: str, **changes: Any) -> list[Result]:
        """Send a receipt for one pair of shoes over the till."""
        return self.frame("tills", self.slip(sequence, amount, **changes))

    def slip(self, sequence: int, amount: str, **changes: Any) -> dict[str, Any]:
        """Return a receipt as the till writes it."""
        return {
            "store": "S1", "till": "T1", "business_day": "2026-03-07", "sequence": sequence,
            "time": to_iso(self.clock.at), "currency": "CNY", "total": amount,
            "lines": [{"sku": "shoe-1", "quantity": 1, "price": "499.00", "amount": amount}],
            "tenders": [{"kind": "cash", "amount": amount}], **changes,
        }

    def stock(self) -> None:
        """Make the goods known."""
        goods = [("shoe-1", "Boots", "shoes/boots", "499.00"), ("bag-1", "Tote", "bags", "299.00")]
        self.calls("office", *(
            {"type": "track", "event": "Product Updated", "properties": {
                "sku": sku, "name": name, "category": category, "brand": "Stride", "price": price}}
            for sku, name, category, price in goods
        ))
        self.drain()

    def drain(self) -> None:
        """Carry all that was sent through the flow, and send what was decided."""
        self.platform.flow.drain()
        while self.platform.relay.run_once():
            self.platform.flow.drain()

    def wait(self, ms: int) -> None:
        """Let time pass, and the flow notice it."""
        self.clock.at += ms
        self.drain()

    def stay_among_shoes(self, mac: str = MAC, minutes: int = 6) -> None:
        """Let a device come into the hall, go to the shoes and stay there, heard every thirty seconds."""
        self.sight(mac, "ap-hall")
        for _ in range(2 * minutes + 1):
            self.clock.at += 30 * SECOND
            while self.platform.flow.pump():
                pass
            self.sight(mac)
        self.drain()

    def browse(self) -> None:
        """Look at shoes in the web shop without saying who one is."""
        self.calls("web", {"type": "page", "name": "Home", "anonymousId": COOKIE})
        for _ in range(2):
            self.wait(MINUTE)
            self.track("Product Viewed", {"sku": "shoe-1", "price": "499.00"}, anonymousId=COOKIE)
        self.drain()

    def log_in(self) -> None:
        """Log in to the web shop: the account knows the phone number, and the shopper agrees to be written to."""
        user = {"anonymousId": COOKIE, "userId": "u17"}
        self.calls("web", {"type": "identify", "traits": {"name": "Li Na", "phone": PHONE}, **user})
        self.track("Consent Changed", {"purpose": "marketing", "granted": True}, **user)
        self.drain()

    def show_card(self, sequence: int = 1, amount: str = "499.00", **changes: Any) -> list[Result]:
        """Buy at the till with the member card, which has the phone number on file."""
        return self.receipt(sequence, amount, **{"customer": {"member_card": CARD, "phone": PHONE}, **changes})

    def log_in_to_wifi(self, mac: str = MAC, phone: str = PHONE) -> None:
        """Log in at the WiFi portal with a phone number."""
        ids = [{"type": "wifi_mac", "id": mac}, {"type": "phone", "id": phone}]
        self.calls("portal", {"type": "identify", "context": {"externalIds": ids}, "traits": {}})
        self.drain()

    def a_day(self) -> None:
        """Let something of everything happen: receipts, browsing, a merge, visits, messages, redemptions, rejects."""
        self.show_card()
        self.browse()
        self.wait(HOUR)
        self.log_in()
        self.log_in_to_wifi()
        self.stay_among_shoes()
        self.stay_among_shoes("3c:22:fb:99:99:99", 2)
        (issued,) = self.events("Coupon Issued")
        paid = [{"code": issued.coupon, "campaign": issued.campaign, "amount": "99.80"}]
        self.show_card(2, "399.20", coupons=paid)
        self.receipt(3, "399.20", coupons=paid)
        self.receipt(4, "499.00", kind="return", original="S1/T1/2026-03-07/1")
        self.track("Order Completed", {"order_id": "W1", "total": "299.00", "products": [
            {"sku": "bag-1", "price": "299.00"}]}, userId="u17")
        self.receipt(5, "1.00", store="S9")
        self.wait(DAY)
        self.show_card(1, "10.00", business_day="2026-03-08")
        self.wait(MINUTE)

    def key(self, ns: str, value: str) -> int:
        """Return the key under which facts carry an identifier."""
        made = make_identifier(self.platform.vault, namespaces(self.store.settings)[ns], value, "CN")
        assert made is not None
        return made.key

    def member(self, ns: str, value: str) -> int | None:
        """Return who is known by an identifier."""
        key = self.key(ns, value)
        with self.store.state.read() as tx:
            return who(tx, [key]).get(key)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Return rows of the operational state."""
        with self.store.state.read() as tx:
            return [dict(row) for row in tx.exec_driver_sql(sql).mappings()]

    def events(self, kind: str = "") -> list[Event]:
        """Return the events in the log, of one type where given."""
        found = [decode_event(e.body) for e in self.store.log.read(0, 100_000) if e.topic == EVENTS]
        return [event for event in found if not kind or event.type == kind]

    def reports(self) -> dict[str, Any]:
        """Return every report in every useful split, as plain data."""
        asked: list[tuple[str, dict[str, str]]] = [
            ("sales", {"by": "day,sku"}), ("sales", {"by": "hour,store"}), ("sales", {"by": "category"}),
            ("members", {}), ("members", {"by": "member"}), ("members", {"by": "decile"}), ("campaigns", {}),
            ("visits", {}), ("visits", {"by": "day"}), ("funnel", {}), ("overlap", {}),
        ]
        return {f"{name} {params}": msgspec.to_builtins(report(self.store, name, params)) for name, params in asked}

    def overlap(self) -> dict[str, int]:
        """Return members online only, offline only, on both."""
        rows = report(self.store, "overlap").rows
        return dict(zip(("online", "offline", "both"), (row["members"] for row in rows), strict=True))

    def funnel(self) -> list[int]:
        """Return the members at each of the four steps."""
        return [row["members"] for row in report(self.store, "funnel").rows]
