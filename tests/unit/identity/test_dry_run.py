"""What another policy would change, told without changing anything."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from tests.unit.identity.correcting import corrected
from tests.unit.identity.town import START, Town

from datong.errors import ConfigError
from datong.identity import Stopped, dry_run
from datong.identity.dry_run import Merged, Parts
from datong.model import DAY, Event, decode_event
from datong.privacy import Vault
from datong.storage import METADATA, Store, event_record, set_cursor


def live(town: Town, events: list[Event]) -> None:
    """Take the events through log and stage, as the flow does."""
    town.store.log.append([event_record(event) for event in events])
    entries = town.store.log.read(0, 10_000)
    assert [decode_event(entry.body).id for entry in entries] == [event.id for event in events]
    town.run(events, 3)
    with town.store.state.write() as tx:
        set_cursor(tx, "spine", events[-1].offset)


def dump(store: Store) -> dict[str, list[Any]]:
    with store.state.read() as tx:
        return {t.name: list(tx.execute(sa.select(t).order_by(*t.primary_key.columns)).all())
                for t in METADATA.sorted_tables}


@pytest.fixture
def town(store: Store, vault: Vault) -> Town:
    town = Town(store, vault)
    merged = town.event("user_id:a", "phone:p", time=START)
    live(town, [
        merged, town.event("wechat_openid:o", "phone:p", time=START), town.event("user_id:b", time=START),
        town.event("user_id:b", "phone:p", time=START), town.event("member_card:1", time=START + 100 * DAY),
        town.event("member_card:1", "phone:p", time=START + 100 * DAY),
        corrected(town, "join", "user_id:a", "wechat_openid:o"),
    ])
    return town


def test_same_policy_changes_nothing(town: Town, vault: Vault) -> None:
    before = dump(town.store)
    found = dry_run(town.store, vault, {})
    assert (found.before, found.after, found.unchanged, found.merged_total, found.split_total) == (2, 2, 2, 0, 0)
    assert (found.events, found.largest_before, found.largest_after) == (7, 4, 4)
    assert dump(town.store) == before


def test_looser_limit_would_merge(town: Town, vault: Vault) -> None:
    found = dry_run(town.store, vault, {"user_id": {"limit": 2}})
    assert (found.before, found.after, found.unchanged) == (2, 1, 0)
    assert found.merged == [Merged((1, 2))]
    assert (found.split, found.largest_after) == ([], 5)


def test_shorter_life_would_split(town: Town, vault: Vault) -> None:
    heard: list[tuple[int, int]] = []
    found = dry_run(town.store, vault, {"phone": {"ttl": "30d"}}, progress=lambda *at: heard.append(at))
    assert found.split == [Parts(1, 2)]
    assert (found.merged_total, found.split_total, found.unchanged) == (0, 1, 1)
    assert heard == [(7, 7)]


def test_a_run_that_is_stopped_finds_nothing_and_leaves_nothing(town: Town, vault: Vault) -> None:
    before = dump(town.store)
    with pytest.raises(Stopped):
        dry_run(town.store, vault, {"user_id": {"limit": 2}}, stop=lambda: True)
    assert dump(town.store) == before


def test_blocked_value_would_link_nobody(town: Town, vault: Vault) -> None:
    found = dry_run(town.store, vault, {"wechat_openid": {"blocked": ["o"]}})
    assert (found.split_total, found.largest_after) == (0, 3)


def test_undo_is_found_again_where_numbers_differ(store: Store, vault: Vault) -> None:
    town = Town(store, vault)
    first = [town.event("user_id:x", "phone:q"), town.event("member_card:1"), town.event("phone:p"),
             town.event("member_card:1", "phone:p")]
    live(town, first)
    undo = corrected(town, "undo", seq=town.told(2, "merge")[0].seq)
    town.store.log.append([event_record(undo)])
    town.step([undo])
    with store.state.write() as tx:
        set_cursor(tx, "spine", undo.offset)
    assert town.who("member_card:1", "phone:p") == [2, 3]
    found = dry_run(store, vault, {"user_id": {"merges": "never"}})
    assert (found.before, found.after, found.unchanged, found.merged_total) == (3, 3, 3, 0)


def test_wrong_policy_is_refused(town: Town, vault: Vault) -> None:
    with pytest.raises(ConfigError) as caught:
        dry_run(town.store, vault, {"phone": {"limits": 2}})
    assert caught.value.field == "identity.namespaces.phone.limits"
