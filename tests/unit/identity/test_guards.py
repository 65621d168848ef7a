"""The guards of merging: verified values, trust, windows, time to live, sign-out, hubs, the circuit breaker."""

from __future__ import annotations

import pytest
from tests.unit.identity.correcting import correct, outcome
from tests.unit.identity.town import START, Town

from datong.identity import breakers
from datong.identity.unite import crowded
from datong.model import DAY, HOUR, Split
from datong.privacy import Vault
from datong.storage import Store


@pytest.fixture
def town(store: Store, vault: Vault) -> Town:
    return Town(store, vault)


def test_unverified_phone_is_attached_but_joins_nobody(town: Town) -> None:
    assert town.see("user_id:a", "~phone:p") == 1
    assert town.who("phone:p") == [1]
    town.see("member_card:1")
    assert town.see("member_card:1", "~phone:p") == 2
    assert town.who("member_card:1", "phone:p") == [2, 1]
    assert town.told(2, "refuse")[0].detail == "unverified"
    assert town.see("~phone:p") == 1


def test_unverified_phone_brings_no_stranger_to_its_holder(town: Town) -> None:
    town.see("member_card:1", "phone:p")
    assert town.see("user_id:b", "~phone:p") == 2
    assert town.see("anonymous_id:x", "~phone:p") == 3
    assert town.who("phone:p", "user_id:b", "anonymous_id:x") == [1, 2, 3]


def test_who_verifies_a_phone_takes_it_from_who_only_claimed_it(town: Town) -> None:
    town.see("user_id:claims", "~phone:p", channel="web")
    assert town.see("user_id:owns", "phone:p", channel="web") == 2
    assert town.who("user_id:claims", "phone:p", "user_id:owns") == [1, 2, 2]
    assert [(e.kind, e.member, e.detail) for e in town.told(1, "leave")] == [
        ("leave", 1, "its holder never verified it")]


def test_hearsay_makes_no_value_shared(town: Town) -> None:
    town.see("member_card:1", "phone:p")
    for user in "abcdefgh":
        town.see(f"user_id:{user}", "~phone:p")
    assert town.who("phone:p") == [1]


def test_source_that_anybody_can_be_never_makes_two_members_one(town: Town) -> None:
    town.see("member_card:1")
    town.see("user_id:a")
    batch = town.step([town.event("user_id:a", "member_card:1", trusted=False)])
    assert batch.merges == []
    assert town.told(2, "refuse")[0].detail == "untrusted"
    town.see("anonymous_id:x", trusted=False)
    assert town.see("user_id:a", "anonymous_id:x", trusted=False) == 2, "an unknown visitor is brought in all the same"
    town.see("user_id:a", "member_card:1")
    assert town.who("user_id:a", "member_card:1", "anonymous_id:x") == [1, 1, 1]


def test_limit_counts_what_was_first_seen_within_the_window(store: Store, vault: Vault) -> None:
    town = Town(store, vault, namespaces={"phone": {"limit": 2, "window": "30d", "ttl": ""}})
    for at, phone in enumerate("abcd"):
        town.see("member_card:1", f"phone:{phone}", time=START + at * 10 * DAY)
    assert town.who("phone:a", "phone:b", "phone:c", "phone:d") == [1, 1, None, 1]
    assert [e.detail for e in town.told(1, "refuse")] == ["limit:phone"]


def test_merge_counts_both_sides_within_the_window(store: Store, vault: Vault) -> None:
    town = Town(store, vault, namespaces={"phone": {"limit": 2, "window": "30d", "ttl": ""}})
    town.see("member_card:1", "phone:a", "phone:b", time=START)
    town.see("user_id:u", "phone:c", time=START + 20 * DAY)
    town.see("wechat_openid:o", "phone:d", time=START + 60 * DAY)
    town.see("member_card:1", "user_id:u", time=START + 61 * DAY)
    assert town.who("user_id:u") == [2]
    town.see("member_card:1", "wechat_openid:o", time=START + 61 * DAY)
    assert town.who("wechat_openid:o", "phone:d") == [1, 1]


@pytest.mark.parametrize(("times", "crowds"), [
    ([], False), ([1], False), ([1, 2], False), ([1, 2, 3], True), ([1, 2, 11], False), ([1, 2, 10], True),
    ([20, 1, 19, 11], True), ([1, 11, 21, 31], False),
])
def test_crowded(times: list[int], crowds: bool) -> None:
    assert crowded(times, 2, 10) is crowds


def test_recycled_phone_goes_to_who_shows_it_next(town: Town) -> None:
    town.see("user_id:old", "phone:p", time=START)
    later = START + 400 * DAY
    assert town.see("phone:p", time=later) == 1, "alone it says nothing new"
    batch = town.step([town.event("user_id:new", "phone:p", time=later + 1)])
    assert batch.members == [2]
    assert batch.merges == []
    assert town.who("user_id:old", "phone:p", "user_id:new") == [1, 2, 2]
    assert town.told(1, "leave")[0].detail == "unseen for too long by its holder"
    assert town.see("user_id:old", "phone:p", time=later + 2) == 1
    assert town.who("phone:p") == [2], "it is the new owner's by now"


def test_phone_seen_in_time_is_no_recycled_one(town: Town) -> None:
    town.see("member_card:1", "phone:p", time=START)
    town.see("member_card:1", "phone:p", time=START + 300 * DAY)
    town.see("user_id:u", "phone:p", time=START + 500 * DAY)
    assert town.who("user_id:u", "phone:p", "member_card:1") == [1, 1, 1]


