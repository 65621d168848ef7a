"""The same sequence gives the same links, members and decisions on every state engine."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.unit.identity.town import START, Town

from datong.config import FixedClock, Settings
from datong.identity import (
    channels_counts,
    contact,
    history,
    identifiers_of,
    last_seen,
    live,
    member,
    members,
    search,
    traits,
)
from datong.model import Batch
from datong.privacy import Vault
from datong.storage import METADATA, Store, open_store

TIGHT = {"phone": {"limit": 2, "persons": 2}, "anonymous_id": {"limit": 3, "persons": 2}}
KINDS = ("member_card", "user_id", "phone", "email", "anonymous_id", "app_device", "wifi_mac")


def town_story(town: Town) -> list[Batch]:
    dice = random.Random(7)
    events = []
    for at in range(600):
        shown = {f"{dice.choice(KINDS)}:{dice.randint(0, 60)}" for _ in range(dice.randint(1, 3))}
        told = {"name": f"name {at}"} if dice.random() < 0.2 else {}
        channel = dice.choice(["web", "pos", "email"])
        events.append(town.event(*sorted(shown), channel=channel, time=START + at * 3_600_000, personal=told))
    return town.run(events, 90)


def dump(town: Town) -> dict[str, list[list[Any]]]:
    found = {}
    with town.store.state.read() as tx:
        for table in METADATA.sorted_tables:
            if table.name.startswith("identity_"):
                rows = tx.execute(sa.select(table).order_by(*table.primary_key.columns)).mappings()
                found[table.name] = [[v for name, v in row.items() if name != "sealed"] for row in rows]
    return found


@pytest.fixture
def reference(tmp_path: Path, vault: Vault) -> Iterator[Town]:
    store = open_store(Settings(root=str(tmp_path / "reference")), FixedClock(0))
    yield Town(store, vault, namespaces=TIGHT)
    store.close()


def test_same_links_on_every_engine(state_store: Store, reference: Town, vault: Vault) -> None:
    town = Town(state_store, vault, namespaces=TIGHT)
    wanted, found = town_story(reference), town_story(town)
    assert [batch.members for batch in found] == [batch.members for batch in wanted]
    assert [batch.merges for batch in found] == [batch.merges for batch in wanted]
    assert dump(town) == dump(reference)
    kinds = {row[3] for row in dump(town)["identity_event"]}
    assert kinds >= {"create", "attach", "merge", "refuse", "shared", "channels"}


def test_same_answers_on_every_engine(state_store: Store, reference: Town, vault: Vault) -> None:
    town = Town(state_store, vault, namespaces=TIGHT)
    answers = []
    for each in (reference, town):
        town_story(each)
        with each.store.state.read() as tx:
            total, page = members(tx, channels="both", page=2, size=5)
            answers.append([
                total, page, channels_counts(tx), last_seen(tx, range(40)), search(tx, vault, "member 1"),
                search(tx, vault, "M000005"),
                *(function(tx, n) for n in range(1, 20) for function in (live, member, history)),
                *(traits(tx, vault, n) for n in range(1, 20)), *(contact(tx, vault, n, "phone") for n in range(1, 20)),
                *([(i.ns, i.key, i.first_seen, i.last_seen) for i in identifiers_of(tx, n)] for n in range(1, 20)),
            ])
    assert answers[0] == answers[1]


def test_facts_mirror_every_engine(state_store: Store, vault: Vault) -> None:
    town = Town(state_store, vault, namespaces=TIGHT)
    town.see("user_id:a", "anonymous_id:t", channel="web")
    for _ in range(2):
        with town.store.facts.write() as facts:
            town.identity.fold(Batch([], 0, 0, 0), facts)
        town_story(town)
    with town.store.facts.write() as facts:
        town.identity.fold(Batch([], 0, 0, 0), facts)
    mirrored = {tuple(row.values()) for row in town.store.facts.rows("SELECT ident, member, ns FROM identity.link")}
    with town.store.state.read() as tx:
        held = tx.execute(sa.text("SELECT key, member, ns FROM identity_link WHERE member IS NOT NULL")).all()
        alive = tx.execute(sa.text("SELECT count(*) FROM identity_member WHERE merged_into IS NULL")).scalar()
    assert mirrored == {tuple(row) for row in held}
    assert town.store.facts.rows("SELECT count(*) AS n FROM identity.member") == [{"n": alive}]
