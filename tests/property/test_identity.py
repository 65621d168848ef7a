"""Whatever the order, the batches and the repeats: the same people, and no limit ever broken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.identity.town import Town

from datong.config import FixedClock, Settings
from datong.model import Event, Merge
from datong.privacy import Vault
from datong.storage import METADATA, open_store

WIDE = {ns: {"limit": 1_000, "persons": 1_000} for ns in (
    "member_card", "user_id", "phone", "email", "anonymous_id", "app_device", "wifi_mac")}
TIGHT = {"member_card": {"limit": 2}, "phone": {"limit": 2, "persons": 2}, "anonymous_id": {"limit": 2, "persons": 2}}
QUICK = settings(max_examples=60, deadline=None)


def make_town(folder: Path, namespaces: dict[str, dict[str, Any]]) -> Iterator[Town]:
    store = open_store(Settings(root=str(folder)), FixedClock(0))
    sa.event.listen(store.state.engine, "connect", lambda db, _: db.execute("PRAGMA synchronous=OFF"))  # only haste
    store.state.engine.dispose()
    yield Town(store, Vault(bytes(range(32))), namespaces=namespaces)
    store.close()


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    yield from make_town(tmp_path_factory.mktemp("wide"), WIDE)


@pytest.fixture(scope="module")
def tight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    yield from make_town(tmp_path_factory.mktemp("tight"), TIGHT)


def values(*namespaces: str, count: int = 5) -> st.SearchStrategy[str]:
    return st.builds("{}:{}".format, st.sampled_from(namespaces), st.integers(0, count))


STRONG = values("member_card", "phone", "email")
SIGHTINGS = st.lists(st.lists(STRONG, min_size=1, max_size=3, unique=True), min_size=1, max_size=14)


@st.composite
def one_login_each(draw: st.DrawFn) -> list[list[str]]:
    """People with one account and any number of browsers and devices, which nobody else uses."""
    person = st.integers(0, 3)
    weak = st.lists(values("anonymous_id", "app_device", "wifi_mac", count=2), max_size=3, unique=True)
    shown = []
    for number, own, login in draw(st.lists(st.tuples(person, weak, st.booleans()), min_size=1, max_size=16)):
        names = [f"{value}-of-{number}" for value in own] + ([f"user_id:{number}"] if login else [])
        if names:
            shown.append(names)
    return shown or [["user_id:0"]]


def components(shown: Sequence[Sequence[str]]) -> set[frozenset[str]]:
    """Return the connected components by hand; an event with radio identifiers only connects nothing."""
    groups: list[set[str]] = []
    for names in shown:
        if all(name.startswith("wifi_mac") for name in names):
            continue
        near = [group for group in groups if group & set(names)]
        groups = [group for group in groups if group not in near] + [set(names).union(*near)]
    return {frozenset(group) for group in groups}


def clear(town: Town) -> None:
    with town.store.state.write() as tx:
        for table in METADATA.tables.values():
            if table.name.startswith("identity_") or table.name == "storage_cursor":
                tx.execute(sa.delete(table))


def dump(town: Town) -> list[list[Any]]:
    with town.store.state.read() as tx:
        return [list(map(tuple, tx.execute(sa.select(t).order_by(*t.primary_key.columns))))
                for t in METADATA.sorted_tables if t.name.startswith("identity_")]


def orders(sightings: st.SearchStrategy[list[list[str]]]) -> st.SearchStrategy[tuple[list[list[str]], list[list[str]]]]:
    return sightings.flatmap(lambda shown: st.tuples(st.just(shown), st.permutations(shown)))


@QUICK
@given(both=orders(SIGHTINGS | one_login_each()), size=st.integers(1, 5))
def test_any_order_and_any_batches_give_the_same_people(
    wide: Town, both: tuple[list[list[str]], list[list[str]]], size: int
) -> None:
    shown, shuffled = both
    everything = {name for names in shown for name in names}
    clear(wide)
    wide.run([wide.event(*names) for names in shown])
    assert wide.partition(everything) == components(shown)
    clear(wide)
    wide.run([wide.event(*names) for names in shuffled], size)
    assert wide.partition(everything) == components(shown)


EVENTS = st.lists(
    st.lists(values("member_card", "user_id", "phone", "anonymous_id", "wifi_mac", "random_mac", count=3),
             min_size=1, max_size=4, unique=True), min_size=1, max_size=20)


@QUICK
@given(shown=EVENTS, size=st.integers(1, 6))
def test_batches_do_not_matter_with_limits_either(tight: Town, shown: list[list[str]], size: int) -> None:
    events = [tight.event(*names, channel=("web", "pos")[at % 2]) for at, names in enumerate(shown)]
    clear(tight)
    tight.run(events)
    whole = dump(tight)
    clear(tight)
    tight.run(events, size)
    assert dump(tight) == whole


@QUICK
@given(shown=EVENTS, size=st.integers(1, 6))
def test_repeat_changes_nothing(wide: Town, shown: list[list[str]], size: int) -> None:
    clear(wide)
    events: list[Event] = [wide.event(*names) for names in shown]
    wide.run(events, size)
    before = dump(wide)
    assert all(batch.merges == [] for batch in wide.run(events, size))
    assert dump(wide) == before


@QUICK
@given(shown=EVENTS, size=st.integers(1, 6))
def test_no_limit_is_broken_and_what_is_left_out_is_explained(tight: Town, shown: list[list[str]], size: int) -> None:
    clear(tight)
    tight.run([tight.event(*names) for names in shown], size)
    policy = tight.identity.policy
    with tight.store.state.read() as tx:
        held = tx.execute(sa.text(
            "SELECT member, ns, count(*) FROM identity_link WHERE member IS NOT NULL GROUP BY member, ns")).all()
        explained = set(tx.execute(sa.text(
            "SELECT key FROM identity_event WHERE kind IN ('refuse', 'shared')")).scalars())
        dead = tx.execute(sa.text(
            "SELECT count(*) FROM identity_link JOIN identity_member ON id = member WHERE merged_into IS NOT NULL"
        )).scalar()
    assert dead == 0
    assert all(count <= policy.limit[ns] for _, ns, count in held)
    for names in shown:
        linkable = [name for name in names if name.split(":")[0] in policy.linking]
        if any(name.split(":")[0] in policy.creating for name in linkable) and len(set(tight.who(*linkable))) > 1:
            assert any(tight.identifier(name).key in explained for name in linkable), names


@QUICK
@given(shown=SIGHTINGS, size=st.integers(1, 5))
def test_merges_name_live_winners_and_cover_every_lost_number(wide: Town, shown: list[list[str]], size: int) -> None:
    clear(wide)
    batches = wide.run([wide.event(*names) for names in shown], size)
    merges: list[Merge] = [merge for batch in batches for merge in batch.merges]
    with wide.store.state.read() as tx:
        rows = tx.execute(sa.text("SELECT id, merged_into FROM identity_member")).all()
    members: dict[int, int | None] = {row[0]: row[1] for row in rows}
    assert sorted(merge.loser for merge in merges) == sorted(n for n, into in members.items() if into is not None)
    assert all(merge.winner < merge.loser for merge in merges)
    assert all(members[into] is None for into in members.values() if into is not None)
    for batch in batches:
        assert not {merge.winner for merge in batch.merges} & {merge.loser for merge in batch.merges}


PASSED_ON = st.lists(
    st.lists(values("user_id", "anonymous_id", "app_device", "wifi_mac", "phone", "~phone", count=3),
             min_size=1, max_size=4, unique_by=lambda name: name.lstrip("~")), min_size=1, max_size=20)


@QUICK
@given(shown=PASSED_ON, size=st.integers(1, 20))
def test_who_comes_apart_in_memory_is_who_a_region_would_make(
    tight: Town, shown: list[list[str]], size: int
) -> None:
    events = [tight.event(*names, channel=("web", "pos")[at % 2]) for at, names in enumerate(shown)]
    clear(tight)
    batches = tight.run(events, size)
    quick = dump(tight)
    clear(tight)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("datong.identity.whole.LARGE", 0)
        careful = tight.run(events)
    assert dump(tight) == quick
    assert [split for batch in batches for split in batch.splits] == [s for batch in careful for s in batch.splits]