def test_old_phone_shown_with_its_holders_card_is_renewed(town: Town) -> None:
    town.see("member_card:1", "phone:p", "phone:q", time=START)
    later = START + 500 * DAY
    town.step([town.event("member_card:1", "phone:p", time=later), town.event("phone:p", "user_id:u", time=later + 1)])
    assert town.who("phone:p", "user_id:u") == [1, 1]
    town.see("phone:q", "wechat_openid:o", time=later + 2)
    assert town.who("phone:q", "wechat_openid:o") == [2, 2]


def test_who_uses_a_device_after_sign_out_is_a_new_visitor(town: Town) -> None:
    town.see("user_id:a", "app_device:d", "anonymous_id:x", channel="app")
    assert town.see("user_id:a", "app_device:d", "anonymous_id:x", type="Signed Out", channel="app") == 1
    assert town.who("app_device:d", "anonymous_id:x") == [1, 1]
    assert town.see("anonymous_id:y", "app_device:d", channel="app") == 2
    assert town.who("app_device:d", "anonymous_id:x", "anonymous_id:y") == [2, 1, 2]
    assert town.see("user_id:a", "anonymous_id:y", "app_device:d", channel="app") == 1
    assert town.who("app_device:d", "anonymous_id:y") == [1, 1]


def test_anonymous_becomes_known_again_and_again_on_one_device(town: Town) -> None:
    for at, user in enumerate(("a", "b", "a", "b")):
        town.see(f"anonymous_id:{at}", "app_device:d")
        town.see(f"user_id:{user}", f"anonymous_id:{at}", "app_device:d")
        town.see(f"user_id:{user}", "app_device:d", type="Signed Out")
    held = dict(zip("0123", town.who(*(f"anonymous_id:{at}" for at in range(4))), strict=True))
    assert (held["0"], held["1"]) == (held["2"], held["3"])
    assert [held["0"], held["1"]] == town.who("user_id:a", "user_id:b")
    assert held["0"] != held["1"]


def test_login_that_arrives_late_takes_no_device(town: Town) -> None:
    town.see("user_id:a", "anonymous_id:tablet", time=START + 5 * DAY)
    town.see("user_id:b", "anonymous_id:tablet", time=START + 2 * DAY)
    assert town.who("anonymous_id:tablet") == [1]
    town.see("user_id:c", "anonymous_id:tablet", time=START + 6 * DAY)
    assert town.who("anonymous_id:tablet", "user_id:c") == [3, 3]


def test_value_of_too_many_members_comes_apart_with_what_it_had_joined(town: Town) -> None:
    town.see("member_card:1", "member_card:2", "phone:shop")
    town.see("wechat_openid:guest", "phone:shop")
    town.see("member_card:1", "email:e")
    cards = [town.event(f"member_card:{card}", "phone:shop") for card in range(3, 7)]
    batch = town.step([*cards, town.event("wechat_openid:guest")])
    assert town.who("phone:shop", "wechat_openid:guest") == [None, 6]
    assert set(town.who("member_card:1", "member_card:2", "email:e")) == {1}
    assert batch.members == [2, 3, 4, 5, 6]
    parted = [split for split in batch.splits if len(split.parts) > 1]
    assert [(split.offset, split.member, [number for number, _ in split.parts]) for split in parted] == [(7, 1, [1, 6])]
    assert [(e.kind, e.other) for e in town.told(1, "apart")] == [("apart", 6)]


def test_device_that_moves_leaves_nothing_hanging_on_it(town: Town) -> None:
    town.see("anonymous_id:old", "app_device:d")
    town.see("user_id:a", "app_device:d")
    batch = town.step([town.event("user_id:b", "app_device:d")])
    assert town.who("user_id:a", "app_device:d", "user_id:b", "anonymous_id:old") == [1, 2, 2, 3]
    assert batch.splits == [Split(3, 1, (
        (1, (town.identifier("user_id:a").key,)), (3, (town.identifier("anonymous_id:old").key,))))]
    assert town.told(1, "apart")[0].detail == f"by decision {town.told(2, 'attach')[0].seq}"


def merges(town: Town, count: int, hour: int, tag: str) -> list[int]:
    """Merge so many pairs by e-mail within an hour; return how many became one."""
    at = START // HOUR * HOUR + hour * HOUR
    shown = []
    for n in range(count):
        shown += [town.event(f"member_card:{tag}{n}", time=at), town.event(f"email:{tag}{n}", time=at),
                  town.event(f"member_card:{tag}{n}", f"email:{tag}{n}", time=at)]
    return [len(batch.merges) for batch in town.run(shown)]


def test_namespace_that_suddenly_merges_five_times_its_usual_stops(town: Town) -> None:
    for hour in range(30):
        assert sum(merges(town, 30, hour, f"h{hour}-")) == 30
    assert sum(merges(town, 400, 40, "burst")) == 150
    with town.store.state.read() as tx:
        (found,) = breakers(tx)
    assert (found.ns, found.merges, found.baseline) == ("email", 151, 30.0)
    assert found.since == START // HOUR * HOUR + 40 * HOUR
    assert sum(merges(town, 5, 50, "later")) == 0
    assert town.told(town.see("member_card:later1") or 0, "refuse")[0].detail == "stopped"
    correct(town, "reset", ns="email")
    assert outcome(town).state == "done"
    assert sum(merges(town, 5, 51, "again")) == 5
    correct(town, "reset", ns="email")
    assert outcome(town).reason == "email is not stopped"


def test_new_installation_is_not_stopped(town: Town) -> None:
    assert sum(merges(town, 500, 0, "first")) == 500
