"""A platform on which a day has passed, and clients that talk to its whole HTTP surface without a socket."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import TestClient
from tests.flow.mall import Mall, build, campaign

import datong
from datong.web import create_app, hash_password

PASSWORD = "open sesame"


@pytest.fixture(scope="module")
def mall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mall]:
    """The mall after a day."""
    held = campaign(code="seen-online", scene="online_viewer_arrives", name={"en": "Seen online"}, state="paused",
                    offer={"kind": "amount", "value": 2_000, "valid": "7d"})
    config = build(tmp_path_factory.mktemp("web"), campaign(), held, password=hash_password(PASSWORD))
    with datong.open(str(config)) as platform:
        found = Mall(platform)
        found.stock()
        found.a_day()
        yield found


@pytest.fixture
def client(mall: Mall) -> Iterator[TestClient[Any]]:
    """Somebody who has not logged in."""
    with TestClient(create_app(mall.platform), raise_server_exceptions=False) as found:
        yield found


@pytest.fixture
def user(client: TestClient[Any]) -> TestClient[Any]:
    """Somebody who has."""
    answer = client.post("/api/login", json={"user": "ann", "password": PASSWORD})
    assert answer.status_code == 204
    return client
