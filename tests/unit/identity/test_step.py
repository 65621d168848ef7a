"""The stage: channels, days, traits, replays and rollbacks."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from tests.unit.identity.town import START, Town

from datong.config import IdentitySettings, Settings
from datong.errors import ConfigError
from datong.identity import Identity, channels_counts, identifiers_of, member, traits
from datong.model import DAY, HOUR, Batch, Event
from datong.privacy import Vault
from datong.storage import METADATA, Store


@pytest.fixture
def town(store: Store, vault: Vault) -> Town:
    return Town(store, vault)


def dump(town: Town) -> dict[str, list[tuple[object, ...]]]:
    with town.store.state.read() as tx:
        return {
            name: [tuple(row) for row in tx.execute(sa.select(table).order_by(*table.primary_key.columns))]
            for name, table in METADATA.tables.items() if name.startswith("identity_")
        }


@pytest.mark.parametrize(("shown", "channel", "channels"), [
    ("user_id:a", "web", "online"), ("user_id:a", "pos", "both"), ("phone:a", "pos", "offline"),
    ("phone:a", "wechat", "online"), ("phone:a", "email", "none"), ("member_card:1", "email", "offline"),
    ("member_card:1", "app", "both"), ("phone:a", "kiosk", "offline"), ("phone:a", "weibo", "online"),
])
def test_channels_come_from_the_identifier_and_the_channel(
    town: Town, shown: str, channel: str, channels: str
) -> None:
    number = town.see(shown, channel=channel)
    assert number == 1
    with town.store.state.read() as tx:
        assert member(tx, 1).channels == channels
    assert [e.kind for e in town.told(1)] == ["create"]


def test_channels_widen_in_the_transaction_of_the_event_and_in_a_merge(town: Town) -> None:
    town.see("phone:a", channel="web")
    town.see("phone:b", channel="pos")
    with town.store.state.read() as tx:
        assert channels_counts(tx) == {"online": 1, "offline": 1, "both": 0, "none": 0}
    town.see("phone:a", "phone:b")
    with town.store.state.read() as tx:
        assert channels_counts(tx) == {"online": 0, "offline": 0, "both": 1, "none": 0}
    town.see("phone:c", channel="web")
    town.see("phone:c", channel="pos")
    town.see("phone:c", channel="pos")
    with town.store.state.read() as tx:
        assert channels_counts(tx) == {"online": 0, "offline": 0, "both": 2, "none": 0}
    assert [e.detail for e in town.told(3, "channels")] == ["both"]


def test_last_seen_is_written_once_a_day(town: Town) -> None:
    town.see("phone:a", time=START)
    town.see("phone:a", time=START + 23 * HOUR)
    with town.store.state.read() as tx:
        assert [(i.first_seen, i.last_seen) for i in identifiers_of(tx, 1)] == [(START, START)]
    town.see("phone:a", time=START + DAY)
    town.see("phone:a", time=START - DAY)
    with town.store.state.read() as tx:
        assert [(i.first_seen, i.last_seen) for i in identifiers_of(tx, 1)] == [(START - DAY, START + DAY)]


def test_traits_are_settled_anew_through_a_merge(town: Town) -> None:
    town.see("phone:a", time=START + 10, personal={"name": "Li Lei", "title": "Mr"})
    town.see("phone:a", time=START + 5, personal={"name": "L."})
    town.see("phone:b", time=START + 20, personal={"name": "Li L.", "birthday": "1990-01-01"})
    town.see("phone:b", time=START + 3, personal={"title": "Dr"})
    with town.store.state.read() as tx:
        assert traits(tx, town.vault, 1) == {"name": "Li Lei", "title": "Mr"}
    town.see("phone:a", "phone:b", time=START + 30)
    with town.store.state.read() as tx:
        assert traits(tx, town.vault, 1) == {"birthday": "1990-01-01", "name": "Li Lei", "title": "Mr"}
        assert traits(tx, town.vault, 2) == traits(tx, town.vault, 1)
        assert tx.execute(sa.text("SELECT count(*) FROM identity_told")).scalar() == 6


def test_traits_told_and_merged_in_one_batch(town: Town) -> None:
    town.run([
        town.event("phone:a", personal={"name": "first"}), town.event("phone:b", personal={"name": "second"}),
        town.event("phone:a", "phone:b"),
    ])
    with town.store.state.read() as tx:
        assert traits(tx, town.vault, 1) == {"name": "second"}


def story(town: Town) -> list[Event]:
    return [
        town.event("user_id:a", "anonymous_id:t", channel="web", personal={"name": "A"}),
        town.event("user_id:b", "anonymous_id:t", channel="web"), town.event("user_id:a", "anonymous_id:t"),
        town.event("phone:p"), town.event("member_card:1", "phone:p", channel="pos"),
        town.event("user_id:a", "phone:p"), town.event("user_id:b", "phone:p"),
        *(town.event("user_id:a", f"phone:{n}") for n in range(4)),
        *(town.event(f"user_id:u{n}", "app_device:d") for n in range(6)),
    ]


def test_same_events_again_change_nothing(town: Town) -> None:
    events = story(town)
    town.run(events)
    before = dump(town)
    again = town.run(events)
    after = dump(town)
    assert again[0].merges == []
    assert after == before


def test_one_batch_and_single_batches_end_alike(town: Town, tmp_path: object) -> None:
    events = story(town)
    town.run(events)
    whole = dump(town)
    with town.store.state.write() as tx:
        for name in (*whole, "storage_cursor"):
            tx.execute(sa.delete(METADATA.tables[name]))
    town.run(events, 1)
    assert dump(town) == whole


def test_rolled_back_batch_leaves_no_trace(town: Town) -> None:
    town.see("phone:a")
    before = dump(town)
    events = [town.event("phone:a", "user_id:u"), town.event("phone:b")]
    with pytest.raises(RuntimeError), town.store.state.write() as tx:
        town.identity.step(Batch(events, 2, 3, START), tx)
        raise RuntimeError
    assert dump(town) == before
    batch = town.step(events)
    assert batch.members == [1, 2]


def test_a_number_is_never_given_out_twice(town: Town) -> None:
    town.see("phone:a")
    town.see("phone:b")
    with town.store.state.write() as tx:
        for name in ("identity_member", "identity_link", "identity_event"):
            tx.execute(sa.delete(METADATA.tables[name]))
    assert town.see("phone:c") == 3
    assert [e.seq for e in town.told(3)] == [3]


def test_wrong_settings_are_named(store: Store, vault: Vault) -> None:
    settings = Settings(identity=IdentitySettings(shared={"kiosks": ("k1",)}))
    store.settings, kept = settings, store.settings
    with pytest.raises(ConfigError) as caught:
        Identity(store, vault)
    store.settings = kept
    assert caught.value.field == "identity.shared.kiosks"
    assert "anonymous_id" in caught.value.hint


def test_what_was_malformed_is_told_of_the_member_without_the_value(town: Town) -> None:
    said = {"field": "context.externalIds", "ns": "phone", "reason": "the phone is not a telephone number"}
    event = town.event("member_card:1", properties={"refused_identifiers": [said, said, {"ns": 7}, "x"]})
    town.step([event])
    town.step([event])
    assert [(e.ns, e.key, e.detail) for e in town.told(1, "refuse")] == [
        ("phone", None, "malformed: the phone is not a telephone number")]
    town.step([town.event(properties={"refused_identifiers": [said]}), town.event(
        "member_card:1", properties={"refused_identifiers": "all of them"})])
    assert len(town.told(1, "refuse")) == 1
