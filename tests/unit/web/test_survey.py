from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import TestClient
from tests.flow.mall import Mall

from datong import places


@pytest.fixture(autouse=True, scope="module")
def running(mall: Mall) -> Iterator[None]:
    """The flow carries out what is asked for."""
    mall.platform.flow.start()
    yield
    mall.platform.flow.stop()


def test_a_survey_is_sent_and_shown_and_a_stranger_sees_nothing(
    user: TestClient[Any], client: TestClient[Any], mall: Mall
) -> None:
    with mall.store.state.read() as tx:
        venue = next(v for v in places.venues(tx) if v.sensors)
    path, floor = f"/api/venues/{venue.code}/survey", venue.floors[0].code
    assert (user.get(path).status_code, user.get(path).json()["code"]) == (404, "unknown_survey")
    rows = [f"{walk}-{n},{n * 2},3,{floor},{sensor.code},{-50 - (7 * n + 3 * at) % 30},w{walk}"
            for walk in range(3) for n in range(20) for at, sensor in enumerate(venue.sensors)]
    wrong = user.post(path, content=b"scan,x\n1,2\n")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "survey_value")
    assert user.post(path, content=b"\xff\xfe").status_code == 422
    sent = user.post(path, content="\n".join(["scan,x,y,floor,sensor,rssi,walk", *rows]).encode())
    assert sent.status_code == 200, sent.text
    shown = user.get(path).json()
    assert shown["accuracy"] == sent.json()["accuracy"]
    assert (shown["scans"], shown["actor"]) == (60, "user:ann")
    client.cookies.clear()
    assert client.get(path).status_code == 401
