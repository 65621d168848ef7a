"""People from phones without a door counter: by receipts and conversion, or by one's word."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.unit.analytics.ledger import DAY, HOUR, MORNING, add
from tests.unit.analytics.test_attendance import DAYS, heard, span

from datong.analytics import Sites, attendance, attendance_of, report
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
    assert plain.calibration.by == "none"
    say(store, "capture", 0.8)
    found = attendance(store, "mall", *span())
    assert found.calibration.by == "capture"
    assert found.days[0].visits == pytest.approx(plain.days[0].heard / 0.8, rel=0.01)
    assert found.days[0].low < found.days[0].visits < found.days[0].high


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
