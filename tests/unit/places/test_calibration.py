"""What a retailer says of conversion and capture: checked at once, kept by way of the log, taken back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from datong.errors import Rejected
from datong.model import Batch, decode_event
from datong.places import Places, calibrate
from datong.storage import Store


def said(store: Store) -> list[dict[str, Any]]:
    events = [decode_event(record.body) for record in store.log.read(0, 100)]
    with store.facts.write() as facts:
        facts.execute("DELETE FROM places.calibration")
        Places(store).fold(Batch(events, 1, 1 + len(events), 0), facts)
    return store.facts.rows('SELECT place, "by", value, low, high, since, "until", actor FROM places.calibration '
                            "ORDER BY since, value")


def test_the_latest_word_on_the_same_days_counts_and_nought_takes_it_back(store: Store) -> None:
    calibrate(store, "m", "conversion", 0.2, actor="user:a")
    calibrate(store, "m", "conversion", 0.25, low=0.2, high=0.3, actor="user:b")
    calibrate(store, "m", "capture", 0.8, actor="user:a")
    week: dict[str, Any] = {"since": dt.date(2026, 3, 2), "until": dt.date(2026, 3, 8)}
    calibrate(store, "m", "conversion", 0.3, actor="user:a", **week)
    always = {"since": dt.date(1970, 1, 1), "until": dt.date(9999, 12, 31)}
    assert said(store) == [
        {"place": "m", "by": "conversion", "value": 0.25, "low": 0.2, "high": 0.3, "actor": "user:b", **always},
        {"place": "m", "by": "capture", "value": 0.8, "low": pytest.approx(0.72), "high": pytest.approx(0.88),
         "actor": "user:a", **always},
        {"place": "m", "by": "conversion", "value": 0.3, "low": pytest.approx(0.27), "high": pytest.approx(0.33),
         "actor": "user:a", **week},
    ]
    calibrate(store, "m", "conversion", 0, actor="user:a", **week)
    assert [(one["by"], one["value"]) for one in said(store)] == [("conversion", 0.25), ("capture", 0.8)]


@pytest.mark.parametrize(("field", "given"), [
    ("by", {"by": "guess", "value": 0.2}), ("place", {"place": "", "value": 0.2}), ("value", {"value": 20}),
    ("value", {"value": -0.1}), ("low", {"value": 0.2, "low": 0.3}), ("low", {"value": 0.2, "high": 0.1}),
    ("low", {"value": 0.2, "low": 0.0}), ("value", {"value": float("nan")}),
    ("until", {"value": 0.2, "since": dt.date(2026, 3, 2), "until": dt.date(2026, 3, 1)}),
])
def test_what_cannot_be_meant_is_refused_by_field(store: Store, field: str, given: dict[str, Any]) -> None:
    with pytest.raises(Rejected) as refused:
        calibrate(store, **{"place": "m", "by": "conversion", "actor": "t", **given})
    assert (refused.value.code, refused.value.field) == ("bad_calibration", field)
    assert store.log.end() == 0
