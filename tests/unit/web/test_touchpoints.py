"""The Touchpoints page: counts that add up, and every configured source, heard or not."""

from __future__ import annotations

import csv
import io
from typing import Any

from litestar.testing import TestClient


def test_counts_add_up(user: TestClient[Any]) -> None:
    shown = user.get("/api/touchpoints").json()
    rows = {row["name"]: row for row in shown["touchpoints"]}
    assert rows["tills"]["kind"] == "pos"
    for row in rows.values():
        assert row["received"] == row["stored"] + row["known"] + row["quarantined"] + row["refused"]
        assert row["lost"] == 0
        assert row["lines"] == []
    assert rows["tills"]["stored"] > 0
    assert (rows["tills"]["quarantined"], rows["tills"]["ever_quarantined"]) == (1, 1)
    assert {sensor["state"] for sensor in shown["sensors"]} <= {"heard", "silent", "never", "unknown"}
    assert {sensor["place"] for sensor in shown["sensors"]} == {"mall"}


def test_as_csv(user: TestClient[Any]) -> None:
    answer = user.get("/api/touchpoints?format=csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert {row["name"] for row in rows} >= {"tills"}
    assert rows[0].keys() >= {"received", "stored", "known", "quarantined", "transports", "reasons"}


def test_a_stranger_sees_nothing(client: TestClient[Any]) -> None:
    assert client.get("/api/touchpoints").status_code == 401
