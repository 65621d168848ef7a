"""The check of who owns which table can fail. What the tests themselves ran is checked as the run ends (conftest)."""

from __future__ import annotations

from tests.architecture.ownership import breaches


def test_the_check_catches_a_breach() -> None:
    """The check itself can fail: a tag that wrote into identity, and a place that read a coupon."""
    assert breaches("tags", "sqlite", "UPDATE identity_link SET member = 1")
    assert breaches("places", "sqlite", "SELECT * FROM marketing_coupon")
    assert not breaches("tags", "sqlite", "SELECT member FROM identity_link")
