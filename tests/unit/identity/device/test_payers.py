"""Payers: a device is somebody's only when it was where they paid, on days enough, and nobody and nothing else fits."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from datong.commerce import Commerce  # noqa: F401 declares commerce.receipt
from datong.identity import Identity  # noqa: F401 declares identity.link
from datong.identity.device import Payer, payers
from datong.model import DAY, MINUTE
from datong.places import Places  # noqa: F401 declares places.visit
from datong.storage import Store

T0 = 1_772_337_600_000
PAYER, NEIGHBOUR, PHONE, CLERK, STRANGERS = 7, 8, 100, 200, range(300, 340)


class Shop:
    """A mall with a shop in zone shoes and a hall; days of payments at noon."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._sql("INSERT INTO places.zone VALUES ('mall', 'shoes', 'Shoes', 'f1', 'S1', ''), "
                  "('mall', 'hall', 'Hall', 'f1', '', '')")
        self._sql(f"INSERT INTO identity.link VALUES ({PAYER}, 1, 'phone'), ({NEIGHBOUR}, 2, 'phone')")

    def _sql(self, sql: str) -> None:
        with self.store.facts.write() as facts:
            facts.execute(sql)

    def stay(self, day: int, device: int, zone: str = "shoes", minutes: int = 20, ns: str = "wifi_mac") -> None:
        start, on = T0 + day * DAY - 10 * MINUTE, date(2026, 3, 1) + timedelta(days=day)
        self._sql(f"INSERT INTO places.visit VALUES ('{day}-{device}-{zone}', {device}, 'mall', '{zone}', {start}, "
                  f"{start + minutes * MINUTE}, {minutes * MINUTE}, DATE '{on}', 12)")
        self._sql(f"INSERT INTO identity.sighting (ident, ns, place, start, \"end\") "
                  f"VALUES ({device}, '{ns}', 'mall', {start}, {start})")

    def pay(self, day: int, by: int, minute: int = 0) -> None:
        on, at = date(2026, 3, 1) + timedelta(days=day), T0 + day * DAY + minute * MINUTE
        self._sql("INSERT INTO commerce.receipt (\"offset\", ref, kind, channel, place, ts, date, hour, ident) VALUES "
                  f"({day}, 'r{day}-{by}', 'sale', 'pos', 'S1', {at}, DATE '{on}', 12, {by})")

    def strangers(self, day: int) -> None:
        for device in STRANGERS:
            self.stay(day, device, "hall")


@pytest.fixture
def shop(store: Store) -> Shop:
    return Shop(store)


def test_three_days_tie_a_device(shop: Shop) -> None:
    for day in range(3):
        shop.stay(day, PHONE)
        shop.strangers(day)
        shop.pay(day, PAYER)
        assert payers(shop.store.facts) == [] or day == 2
    found, = payers(shop.store.facts)
    assert found == Payer(PHONE, PAYER, 3, found.false, T0, T0 + 2 * DAY)
    assert found.false == pytest.approx(41 / 41**3)
    assert found.confidence == pytest.approx(1 - 41 / 41**3)
    assert payers(shop.store.facts, since=T0 + DAY) == []


def test_a_small_crowd_proves_nothing(shop: Shop) -> None:
    for day in range(3):  # nobody else is in the mall: whoever is there is in the shop
        shop.stay(day, PHONE)
        shop.pay(day, PAYER)
    assert payers(shop.store.facts) == []


def test_the_assistants_phone_is_nobodys(shop: Shop) -> None:
    for day in range(3):
        shop.stay(day, CLERK, minutes=30)
        shop.strangers(day)
        shop.pay(day, PAYER)
        shop.pay(day, NEIGHBOUR, minute=10)
    assert payers(shop.store.facts) == []


def test_two_companions_are_not_told_apart(shop: Shop) -> None:
    for day in range(3):
        shop.stay(day, PHONE)
        shop.stay(day, PHONE + 1)
        shop.strangers(day)
        shop.pay(day, PAYER)
    assert payers(shop.store.facts) == []


def test_a_made_up_address_never_does(shop: Shop) -> None:
    for day in range(3):
        shop.stay(day, PHONE, ns="random_mac")
        shop.strangers(day)
        shop.pay(day, PAYER)
    assert payers(shop.store.facts) == []


def test_gone_before_the_payment(shop: Shop) -> None:
    for day in range(3):
        shop.stay(day, PHONE, minutes=8)
        shop.strangers(day)
        shop.pay(day, PAYER)
    assert payers(shop.store.facts) == []
