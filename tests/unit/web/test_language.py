from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from datong.web.language import language_of


def request(asked: str, retailer: str) -> Any:
    settings = SimpleNamespace(retailer=SimpleNamespace(language=retailer))
    state = SimpleNamespace(platform=SimpleNamespace(settings=settings))
    return SimpleNamespace(headers={"accept-language": asked} if asked else {}, app=SimpleNamespace(state=state))


@pytest.mark.parametrize(("asked", "retailer", "expected"), [
    ("zh-CN", "en", "zh-CN"),
    ("zh-Hans,en;q=0.5", "en", "zh-CN"),
    ("en-GB,zh;q=0.9", "zh-CN", "en"),
    ("fr", "zh-CN", "zh-CN"),
    ("", "en", "en"),
])
def test_the_first_language_that_is_asked_for_counts(asked: str, retailer: str, expected: str) -> None:
    assert language_of(request(asked, retailer)) == expected
