"""Campaigns from files and from the console."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import yaml
from tests.unit.marketing.shop import WELCOME

from datong.config import MarketingSettings
from datong.errors import ConfigError, NotFound, Rejected
from datong.marketing import all_campaigns, campaign, load_campaigns, save_campaign, set_state
from datong.model import decode_event, from_iso
from datong.storage import EVENTS, Store


def put(store: Store, text: str) -> None:
    Path(store.settings.root, "mine.yaml").write_text(text, "utf-8")
    store.settings = msgspec.structs.replace(store.settings, marketing=MarketingSettings(files=("mine.yaml",)))


def file(**changes: object) -> str:
    return yaml.safe_dump({"campaigns": [{**WELCOME, **changes}]}, allow_unicode=True)


def test_a_file_is_taken_in_once_and_again_when_it_changes(store: Store) -> None:
    put(store, file())
    assert [c.version for c in load_campaigns(store)] == [1]
    assert load_campaigns(store) == []
    put(store, file(holdout=0.3))
    assert [(c.version, c.definition.holdout) for c in load_campaigns(store)] == [(2, 0.3)]
    told = [decode_event(e.body) for e in store.log.read(0, 10) if e.topic == EVENTS]
    assert [(e.id, e.campaign, e.properties["name"]) for e in told] == [
        ("campaign:welcome:1", "welcome", "Welcome"), ("campaign:welcome:2", "welcome", "Welcome")]


def test_the_consoles_change_outlives_a_restart(store: Store) -> None:
    put(store, file())
    load_campaigns(store)
    save_campaign(store, {**WELCOME, "holdout": 0.4})
    set_state(store, "welcome", "paused")
    assert load_campaigns(store) == []
    with store.state.read() as tx:
        kept = campaign(tx, "welcome")
    assert (kept.version, kept.definition.holdout, kept.state, kept.number) == (2, 0.4, "paused", 1)


def test_times_need_no_quotes(store: Store) -> None:
    put(store, file() + "  start: 2026-03-01T09:00:00+08:00\n  end: 2026-04-01\n")
    (found,) = load_campaigns(store)
    assert (found.start, found.end) == (from_iso("2026-03-01T01:00:00Z"), from_iso("2026-04-01"))


def test_numbers_and_order(store: Store) -> None:
    for code, priority in (("b", 1), ("a", 1), ("c", 9)):
        save_campaign(store, {**WELCOME, "code": code, "priority": priority})
    with store.state.read() as tx:
        assert [(c.code, c.number) for c in all_campaigns(tx)] == [("c", 3), ("a", 2), ("b", 1)]


def test_what_cannot_be_read_is_named(store: Store) -> None:
    put(store, file(holdout=7))
    with pytest.raises(ConfigError, match=r"mine.yaml: welcome: .*holdout") as caught:
        load_campaigns(store)
    assert caught.value.field == "holdout"
    put(store, "- just: [text")
    with pytest.raises(ConfigError, match="not YAML"):
        load_campaigns(store)
    put(store, "campaigns: none")
    with pytest.raises(ConfigError, match="no list of campaigns"):
        load_campaigns(store)
    store.settings = msgspec.structs.replace(store.settings, marketing=MarketingSettings(files=("nowhere",)))
    with pytest.raises(ConfigError, match="nowhere cannot be read") as caught:
        load_campaigns(store)
    assert "demo" in caught.value.hint


def test_states(store: Store) -> None:
    save_campaign(store, WELCOME)
    assert set_state(store, "welcome", "paused").state == "paused"
    with pytest.raises(NotFound):
        set_state(store, "nothing", "paused")
    with pytest.raises(Rejected, match="not a state"):
        set_state(store, "welcome", "asleep")  # type: ignore[arg-type]


def test_the_library_is_valid(store: Store) -> None:
    store.settings = msgspec.structs.replace(store.settings, marketing=MarketingSettings(files=("demo",)))
    found = load_campaigns(store)
    assert [c.code for c in found] == ["shoes-now", "seen-online", "come-back", "both-channels"]
    assert all({"zh-CN", "en"} <= set(c.definition.name) & set(c.definition.messages) for c in found)
