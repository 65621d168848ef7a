from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.unit.tags.shop import BAG, NOW, SHOES, Pairs, batch_of, event, run

from datong.config import ScenesSettings, Settings
from datong.errors import ConfigError, NotFound
from datong.model import DAY, HOUR, MINUTE, SECOND, Event
from datong.scenes import Scenes, explain, fired, firings, firings_since, predicates
from datong.scenes.tables import FIRING, STATE
from datong.storage import Store
from datong.tags import Tags


def enters(time: int, zone: str = "f2-shoes", category: str = "shoes/sneakers", **parts: Any) -> Event:
    return event("Zone Entered", time, place="mall", zone=zone, ident=77, properties={"category": category}, **parts)


def leaves(time: int, zone: str = "f2-shoes") -> Event:
    return event("Zone Exited", time, place="mall", zone=zone, ident=77)


def told(store: Store, after: int = 0) -> list[tuple[str, int, int]]:
    with store.state.read() as tx:
        return [(f.scene, f.member, f.at) for f in firings_since(tx, after, 100)]


def own(store: Store, text: str) -> Store:
    Path(store.settings.root, "own.yaml").write_text(text, "utf-8")
    store.settings = Settings(root=store.settings.root, scenes=ScenesSettings(files=("own.yaml",)))
    return store


def test_dwelling_fires_with_nobody_sending_events(store: Store) -> None:
    scenes = Scenes(store)
    arrival = enters(NOW)
    wake = run(scenes, store, [(5, arrival)], NOW)
    assert wake == NOW + 30 * SECOND
    assert run(scenes, store, [], wake) == NOW + 5 * MINUTE + 30 * SECOND
    assert run(scenes, store, [], NOW + 5 * MINUTE + 30 * SECOND - 1) == NOW + 5 * MINUTE + 30 * SECOND
    assert told(store) == []
    assert run(scenes, store, [], NOW + 5 * MINUTE + 30 * SECOND) is None
    with store.state.read() as tx:
        (firing,) = firings_since(tx, 0, 10)
        assert (firing.scene, firing.version, firing.member, firing.at) == ("shoe_dwell", 1, 5, NOW + 5 * MINUTE)
        assert firing.binds == {"zone": "f2-shoes", "place": "mall", "category": "shoes/sneakers"}
        assert (firing.because, firing.ident, firing.place) == ((arrival.id,), 77, "mall")
        assert firings(tx, [firing.id, "no"]) == [firing]
        assert fired(tx, NOW) == {"shoe_dwell": (1, NOW + 5 * MINUTE)}
        assert fired(tx, NOW + DAY) == {}
        why = explain(tx, firing.id, "zh-CN")
        assert (why.because, why.scene.scene) == ((arrival.id,), "shoe_dwell")
        assert why.steps[0] == "开始：Zone Entered（shoes）"
        with pytest.raises(NotFound):
            explain(tx, "no")


@pytest.mark.parametrize("broken_by", [
    leaves(NOW + 4 * MINUTE), leaves(NOW + 5 * MINUTE), event("Receipt Issued", NOW + MINUTE, BAG),
    event("Venue Exited", NOW + 3 * MINUTE, place="mall"),
])
def test_leaving_or_buying_ends_it_even_when_told_late(store: Store, broken_by: Event) -> None:
    scenes = Scenes(store)
    run(scenes, store, [(5, enters(NOW))], NOW)
    run(scenes, store, [(5, broken_by)], NOW + 5 * MINUTE + 29 * SECOND)
    run(scenes, store, [], NOW + HOUR)
    assert told(store) == []


@pytest.mark.parametrize("unrelated", [
    leaves(NOW + 4 * MINUTE, "f1-bags"), leaves(NOW + 5 * MINUTE + 1), enters(NOW + MINUTE, "f1", "bags"),
    event("Venue Exited", NOW + 3 * MINUTE, place="outlet"), event("Product Viewed", NOW + MINUTE, BAG),
])
def test_other_things_do_not_end_it(store: Store, unrelated: Event) -> None:
    scenes = Scenes(store)
    run(scenes, store, [(5, enters(NOW)), (5, unrelated), (6, leaves(NOW + MINUTE))], NOW + 5 * MINUTE + 1)
    run(scenes, store, [], NOW + HOUR)
    assert told(store) == [("shoe_dwell", 5, NOW + 5 * MINUTE)]


