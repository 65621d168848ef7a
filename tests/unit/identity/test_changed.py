"""Member Changed: outside systems hear of every merge and split, once."""

from __future__ import annotations

from typing import Any

from tests.unit.marketing.shop import Shop

from datong.flow import Flow
from datong.identity import Changes
from datong.model import Batch, Event, Identifier, Merge, Move, Split
from datong.privacy import Vault
from datong.storage import EVENTS, Store


def event(offset: int, **more: Any) -> Event:
    return Event(
        id=f"e{offset}", source="web", channel="web", type="Identified", time=5, received=5, offset=offset, **more)


def test_every_cause_tells_of_its_merges_and_splits(store: Store) -> None:
    batch = Batch([event(7), event(8), event(9)], 7, 9, 50, members=[1, 1, 1], merges=[Merge(8, 3, 1), Merge(8, 4, 1)],
                  splits=[Split(9, 1, ((1, (5, 6)), (2, (2**62,))))], moves=[Move(9, 7, 1, None)])
    with store.state.write() as tx:
        Changes(store).step(batch, tx)
        Changes(store).step(Batch([event(7)], 7, 7, 50), tx)
    one, two = batch.derived
    assert (one.id, one.type, one.source, one.received, one.ident, one.identifiers) == (
        "changed:web:e8", "Member Changed", "identity", 50, 0, ())
    assert one.properties == {
        "cause": "web:e8", "merged": [{"member": 3, "into": 1}, {"member": 4, "into": 1}]}
    assert two.properties == {"cause": "web:e9", "split": [{"member": 1, "parts": [
        {"member": 1, "identifiers": 2, "keys": ["5", "6"]}, {"member": 2, "identifiers": 1, "keys": [str(2**62)]},
    ]}], "moved": [{"key": "7", "from": 1, "to": None}]}


def test_it_lies_in_the_log_once_and_counts_nowhere(store: Store, vault: Vault) -> None:
    shop = Shop(store, vault)
    stages = shop.flow.stages
    shop.flow = Flow(store, (*stages[:2], Changes(store), *stages[2:]))
    shop.send("Identified", Identifier("user_id", 1))
    shop.send("Identified", Identifier("member_card", 2))
    cause = shop.send("Identified", Identifier("user_id", 1), Identifier("member_card", 2))
    told = [e.body for e in store.log.read(0, 100) if e.topic == EVENTS and b"Member Changed" in e.body]
    assert len(told) == 1
    assert f"changed:test:{cause.id}".encode() in told[0]
    assert [row["id"] for row in shop.rows("identity_member", "id")] == [1, 2]
    assert shop.rows("tags_state", "member") == []
