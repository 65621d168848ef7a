"""Payers: a device is somebody's only when it was where they paid, on days enough, and nobody and nothing else fits."""

from __future__ import annotations

from datetime import date, timedelta
from math import log2

import pytest

from datong.commerce import Commerce  # noqa: F401 declares commerce.receipt
from datong.identity import Identity  # noqa: F401 declares identity.link
from datong.identity.device import Payer, payers
from datong.model import DAY, HOUR, MINUTE
from datong.places import Places  # noqa: F401 declares places.visit
from datong.storage import Store

T0 = 1_772_337_600_000
PAYER, NEIGHBOUR, PHONE, CLERK, STRANGERS = 7, 8, 100, 200, range(300, 340)


class Shop:
    """A mall with two shops and a hall that is busy from eight to eight; days of payments at noon."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._sql("INSERT INTO places.zone VALUES ('mall', 'shoes', 'Shoes', 'f1', 'S1', ''), "
                  "('mall', 'hall', 'Hall', 'f1', '', ''), ('mall', 'toys', 'Toys', 'f1', 'S2', '')")
        self._sql(f"INSERT INTO identity.link VALUES ({PAYER}, 1, 'phone'), ({NEIGHBOUR}, 2, 'phone')")

    def _sql(self, sql: str) -> None:
        with self.store.facts.write() as facts:
            facts.execute(sql)

    def stay(
        self, day: int, device: int, zone: str = "shoes", minutes: int = 20, ns: str = "wifi_mac",
        before: int = 10 * MINUTE,
    ) -> None:
        start, on = T0 + day * DAY - before, date(2026, 3, 1) + timedelta(days=day)
        name = f"{day}-{device}-{zone}-{before}"
        self._sql(f"INSERT INTO places.visit VALUES ('{name}', {device}, 'mall', '{zone}', {start}, "
                  f"{start + minutes * MINUTE}, {minutes * MINUTE}, DATE '{on}', 12)")
        self._sql(f"INSERT INTO identity.sighting (ident, ns, place, start, \"end\") "
                  f"VALUES ({device}, '{ns}', 'mall', {start}, {start})")

    def pay(self, day: int, by: int, minute: int = 0, shop: str = "S1") -> None:
        on, at = date(2026, 3, 1) + timedelta(days=day), T0 + day * DAY + minute * MINUTE
        self._sql("INSERT INTO commerce.receipt (\"offset\", ref, kind, channel, place, ts, date, hour, ident) VALUES "
                  f"({day}, 'r{day}-{by}', 'sale', 'pos', '{shop}', {at}, DATE '{on}', 12, {by})")

    def strangers(self, day: int) -> None:
        for device in STRANGERS:
            self.stay(day, device, "hall", minutes=12 * 60, before=4 * HOUR)


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
    share = 21 / (12 * 60 + 1)  # of the day, in the shop: more than 1 of 41 devices
    assert found == Payer(PHONE, "wifi_mac", PAYER, 3, 3, found.weight, 41, found.confidence, T0, T0 + 2 * DAY)
    assert found.weight == pytest.approx(3 * log2(0.7 / share))
    assert found.confidence == pytest.approx(1 / (1 + 41 / 2**found.weight))
    assert payers(shop.store.facts, since=T0 + DAY) == []


def test_three_shops_on_one_day_tie_a_device(shop: Shop) -> None:
    shop.strangers(0)
    for at, (zone, code) in enumerate((("shoes", "S1"), ("toys", "S2"))):
        shop.stay(0, PHONE, zone, before=-at * HOUR + 10 * MINUTE)
        shop.pay(0, PAYER, minute=60 * at, shop=code)
        shop.pay(0, PAYER, minute=60 * at + 5, shop=code)  # a second payment in the shop is no occasion of its own
    assert payers(shop.store.facts) == []
    shop._sql("INSERT INTO places.zone VALUES ('mall', 'tea', 'Tea', 'f1', 'S3', '')")
    shop.stay(0, PHONE, "tea", before=-2 * HOUR + 10 * MINUTE)
    shop.pay(0, PAYER, minute=120, shop="S3")
    found, = payers(shop.store.facts)
    assert (found.device, found.known_by, found.meetings) == (PHONE, PAYER, 3)


def test_a_payer_of_two_cards_is_one(shop: Shop) -> None:
    shop._sql("INSERT INTO identity.link VALUES (9, 1, 'payment_token')")
    for day in range(4):
        shop.stay(day, PHONE)
        shop.strangers(day)
        shop.pay(day, (PAYER, 9)[day % 2])
    found, = payers(shop.store.facts)
    assert (found.device, found.known_by, found.meetings) == (PHONE, PAYER, 4)


def test_a_device_that_was_elsewhere_in_the_mall_is_less_likely(shop: Shop) -> None:
    for day in range(8):
        shop.stay(day, PHONE, "shoes" if day < 3 else "hall")
        shop.strangers(day)
        shop.pay(day, PAYER)
    assert payers(shop.store.facts) == []  # five payments without it


def test_an_assistant_in_a_quiet_shop_is_nobodys(shop: Shop) -> None:
    for day in range(3):  # she is there all day, and one customer pays
        shop.stay(day, CLERK, minutes=8 * 60, before=2 * HOUR)
        shop.strangers(day)
        shop.pay(day, PAYER)
    assert payers(shop.store.facts) == []


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
