"""People from phones without a door counter: by receipts and conversion, by what is heard of buyers, by one's word."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from tests.unit.analytics.ledger import DAY, HOUR, MORNING, add
from tests.unit.analytics.test_attendance import DAYS, heard, span

import datong.identity.device.tables as device
from datong.analytics import Sites, attendance, attendance_of, report
from datong.analytics.calibration import wilson
from datong.errors import Rejected
from datong.model import MINUTE
from datong.storage import Store

FIRST = dt.date(2026, 2, 2)
ALWAYS = {"since": dt.date(1970, 1, 1), "until": dt.date(9999, 12, 31)}


def say(store: Store, by: str, value: float, place: str = "mall", **days: dt.date) -> None:
    add(store, "places.calibration", [{"place": place, "by": by, "value": value, "low": value * 0.95, "actor": "t",
                                       "high": value * 1.05, "ts": MORNING, **(days or ALWAYS)}])


def sold(store: Store, truth: list[int], share: float = 0.25, days: int = DAYS) -> None:
    """Receipts of a quarter of the people, in a shop of the mall."""
    add(store, "places.store", [{"code": "shop", "name": "Shop", "venue": "mall"}])
    add(store, "commerce.receipt", [
        {"offset": day * 10_000 + n, "ref": f"{day}-{n}", "kind": "sale", "place": "shop", "ident": 0, "amount": 100,
         "ts": MORNING + day * DAY + n * MINUTE} for day in range(days) for n in range(round(truth[day] * share))])


def test_receipts_and_a_conversion_of_some_days_calibrate_all(store: Store) -> None:
    truth = heard(store, counted=0)
    sold(store, truth, days=5)
    say(store, "conversion", 0.25, since=FIRST, until=FIRST + dt.timedelta(days=4))
    found = attendance(store, "mall", *span())
    assert found.calibrated
    how = found.calibration
    assert (how.by, how.value, how.days) == ("conversion", 0.25, 5)
    assert how.low == pytest.approx(0.2375)
    assert found.error is not None
    assert found.error > 0.03  # the doubt of the conversion itself is in it
    assert sum(d.visits for d in found.days[5:]) == pytest.approx(sum(truth[5:]), rel=0.1)
    assert found.factors == []
    later = attendance(store, "mall", FIRST + dt.timedelta(days=6), FIRST + dt.timedelta(days=7))
    assert later.calibration.by == "conversion"  # the days that teach are looked up
    assert [d.visits for d in later.days] == pytest.approx([d.visits for d in found.days[6:]], rel=0.05)
    (note,) = [n for n in report(store, "attendance", {"store": "mall", "from": "2026-02-02", "to": "2026-02-09"}).notes
               if "calibrated" in n]
    assert "receipts of 5 days and a conversion of 25% (24% to 26%)" in note


def test_a_door_counter_comes_before_receipts(store: Store) -> None:
    truth = heard(store, counted=4)
    sold(store, truth)
    say(store, "conversion", 0.5)
    found = attendance(store, "mall", *span())
    assert (found.calibration.by, found.calibration.days) == ("door", 4)
    assert found.calibration.value is None


def test_one_s_word_on_what_is_heard_divides_by_it(store: Store) -> None:
    heard(store, counted=0)
    plain = attendance(store, "mall", *span())
    assert (plain.calibration.by, plain.calibration.needed) == ("none", 20)
    say(store, "capture", 0.8)
    found = attendance(store, "mall", *span())
    assert found.calibration.by == "capture"
    assert found.days[0].visits == pytest.approx(plain.days[0].heard / 0.8, rel=0.01)
    assert found.days[0].low < found.days[0].visits < found.days[0].high


def buyers(store: Store, count: int, missed: int, anchor: str = "login") -> None:
    """Members who paid on the third day, whose phone logged in the week before; `missed` of them were not heard."""
    at = MORNING + 2 * DAY + HOUR
    add(store, "identity.link", [row for n in range(count) for row in (
        {"ident": 900_000 + n, "member": n + 1, "ns": "phone"}, {"ident": 800_000 + n, "member": n + 1,
                                                                 "ns": "wifi_mac"})])
    add(store, "commerce.receipt", [
        {"offset": 10**6 + n, "ref": f"b{n}", "kind": "sale", "place": "mall", "ident": 900_000 + n, "amount": 100,
         "ts": at + n * MINUTE} for n in range(count)])
    add(store, "places.visit", [
        {"id": f"v{n}", "ident": 800_000 + n, "place": "mall", "zone": "", "start": at + n * MINUTE - 20 * MINUTE,
         "end": at + n * MINUTE, "dwell": 20 * MINUTE} for n in range(missed, count)] + [{
            "id": "last", "ident": 1, "place": "mall", "zone": "", "start": at + DAY, "end": at + DAY, "dwell": 0}])
    with store.state.write() as tx:
        tx.execute(sa.insert(device.DEVICE), [
            {"device": 800_000 + n, "kind": "wifi_mac", "model": 0, "first_seen": at - 7 * DAY, "last_seen": at,
             "confidence": 1.0} for n in range(count)])
        tx.execute(sa.insert(device.HOLDER), [
            {"device": 800_000 + n, "known_by": 900_000 + n, "anchor": anchor, "first_seen": at - 7 * DAY,
             "last_seen": at, "confidence": 0.99, "cause": "t"} for n in range(count)])


def test_buyers_whose_phone_is_known_tell_how_many_are_heard(store: Store) -> None:
    heard(store, counted=0)
    plain = attendance(store, "mall", *span())
    buyers(store, 40, missed=10)
    found = attendance(store, "mall", *span())
    how = found.calibration
    assert (how.by, how.buyers, how.heard, how.value) == ("buyers", 40, 30, 0.75)
    assert (how.low, how.high) == pytest.approx(wilson(30, 40))
    assert found.days[0].visits == pytest.approx(plain.days[0].heard / 0.75, rel=0.02)
    notes = report(store, "attendance", {"store": "mall", "from": "2026-02-02", "to": "2026-02-09"}).notes
    assert any("30 of 40 with a known phone were heard, 75%" in note for note in notes)


def test_days_on_which_nobody_was_heard_and_visits_that_go_on_say_nothing_of_the_share(store: Store) -> None:
    heard(store, counted=0)
    buyers(store, 40, missed=0)
    add(store, "commerce.receipt", [  # before the venue listened, and just now
        {"offset": 10**7 + n, "ref": f"x{n}", "kind": "sale", "place": "mall", "ident": 900_000 + n, "amount": 100,
         "ts": MORNING + (DAY if n % 2 else 3 * DAY + 2 * HOUR)} for n in range(40)])
    how = attendance(store, "mall", *span()).calibration
    assert (how.by, how.buyers, how.heard) == ("buyers", 40, 40)


def test_a_share_that_is_hardly_known_calibrates_nothing(store: Store) -> None:
    heard(store, counted=0)
    buyers(store, 30, missed=28)
    how = attendance(store, "mall", *span()).calibration
    assert (how.by, how.buyers, how.heard) == ("none", 30, 2)


def test_few_buyers_and_phones_tied_by_paying_calibrate_nothing(store: Store) -> None:
    heard(store, counted=0)
    buyers(store, 40, missed=0, anchor="payment")
    assert attendance(store, "mall", *span()).calibration.buyers == 0
    with store.state.write() as tx:
        tx.execute(sa.update(device.HOLDER).where(device.HOLDER.c.device < 800_012).values(anchor="login"))
    found = attendance(store, "mall", *span())
    assert not found.calibrated
    assert (found.calibration.by, found.calibration.buyers, found.calibration.needed) == ("none", 12, 8)


def test_wilson_s_interval_stays_within_a_share() -> None:
    assert wilson(0, 20)[0] == pytest.approx(0.0)
    assert wilson(20, 20)[1] == pytest.approx(1.0)
    low, high = wilson(50, 100)
    assert (low, high) == pytest.approx((0.4187, 0.5813), abs=1e-3)


def test_venues_of_a_city_are_added_up_and_too_many_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    truth = heard(store)
    add(store, "places.venue", [{"code": "mall", "name": "Mall", "city": "Wuhan", "region": "Hubei", "country": "CN",
                                 "hours": "", "format": "mall"},
                                {"code": "kiosk", "name": "K", "city": "Wuhan", "region": "Hubei", "country": "CN",
                                 "hours": "", "format": "kiosk"}])
    add(store, "identity.sighting", [
        {"ident": 10**7 + n, "ns": "wifi_mac", "place": "kiosk", "model": 1, "start": MORNING + n * HOUR + k * MINUTE,
         "end": MORNING + n * HOUR + k * MINUTE, "frames": 1, "first": -1, "last": -1, "rssi": -60.0}
        for n in range(5) for k in range(3)])
    one, both = attendance(store, "mall", *span()), attendance_of(store, Sites(city="Wuhan"), *span())
    assert (both.venues, both.place, both.calibrated) == (2, "", False)
    assert both.days[0].visits == pytest.approx(one.days[0].visits + 5, abs=0.2)
    assert both.days[0].counted is None  # one of them was not counted
    assert both.days[0].low <= both.days[0].visits <= both.days[0].high
    alone = attendance_of(store, Sites(region="Hubei", format="mall"), *span())
    assert alone.days == one.days
    morning = attendance_of(store, Sites("mall", hours=(8, 12)), *span())
    assert {h.hour for h in morning.days[0].hours} <= {8, 9, 10, 11}
    assert 0 < morning.days[0].visits < one.days[0].visits
    assert attendance_of(store, Sites(city="Nowhere"), *span()).days == []
    assert report(store, "attendance", {"city": "Nowhere"}).notes[1].startswith("there is no such venue")
    monkeypatch.setattr("datong.analytics.chain.MOST", 15)
    with pytest.raises(Rejected, match="2 venues over 8 days") as refused:
        attendance_of(store, Sites(city="Wuhan"), *span())
    assert refused.value.code == "too_many_venues"
    assert sum(truth) > 0
