from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from datong.errors import Rejected
from datong.places import Hours, Span

DAY = Span(600, 1320)


def test_days_ranges_lists_and_exceptions() -> None:
    hours = Hours.parse("Mo-Fr 10:00-22:00; Sa,Su 09:00-12:00, 13:00-23:00; 2026-12-25 closed; "
                        "2026-10-01..2026-10-03 08:00-24:00; 2026-10-02 休息")
    assert hours.on(date(2026, 3, 2)) == (DAY,)
    assert hours.on(date(2026, 3, 7)) == (Span(540, 720), Span(780, 1380))
    assert hours.on(date(2026, 12, 25)) == hours.on(date(2026, 10, 2)) == ()
    assert hours.on(date(2026, 10, 3)) == (Span(480, 1440),)
    assert Hours.parse("10:00-22:00").on(date(2026, 3, 8)) == Hours.parse("周六-周一 10:00-22:00").on(date(2026, 3, 8))
    assert Hours.parse("周六-周一 10:00-22:00").on(date(2026, 3, 3)) == ()
    assert Hours.parse("24/7").on(date(2026, 3, 3)) == (Span(0, 1440),)


def test_nothing_said_is_not_closed_but_unknown() -> None:
    assert not Hours.parse(" ").known
    assert Hours.parse("2026-12-25 closed").known


def test_overnight_hours_end_on_the_next_day_in_local_time() -> None:
    hours = Hours.parse("Sa 18:00-02:00")
    found = hours.spans(date(2026, 3, 6), date(2026, 3, 8), "Asia/Shanghai")
    assert [(d, *(datetime.fromtimestamp(t / 1000, UTC).isoformat() for t in span)) for d, *span in found] == [
        (date(2026, 3, 7), "2026-03-07T10:00:00+00:00", "2026-03-07T18:00:00+00:00")]
    assert Hours.parse("10:00-24:00").spans(date(2026, 3, 7), date(2026, 3, 7), "UTC")[0][2] % 86_400_000 == 0


@pytest.mark.parametrize("text", ["sometimes", "Mo 10-22", "Xx 10:00-22:00", "10:00-25:00", "10:61-12:00",
                                  "2026-13-01 closed", "2026-10-07..2026-10-01 closed", "10:00-12:00 maybe"])
def test_what_cannot_be_read_is_told(text: str) -> None:
    with pytest.raises(Rejected, match="cannot be read") as error:
        Hours.parse(text)
    assert error.value.code == "bad_hours"
    assert "Mo-Fr" in error.value.hint
