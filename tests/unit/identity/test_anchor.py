"""Anchors among the corrections: a device is tied to who pays where it is, and never makes two members one."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from tests.unit.identity.correcting import correct, outcome
from tests.unit.identity.town import Town

from datong.errors import Rejected
from datong.identity import correct as ask
from datong.model import Move
from datong.privacy import Vault
from datong.storage import Store


@pytest.fixture
def town(store: Store, vault: Vault) -> Town:
    return Town(store, vault)


def test_an_anchor_ties_a_device_nobody_holds(town: Town) -> None:
    member = town.see("phone:p", source="pos", channel="pos")
    assert member is not None
    correct(town, "join", "phone:p", "wifi_mac:02", kind="anchor", ns="wifi_mac", confidence=0.995,
            actor="anchor:payments")
    joined = outcome(town)
    assert joined.state == "done"
    assert town.who("wifi_mac:02") == [member]
    with town.store.state.read() as tx:
        proof = tx.execute(sa.text("SELECT kind, confidence, seq FROM identity_evidence")).one()
    assert tuple(proof) == ("anchor", 0.995, joined.seq)
    assert [(e.ns, e.actor) for e in town.told(member, "join")] == [("wifi_mac", "anchor:payments")]

    batch = correct(town, "undo", seq=joined.seq)
    assert town.who("wifi_mac:02", "phone:p") == [None, member]
    assert (batch.splits, batch.moves) == ([], [Move(town.offset, town.identifier("wifi_mac:02").key, member, None)])
    correct(town, "join", "phone:p", "wifi_mac:02", kind="anchor", ns="wifi_mac")
    assert (outcome(town).state, outcome(town).reason) == ("refused", "apart")
    undone = town.offset - 1
    correct(town, "undo", seq=outcome(town, undone).seq)
    assert outcome(town).state == "done"
    assert town.who("wifi_mac:02") == [member]


@pytest.mark.parametrize(("said", "device", "reason"), [
    ({"ns": "random_mac"}, "wifi_mac:09", "random_mac is no kind of device that may be attached"),
    ({"ns": "phone"}, "wifi_mac:09", "phone is no kind of device that may be attached"),
    ({"ns": "wifi_mac"}, "wifi_mac:q", "two_members"),
    ({"ns": "wifi_mac"}, "wifi_mac:06", "limit:wifi_mac"),
])
def test_an_anchor_is_refused(town: Town, said: dict[str, str], device: str, reason: str) -> None:
    town.see("phone:p", *(f"wifi_mac:0{n}" for n in range(5)), trusted=True)
    town.see("phone:q", "wifi_mac:q")
    correct(town, "join", "phone:p", device, kind="anchor", **said)
    assert (outcome(town).state, outcome(town).reason) == ("refused", reason)


def test_an_anchor_says_of_what_kind_the_device_is(store: Store) -> None:
    with pytest.raises(Rejected, match="ns is missing or wrong"):
        ask(store, "join", actor="anchor:payments", keys=["1", "2"], kind="anchor")
