from __future__ import annotations

import datetime as dt

from tests.unit.analytics.ledger import DAY, HOUR, MORNING, add, know

from datong.analytics import Overlap, Step, funnel, overlap
from datong.storage import Store

SEEN, VISITED, TRIED, BOUGHT = "Product Viewed", "Venue Entered", "Tag Scanned", "Receipt Issued"


def happen(store: Store, *events: tuple[int, str, int], channel: str = "web") -> None:
    add(store, "touchpoints.event", [
        {"offset": n, "item": 0, "type": kind, "ident": ident, "ts": MORNING + at, "channel": channel, "place": "s1"}
        for n, (ident, kind, at) in enumerate(events)
    ])


def test_steps_count_in_order_and_within_the_window(store: Store) -> None:
    know(store, dict.fromkeys(range(1, 7), "both"), {101: 1})
    happen(
        store,
        (1, SEEN, 0), (101, VISITED, HOUR), (1, TRIED, 2 * HOUR), (101, BOUGHT, 3 * HOUR),  # all, on two identifiers
        (2, VISITED, 0), (2, SEEN, HOUR), (2, TRIED, 2 * HOUR),  # visited before: only seen
        (3, SEEN, 0), (3, VISITED, 8 * DAY),  # too late
        (4, SEEN, 0), (4, SEEN, 5 * DAY), (4, VISITED, 6 * DAY), (4, TRIED, 9 * DAY),  # the later start still reaches
        (5, SEEN, 0), (5, VISITED, 6 * DAY), (5, TRIED, 8 * DAY),  # the window runs from the first step
        (999, SEEN, 0),  # nobody known
    )
    assert funnel(store).steps == [Step("seen", 5, None), Step("visited", 3, 0.6), Step("tried", 2, 2 / 3),
                                   Step("bought", 1, 0.5)]
    assert [s.members for s in funnel(store, window="14d").steps] == [5, 4, 3, 1]
    assert [s.members for s in funnel(store, place="s2").steps] == [5, 0, 0, 0]
    assert [s.members for s in funnel(store, since=dt.date(2026, 2, 3)).steps] == [1, 1, 1, 0]


def test_steps_at_the_same_moment_follow_each_other(store: Store) -> None:
    know(store, {1: "both"})
    happen(store, (1, TRIED, 0), (1, VISITED, 0), (1, SEEN, 0))
    assert [s.members for s in funnel(store).steps] == [1, 1, 1, 0]


def test_an_empty_funnel(store: Store) -> None:
    assert [(s.members, s.share) for s in funnel(store).steps] == [(0, None), (0, 0.0), (0, 0.0), (0, 0.0)]
    assert overlap(store) == Overlap(0, 0, 0)


def test_overlap_by_the_channels_of_the_period(store: Store) -> None:
    know(store, {1: "both", 2: "both", 3: "offline"}, {101: 1})
    happen(store, (1, SEEN, 0), (2, SEEN, DAY), channel="web")
    happen(store, (101, BOUGHT, 0), (2, BOUGHT, 3 * DAY), (3, BOUGHT, 0), channel="pos")
    happen(store, (3, "Message Sent", 0), channel="email")
    assert overlap(store) == Overlap(0, 1, 2)
    assert overlap(store, until=dt.date(2026, 2, 3)) == Overlap(1, 1, 1)
