"""Money, time and events."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datong.model import (
    Event,
    Identifier,
    Item,
    Money,
    decode_event,
    duration,
    encode_event,
    from_iso,
    local_parts,
    to_iso,
    to_minor,
)


@pytest.mark.parametrize(("amount", "currency", "minor"), [
    (19.99, "CNY", 1999), ("0.005", "USD", 0), ("0.015", "USD", 2), (5, "CNY", 500), (1200, "JPY", 1200),
    ("1.2345", "KWD", 1234), (-3.1, "EUR", -310), (1e15, "CNY", 10**17),
])
def test_money_becomes_minor_units_halves_to_even(amount: float | str, currency: str, minor: int) -> None:
    """The float is read as it is written, not as it is stored."""
    assert to_minor(amount, currency) == minor


@pytest.mark.parametrize("amount", ["", "abc", float("nan"), float("inf")])
def test_what_is_no_amount_is_refused(amount: float | str) -> None:
    """Nothing that is not a finite number becomes money."""
    with pytest.raises(ValueError, match="not an amount"):
        to_minor(amount, "CNY")


@given(st.integers(-10**12, 10**12))
def test_minor_units_round_trip(minor: int) -> None:
    """Written in major units with two decimals and read again, the amount is the same."""
    assert to_minor(str(Decimal(minor).scaleb(-2)), "CNY") == minor


def test_currencies_do_not_mix() -> None:
    """Adding yuan to dollars is an error."""
    assert Money(100, "CNY") + Money(50, "CNY") == Money(150, "CNY")
    with pytest.raises(ValueError, match="cannot add"):
        Money(1, "CNY") + Money(1, "USD")
    assert (str(Money(-5, "CNY")), str(Money(1200, "JPY"))) == ("-0.05 CNY", "1200 JPY")


def test_durations() -> None:
    """Numbers with s, m, h, d, w, also together; anything else is refused."""
    assert (duration("90d"), duration("1h30m"), duration("2w")) == (7_776_000_000, 5_400_000, 1_209_600_000)
    for text in ("", "90", "d", "90 days", "1y"):
        with pytest.raises(ValueError, match="not a duration"):
            duration(text)


def test_local_date_and_hour_follow_daylight_saving() -> None:
    """One hour before and after the American change of 2026-03-08."""
    before, after = from_iso("2026-03-08T06:59:00Z"), from_iso("2026-03-08T07:00:00Z")
    assert [local_parts(t, "America/New_York")[1] for t in (before, after)] == [1, 3]
    assert local_parts(from_iso("2026-03-01T16:30:00Z"), "Asia/Shanghai") == (20514, 0)
    assert to_iso(from_iso("2026-03-01T16:30:00.250+08:00")) == "2026-03-01T08:30:00.250Z"


def test_an_event_survives_the_log() -> None:
    """Every part comes back."""
    event = Event(
        id="1", source="till", channel="pos", type="Receipt Issued", time=5, received=6, date=1, hour=2,
        identifiers=(Identifier("phone", 7, b"sealed"),), ident=7, items=(Item("s", 2.5, -30),), amount=-30,
        currency="CNY", properties={"tenders": [{"kind": "cash"}]}, personal={"name": b"x"},
    )
    assert decode_event(encode_event(event)) == event
