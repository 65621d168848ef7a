"""Two members become one."""

from __future__ import annotations

import pytest
from tests.unit.marketing.shop import Shop

from datong.marketing import assignments_of, coupons_of, decisions, messages_since
from datong.marketing.merge import final_names
from datong.model import HOUR, Merge
from datong.privacy import Vault
from datong.storage import Store


@pytest.fixture
def shop(store: Store, vault: Vault) -> Shop:
    return Shop(store, vault, marketing={"messages_per_day": 2})


def test_the_last_name_is_found_through_chains() -> None:
    merges = [Merge(1, loser=3, winner=2), Merge(2, loser=2, winner=1), Merge(3, loser=5, winner=3)]
    assert final_names(merges[:2]) == {3: 1, 2: 1}


def test_everything_goes_by_the_winners_name_and_the_earlier_arm_stays(shop: Shop) -> None:
    shop.campaign(holdout=0.5)
    phones = [f"138{n:08d}" for n in range(20_000_001, 20_000_030)]
    members = {phone: shop.meet(phone=phone) for phone in phones}
    for phone in phones:
        shop.at(shop.now() + HOUR)
        shop.fire(members[phone])
    arms = {m: a["arm"] for a in shop.rows("marketing_assignment", "member") for m in [a["member"]]}
    treated = next(p for p in phones if arms[members[p]] == "treated")
    held = next(p for p in phones if arms[members[p]] == "holdout")
    first = min((treated, held), key=phones.index)
    shop.send("Identified", *shop.known_as(phone=treated, user_id="u1"))
    shop.send("Identified", *shop.known_as(phone=held, user_id="u1"))
    one = shop.member(phone=treated)
    assert one == shop.member(phone=held)
    with shop.store.state.read() as tx:
        current, past = sorted(assignments_of(tx, one), key=lambda a: not a.current)
        assert {c.member for c in coupons_of(tx, one)} == {one}
        assert len(decisions(tx, member=one)) == 2
    assert (current.drawn_for, current.arm) == (members[first], arms[members[first]])
    assert {past.drawn_for, current.drawn_for} == {members[treated], members[held]}
    shop.at(shop.now() + 48 * HOUR)
    shop.fire(one)
    with shop.store.state.read() as tx:
        assert decisions(tx, member=one)[0].outcome == ("sent" if current.arm == "treated" else "holdout")


def test_caps_count_what_both_were_told(shop: Shop) -> None:
    shop.campaign()
    a, b = shop.meet(phone="13812345678"), shop.meet(phone="13912345678")
    shop.fire(a)
    shop.fire(b)
    shop.send("Identified", *shop.known_as(phone="13812345678", user_id="u1"))
    shop.send("Identified", *shop.known_as(phone="13912345678", user_id="u1"))
    one = shop.member(phone="13812345678")
    shop.fire(one)
    with shop.store.state.read() as tx:
        assert {m.member for m in messages_since(tx, 0, 10)} == {one}
        assert sorted(d.reason for d in decisions(tx, member=one)) == ["", "", "daily_cap"]
    assert {r["member"] for r in shop.rows("delivery_outbox", "id")} == {one}
