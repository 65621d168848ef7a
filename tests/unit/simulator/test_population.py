from __future__ import annotations

from collections import Counter

from tests.unit.simulator.town import mall, town

from datong.places import read_venue
from datong.simulator.goods import MALL, open_mall
from datong.simulator.population import people


def test_the_mall_is_the_venue_file() -> None:
    venue = read_venue(MALL / "venue.yaml").venues[0]
    assert [f.code for f in venue.floors] == ["f1", "f2", "f3"]
    assert {s.code: s.zone for s in mall().shops.values()} == {
        z.shop.code: z.code for _, z in venue.zones() if z.shop}
    assert len(mall().shops) == 30
    assert {s.format for s in mall().shops.values()} == {"fashion", "grocery"}
    shoes = mall().shops["S201"]
    assert (shoes.zone, shoes.category) == ("f2-shoes", "shoes")
    assert set(mall().sensors["wifi"]) == set(mall().sensors["ble"]) == set(mall().floors)


def test_goods_have_their_own_codes_and_shops_their_own_categories() -> None:
    goods = mall().all_goods()
    assert len({g.sku for g in goods}) == len(goods) == 600
    assert {g.category for g in mall().goods["S201"]} == {
        "shoes/sneakers", "shoes/boots", "shoes/heels", "shoes/flats"}
    assert {g.category for g in mall().goods["S203"]} == {"women/dresses"}
    assert {g.category for g in mall().goods["S202"]} == {"women/tops", "women/trousers"}
    assert min(g.price for g in goods) >= 300
    assert open_mall(MALL / "venue.yaml", 7, "zh-CN").goods["S201"][0].name == "轻享运动鞋"
    assert open_mall(MALL / "venue.yaml", 8).goods["S201"] != mall().goods["S201"]


def test_the_same_seed_gives_the_same_people_and_a_larger_town_has_the_same_first_ones() -> None:
    assert people(mall(), 7, 50) == list(town()[:50])
    assert people(mall(), 8, 50) != list(town()[:50])


def test_identifiers_belong_to_one_person_each() -> None:
    for values in ([w.phone for w in town()], [w.card for w in town()], [w.mac for w in town()],
                   [w.ble for w in town()], [w.user for w in town()], [w.cookie for w in town()]):
        given = [v for v in values if v]
        assert len(set(given)) == len(given) > 100


def test_habits_decide_what_somebody_has() -> None:
    habits = Counter(w.habit for w in town())
    for habit, share in (("online", 0.25), ("offline", 0.33), ("both", 0.42)):
        assert abs(habits[habit] / len(town()) - share) < 0.03  # type: ignore[index]
    for who in town():
        assert bool(who.user) == bool(who.cookie) == (who.habit != "offline")
        assert (who.visits > 0) == (who.habit != "online")
        assert not (who.card and who.habit == "online")
        assert not who.mac or (who.mac[1] in "048c" and who.card)  # neither group nor locally administered
