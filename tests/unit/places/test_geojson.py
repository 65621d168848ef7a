from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.unit.places.sightings import VENUE

from datong.errors import Rejected
from datong.places import (
    FloorRead,
    Name,
    Venue,
    ground_of,
    read_floor,
    read_venue,
    venue_problems,
    venue_remarks,
    with_floor,
    write_floor,
)

SHARED = Path(os.environ.get("DATONG_DATA", Path(__file__).resolve().parents[4] / "shared" / "data"))
REAL = sorted((SHARED / "ms_indoor_location").glob("*_geojson_map.json"))


def box(x: float, y: float, w: float, h: float) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[[x, y], [x + w, y], [x + w, y + h], [x, y + h], [x, y]]]}


def feature(geometry: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def read(*features: dict[str, Any], code: str = "", **more: Any) -> FloorRead:
    return read_floor(msgspec.json.encode({"type": "FeatureCollection", "features": features, **more}), code)


def point(x: float, y: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [x, y]}


def test_every_kind_of_feature_finds_its_place() -> None:
    found = read(
        feature(box(0, 0, 30, 10), kind="floor", code="f1", name="Ground", level=1),
        feature(box(0, 0, 20, 10), kind="hall", code="hall", name={"zh": "大厅", "en": "Hall"}),
        feature(box(20, 0, 10, 10), kind="shop", code="S1", name="Stride", format="fashion", category="shoes",
                hours="10:00-22:00"),
        feature(point(20, 5.5), kind="door", zone="S1"), feature(point(0, 5), kind="door"),
        feature(point(25, 5), kind="sensor", code="ap1", sensor="ble"),
    )
    floor = found.floor
    assert (found.units, found.problems, found.remarks) == ("metres", [], [])
    assert (floor.code, floor.name.en, floor.level, len(floor.outline)) == ("f1", "Ground", 1, 4)
    hall, shop = floor.zones
    assert (hall.kind, hall.name.zh, hall.ring[2], [(d.x, d.y) for d in hall.doors]) == (
        "hall", "大厅", (20.0, 10.0), [(0.0, 5.0)])
    assert shop.shop is not None
    assert (shop.shop.code, shop.shop.format, shop.shop.category, shop.shop.hours) == (
        "S1", "fashion", "shoes", "10:00-22:00")
    assert [(s.code, s.kind, s.floor, s.x) for s in found.sensors] == [("ap1", "ble", "f1", 25.0)]


def test_degrees_become_metres_from_the_upper_left_corner() -> None:
    found = read(feature(box(121.5, 31.2, 0.001, 0.0005), kind="zone", code="a"))
    assert found.units == "lonlat"
    assert found.floor.origin is not None
    assert (found.floor.origin.lon, found.floor.origin.lat) == pytest.approx((121.5, 31.2005))
    assert found.floor.box.w == pytest.approx(95.22, abs=0.01)
    assert found.floor.box.h == pytest.approx(55.66, abs=0.01)


def test_what_a_file_says_of_its_units_wins() -> None:
    small = feature(box(0, 0, 0.1, 0.1), kind="zone", code="a")
    assert read(small).units == "lonlat"
    assert read(small, units="metres").floor.box.w == 0.1
    turned = read(feature(box(0, 0, 10, 10), code="low"), feature(box(0, 90, 10, 10), code="high"), units="metres",
                  y="up")
    assert [z.box.y for z in turned.floor.zones] == [90.0, 0.0]
    with pytest.raises(Rejected, match="units = 'feet' is not known: metres or lonlat"):
        read(small, units="feet")


def test_what_cannot_be_used_is_told_by_feature() -> None:
    found = read(
        feature(box(0, 0, 10, 10), code="a"), feature(point(1, 1), code="b"), feature({"type": "Polygon"}, code="c"),
        feature(point(5, 5), kind="sensor", code="s", sensor="radar"), feature(point(500, 5), kind="door"),
        feature(box(20, 0, 5, 5), code="a"),
    )
    assert found.problems[0] == "feature 2 (b): its geometry is Point, not a Polygon"
    assert found.problems[1] == "feature 3 (c): its geometry is Polygon, not a Polygon" or found.problems[1]
    assert "feature 4 (s)" in found.problems[2]
    assert [z.code for z in found.floor.zones] == ["a", "a~2"]
    assert found.remarks == ["zone a is there 2 times: the later one became a~2",
                             "the door at 500, 5 is at no zone and was left out"]


@pytest.mark.parametrize(("body", "told"), [
    (b"\xff{", "this is not JSON"), (b"[]", "it has no list of features"), (b'{"features": []}', "is empty"),
    (b'{"features": [{"properties": {}}]}', "no feature has coordinates"), (b"[" * 5_000, "this is not JSON"),
])
def test_what_is_no_plan_is_refused(body: bytes, told: str) -> None:
    with pytest.raises(Rejected, match=told) as error:
        read_floor(body)
    assert error.value.code == "bad_geojson"


@pytest.mark.parametrize("origin", [None, [121.5, 31.2]])
def test_what_is_written_is_read_again_the_same(tmp_path: Path, origin: list[float] | None) -> None:
    (tmp_path / "venue.yaml").write_text(VENUE, "utf-8")
    mall = read_venue(tmp_path / "venue.yaml").venues[0]
    first = read_floor(msgspec.json.encode(write_floor(mall, mall.floors[0])))
    if origin:
        whole = {**write_floor(mall, mall.floors[0]), "units": "lonlat", "origin": origin}
        for part in whole["features"]:
            part["geometry"] = _at(part["geometry"], origin)
        first = read_floor(msgspec.json.encode(whole))
    venue, remarks = with_floor(Venue("mall", Name("m", "m"), ()), first)
    again = read_floor(msgspec.json.encode(write_floor(venue, venue.floors[0])))
    assert (again.floor, again.sensors, remarks) == (first.floor, first.sensors, [])
    assert list(venue_problems(venue)) == []
    assert [z.shop and z.shop.code for z in again.floor.zones] == [None, "S1", None]


def _at(geometry: dict[str, Any], origin: list[float]) -> dict[str, Any]:
    def move(part: Any) -> Any:
        if isinstance(part[0], (int, float)):
            return [origin[0] + part[0] / 95_000, origin[1] - part[1] / 111_000]
        return [move(inner) for inner in part]

    return {**geometry, "coordinates": move(geometry["coordinates"])}


def test_a_floor_replaces_the_one_of_its_code_and_keeps_its_sensors(tmp_path: Path) -> None:
    (tmp_path / "venue.yaml").write_text(VENUE, "utf-8")
    mall = read_venue(tmp_path / "venue.yaml").venues[0]
    smaller = read(feature(box(0, 0, 20, 10), code="hall"), feature(box(20, 0, 10, 10), code="shoes"), code="f1")
    venue, _ = with_floor(mall, smaller)
    assert [s.code for s in venue.sensors] == ["ap-hall", "ap-shoes"]  # the zone of the third is gone
    other = read(feature(box(0, 0, 20, 10), code="hall"), code="f0")
    venue, remarks = with_floor(venue, other)
    assert [(f.code, [z.code for z in f.zones]) for f in venue.floors] == [
        ("f0", ["f0-hall"]), ("f1", ["hall", "shoes"])]
    assert remarks == ["1 zones have codes of other floors: they got f0- in front"]
    assert len(venue.sensors) == 2


@pytest.mark.skipif(not REAL, reason="other people's floor plans may not be shipped: read where they lie beside the "
                                     "checkout; made-up plans of the same shape are read above")
def test_the_plans_of_a_real_mall_are_read_whole() -> None:
    venue = Venue("site1", Name("site1", "site1"), ())
    zones = 0
    for file in REAL:
        found = read_floor(file.read_bytes())
        assert (found.units, found.problems) == ("lonlat", [])
        info = msgspec.json.decode(file.with_name(file.name.replace("geojson_map", "floor_info")).read_bytes())
        size = (info["map_info"]["width"], info["map_info"]["height"])
        assert ground_of(found.floor).bounds == pytest.approx((0, 0, *size), abs=0.01)  # type: ignore[union-attr]
        zones += len(found.floor.zones)
        venue, _ = with_floor(venue, found)
        again = read_floor(msgspec.json.encode(write_floor(venue, found.floor)))
        assert again.floor == found.floor
    assert list(venue_problems(venue)) == []
    assert 0 < len(list(venue_remarks(venue))) < zones / 100
    assert len(list(venue.zones())) == zones > 1_200
