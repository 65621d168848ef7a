"""The rules: create, attach, merge, refuse, share, move."""

from __future__ import annotations

import pytest
from tests.unit.identity.town import Town

from datong.model import Merge
from datong.privacy import Vault
from datong.storage import Store


@pytest.fixture
def town(store: Store, vault: Vault) -> Town:
    return Town(store, vault)


def test_unknown_person_is_created_and_the_rest_attached(town: Town) -> None:
    assert town.see("member_card:1", "phone:a") == 1
    assert town.who("member_card:1", "phone:a", "phone:b") == [1, 1, None]
    assert [(e.kind, e.ns, e.cause) for e in town.told(1)] == [
        ("create", "member_card", "e1"), ("attach", "phone", "e1")]


def test_next_stranger_gets_the_next_number(town: Town) -> None:
    assert [town.see("user_id:a"), town.see("user_id:b"), town.see("user_id:a")] == [1, 2, 1]


def test_one_known_identifier_attaches_the_others(town: Town) -> None:
    town.see("phone:a")
    assert town.see("wechat_openid:o", "phone:a") == 1
    assert town.who("wechat_openid:o") == [1]


def test_two_members_become_one_under_the_older_number(town: Town) -> None:
    town.see("member_card:1")
    town.see("phone:a")
    batch = town.step([town.event("phone:a", "member_card:1")])
    assert batch.members == [1]
    assert batch.merges == [Merge(3, 2, 1)]
    assert town.who("member_card:1", "phone:a") == [1, 1]
    merged = town.told(1, "merge")[0]
    assert (merged.member, merged.other, merged.ns, merged.cause, merged.offset) == (1, 2, "phone", "e3", 3)


def test_members_of_a_batch_are_the_live_ones_at_its_end(town: Town) -> None:
    batch = town.step([
        town.event("member_card:1"), town.event("phone:a"), town.event("email:e"), town.event("phone:a", "email:e"),
        town.event("member_card:1", "phone:a"), town.event(),
    ])
    assert batch.members == [1, 1, 1, 1, 1, None]
    assert batch.merges == [Merge(4, 3, 1), Merge(5, 2, 1)]


def test_limit_refuses_the_merge_and_leaves_the_weaker_identifier_out(town: Town) -> None:
    town.see("user_id:a", "phone:p")
    town.see("user_id:b", "email:e")
    batch = town.step([town.event("user_id:b", "phone:p")])
    assert batch.members == [2]
    assert batch.merges == []
    assert town.who("phone:p", "email:e") == [1, 2]
    refused = town.told(2, "refuse")[0]
    assert (refused.member, refused.other, refused.ns, refused.detail) == (2, 1, "phone", "limit:user_id")
    assert [e.seq for e in town.told(1, "refuse")] == [refused.seq]


def test_same_refusal_is_written_once(town: Town) -> None:
    town.see("user_id:a", "phone:p")
    for _ in range(3):
        town.see("user_id:b", "phone:p")
    assert len(town.told(2, "refuse")) == 1


def test_new_value_beyond_the_limit_is_refused(town: Town) -> None:
    for phone in "abcd":
        town.see("member_card:1", f"phone:{phone}")
    assert town.who("phone:c", "phone:d") == [1, None]
    assert [(e.detail, e.other) for e in town.told(1, "refuse")] == [("limit:phone", None)]


def test_two_values_of_a_unique_namespace_in_one_event(town: Town) -> None:
    assert town.see("user_id:a", "user_id:b") == 1
    assert town.who("user_id:a", "user_id:b") == [1, None]
    assert town.told(1, "refuse")[0].detail == "limit:user_id"


def test_recycled_phone_with_a_new_card_makes_a_new_member(town: Town) -> None:
    town.see("member_card:1", "member_card:2", "phone:p")
    assert town.see("member_card:3", "phone:p") == 2
    assert town.who("phone:p", "member_card:3") == [1, 2]


def test_browser_before_login_is_brought_in_by_the_login(town: Town) -> None:
    assert town.see("anonymous_id:x") == 1
    assert town.see("user_id:a") == 2
    batch = town.step([town.event("user_id:a", "anonymous_id:x")])
    assert (batch.members, batch.merges) == ([1], [Merge(3, 2, 1)])
    assert town.see("anonymous_id:y") == 3
    assert town.see("user_id:a", "anonymous_id:y") == 1
    assert town.who("anonymous_id:x", "anonymous_id:y", "user_id:a") == [1, 1, 1]


def test_two_unknown_browsers_of_one_device_are_one_visitor(town: Town) -> None:
    town.see("anonymous_id:x")
    town.see("app_device:d")
    assert town.see("app_device:d", "anonymous_id:x") == 1


def test_two_known_members_on_one_device_stay_two_and_the_later_login_gets_it(town: Town) -> None:
    town.see("user_id:a", "anonymous_id:tablet")
    town.see("user_id:b")
    batch = town.step([town.event("user_id:b", "anonymous_id:tablet"), town.event("anonymous_id:tablet")])
    assert batch.members == [2, 2]
    assert batch.merges == []
    assert town.who("anonymous_id:tablet") == [2]
    assert [(e.kind, e.member, e.other, e.detail) for e in town.told(2, "refuse", "attach")] == [
        ("refuse", 2, 1, "two_members"), ("attach", 2, 1, "moved to the later login")]


