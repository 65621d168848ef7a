"""The mirror in the facts is always what the state says."""

from __future__ import annotations

from typing import Any

from tests.unit.identity.town import START, Town

from datong.model import Batch
from datong.privacy import Vault
from datong.storage import Store


def fold(town: Town) -> tuple[set[tuple[Any, ...]], list[tuple[Any, ...]]]:
    with town.store.facts.write() as facts:
        town.identity.fold(Batch([], 0, 0, 0), facts)
    links = town.store.facts.rows("SELECT ident, member, ns FROM identity.link")
    members = town.store.facts.rows("SELECT member, channels, created FROM identity.member ORDER BY member")
    assert len(links) == len({tuple(row.values()) for row in links})
    return {tuple(row.values()) for row in links}, [tuple(row.values()) for row in members]


def links(town: Town, **held: int) -> set[tuple[Any, ...]]:
    shown = {name.replace("__", ":"): number for name, number in held.items()}
    return {(town.identifier(name).key, number, name.split(":")[0]) for name, number in shown.items()}


def test_first_copy_then_deltas(store: Store, vault: Vault) -> None:
    town = Town(store, vault)
    assert fold(town) == (set(), [])
    town.see("user_id:a", "anonymous_id:t", channel="web")
    town.see("phone:p", channel="pos")
    assert fold(town) == (links(town, user_id__a=1, anonymous_id__t=1, phone__p=2), [
        (1, "online", START + 1), (2, "offline", START + 2)])
    assert store.facts.position("identity.link") == 3
    town.see("user_id:a", "phone:p")
    assert fold(town) == (links(town, user_id__a=1, anonymous_id__t=1, phone__p=1), [(1, "both", START + 1)])
    town.see("user_id:b", "anonymous_id:t", channel="web")
    assert fold(town) == (links(town, user_id__a=1, anonymous_id__t=2 + 1, phone__p=1, user_id__b=3), [
        (1, "both", START + 1), (3, "online", START + 4)])
    for user in "cdef":
        town.see(f"user_id:{user}", "anonymous_id:t")
    found, _ = fold(town)
    assert not {row for row in found if row[2] == "anonymous_id"}
    town.see("user_id:b", channel="pos")
    assert (3, "both", START + 4) in fold(town)[1]


def test_nothing_new_writes_nothing_and_a_rebuild_copies_all(store: Store, vault: Vault) -> None:
    town = Town(store, vault)
    town.see("user_id:a", channel="web")
    first = fold(town)
    assert fold(town) == first
    store.facts.rebuild()
    assert store.facts.rows("SELECT count(*) AS n FROM identity.link") == [{"n": 0}]
    assert fold(town) == first
