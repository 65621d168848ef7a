from __future__ import annotations

from typing import Any

from litestar.testing import TestClient
from tests.flow.mall import Mall


def test_the_policy_in_force_with_how_many_values_each_kind_has(user: TestClient[Any]) -> None:
    rows = {row["name"]: row for row in user.get("/api/identity/policy").json()["namespaces"]}
    assert list(rows)[:2] == ["member_card", "user_id"]  # the strongest first
    card, phone = rows["member_card"], rows["phone"]
    assert (card["priority"], card["limit"], card["merges"], card["held"], card["changed"]) == (1, 2, "yes", 1, False)
    assert (phone["window"], phone["verified"], phone["ttl"]) == ("365d", True, "365d")
    assert (rows["user_id"]["unique"], phone["unique"]) == (True, False)
    assert rows["random_mac"]["merges"] == "never"


def test_shared_values_are_shown_by_their_mark(user: TestClient[Any], mall: Mall) -> None:
    assert user.get("/api/identity/shared").json() == {"total": 0, "values": []}
