from __future__ import annotations

import pytest

from datong.errors import Rejected
from datong.model import DAY
from datong.model.predicate import (
    Aggregate,
    Compare,
    Constant,
    Field,
    If,
    IsNone,
    Kind,
    Logic,
    Major,
    Not,
    TagRef,
    Under,
    aggregates,
    kind_of,
    parse,
    parse_where,
)

TAGS: dict[str, Kind] = {"rfm.recency_days": "number", "rfm.spend_365d": "money", "cart.open": "bool"}


def test_an_expression_is_read_into_nodes() -> None:
    expr = parse('tag.rfm.recency_days < 30 and spend(category="shoes", last="90d") >= 500', TAGS)
    assert isinstance(expr, Logic)
    assert expr.parts[0] == Compare("<", TagRef("rfm.recency_days", "number"), Constant(30, "number"))
    spent = aggregates(expr)[0]
    assert spent.types == (
        "Receipt Issued", "Order Completed", "Receipt Returned", "Order Refunded", "Order Cancelled")
    assert (spent.field, spent.where, spent.last) == ("net", Under(Field("category", "text"), "shoes"), 90 * DAY)
    assert expr.parts[1] == Compare(">=", spent, Major(Constant(500, "number")))


@pytest.mark.parametrize(("text", "kind"), [
    ('count("Page Viewed", last="7d")', "number"),
    ('sum(amount, "Receipt Issued") / count("Receipt Issued")', "money"),
    ('spend() / spend(last="7d")', "number"),
    ('spend() - 100 * count("Receipt Issued")', "money"),
    ('last("Page Viewed") - first("Page Viewed")', "span"),
    ('last("Page Viewed") - "1d" > first("Page Viewed")', "bool"),
    ('top(hour, "Venue Entered", weight=1, half_life="90d")', "number"),
    ('latest(zone, ["Zone Entered", "Zone Exited"])', "text"),
    ('"low" if spend() < 100 else None', "text"),
    ("tag.cart.open or tag.rfm.spend_365d > 10", "bool"),
    ('count("Page Viewed", channel == "app") in [1, 2]', "bool"),
    ('1 <= count("Page Viewed") < 5', "bool"),
    ('days_since("Receipt Issued") is None', "bool"),
])
def test_every_expression_has_a_kind(text: str, kind: str) -> None:
    assert kind_of(parse(text, TAGS)) == kind


def test_none_is_asked_by_equality_or_is() -> None:
    asked = Aggregate("last", ("Page Viewed",), "time")
    assert parse('last("Page Viewed") == None') == IsNone(asked)
    assert parse('last("Page Viewed") is not None') == Not(IsNone(asked))


def test_a_choice_takes_the_kind_of_the_side_that_has_one() -> None:
    expr = parse('None if count("Page Viewed") == 0 else "x"')
    assert isinstance(expr, If)
    assert expr.kind == "text"


@pytest.mark.parametrize(("text", "column", "message", "hint"), [
    ('count("Page Viewe")', 7, "there is no event 'Page Viewe'", "did you mean Page Viewed?"),
    ('count("Page Viewed", where=catgory == "a")', 28, "there is no field catgory", "did you mean category?"),
    ("tag.rfm.recency_day > 1", 1, "there is no tag rfm.recency_day", "did you mean rfm.recency_days?"),
    ('1 + cuont("Page Viewed")', 5, "there is no function cuont", "did you mean count?"),
    ('count("Page Viewed", last="7 days")', 27, "a length of time is needed here", 'as in "90d", "2h" or "1h30m"'),
    ('count("Page Viewed") + "x"', 1, "a number and text do not go together", "both sides must be of one kind"),
    ('count("Page Viewed") and True', 1, "a condition is needed here, this is number", "compare it, as in x > 0"),
    ('last("Page Viewed") > None', 1, "None cannot stand at >", "ask: x == None"),
    ("category", 1, "category is a field of an event",
     'use it inside a where, as in count("Zone Entered", where=zone == "f2")'),
    ('count("Device Sighted")', 7, "Device Sighted is not kept for tags", 'use "Zone Entered"'),
    ('sum(category, "Page Viewed")', 5, "sum needs a field first", "known here: amount, quantity, value"),
    ('count("Page Viewed", field=1)', 28, "count does not take field", "known here: last, where"),
    ("().__class__", 1, "only tag.NAME may have a dot", "as in tag.rfm.recency_days"),
    ("[x for x in (1,)]", 1, "ListComp is not part of the language",
     "comparison, and/or/not, in, + - * /, x if c else y, tag.NAME and the functions are"),
    ("__import__('os')", 1, "there is no function __import__",
     "known here: count, days_since, distinct, first, last, latest, spend, sum, top, under"),
    ("(lambda: 1)()", 1, "this cannot be called",
     "functions: count, sum, first, last, days_since, distinct, latest, top, spend, under"),
    ('count("Page Viewed") +', 23, "invalid syntax", "the syntax is that of Python expressions"),
])
def test_an_error_names_the_column_and_the_way_out(text: str, column: int, message: str, hint: str) -> None:
    with pytest.raises(Rejected) as caught:
        parse(text, TAGS)
    assert (caught.value.message, caught.value.hint) == (f"column {column}: {message}", hint)
    assert caught.value.code == "bad_expression"


@pytest.mark.parametrize("text", ["", " ", "None", "(" * 5000, "-" * 300 + "1", "1e999", "1e400 * 1", "x\0", "b'a'",
                                  "1 if", "'a' < 'b'", "True + 1", "*(1,)", "f'{1}'", "not 1", "9" * 5000])
def test_nonsense_is_refused_and_never_breaks(text: str) -> None:
    with pytest.raises(Rejected):
        parse(text)


def test_own_events_are_known_when_they_are_named() -> None:
    expr = parse('count("Fitting Room Left")', events=["Fitting Room Left"])
    assert expr == Aggregate("count", ("Fitting Room Left",), "number")


def test_a_condition_on_an_event_item_knows_fields_only() -> None:
    assert parse_where('amount >= 99.5 and under(category, "/shoes/")') == Logic("and", (
        Compare(">=", Field("amount", "money"), Major(Constant(99.5, "number"))),
        Under(Field("category", "text"), "shoes")))
    for text, message in (('count("Page Viewed") > 0', "column 1: count cannot be asked about one event"),
                          ("tag.a > 0", "column 1: a tag cannot be asked about one event"),
                          ("amount", "column 1: a condition is needed here, this is money")):
        with pytest.raises(Rejected) as caught:
            parse_where(text)
        assert caught.value.message == message


def test_text_over_several_lines_is_one_expression() -> None:
    assert parse('count("Page Viewed")\n  > 1') == parse('count("Page Viewed") > 1')
