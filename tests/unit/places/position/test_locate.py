from __future__ import annotations

import msgspec
import numpy as np
import pytest
import shapely
from tests.unit.places.position.air import ANCHORS, asked, survey

from datong.errors import ConfigError
from datong.places.position import (
    Fingerprint,
    Located,
    Match,
    Scans,
    StrongestSensor,
    Trilateration,
    errors_of,
    faded,
    fit_and_measure,
    walkable_cells,
)
from datong.places.position.match import Rows, weigh

GROUND = {code: shapely.box(0, 0, 40, 20) for code in ("g", "1")}


def mean_error(found: Located) -> float:
    return float(np.mean(errors_of(asked(), found)))


def test_each_way_is_better_than_the_one_before() -> None:
    there = asked()
    strongest = StrongestSensor(ANCHORS).locate(there.scans)
    trilateration = Trilateration(ANCHORS).locate(there.scans)
    fingerprint = Fingerprint.fit(survey()).locate(there.scans)
    assert mean_error(fingerprint) < 3.0 < mean_error(strongest)
    assert mean_error(trilateration) < 0.8 * mean_error(strongest)
    for found in (strongest, trilateration, fingerprint):
        assert (found.floor == there.floor).mean() > 0.97


def test_a_louder_phone_is_found_where_it_is() -> None:
    there = asked()
    louder = Scans(there.scans.sensors, there.scans.start, there.scans.sensor, there.scans.rssi + 8)
    assert mean_error(Trilateration(ANCHORS).locate(louder)) < 1.3 * mean_error(
        Trilateration(ANCHORS).locate(there.scans))
    assert mean_error(Fingerprint.fit(survey(), GROUND).locate(louder)) < 3.5


def test_one_wild_reading_does_not_pull_trilateration_away() -> None:
    scan = {f"g{n}": -45 - 25 * np.log10(max(1, np.hypot(10 - ANCHORS.x[n], 8 - ANCHORS.y[n]))) for n in range(8)}
    found = Trilateration(ANCHORS).locate(Scans.of([scan, scan | {"g7": -50.0}]))
    assert np.hypot(found.x - 10, found.y - 8).max() < 1.5


def test_fewer_than_three_sensors_mean_the_strongest() -> None:
    found = Trilateration(ANCHORS).locate(Scans.of([{"g0": -70, "g1": -60}, {}, {"elsewhere": -40}]))
    assert (found.x[0], found.y[0], found.floor.tolist()) == (15.0, 5.0, [0, -1, -1])
    assert np.isnan(found.x[1:]).all()


def test_the_stated_radius_holds_two_thirds() -> None:
    model, accuracy = fit_and_measure(survey())
    found = model.locate(asked().scans)
    held = (errors_of(asked(), found) <= found.accuracy_m).mean()
    assert 0.58 < held < 0.82
    first = accuracy.rows[0]
    assert first.scans == 720
    assert first.walks == 6
    assert first.mean_low < first.mean_m < first.mean_high < 4.0
    assert first.floor_hit > 0.97
    assert [row.floor for row in accuracy.rows] == ["", "g", "1"]
    assert accuracy.remarks == ()


def test_the_radio_map_fills_the_gap_between_walks_and_keeps_to_the_ground() -> None:
    whole = survey()
    gap = whole.pick((whole.x < 16) | (whole.x > 26))
    there = asked(600)
    inside = there.pick((there.x > 18) & (there.x < 24))
    mapped = Fingerprint.fit(gap, GROUND).locate(inside.scans)
    scans = Fingerprint.fit(gap).locate(inside.scans)
    assert errors_of(inside, mapped).mean() < errors_of(inside, scans).mean()
    half = {code: shapely.box(0, 0, 40, 9) for code in ("g", "1")}
    found = Fingerprint.fit(whole, half).locate(there.scans)
    assert found.y.max() <= 9
    assert len(walkable_cells(half["g"])) == 20 * 4


def test_a_model_is_the_same_after_packing() -> None:
    for ground in (None, GROUND):
        model = Fingerprint.fit(survey(3), ground)
        again = Fingerprint.unpack(model.pack())
        assert again.floors == model.floors
        before, after = model.locate(asked().scans), again.locate(asked().scans)
        assert np.abs(before.x - after.x).max() < 0.3
        assert (before.floor == after.floor).mean() > 0.99
    with pytest.raises(ConfigError, match="no position model"):
        Fingerprint.unpack(b"PK nothing")


def test_trying_gains_finds_phones_that_hear_more_or_less() -> None:
    there, whole = asked(400, seed=4), survey()
    model = Fingerprint.fit(whole.pick(whole.walk % 3 == 0))  # with phones of one gain
    rows = model.points.rows
    deaf = msgspec.structs.replace(model, points=msgspec.structs.replace(
        model.points, rows=Rows(rows.weights, msgspec.structs.replace(rows.match, gains=()))))
    for gain in (-8, 8):
        heard = Scans(there.scans.sensors, there.scans.start, there.scans.sensor, there.scans.rssi + gain)
        error = errors_of(there, model.locate(heard)).mean()
        assert error < 0.8 * errors_of(there, deaf.locate(heard)).mean()


def test_a_gain_is_taken_only_where_it_fits_better() -> None:
    dbm = np.array([[-60.0, -70.0, np.nan], [np.nan, -70.0, -60.0]], np.float32)
    rows = Rows(weigh(dbm, 2.0), Match("overlap", 2.0, 2, 1, (-8, 4)))
    assert rows.distances(dbm)[[0, 1], [0, 1]] == pytest.approx([0, 0], abs=1e-6)
    assert rows.distances(dbm[:1] + 8)[0, 0] == pytest.approx(0, abs=1e-6)
    assert rows.distances(dbm[:1] + 8)[0, 1] > 0.5


def test_what_was_heard_long_ago_tells_less() -> None:
    assert faded({"a": (9_000, -60), "b": (4_000, -60), "c": (9_500, -70)}, 9_000) == {"a": -60, "b": -65, "c": -70}
    model = Fingerprint.fit(survey())
    near = {sensor: (10_000, rssi) for sensor, rssi in _heard_at(5.0, 5.0).items()}
    left = {sensor: (0, rssi) for sensor, rssi in _heard_at(35.0, 15.0).items()}
    window = {s: max(r for r in (near.get(s), left.get(s)) if r) for s in near | left}
    found = model.locate(Scans.of([faded(window, 10_000), {s: r for s, (_, r) in (near | left).items()}]))
    error = np.hypot(found.x - 5, found.y - 5)
    assert error[0] < 4 < error[1]


def _heard_at(x: float, y: float) -> dict[str, float]:
    far = np.hypot(ANCHORS.x[:8] - x, ANCHORS.y[:8] - y)
    return {s: float(-45 - 25 * np.log10(d)) for s, d in zip(ANCHORS.sensors, np.maximum(far, 1), strict=False)
            if d < 16}


def test_points_do_not_depend_on_what_else_is_asked() -> None:
    model, there = Fingerprint.fit(survey(3)), asked(40)
    together = model.locate(there.scans)
    for n in range(0, 40, 7):
        alone = model.locate(there.scans.pick(np.array([n])))
        assert alone.x[0] == pytest.approx(together.x[n])


def test_one_walk_gives_a_model_but_no_accuracy() -> None:
    model, accuracy = fit_and_measure(survey(1))
    assert accuracy.rows == ()
    assert accuracy.remarks[0].startswith("all scans are of one walk")
    assert mean_error(model.locate(asked().scans)) < 5
