"""What others may ask about members."""

from __future__ import annotations

import pytest
from tests.unit.identity.town import START, Town

from datong.errors import NotFound, Rejected
from datong.identity import (
    channels_counts,
    contact,
    identifiers_of,
    identifiers_of_all,
    label,
    last_seen,
    live,
    member,
    members,
    search,
    who,
)
from datong.model import DAY, Member
from datong.privacy import Vault
from datong.storage import Store


@pytest.fixture
def town(store: Store, vault: Vault) -> Town:
    town = Town(store, vault)
    town.see("member_card:66881234", channel="pos", time=START)
    town.see("phone:+8613912345678", channel="web", time=START + 1)
    town.see("email:li@example.cn", channel="web", time=START + 2)
    town.see("phone:+8613912345678", "email:li@example.cn", time=START + 3)
    town.see("member_card:66881234", "phone:+8613912345678", time=START + 4)
    town.see("user_id:u2", channel="web", time=START + 5)
    return town


def test_old_numbers_answer_with_the_live_one(town: Town) -> None:
    with town.store.state.read() as tx:
        assert [live(tx, number) for number in (1, 2, 3, 4)] == [1, 1, 1, 4]
        assert member(tx, 3) == Member(1, START, "both", (2, 3))
        assert member(tx, 4) == Member(4, START + 5, "online")
        with pytest.raises(NotFound) as caught:
            live(tx, 5)
    assert caught.value.message == "there is no member M000005"


def test_identifiers_of_any_number(town: Town) -> None:
    with town.store.state.read() as tx:
        found = identifiers_of(tx, 3)
    assert [town.vault.unseal(i.sealed) for i in found if i.sealed] == [
        "li@example.cn", "66881234", "+8613912345678"]
    assert [i.ns for i in found] == ["email", "member_card", "phone"]


def test_identifiers_of_many_are_those_of_each(town: Town) -> None:
    with town.store.state.read() as tx:
        assert identifiers_of_all(tx, [1, 4, 99]) == {1: identifiers_of(tx, 1), 4: identifiers_of(tx, 4), 99: []}


def test_who_knows_only_what_is_held(town: Town) -> None:
    key = town.identifier("user_id:u2").key
    with town.store.state.read() as tx:
        assert who(tx, [key, 12345]) == {key: 4}
        assert who(tx, []) == {}


def test_history_tells_the_merges_under_every_number(town: Town) -> None:
    assert [(e.kind, e.member, e.other) for e in town.told(2)] == [
        ("create", 1, None), ("create", 2, None), ("create", 3, None), ("merge", 2, 3), ("merge", 1, 2)]
    assert town.told(2) == town.told(1)


def test_contact_is_the_latest_address_else_the_trait(town: Town) -> None:
    town.see("phone:+8613900001111", "email:li@example.cn", time=START + 2 * DAY)
    town.see("user_id:u2", personal={"email": "second@example.cn"})
    with town.store.state.read() as tx:
        assert contact(tx, town.vault, 2, "phone") == "+8613900001111"
        assert contact(tx, town.vault, 1, "email") == "li@example.cn"
        assert contact(tx, town.vault, 4, "email") == "second@example.cn"
        assert contact(tx, town.vault, 4, "phone") is None


@pytest.mark.parametrize(("text", "found"), [
    ("M000001", [1]), ("m3", [1]), ("4", [4]), ("139 1234 5678", [1]), (" LI@example.cn ", [1]), ("6688-1234", [1]),
    ("u2", [4]), ("M000099", []), ("nobody", []), ("", []), ("13800138000", []),
])
def test_search(town: Town, text: str, found: list[int]) -> None:
    with town.store.state.read() as tx:
        assert search(tx, town.vault, text) == found


def test_pages_filters_and_counts(town: Town) -> None:
    for n in range(5):
        town.see(f"phone:{n}", channel="pos")
    with town.store.state.read() as tx:
        assert channels_counts(tx) == {"online": 1, "offline": 5, "both": 1, "none": 0}
        total, page = members(tx, size=3)
        assert (total, [m.id for m in page]) == (7, [9, 8, 7])
        total, page = members(tx, page=3, size=3)
        assert (total, page) == (7, [Member(1, START, "both", (2, 3))])
        total, page = members(tx, channels="online")
        assert (total, [m.id for m in page]) == (1, [4])
        total, page = members(tx, among=[4, 1, 3])
        assert (total, [m.id for m in page]) == (2, [4, 1])
        assert members(tx, among=[]) == (0, [])
        assert last_seen(tx, [1, 4, 77]) == {1: START + 2, 4: START + 5}
        with pytest.raises(Rejected) as caught:
            members(tx, channels="somewhere")
    assert caught.value.field == "channels"
    assert label(123) == "M000123"
