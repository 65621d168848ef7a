"""Survivorship: which of the values told counts, by each strategy."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.identity.town import settings_of

from datong.config import GoldenSettings
from datong.identity import Field, Told, fields_of
from datong.identity.survive import plain, survivor


def told(value: str, at: int = 0, key: int = 1, source: str = "web", **more: Any) -> Told:
    given = {"channel": source, "offset": at, "verified": False, "trusted": True, **more}
    return Told("f", value, key, source, at=at, **given)


def value(strategy: str, *values: Told, sources: tuple[str, ...] = ()) -> str:
    found = survivor("f", values, {"f": Field(strategy, sources)})
    assert found is not None
    return found.value


def test_the_latest_counts_and_of_one_moment_the_later_in_the_log() -> None:
    assert value("most_recent", told("a", 3), told("b", 7), told("c", 5)) == "b"
    assert value("most_recent", told("a", 3, offset=9), told("b", 3, offset=8)) == "a"


def test_a_checked_value_goes_before_a_later_one() -> None:
    checked, later, anybody = told("a", 3, verified=True), told("b", 7), told("c", 9, trusted=False)
    assert value("most_recent_verified", checked, later, anybody) == "a"
    assert value("most_recent_verified", checked, told("d", 4, verified=True), later) == "d"
    assert value("most_recent_verified", later, anybody) == "b"
    assert value("most_recent_verified", anybody) == "c"


def test_the_most_trusted_source_goes_first_by_name_or_channel() -> None:
    till, crm, web = told("a", 3, source="till-1", channel="pos"), told("b", 2, source="crm"), told("c", 9)
    assert value("source_priority", till, crm, web, sources=("crm", "pos")) == "b"
    assert value("source_priority", till, web, sources=("crm", "pos")) == "a"
    assert value("source_priority", told("a", 3), told("b", 4), sources=("crm",)) == "b"


@pytest.mark.parametrize(("less", "more"), [
    ("L.", "Li Lei"), ("Li", "Li Lei"), ("李", "李雷"), ("李先生", "李雷"), ("张**", "张三丰"), ("Mr Li", "Li Lei"),
    ("Li L.", "Li Lei"), ("Nanjing Road", "Nanjing Road 12"), ("Ann Lee", "Ann Mary Lee"),
])
def test_the_fuller_value_counts(less: str, more: str) -> None:
    assert value("most_complete", told(more, 1), told(less, 9)) == more
    assert value("most_complete", told(less, 1, source="pos"), told(more, 9), sources=("pos", "web")) == less
    assert value("most_complete", told("Li Na", 1), told("Wu Na", 2)) == "Wu Na"


def test_the_majority_counts_tellers_and_not_repeats() -> None:
    born, wrong = "1990-05-01", "1990-01-05"
    assert value("majority", told(born, 1), told(born, 2, key=2), told(wrong, 9)) == born
    assert value("majority", told(born, 1), told(born, 5, key=1), told(wrong, 9)) == wrong  # one to one: the later
    assert value("majority", told(born, 1, verified=True), told(wrong, 9)) == born


def test_lists_are_united_in_the_order_of_telling() -> None:
    found = survivor("interests", [told('["Running", "tea"]', 1), told("TEA, 瑜伽；hiking", 2, key=2)])
    assert found is not None
    assert (found.value, found.strategy, found.others) == ("Running, tea, 瑜伽, hiking", "union", ())
    assert value("union", told("[not json", 1)) == "[not json"


def test_a_placeholder_counts_only_where_there_is_nothing_else() -> None:
    for placeholder in ("-", "匿名用户", "N/A", "1900-01-01", " unknown "):
        assert value("most_recent", told("Li Na", 1), told(placeholder, 9)) == "Li Na"
        twice = told(placeholder, 8), told(placeholder, 9, key=2)
        assert value("majority", told("1990-05-01", 1), *twice) == "1990-05-01"
    assert value("most_recent", told("-", 1), told("?", 2)) == "?"


def test_what_lost_is_kept_with_who_told_it() -> None:
    found = survivor("name", [
        told("Li", 5, source="till", channel="pos"), told("LI", 7, key=2), told("Li Na", 3, source="pos"),
        told("?", 9),
    ])
    assert found is not None
    assert (found.value, found.source, found.at, found.strategy) == ("Li Na", "pos", 3, "most_complete")
    assert [(t.value, t.key, t.at) for t in found.others] == [("?", 1, 9), ("LI", 2, 7)]
    assert survivor("name", []) is None


def test_equal_values_are_one_however_they_are_written() -> None:
    assert plain(" Ｌｉ  NA ") == "li na"
    found = survivor("f", [told("Li Na", 1, verified=True), told("ＬＩ na", 5, key=2, source="app")], {})
    assert found is not None
    assert (found.value, found.at, found.verified, found.source, found.others) == ("ＬＩ na", 5, True, "web", ())
    same = [told("13812345678", 1, digest=5), told("+86 138 1234 5678", 2, digest=5)]
    found = survivor("phone", same)
    assert found is not None
    assert found.others == ()


def test_settings_change_the_defaults_one_by_one() -> None:
    fields = fields_of(settings_of(golden={
        "name": GoldenSettings(sources=("crm",)), "birthday": GoldenSettings(strategy="most_recent"),
        "size": GoldenSettings(strategy="majority"),
    }))
    assert fields["name"] == Field("most_complete", ("crm",))
    assert (fields["birthday"].strategy, fields["size"].strategy, fields["email"].strategy) == (
        "most_recent", "majority", "most_recent_verified")
