"""Campaign definitions are checked field by field."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.marketing.shop import WELCOME

from datong.config import Settings
from datong.marketing import check_definition

WORDS = {"title": "t", "body": "{{ coupon }}"}


def test_a_whole_definition_has_no_problem() -> None:
    found, problems = check_definition(WELCOME, Settings())
    assert problems == []
    assert found is not None
    assert (found.code, found.offer.value, found.caps.total, found.expires) == ("welcome", 20, 0, "2h")


@pytest.mark.parametrize(("change", "field", "words"), [
    ({"code": "Not A Code"}, "code", "is not a code"),
    ({"name": {}}, "name", "is empty"),
    ({"scene": ""}, "scene", "either a scene or an audience"),
    ({"scene": "shoe_dwel"}, "scene", "there is no scene shoe_dwel"),
    ({"audience": "tag.rfm.orders_90d > 1"}, "scene", "not both"),
    ({"where": "tag.rfm.ordrs_90d > 1"}, "where", "rfm.ordrs_90d"),
    ({"offer": {"kind": "percent", "value": 120}}, "offer.value", "not a percentage"),
    ({"offer": {"kind": "amount", "value": 0}}, "offer.value", "not an amount"),
    ({"offer": {"kind": "percent", "value": 20, "valid": "week"}}, "offer.valid", "not a duration"),
    ({"holdout": 1.0}, "holdout", "is not a share"),
    ({"channels": []}, "channels", "is empty"),
    ({"messages": {}}, "messages", "is empty"),
    ({"messages": {"en": {"title": "{{ shop }}", "body": "{{ coupon }}"}}}, "messages.en.title", "unknown placeholder"),
    ({"messages": {"en": {"title": "{{ name", "body": "{{ coupon }}"}}}, "messages.en.title", "line 1"),
    ({"messages": {"en": {"title": "t", "body": "no code"}}}, "messages.en.body", "does not show the coupon"),
    ({"caps": {"per_day": -1}}, "caps", "negative"),
    ({"caps": {"cooldown": "soon"}}, "caps.cooldown", "not a duration"),
    ({"quiet": "late"}, "quiet", "quiet hours"),
    ({"start": "tomorrow"}, "start", "not a time"),
    ({"start": "2026-03-02", "end": "2026-03-01"}, "end", "before the start"),
    ({"state": "asleep"}, "state", "not known"),
    ({"holdout": "many"}, "holdout", "expected"),
    ({"colour": "red"}, "colour", "unknown field"),
    ({"offer": {"kind": "gift"}}, "offer.kind", "invalid enum value"),
])
def test_each_wrong_field_is_named(change: dict[str, Any], field: str, words: str) -> None:
    _, problems = check_definition({**WELCOME, **change}, Settings())
    assert [p.field for p in problems] == [field]
    assert words in problems[0].message


def test_all_problems_are_told_at_once() -> None:
    _, problems = check_definition({**WELCOME, "code": "X Y", "holdout": 2.0, "quiet": "late"}, Settings())
    assert [p.field for p in problems] == ["code", "holdout", "quiet"]
