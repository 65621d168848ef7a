from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.unit.tags.shop import BAG, NOW, SHOES, batch_of, event, run

from datong.config import Settings, TagsSettings
from datong.model import DAY, HOUR, MINUTE, TagValue
from datong.storage import Store
from datong.tags import Predicate, Tags, values
from datong.tags.tables import STATE, VALUE


def tag(store: Store, member: int, name: str) -> Any:
    with store.state.read() as tx:
        found = values(tx, [member])[member].get(name)
    return found.value if found else None


def row(store: Store, member: int, name: str) -> tuple[Any, ...] | None:
    query = sa.select(VALUE.c.num, VALUE.c.text, VALUE.c.since, VALUE.c.expires)
    with store.state.read() as tx:
        found = tx.execute(query.where(VALUE.c.member == member, VALUE.c.tag == name)).first()
    return tuple(found) if found else None


def test_a_tag_changes_in_the_pass_of_its_event(store: Store) -> None:
    tags = Tags(store)
    run(tags, store, [(7, event("Receipt Issued", NOW - DAY, SHOES, BAG)), (7, event("Venue Entered", hour=18)),
                      (7, event("Order Completed", NOW - 40 * DAY, BAG, channel="app"))])
    assert tag(store, 7, "rfm.recency_days") == 1
    assert tag(store, 7, "rfm.orders_90d") == 2
    assert tag(store, 7, "rfm.spend_365d") == 109_900
    assert tag(store, 7, "favourite.category") == "bags"
    assert tag(store, 7, "favourite.brand") == "Carry"
    assert tag(store, 7, "basket.size") == 2.5
    assert tag(store, 7, "price.level") == "middle"
    assert tag(store, 7, "visits.usual_hour") == 18
    assert tag(store, 7, "shopper.kind") == "returning"
    assert tag(store, 7, "shopper.lifecycle") == "active"
    assert tag(store, 7, "habit.both_channels") is True
    assert row(store, 7, "rfm.spend_365d") == (109_900.0, None, NOW, NOW + 325 * DAY)
    assert row(store, 7, "favourite.category") == (None, "bags", NOW, None)


def test_returns_are_taken_off_whatever_their_sign(store: Store) -> None:
    tags = Tags(store)
    back = SHOES.__class__("s1", -1.0, -49_900, 0, "shoes/sneakers", "Swift")
    run(tags, store, [(1, event("Receipt Issued", NOW, SHOES)), (1, event("Receipt Issued", NOW, BAG)),
                      (1, event("Receipt Returned", NOW, back)), (1, event("Order Refunded", NOW, amount=1_000))])
    assert tag(store, 1, "rfm.spend_365d") == 29_000


def test_time_alone_changes_a_tag_at_its_expiry(store: Store) -> None:
    tags = Tags(store)
    assert run(tags, store, [(3, event("Product Viewed", NOW - HOUR, SHOES))]) == NOW + HOUR
    with store.state.read() as tx:
        assert values(tx, [3])[3]["interest.now"] == TagValue("interest.now", "shoes/sneakers", NOW, NOW + HOUR)
    wake = run(tags, store, [], NOW + HOUR - 1)
    assert (wake, tag(store, 3, "interest.now")) == (NOW + HOUR, "shoes/sneakers")
    wake = run(tags, store, [], NOW + HOUR)
    assert (wake, tag(store, 3, "interest.now")) == (NOW + 23 * HOUR, None)
    assert tag(store, 3, "interest.today") == "shoes/sneakers"
    assert row(store, 3, "interest.now") == (None, None, NOW + HOUR, None)


def test_a_wake_reevaluates_only_whom_it_is_due_for(store: Store) -> None:
    tags = Tags(store)
    run(tags, store, [(1, event("Message Sent", NOW - 7 * DAY + MINUTE)), (2, event("Message Sent", NOW))])
    assert (tag(store, 1, "contact.messages_7d"), tag(store, 2, "contact.messages_7d")) == (1, 1)
    assert run(tags, store, [], NOW + MINUTE) == NOW + 7 * DAY
    assert (tag(store, 1, "contact.messages_7d"), tag(store, 2, "contact.messages_7d")) == (0, 1)
    assert row(store, 1, "contact.messages_7d") == (0.0, None, NOW + MINUTE, None)


def test_an_event_from_the_future_counts_when_its_time_comes(store: Store) -> None:
    tags = Tags(store)
    assert run(tags, store, [(1, event("Message Sent", NOW + MINUTE, received=NOW))]) == NOW + MINUTE
    assert tag(store, 1, "contact.messages_7d") is None
    run(tags, store, [], NOW + MINUTE)
    assert tag(store, 1, "contact.messages_7d") == 1


def test_history_counts_and_what_lies_before_a_window_does_not(store: Store) -> None:
    tags = Tags(store)
    run(tags, store, [(1, event("Receipt Issued", NOW - 400 * DAY, SHOES, history=True)),
                      (1, event("Receipt Issued", NOW - 100 * DAY, BAG, history=True))])
    assert tag(store, 1, "rfm.recency_days") == 100
    assert tag(store, 1, "rfm.spend_365d") == 30_000
    assert tag(store, 1, "rfm.orders_90d") is None
    assert tag(store, 1, "shopper.lifecycle") == "lapsing"


