"""Large members do not stall the flow: the number of statements of a batch does not grow with what it touches.

Statements are counted, not seconds: a machine that is busy with something else changes nothing about them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.property.identity_statements import watched
from tests.unit.identity.correcting import correct
from tests.unit.identity.town import Town

from datong.config import FixedClock, Settings
from datong.model import Event
from datong.privacy import Vault
from datong.storage import open_store

POLICY = {
    "phone": {"limit": 100_000, "persons": 100_000}, "email": {"limit": 100_000, "persons": 100_000},
    "anonymous_id": {"limit": 200_000, "persons": 200_000, "window": ""}, "user_id": {"persons": 4},
}
MOST = 40
"""Statements of one step, of which it needs some twenty when it has everything to do."""


@pytest.fixture
def town(tmp_path: Path, vault: Vault) -> Iterator[Town]:
    store = open_store(Settings(root=str(tmp_path)), FixedClock(0))
    sa.event.listen(store.state.engine, "connect", lambda db, _: db.execute("PRAGMA synchronous=OFF"))  # only haste
    store.state.engine.dispose()
    yield Town(store, vault, namespaces=POLICY)
    store.close()


def most(town: Town, events: Sequence[Event], size: int) -> int:
    """Run the events in batches and return the largest number of statements that one of them took."""
    counts = []
    with watched(town.store.state) as statements:
        for at in range(0, len(events), size):
            town.step(events[at : at + size])
            counts.append(statements.reset())
    return max(counts)


@pytest.mark.parametrize("size", [1, 100, 2_000])
@pytest.mark.parametrize("order", ["forward", "backward", "shuffled"])
def test_a_chain_of_a_thousand_merges(town: Town, order: str, size: int) -> None:
    """A thousand members become one, link by link, in any order."""
    values = [f"{'phone' if at % 2 else 'email'}:{at}" for at in range(1_000)]
    town.run([town.event(value) for value in values])
    pairs = list(pairwise(values))
    if order == "backward":
        pairs.reverse()
    elif order == "shuffled":
        random.Random(5).shuffle(pairs)
    assert most(town, [town.event(*pair) for pair in pairs], size) <= MOST
    assert set(town.who(*values)) == {1}
    assert rows(town, "SELECT count(*) FROM identity_member WHERE merged_into = 1") == [(999,)]
    assert rows(town, "SELECT count(*) FROM identity_event WHERE kind = 'merge'") == [(999,)]


def test_a_member_with_fifty_thousand_identifiers(town: Town) -> None:
    """Growing, being seen, being merged, being asked about: all cost as many statements as with few."""
    assert most(town, [town.event("email:hub", f"anonymous_id:{at}") for at in range(50_000)], 10_000) <= MOST
    assert most(town, [town.event("email:hub", "anonymous_id:one more")], 1) <= MOST
    assert most(town, [town.event("phone:17"), town.event("phone:17", "email:hub")], 1) <= MOST
    assert set(town.who("phone:17", "email:hub", "anonymous_id:49999")) == {1}
    assert rows(town, "SELECT count(*) FROM identity_link WHERE member = 1") == [(50_003,)]


def test_a_value_that_fifty_thousand_members_show(town: Town) -> None:
    """The number of the shop itself: after the fifth it links nobody, and the fifty thousandth costs no more."""
    events = [town.event(f"user_id:{at}", "app_device:shop") for at in range(50_000)]
    assert most(town, events, 10_000) <= MOST
    assert town.who("app_device:shop") == [None]
    assert len(set(town.who(*(f"user_id:{at}" for at in range(0, 50_000, 997))))) == 51
    assert rows(town, "SELECT count(*) FROM identity_shown WHERE key IN "
                      "(SELECT key FROM identity_link WHERE shared)")[0][0] <= 5


@pytest.mark.parametrize("before", ["kept", "in the batch"])
def test_four_hundred_devices_that_move_to_a_later_login_in_one_batch(town: Town, before: str) -> None:
    """The browsers of a fleet of tablets: members that lose one and stay whole cost no statements of their own."""
    events = [town.event(f"user_id:a{at}", f"app_device:d{at}", f"anonymous_id:c{at}", time=at) for at in range(400)]
    if before == "kept":
        town.run(events)
        events = []
    events += [town.event(f"user_id:b{at}", f"app_device:d{at}", f"anonymous_id:c{at}", time=1_000 + at)
               for at in range(400)]
    events += [town.event(f"user_id:x{at}") for at in range(1_000)]
    assert most(town, events, len(events)) <= MOST
    assert rows(town, "SELECT count(*) FROM identity_event WHERE detail = 'moved to the later login'") == [(800,)]
    numbers = town.who("user_id:b7", "app_device:d7", "anonymous_id:c7", "user_id:a7")
    assert len(set(numbers[:3])) == 1
    assert numbers[3] not in numbers[:3]


def test_where_anybody_was_told_apart(town: Town) -> None:
    """What somebody said of two members is asked once a batch, not at each identifier that anybody is given."""
    town.run([town.event("user_id:q"), town.event("user_id:r")])
    correct(town, "part", "user_id:q", "user_id:r")
    for person in "ab":
        events = [town.event(f"user_id:{person}{at}", f"app_device:d{at}") for at in range(400)]
        assert most(town, events, 400) <= MOST


def test_a_tablet_that_passes_from_hand_to_hand_four_hundred_times(town: Town) -> None:
    """Two people take turns at one browser and one device: the one who lost them says so at each of their events."""
    town.run([town.event("user_id:a", "app_device:d", "anonymous_id:c", time=0), town.event("user_id:b", time=0)])
    events = [town.event(f"user_id:{'ba'[at % 2]}", "app_device:d", "anonymous_id:c", time=at) for at in range(400)]
    assert most(town, events, 400) <= MOST
    assert town.who("app_device:d", "anonymous_id:c", "user_id:b") == [1, 1, 2]


def test_devices_whose_members_come_apart(town: Town) -> None:
    """A browser hung on the device alone, which moves on: each becomes a member of its own, all by the same writes."""
    counts = []
    for size in (100, 400):
        town.run([town.event(f"user_id:{size}a{at}", f"app_device:{size}d{at}", time=at) for at in range(size)])
        town.run([town.event(f"app_device:{size}d{at}", f"anonymous_id:{size}c{at}", time=at) for at in range(size)])
        events = [town.event(f"user_id:{size}b{at}", f"app_device:{size}d{at}", time=1_000 + at) for at in range(size)]
        counts.append(most(town, events, size))
        apart = "identity_link WHERE ns = 'anonymous_id' AND member IN (SELECT id FROM identity_member)"
        assert rows(town, f"SELECT count(DISTINCT member) FROM {apart}")[0][0] == sum((100, 400)[: len(counts)])
    assert max(counts) <= MOST


def rows(town: Town, sql: str) -> list[tuple[Any, ...]]:
    with town.store.state.read() as tx:
        return [tuple(row) for row in tx.execute(sa.text(sql))]
