"""Tags and scenes keep the same state on every engine."""

from __future__ import annotations

from tests.unit.tags.shop import BAG, NOW, SHOES, Pairs, event, run

from datong.model import DAY, HOUR, MINUTE, SECOND, TagValue
from datong.scenes import Scenes, explain, fired, firings_since
from datong.storage import Store
from datong.tags import Predicate, Tags, values


def test_tags_live_on_every_engine(state_store: Store) -> None:
    store = state_store
    tags = Tags(store, cached=2)
    run(tags, store, [(m, event("Receipt Issued", NOW - m * DAY, SHOES, BAG)) for m in range(1, 301)])
    views: Pairs = [(m, event("Product Viewed", NOW, BAG)) for m in range(1, 301)]
    run(tags, store, views, NOW + MINUTE, [(300, 1), (299, 1)])
    with store.state.read() as tx:
        found = values(tx, [1, 2, 299, 400])
        assert found[1]["rfm.spend_365d"].value == 239_700
        assert found[1]["rfm.recency_days"] == TagValue("rfm.recency_days", 1, NOW, NOW + DAY)
        assert found[1]["interest.now"] == TagValue("interest.now", "bags", NOW + MINUTE, NOW + 2 * HOUR)
        assert found[2]["rfm.orders_90d"] == TagValue("rfm.orders_90d", 1, NOW, NOW + 88 * DAY)
        assert found[400] == {}
        asked = Predicate(store.settings, 'spend(category="bags", last="90d") >= 300')
        assert asked.unknown(tx)
        lifecycle = Predicate(store.settings, 'tag.shopper.lifecycle == "lost" and tag.favourite.category != "x"')
        assert lifecycle.ask(tx, [1, 179, 180, 400], NOW) == {1: False, 179: False, 180: True, 400: False}
    assert run(tags, store, [], NOW + 2 * HOUR) == NOW + DAY
    with store.state.read() as tx:
        assert "interest.now" not in values(tx, [2])[2]


def test_scenes_live_on_every_engine(state_store: Store) -> None:
    store = state_store
    scenes = Scenes(store)
    arrivals: Pairs = [(m, event("Zone Entered", NOW + m, place="mall", zone=f"z{m % 3}", ident=m,
                                 properties={"category": "shoes"})) for m in range(1, 301)]
    run(scenes, store, arrivals, NOW + 31 * SECOND)
    run(scenes, store, [(9, event("Receipt Issued", NOW + MINUTE, BAG))], NOW + 2 * MINUTE, [(2, 1), (300, 299)])
    assert run(scenes, store, [], NOW + 6 * MINUTE) is None
    with store.state.read() as tx:
        found = firings_since(tx, 0, 1_000)
        assert [f.seq for f in found] == sorted(f.seq for f in found)
        assert sorted(f.member for f in found) == [m for m in range(1, 300) if m not in (2, 9)]
        assert fired(tx) == {"shoe_dwell": (297, found[-1].at)}
        assert explain(tx, found[0].id).because == (arrivals[0][1].id,)
        assert firings_since(tx, found[-2].seq, 10) == found[-1:]
