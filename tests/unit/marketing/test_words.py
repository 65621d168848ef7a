"""Templates, offers and quiet hours."""

from __future__ import annotations

import pytest

from datong.marketing import offer_text, quiet_until
from datong.marketing.template import check_template, fill
from datong.model import Offer, from_iso


@pytest.mark.parametrize("text", [
    "{{ ''.__class__.__mro__ }}", "{{ 'x' * 999999999 }}", "{% for i in range(9) %}x{% endfor %}",
    "{{ name.__init__.__globals__ }}", "{{ cycler }}", "{{ 9 ** 999999 }}", "{{ 'x'|center(99999999) }}",
    "{{ '{:>99999999}'.format(1) }}", "{{ '%99999999d' % 1 }}",
])
def test_a_template_cannot_reach_out(text: str) -> None:
    with pytest.raises(ValueError, match=r"unknown|cannot be filled in|No filter"):
        check_template(text)


def test_the_name_stays_open() -> None:
    assert fill("Hi {{ name }}, {{ zone|upper }}!", {"zone": "shoes"}) == "Hi {name}, SHOES!"


@pytest.mark.parametrize(("offer", "language", "text"), [
    (Offer("percent", 20), "en", "20% off"), (Offer("percent", 20), "zh-CN", "8折"),
    (Offer("percent", 15), "zh-CN", "8.5折"), (Offer("percent", 100), "en", "free"),
    (Offer("amount", 2_000), "en", "¥20.00 off"), (Offer("amount", 2_000), "zh-CN", "减¥20.00"), (Offer(), "en", ""),
])
def test_offers_in_words(offer: Offer, language: str, text: str) -> None:
    assert offer_text(offer, "CNY", language) == text


@pytest.mark.parametrize(("at", "quiet", "zone", "until"), [
    ("2026-03-01T21:59:59+08:00", "22:00-08:00", "Asia/Shanghai", None),
    ("2026-03-01T22:00:00+08:00", "22:00-08:00", "Asia/Shanghai", "2026-03-02T08:00:00+08:00"),
    ("2026-03-02T07:59:59+08:00", "22:00-08:00", "Asia/Shanghai", "2026-03-02T08:00:00+08:00"),
    ("2026-03-02T08:00:00+08:00", "22:00-08:00", "Asia/Shanghai", None),
    ("2026-03-02T13:00:00+08:00", "12:00-14:00", "Asia/Shanghai", "2026-03-02T14:00:00+08:00"),
    ("2026-03-02T13:00:00+08:00", "none", "Asia/Shanghai", None),
    # the night in which New York's clocks go forward, and the one in which they go back
    ("2026-03-07T23:00:00-05:00", "22:00-08:00", "America/New_York", "2026-03-08T08:00:00-04:00"),
    ("2026-10-31T23:00:00-04:00", "22:00-08:00", "America/New_York", "2026-11-01T08:00:00-05:00"),
])
def test_quiet_hours(at: str, quiet: str, zone: str, until: str | None) -> None:
    assert quiet_until(from_iso(at), quiet, zone) == from_iso(until or at)
