"""Any sequence of events and corrections gives the same links, evidence and decisions on every state engine."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from tests.unit.identity.town import START, Town

from datong.config import FixedClock, Settings
from datong.model import DAY, Batch, Event
from datong.privacy import Vault
from datong.storage import METADATA, Store, open_store

POLICY: dict[str, dict[str, Any]] = {
    "phone": {"limit": 2, "persons": 2, "window": "60d", "ttl": "30d"}, "email": {"persons": 3},
    "anonymous_id": {"limit": 3, "persons": 2, "window": "20d"}, "app_device": {"persons": 3},
}
KINDS = ("member_card", "user_id", "phone", "phone", "email", "anonymous_id", "app_device", "wifi_mac")


@pytest.fixture
def reference(tmp_path: Path, vault: Vault) -> Iterator[Town]:
    store = open_store(Settings(root=str(tmp_path / "reference")), FixedClock(0))
    yield Town(store, vault, namespaces=POLICY)
    store.close()


def story(town: Town, seed: int, length: int = 500) -> list[Event]:
    """Return events over a year: verified or not, trusted or not, logging out, and corrections of every kind."""
    dice = random.Random(seed)
    values = [f"{kind}:{number}" for kind in KINDS for number in range(25)]
    events = []
    for at in range(length):
        time = START + at * DAY * 365 // length
        if at > 50 and dice.random() < 0.08:
            events.append(correction(town, dice, values, at, time))
            continue
        shown = [("~" if dice.random() < 0.3 else "") + value for value in dice.sample(values, dice.randint(1, 4))]
        kind = dice.choices(("Product Viewed", "Identified", "Signed Out", "Device Sighted"), (6, 3, 1, 1))[0]
        events.append(town.event(*shown, time=time, channel=dice.choice(("web", "pos", "email")), type=kind,
                                 trusted=dice.random() < 0.8))
    return events


def correction(town: Town, dice: random.Random, values: list[str], at: int, time: int) -> Event:
    """Return a correction by somebody who knows little: many are refused, which is to be the same everywhere too."""
    some = [str(town.identifier(value).key) for value in dice.sample(values, 4)]
    said: dict[str, Any] = dice.choice((
        {"action": "unmerge", "key": some[0]}, {"action": "join", "keys": some[:2]},
        {"action": "part", "keys": some[:2]}, {"action": "share", "key": some[0]},
        {"action": "unshare", "key": some[0]},
        {"action": "split", "groups": [some[:2], some[2:]]}, {"action": "undo", "seq": dice.randint(1, 2 * at)},
        {"action": "join", "keys": some[:2], "kind": "probabilistic", "confidence": 0.97, "model": "m1"},
    ))
    made = town.event(time=time, channel="system", type="Identity Corrected")
    said |= {"actor": "user:ann", "reason": f"reason {at}"}
    return msgspec.structs.replace(made, source="identity", properties=said)


def dump(town: Town) -> dict[str, list[list[Any]]]:
    """Return every row of identity but for the sealed values, which differ each time they are sealed."""
    found = {}
    with town.store.state.read() as tx:
        for table in METADATA.sorted_tables:
            if table.name.startswith("identity_"):
                rows = tx.execute(sa.select(table).order_by(*table.primary_key.columns)).mappings()
                found[table.name] = [[v for name, v in row.items() if name != "sealed"] for row in rows]
    return found


def plain(batches: list[Batch]) -> list[Any]:
    return [(batch.members, batch.merges, batch.splits) for batch in batches]


@pytest.mark.parametrize("seed", range(2))
def test_the_same_on_every_engine(state_store: Store, reference: Town, vault: Vault, seed: int) -> None:
    town = Town(state_store, vault, namespaces=POLICY)
    events = story(reference, seed)
    assert plain(town.run(events, 60)) == plain(reference.run(events, 60))
    wanted = dump(reference)
    assert dump(town) == wanted
    kinds = {row[3] for row in wanted["identity_event"]}
    assert kinds >= {"create", "attach", "merge", "refuse", "channels"}


@pytest.mark.parametrize("seed", range(3, 5))
def test_replay_gives_the_same_graph_in_other_batches(state_store: Store, reference: Town, vault: Vault, seed: int
                                                      ) -> None:
    """The log replayed into an empty state, in batches of any size, gives the same rows to the last one."""
    town = Town(state_store, vault, namespaces=POLICY)
    events = story(reference, seed, 300)
    reference.run(events, 1_000)
    town.run(events, 7)
    assert dump(town) == dump(reference)
    town.run(events, 50)
    assert dump(town) == dump(reference)