def test_a_merge_adds_and_doubles_nothing(store: Store) -> None:
    tags = Tags(store)
    run(tags, store, [(1, event("Receipt Issued", NOW - DAY, SHOES)), (2, event("Receipt Issued", NOW - 2 * DAY, BAG)),
                      (3, event("Venue Entered", NOW))])
    run(tags, store, [(2, event("Message Sent", NOW))], merges=[(1, 3), (3, 2)])
    assert tag(store, 2, "rfm.orders_90d") == 2
    assert tag(store, 2, "rfm.spend_365d") == 79_900
    assert tag(store, 2, "visits.visits_30d") == 1
    assert tag(store, 2, "rfm.recency_days") == 1
    with store.state.read() as tx:
        assert values(tx, [1, 3]) == {1: {}, 3: {}}
        assert tx.execute(sa.select(VALUE.c.member).distinct()).scalars().all() == [2]
    run(tags, store, [(2, event("Message Sent", NOW))])
    assert tag(store, 2, "contact.messages_7d") == 2


def test_a_batch_that_rolled_back_leaves_no_trace_in_the_cache(store: Store) -> None:
    tags = Tags(store)
    run(tags, store, [(1, event("Message Sent"))])

    class Crash(Exception):
        pass

    def crash() -> None:
        with store.state.write() as tx:
            tags.step(batch_of([(1, event("Message Sent"))], NOW), tx)
            raise Crash

    with pytest.raises(Crash):
        crash()
    run(tags, store, [(1, event("Message Sent"))])
    assert tag(store, 1, "contact.messages_7d") == 2


def test_only_changed_values_are_written(store: Store) -> None:
    tags = Tags(store)
    run(tags, store, [(1, event("Venue Entered", NOW, hour=9)), (1, event("Receipt Issued", NOW, BAG))])
    before = row(store, 1, "favourite.category")
    run(tags, store, [(1, event("Receipt Issued", NOW + DAY, BAG))], NOW + DAY)
    assert row(store, 1, "favourite.category") == before == (None, "bags", NOW, None)
    assert row(store, 1, "rfm.orders_90d") == (2.0, None, NOW + DAY, NOW + 90 * DAY)


def own(store: Store, text: str) -> Store:
    Path(store.settings.root, "own.yaml").write_text(text, "utf-8")
    store.settings = Settings(root=store.settings.root, tags=TagsSettings(files=("own.yaml",)))
    return store


OWN = """
- name: own.loyal
  title: {zh: 忠诚, en: Loyal}
  group: own
  kind: bool
  expression: tag.rfm.orders_90d >= %d and tag.rfm.spend_365d > 300
"""


def test_a_changed_definition_is_worked_out_anew_for_everyone(store: Store) -> None:
    run(Tags(own(store, OWN % 3)), store, [(m, event("Receipt Issued", NOW, BAG)) for m in (1, 1, 2)])
    assert (tag(store, 1, "own.loyal"), tag(store, 2, "own.loyal")) == (False, False)
    tags = Tags(own(store, OWN % 2))
    assert run(tags, store, [], NOW + 1) == NOW + DAY
    assert (tag(store, 1, "own.loyal"), tag(store, 2, "own.loyal")) == (True, False)
    store.settings = Settings(root=store.settings.root)
    run(Tags(store), store, [], NOW + 2)
    assert tag(store, 1, "own.loyal") is None
    assert row(store, 1, "own.loyal") is None
    assert tag(store, 1, "rfm.orders_90d") == 2


def test_a_predicate_is_asked_of_kept_pasts(store: Store) -> None:
    tags = Tags(store, ['count("Screen Seen", last="1h") >= 2'])
    run(tags, store, [(1, event("Screen Seen", NOW - MINUTE)), (1, event("Screen Seen", NOW)),
                      (2, event("Screen Seen", NOW))])
    with store.state.read() as tx:
        asked = Predicate(store.settings, 'count("Screen Seen", last="1h") >= 2')
        assert asked.ask(tx, [1, 2, 3], NOW) == {1: True, 2: False, 3: False}
        assert asked.ask(tx, [1], NOW + HOUR) == {1: False}
        assert not Predicate(store.settings, 'tag.shopper.lifecycle == "lead"').unknown(tx)
        assert Predicate(store.settings, 'tag.shopper.lifecycle == "lead"').ask(tx, [2], NOW) == {2: True}
        assert Predicate(store.settings, 'count("Screen Seen", last="2h") > 0').unknown(tx)
        assert Predicate(store.settings, 'count("Tag Scanned") > 0').unknown(tx)


def test_the_state_wakes_and_nothing_is_left_to_do(store: Store) -> None:
    tags = Tags(store)
    assert run(tags, store, [(None, event("Page Viewed")), (1, event("Device Sighted"))]) is None
    with store.state.read() as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(STATE)).scalar() == 0
