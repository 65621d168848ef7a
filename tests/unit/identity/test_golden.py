"""The golden record of members: told values lie under their identifier, and follow it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from tests.unit.identity.splitting import Splitting, split
from tests.unit.identity.town import START, Town

from datong.config import GoldenSettings
from datong.errors import NotFound
from datong.identity import Golden, contact, fields_of, golden, golden_of_all, told_of_all, traits
from datong.identity.tables import TOLD
from datong.model import Batch, Event
from datong.privacy import Vault
from datong.storage import Store


@pytest.fixture
def town(store: Store, vault: Vault) -> Town:
    return Town(store, vault)


def record(town: Town, member: int) -> dict[str, Golden]:
    with town.store.state.read() as tx:
        return {one.field: one for one in golden(tx, town.vault, member)}


def part(town: Town, member: int, parts: dict[int, list[str]]) -> None:
    keys = {number: [town.identifier(name).key for name in names] for number, names in parts.items()}
    event = town.event(properties=split(member, keys))
    with town.store.state.write() as tx:
        Splitting().step(Batch([event], event.offset, event.offset, event.time, members=[None]), tx)


def test_values_are_sealed_and_kept_with_their_provenance(town: Town) -> None:
    town.see("member_card:1", channel="pos", source="till", time=START, personal={"name": "Li Na"})
    town.see("user_id:a", "member_card:1", channel="web", time=START + 5, personal={"name": "Na"})
    found = record(town, 1)["name"]
    assert (found.value, found.source, found.at, found.strategy) == ("Li Na", "till", START, "most_complete")
    (other,) = found.others
    teller = town.identifier("user_id:a").key
    assert (other.value, other.key, other.source, other.at) == ("Na", teller, "web", START + 5)
    with town.store.state.read() as tx:
        rows = tx.execute(sa.select(TOLD)).all()
    assert all(b"Na" not in row.sealed for row in rows)


def test_a_merge_combines_and_a_split_gives_back(town: Town) -> None:
    town.see("user_id:a", personal={"name": "Li Na", "birthday": "1990-05-01"})
    town.see("member_card:1", personal={"name": "Li Lei", "birthday": "1991-07-02", "title": "Mr"})
    before = record(town, 1), record(town, 2)
    town.see("user_id:a", "member_card:1")
    both = record(town, 2)
    assert both["name"].value == "Li Lei"
    assert [t.value for t in both["name"].others] == ["Li Na"]
    assert record(town, 1) == both
    part(town, 1, {1: ["user_id:a"], 2: ["member_card:1"]})
    assert (record(town, 1), record(town, 2)) == before


def test_a_value_told_again_is_one_value_told_later(town: Town) -> None:
    for at in (3, 9, 6):
        town.see("user_id:a", time=START + at, personal={"name": "Ｌｉ Na" if at == 3 else "Li Na"})
    with town.store.state.read() as tx:
        (row,) = tx.execute(sa.select(TOLD)).all()
    assert (row.first, row.at) == (START + 3, START + 9)


def test_a_phone_is_compared_as_an_identifier_is(town: Town) -> None:
    town.see("user_id:a", personal={"phone": "138 1234 5678"})
    town.see("user_id:a", personal={"phone": "+8613812345678"})
    town.see("user_id:a", personal={"phone": "no phone"})
    assert [t.value for t in record(town, 1)["phone"].others] == ["+8613812345678"]


def test_what_the_source_checked_is_verified(town: Town) -> None:
    town.see("user_id:a", time=START, personal={"email": "a@x.example"}, properties={"email_verified": True})
    town.see("user_id:a", time=START + 5, personal={"email": "b@x.example"})
    town.see("user_id:a", time=START + 7, personal={"email": "c@x.example"}, trusted=False,
             properties={"email_verified": True})
    found = record(town, 1)["email"]
    assert (found.value, found.verified, [t.verified for t in found.others]) == ("a@x.example", True, [False, False])
    with town.store.state.read() as tx:
        assert contact(tx, town.vault, 1, "email") == "a@x.example"
        assert contact(tx, town.vault, 1, "weibo_uid") is None


def test_lists_and_named_fields_are_taken_from_what_an_identify_call_says(store: Store, vault: Vault) -> None:
    town = Town(store, vault, golden={"shoe_size": GoldenSettings("majority")})
    town.see("user_id:a", type="Identified", properties={"interests": ["tea", "running"], "shoe_size": 38, "vip": True})
    town.see("user_id:a", type="Product Viewed", properties={"interests": ["not", "a", "trait"]})
    fields = fields_of(store.settings)
    with store.state.read() as tx:
        assert traits(tx, vault, 1, fields) == {"interests": "tea, running", "shoe_size": "38"}


def test_the_same_events_again_change_nothing(town: Town) -> None:
    events: list[Event] = [town.event("user_id:a", personal={"name": f"n{at % 2}"}) for at in range(4)]
    town.run(events)
    with town.store.state.read() as tx:
        before = tx.execute(sa.select(TOLD).order_by(TOLD.c.digest)).all()
    town.run(events, 1)
    with town.store.state.read() as tx:
        assert tx.execute(sa.select(TOLD).order_by(TOLD.c.digest)).all() == before
    assert len(before) == 2


def test_many_members_are_asked_at_once(town: Town) -> None:
    for number in range(3):
        town.see(f"user_id:{number}", personal={"name": f"Li {number}"} if number else {})
    with town.store.state.read() as tx:
        found = golden_of_all(tx, town.vault, [1, 2, 3])
        assert [[g.value for g in found[n]] for n in (1, 2, 3)] == [[], ["Li 1"], ["Li 2"]]
        assert [len(told_of_all(tx, town.vault, [n])[n]) for n in (1, 2, 3)] == [0, 1, 1]
        with pytest.raises(NotFound):
            golden(tx, town.vault, 99)
