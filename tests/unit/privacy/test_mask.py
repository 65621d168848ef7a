"""Masking shows the ends only."""

from __future__ import annotations

import pytest

from datong.privacy import mask


@pytest.mark.parametrize(("ns", "clear", "shown"), [
    ("phone", "+8613812341234", "138****1234"), ("phone", "+12125550123", "+12****0123"), ("phone", "123", "***"),
    ("email", "lilei@example.com", "l***@example.com"), ("email", "broken", "***"),
    ("member_card", "66888842", "****8842"), ("member_card", "123", "***"),
    ("wechat_openid", "oABCDEFGHIJKLMNOPQRSTUVWXYZ1", "oABC****XYZ1"),
    ("name", "王小明", "王**"), ("name", "", ""), ("name", "Elizabeth", "E***"),
])
def test_mask(ns: str, clear: str, shown: str) -> None:
    assert mask(ns, clear) == shown
