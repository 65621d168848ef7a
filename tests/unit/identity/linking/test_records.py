"""The records of members: one per source, filled up with what others said, out of sealed values."""

from __future__ import annotations

import json

import pytest
from tests.unit.identity.correcting import correct
from tests.unit.identity.town import Town

from datong.identity.linking.records import COLUMNS, Record, apart, read_records, records_of
from datong.privacy import Vault, namespaces
from datong.storage import Store


@pytest.fixture
def town(store: Store, vault: Vault) -> Town:
    return Town(store, vault)


def records(town: Town, *members: int) -> dict[int, list[Record]]:
    with town.store.state.read() as tx:
        return records_of(tx, town.vault, members)


def test_each_source_gives_a_record_and_the_others_fill_it_up(town: Town) -> None:
    town.see("member_card:1", type="Signed Up", source="crm", personal={"name": "Ann Lee", "birthday": "1980-01-02"})
    town.see("member_card:1", type="Signed Up", source="app", personal={"name": "Anne Lee"})
    assert records(town, 1) == {1: [
        {"name": "Ann Lee", "birthday": "1980-01-02"}, {"name": "Anne Lee", "birthday": "1980-01-02"},
    ]}


def test_what_a_source_said_last_counts(town: Town) -> None:
    for name, birthday in (("Ann Lee", "1980-01-02"), ("Ann Kim", "1980-01-02")):
        town.see("member_card:1", type="Signed Up", source="crm", personal={"name": name, "birthday": birthday})
    assert records(town, 1)[1] == [{"name": "Ann Kim", "birthday": "1980-01-02"}]


def test_an_address_of_parts_and_the_numbers_a_member_holds_are_columns(town: Town) -> None:
    address = json.dumps({"street": "5 High St", "city": "Leeds", "planet": "Earth"})
    town.see("member_card:1", "phone:+447700900123", type="Signed Up", source="crm", personal={"address": address})
    assert records(town, 1)[1] == [{"address": "5 High St", "city": "Leeds", "phone": "+447700900123"}]


def test_one_thing_known_says_nothing(town: Town) -> None:
    town.see("member_card:1", type="Signed Up", source="crm", personal={"name": "Ann Lee"})
    town.see("member_card:2")
    assert records(town, 1, 2) == {1: [], 2: []}


def test_the_table_has_the_records_of_one_member_together(town: Town) -> None:
    for card, source in ((1, "crm"), (2, "crm"), (1, "app")):
        town.see(f"member_card:{card}", "user_id:u" if card == 2 else "anonymous_id:a", type="Signed Up", source=source,
                 personal={"name": f"{source} {card}", "birthday": "1980-01-02"})
    told: list[float] = []
    with town.store.state.read() as tx:
        found = read_records(tx, town.vault, namespaces(town.store.settings), told.append)
    assert found.member.tolist() == [1, 1, 2]
    assert found.table["name"].to_pylist() == ["app 1", "crm 1", "crm 2"]
    assert found.table.column_names == list(COLUMNS.kinds)
    assert found.key == {1: town.identifier("member_card:1").key, 2: town.identifier("member_card:2").key}
    assert (found.holds["user_id"], told) == ({2}, [1.0])


def test_who_was_said_to_be_two_is_named(town: Town) -> None:
    town.see("member_card:1")
    town.see("member_card:2")
    with town.store.state.read() as tx:
        assert apart(tx) == []
    correct(town, "part", "member_card:2", "member_card:1")
    with town.store.state.read() as tx:
        assert apart(tx) == [(1, 2)]