def test_new_login_on_anothers_device_is_a_new_member(town: Town) -> None:
    town.see("user_id:a", "anonymous_id:tablet")
    assert town.see("user_id:b", "anonymous_id:tablet") == 2
    assert town.who("user_id:a", "user_id:b", "anonymous_id:tablet") == [1, 2, 2]


def test_without_a_login_a_device_does_not_move(town: Town) -> None:
    town.see("user_id:a", "anonymous_id:x")
    town.see("user_id:b", "app_device:d")
    assert town.see("app_device:d", "anonymous_id:x") == 2
    assert town.who("anonymous_id:x", "app_device:d") == [1, 2]
    assert town.told(1, "refuse")[0].detail == "two_members"


def test_device_of_too_many_members_is_shared_and_links_nobody(town: Town) -> None:
    for user in "abcd":
        town.see(f"user_id:{user}", "anonymous_id:tablet")
    assert town.who("anonymous_id:tablet") == [4]
    town.see("user_id:e", "anonymous_id:tablet")
    assert town.who("anonymous_id:tablet") == [None]
    shared = town.told(4, "shared")[0]
    assert (shared.member, shared.detail) == (4, "5 members showed it")
    assert town.see("anonymous_id:tablet") is None
    assert town.see("user_id:f", "anonymous_id:tablet") == 6
    assert town.who("anonymous_id:tablet") == [None]


def test_phone_of_too_many_members_is_shared(town: Town) -> None:
    town.see("member_card:1", "member_card:2", "phone:shop")
    for card in range(3, 7):
        town.see(f"member_card:{card}", "phone:shop")
    assert town.who("phone:shop") == [None]
    assert town.told(1, "shared")[0].detail == "5 members showed it"
    assert town.see("phone:shop", "member_card:9") == 6


def test_never_namespaces_never_link(town: Town) -> None:
    assert town.see("random_mac:r", "ip:1.2.3.4") is None
    assert town.see("random_mac:r", "user_id:a") == 1
    assert town.see("random_mac:r", "ip:1.2.3.4") is None
    assert town.held(1) == {"user_id"}


def test_unknown_namespace_is_left_alone(town: Town) -> None:
    assert town.see("shoe_size:42", "user_id:a") == 1
    assert town.held(1) == {"user_id"}


def test_radio_identifiers_make_nobody_but_answer_once_linked(town: Town) -> None:
    assert town.see("wifi_mac:m", channel="wifi") is None
    assert town.see("wifi_mac:m", "phone:p", channel="wifi") == 1
    assert town.see("wifi_mac:m", channel="wifi") == 1
    assert town.see("wifi_mac:m", "ble_id:b", channel="wifi") == 1
    assert town.who("ble_id:b") == [None]


def test_sighting_is_looked_up_only(town: Town) -> None:
    town.see("wifi_mac:m", "phone:p", channel="web")
    assert town.see("wifi_mac:m", "app_device:d", channel="wifi", type="Device Sighted") == 1
    assert town.see("app_device:d", type="Device Sighted") is None
    assert town.who("app_device:d") == [None]


def test_registered_shared_device_links_nobody(store: Store, vault: Vault) -> None:
    before = Town(store, vault)
    assert before.see("anonymous_id:kiosk", "user_id:a") == 1
    town = Town(store, vault, shared={"anonymous_id": ("kiosk",)})
    town.offset = before.offset
    assert town.see("anonymous_id:kiosk", "user_id:b") == 2
    assert town.see("anonymous_id:kiosk", "user_id:a") == 1
    assert town.see("anonymous_id:kiosk") is None
    assert town.who("anonymous_id:kiosk") == [None]
    assert [(e.kind, e.member, e.detail) for e in town.told(1, "block")] == [("block", 1, "registered as shared")]


def test_shared_device_beside_a_radio_identifier_makes_nobody(store: Store, vault: Vault) -> None:
    town = Town(store, vault, shared={"anonymous_id": ("kiosk",)})
    assert town.see("anonymous_id:kiosk", "wifi_mac:m") is None
    town.see("phone:p", "wifi_mac:m")
    assert town.see("anonymous_id:kiosk", "wifi_mac:m", "ble_id:b") == 1
    assert town.who("ble_id:b") == [None]


def test_chain_of_a_thousand_merges_ends_in_the_oldest(town: Town) -> None:
    town = Town(town.store, town.vault, namespaces={"phone": {"limit": 5_000}})
    first = [town.event(f"phone:{n}") for n in range(1_000)]
    town.run(first)
    backwards = [town.event(f"phone:{n}", f"phone:{n - 1}") for n in range(999, 0, -1)]
    batch = town.step(backwards)
    assert set(batch.members) == {1}
    assert len(batch.merges) == 999
    assert {merge.winner for merge in batch.merges} == {1}
    assert set(town.who(*(f"phone:{n}" for n in range(1_000)))) == {1}
