from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import TestClient
from tests.flow.mall import Mall


@pytest.fixture(autouse=True, scope="module")
def running(mall: Mall) -> Iterator[None]:
    """The flow carries out what is asked for."""
    mall.platform.flow.start()
    yield
    mall.platform.flow.stop()


def floor(*zones: tuple[str, float, float, float, float]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "units": "metres", "features": [
        {"type": "Feature", "properties": {"kind": "zone", "code": code, "name": code}, "geometry": {
            "type": "Polygon", "coordinates": [[[x, y], [x + w, y], [x + w, y + h], [x, y + h], [x, y]]]}}
        for code, x, y, w, h in zones]}


def drawn(user: TestClient[Any], code: str) -> dict[str, Any]:
    found = user.get(f"/api/venues/{code}")
    assert found.status_code == 200
    answer: dict[str, Any] = found.json()
    return answer


def test_a_floor_plan_is_tried_then_saved_then_exported(user: TestClient[Any]) -> None:
    plan = floor(("hall", 0, 0, 20, 10), ("shoes", 20, 0, 10, 10))
    tried = user.post("/api/venues/outlet/floors?floor=g&level=1&name=Outlet&city=Suzhou", json=plan).json()
    assert (tried["version"], tried["zones"], tried["problems"], tried["plan"]["city"]) == (0, 2, [], "Suzhou")
    assert user.get("/api/venues/outlet").status_code == 404
    saved = user.post("/api/venues/outlet/floors?floor=g&save=true", json=plan).json()
    assert (saved["state"], saved["version"]) == ("done", 1)
    assert [v["code"] for v in user.get("/api/venues").json()["venues"] if v["version"]] == ["outlet"]
    written = user.get("/api/venues/outlet/floors/g")
    assert written.headers["content-disposition"] == 'attachment; filename="outlet-g.geojson"'
    assert [f["properties"]["code"] for f in written.json()["features"]] == ["hall", "shoes"]
    assert user.get("/api/venues/outlet/floors/h").status_code == 404


def test_a_drawn_plan_is_a_version_with_its_author_and_a_late_one_is_told(user: TestClient[Any]) -> None:
    user.post("/api/venues/late/floors?floor=g&save=true", json=floor(("hall", 0, 0, 20, 10)))
    found = drawn(user, "late")
    plan, version = found["plan"], found["version"]
    plan["floors"][0]["zones"][0]["polygon"] = [[0, 0], [25, 0], [25, 10], [0, 10]]
    answer = user.post("/api/venues/late", json={"plan": plan, "base": version, "note": "wider"})
    assert (answer.status_code, answer.json()["version"]) == (200, version + 1)
    again = user.post("/api/venues/late", json={"plan": plan, "base": version})
    assert (again.status_code, again.json()["code"]) == (409, "plan_refused")
    found = drawn(user, "late")
    last = found["history"][0]
    assert (last["version"], last["actor"], last["note"]) == (version + 1, "user:ann", "wider")
    assert drawn(user, "late?version=1")["plan"]["floors"][0]["zones"][0]["polygon"][1] == [20, 0]
    gone = user.post("/api/venues/late/remove", json={"base": version + 1})
    assert gone.json()["state"] == "done"
    assert user.get("/api/venues/late").status_code == 404


def test_a_wrong_plan_is_told_before_it_is_saved(user: TestClient[Any]) -> None:
    wrong = floor(("hall", 0, 0, 20, 10), ("shoes", 5, 0, 20, 10))
    answer = user.post("/api/venues/wrong/floors?floor=g&save=true", json=wrong).json()
    assert answer["problems"] == [
        "venue wrong, floor g: zones hall and shoes overlap by 150.0 m²; move their corners apart"]
    asked = {"plan": answer["plan"], "base": 0}
    assert user.post("/api/venues/check", json=asked).json()["problems"] == answer["problems"]
    refused = user.post("/api/venues/wrong", json=asked)
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_plan")
    assert user.post("/api/venues/other", json=asked).status_code == 422
    assert user.post("/api/venues/wrong/floors", content=b"{}").json()["code"] == "bad_geojson"


def test_a_list_of_stores_is_taken_and_its_bad_lines_told(user: TestClient[Any]) -> None:
    text = "code,name,city,region,country\nQ1,One,Suzhou,East,China\n,Two,Suzhou,East,China\nQ3,Three,Wuxi,East,China\n"
    taken = user.post("/api/stores", content=text.encode()).json()
    assert (taken["stored"], taken["quarantined"], taken["lines"][0]["line"]) == (2, 1, 3)
    page = user.get("/api/stores?region=East&query=q").json()
    assert (page["total"], [s["code"] for s in page["stores"]]) == (2, ["Q1", "Q3"])
    tree = user.get("/api/venues").json()["regions"]
    assert {"country": "China", "region": "East", "city": "Wuxi", "stores": 1, "venues": 0} in tree