def test_only_concerned_members_get_a_state(store: Store) -> None:
    scenes = Scenes(store)
    run(scenes, store, [(1, enters(NOW, "f1", "shoeshine")), (2, leaves(NOW)), (None, enters(NOW)),
                        (3, enters(NOW, history=True)), (4, event("Page Viewed")), (5, enters(NOW))])
    with store.state.read() as tx:
        assert tx.execute(sa.select(STATE.c.member)).scalars().all() == [5]


def test_who_viewed_online_is_noticed_when_he_arrives(store: Store) -> None:
    scenes = Scenes(store)
    viewed = [event("Product Viewed", NOW + n, item, ident=1) for n, item in enumerate((BAG, SHOES))]
    run(scenes, store, [(8, viewed[0]), (8, viewed[1]), (9, event("Product Viewed", NOW, BAG))], NOW + MINUTE)
    arrival = event("Venue Entered", NOW + 6 * DAY, place="mall", ident=2)
    run(scenes, store, [(8, arrival)], NOW + 6 * DAY)
    run(scenes, store, [(9, event("Venue Entered", NOW + 7 * DAY + 1, place="mall"))], NOW + 7 * DAY + 1)
    with store.state.read() as tx:
        (firing,) = firings_since(tx, 0, 10)
    assert (firing.scene, firing.member, firing.at) == ("online_viewer_arrives", 8, NOW + 6 * DAY)
    assert firing.binds == {"sku": "s1", "category": "shoes/sneakers", "place": "mall"}
    assert (firing.because, firing.ident, firing.place) == ((viewed[1].id, arrival.id), 1, "mall")


def test_buying_what_was_viewed_ends_the_wait(store: Store) -> None:
    scenes = Scenes(store)
    run(scenes, store, [(8, event("Product Viewed", NOW, SHOES)), (9, event("Product Viewed", NOW, SHOES))])
    run(scenes, store, [
        (8, event("Receipt Issued", NOW + HOUR, BAG, SHOES)), (9, event("Receipt Issued", NOW + HOUR, BAG)),
        (8, event("Venue Entered", NOW + DAY)), (9, event("Venue Entered", NOW + DAY)),
    ], NOW + DAY)
    assert told(store) == [("online_viewer_arrives", 9, NOW + DAY)]


def test_the_same_batch_again_fires_nothing_more(store: Store) -> None:
    scenes = Scenes(store)
    batch = batch_of([(5, enters(NOW))], NOW + 10 * MINUTE)

    def crash() -> None:
        with store.state.write() as tx:
            scenes.step(batch, tx)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crash()
    for _ in range(2):
        with store.state.write() as tx:
            scenes.step(batch, tx)
    with store.state.read() as tx:
        assert [f.seq for f in firings_since(tx, 0, 10)] == [1]


def test_a_merge_carries_open_scenes_and_firings_over(store: Store) -> None:
    scenes = Scenes(store)
    run(scenes, store, [(1, enters(NOW - 10 * MINUTE, "f2-a")), (2, enters(NOW, "f2-b")), (3, enters(NOW, "f2-b"))])
    assert told(store) == [("shoe_dwell", 1, NOW - 5 * MINUTE)]
    run(scenes, store, [(3, leaves(NOW + MINUTE, "f2-b"))], NOW + 2 * MINUTE, [(1, 2)])
    assert told(store) == [("shoe_dwell", 2, NOW - 5 * MINUTE)]
    run(scenes, store, [], NOW + HOUR)
    assert told(store) == [("shoe_dwell", 2, NOW - 5 * MINUTE)], "the cap of one a day moved with him"
    with store.state.read() as tx:
        assert tx.execute(sa.select(STATE.c.member).order_by(STATE.c.member)).scalars().all() == [2]