def test_only_pictures_are_kept(user: TestClient[Any]) -> None:
    png = b"\x89PNG\r\n\x1a\n" + bytes(20)
    kept = user.post("/api/venues/pictures", content=png).json()["file"]
    assert user.get(f"/api/venues/pictures/{kept}").content == png
    assert user.post("/api/venues/pictures", content=b"<svg/>").json()["code"] == "bad_picture"
    assert user.get("/api/venues/pictures/..%2Frunning.json").status_code == 404


def test_nobody_reads_or_draws_plans_without_a_login(client: TestClient[Any]) -> None:
    assert client.get("/api/venues").status_code == 401
    assert client.post("/api/stores", content=b"code\n1\n").status_code == 401


def test_visits_ways_and_sensors_of_a_venue(user: TestClient[Any]) -> None:
    found = user.get("/api/attendance?store=mall&from=2026-03-01&to=2026-03-02").json()
    assert (found["place"], found["calibrated"]) == ("mall", False)
    assert set(user.get("/api/flows?store=mall").json()) >= {"transitions", "zones", "ways", "visits"}
    states = {s["state"] for s in user.get("/api/sensors?store=mall").json()["sensors"]}
    assert states <= {"heard", "silent", "never", "unknown"}
    assert user.get("/api/report/flows?store=mall&by=zone&format=csv").text.startswith("\ufeffzone,name,floor")


def test_staff_is_registered_by_address_and_made_up_ones_are_refused(user: TestClient[Any]) -> None:
    assert user.post("/api/staff", json={"device": "00:1b:44:11:3a:b7", "place": "mall"}).status_code == 202
    refused = user.post("/api/staff", json={"device": "02:1b:44:11:3a:b7"})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_staff")
    assert user.post("/api/staff", json={"device": "00:1b:44:11:3a:b7", "ns": "phone"}).status_code == 422
    assert user.post("/api/staff", json={"key": "x"}).status_code == 422


def test_the_hours_of_a_door_are_taken_line_by_line(user: TestClient[Any]) -> None:
    text = "place,time,entries,exits,door\nmall,2026-03-01 10:00,42,40,north\nmall,noon,1,1,\n,2026-03-01 11:00,1,1,\n"
    taken = user.post("/api/counts", content=text.encode()).json()
    assert (taken["rows"], taken["stored"], taken["quarantined"]) == (3, 1, 2)
    assert [line["line"] for line in taken["lines"]] == [3, 4]
    assert user.post("/api/counts", content=text.encode()).json()["known"] == 1
    assert user.post("/api/counts", content=b"a,b\n1,2\n").status_code == 422


def test_a_conversion_is_said_taken_back_and_refused(mall: Mall, user: TestClient[Any]) -> None:
    said = {"place": "mall", "by": "conversion", "value": 0.25, "since": "2026-03-02", "until": "2026-03-08"}
    assert user.post("/api/calibration", json=said).status_code == 202
    mall.drain()
    (known,) = user.get("/api/calibration?store=mall").json()["said"]
    assert (known["by"], known["value"], known["since"]) == ("conversion", 0.25, "2026-03-02")
    assert known["actor"].startswith("user:")
    assert user.get("/api/calibration?store=elsewhere").json()["said"] == []
    assert user.post("/api/calibration", json=said | {"value": 0}).status_code == 202
    mall.drain()
    assert user.get("/api/calibration?store=mall").json()["said"] == []
    refused = user.post("/api/calibration", json=said | {"value": 25})
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (422, "bad_calibration", "value")


def test_reports_of_a_part_of_the_chain(mall: Mall, user: TestClient[Any]) -> None:
    part = "city=Nowhere&store_format=kiosk&hours=10-14"
    found = user.get(f"/api/attendance?{part}").json()
    assert (found["venues"], found["days"], found["calibration"]["by"]) == (0, [], "none")
    assert user.get(f"/api/flows?{part}&parties=true").json()["parties"]["parties"] == 0
    assert user.get(f"/api/visits?{part}").json()["zones"] == []
    assert user.get("/api/flows?hours=14-10").json()["code"] == "bad_parameter"
    for name in ("attendance", "flows", "visits"):
        assert user.get(f"/api/report/{name}?{part}&format=csv").status_code == 200