WHERE = """
scene: big_spender_enters
title: {en: Big spender, zh: 大客户}
start: {on: Zone Entered, zone: "f2-*", where: "8 <= hour < 20", bind: zone}
where: tag.rfm.spend_365d >= 300 and count("Message Sent", last="1d") == 0
cap: {per_day: 2, all_per_day: 0}
lateness: eager
"""


def test_the_member_predicate_is_asked_at_firing(store: Store) -> None:
    own(store, WHERE)
    tags, scenes = Tags(store, predicates(store.settings)), Scenes(store)
    events: Pairs = [(1, event("Receipt Issued", NOW - DAY, BAG)), (2, event("Receipt Issued", NOW - DAY, BAG)),
              (2, event("Message Sent", NOW - HOUR)), (1, enters(NOW, "f1-a", "x", hour=9)),
              (1, enters(NOW, "f2-a", "x", hour=21)), (1, enters(NOW, "f2-b", "x", hour=19)),
              (2, enters(NOW, "f2-b", "x", hour=19)), (3, enters(NOW, "f2-b", "x", hour=19))]
    with store.state.write() as tx:
        batch = batch_of(events, NOW)
        tags.step(batch, tx)
        scenes.step(batch, tx)
    assert told(store) == [("big_spender_enters", 1, NOW)]


def test_a_predicate_that_nothing_keeps_fires_for_nobody(store: Store) -> None:
    own(store, WHERE.replace("Message Sent", "Screen Seen"))
    run(Tags(store), store, [(1, event("Receipt Issued", NOW, BAG))])
    run(Scenes(store), store, [(1, enters(NOW, hour=9))])
    assert told(store) == []


CAPS = """
- scene: hello
  title: {en: Hello, zh: 你好}
  start: {on: Venue Entered}
  cap: {per_day: 2}
  lateness: eager
- scene: bye
  title: {en: Bye, zh: 再见}
  start: {on: Venue Exited}
  cap: {per_day: 0, all_per_day: 3}
  cooldown: 1h
- {scene: shoe_dwell, title: {en: off, zh: 关}, start: {on: Zone Entered}, enabled: false}
"""


def test_caps_and_cooldown_hold_per_local_day(store: Store) -> None:
    scenes = Scenes(own(store, CAPS))
    for hour in range(24):  # NOW is noon in Shanghai
        at = NOW + hour * HOUR // 2
        both = [event("Venue Entered", at), event("Venue Exited", at + 1), enters(at)]
        run(scenes, store, [(1, e) for e in both], at + 1)
    run(scenes, store, [], NOW + DAY)
    assert [(s, (at - NOW) / HOUR) for s, _, at in told(store)] == [
        ("hello", 0.0), ("bye", 1 / HOUR), ("hello", 0.5)]
    run(scenes, store, [(1, event("Venue Entered", NOW + 12 * HOUR))], NOW + 13 * HOUR)
    assert told(store, 3) == [("hello", 1, NOW + 12 * HOUR)]


def test_a_version_that_ran_may_not_change_silently(store: Store) -> None:
    run(Scenes(own(store, CAPS)), store, [])
    Scenes(own(store, CAPS.replace("Hello", "Hi")))
    with pytest.raises(ConfigError) as caught:
        Scenes(own(store, CAPS.replace("cooldown: 1h", "cooldown: 2h")))
    assert caught.value.message == "scene bye: version 1 has run before and said something else"
    assert caught.value.hint == "write version: 2"
    Scenes(own(store, CAPS.replace("cooldown: 1h", "cooldown: 2h\n  version: 2")))


def test_open_scenes_of_a_former_version_are_dropped(store: Store) -> None:
    run(Scenes(store), store, [(5, enters(NOW))], NOW + MINUTE)
    scenes = Scenes(own(store, "{scene: shoe_dwell, version: 2, title: {}, start: {on: Tag Scanned}}"))
    assert run(scenes, store, [], NOW + HOUR) is None
    assert told(store) == []
    with store.state.read() as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(FIRING)).scalar() == 0
