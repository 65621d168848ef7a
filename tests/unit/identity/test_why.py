"""Why a member is one person, and how two of its identifiers hang together."""

from __future__ import annotations

import pytest
from tests.unit.identity.correcting import correct
from tests.unit.identity.town import START, Town

from datong.errors import NotFound
from datong.identity import path, why
from datong.privacy import Vault
from datong.storage import Store


@pytest.fixture
def town(store: Store, vault: Vault) -> Town:
    town = Town(store, vault)
    town.see("member_card:66881234", "phone:+8613912345678", channel="pos")
    town.see("phone:+8613912345678", "wechat_openid:o", channel="wechat")
    town.see("anonymous_id:x", "wechat_openid:o", channel="wechat")
    return town


def key(town: Town, shown: str) -> int:
    return town.identifier(shown).key


def test_why_tells_identifiers_evidence_and_decisions(town: Town) -> None:
    with town.store.state.read() as tx:
        found = why(tx, town.vault, 1)
    assert (found.id, found.label, found.names) == (1, "M000001", ())
    shown = {(i.ns, i.value, i.verified) for i in found.identifiers}
    mark = f"#{key(town, 'anonymous_id:x') & 0xFFFFFF:06x}"
    assert shown == {("member_card", "****1234", True), ("phone", "139****5678", True),
                     ("wechat_openid", "***", True), ("anonymous_id", mark, True)}
    assert [(e.kind, e.cause, e.active, e.confidence) for e in found.evidence] == [
        ("deterministic", "e3", True, 1.0), ("deterministic", "e2", True, 1.0), ("deterministic", "e1", True, 1.0)]
    assert {found.evidence[2].a, found.evidence[2].b} == {
        key(town, "member_card:66881234"), key(town, "phone:+8613912345678")}
    assert [(d.kind, d.ns, d.undoable) for d in reversed(found.timeline)] == [
        ("create", "member_card", False), ("attach", "phone", True), ("attach", "wechat_openid", True),
        ("channels", "", False), ("attach", "anonymous_id", True)]
    assert found.refused == []


def test_why_of_an_old_number_names_who_refused_and_who_corrected(town: Town) -> None:
    town.see("user_id:a", "email:e@x.cn")
    town.see("user_id:b")
    town.see("user_id:b", "email:e@x.cn")
    town.see("user_id:a", "phone:+8613912345678")
    with town.store.state.read() as tx:
        found = why(tx, town.vault, 2)
    assert (found.id, found.names) == (1, ("M000002",))
    assert [(r.ns, r.value, r.other, r.reason) for r in found.refused] == [
        ("email", "e***@x.cn", "M000003", "limit:user_id")]
    merge = next(d for d in found.timeline if d.kind == "merge")
    correct(town, "undo", seq=merge.seq, reason="two sisters")
    with town.store.state.read() as tx:
        after = why(tx, town.vault, 2)
    assert after.id == 2
    undo = next(d for d in after.timeline if d.kind == "undo")
    assert (undo.actor, undo.detail, undo.member, undo.other, undo.undoable) == (
        "user:ann", "two sisters", "M000001", "M000002", True)
    assert [d.undoable for d in after.timeline if d.seq == merge.seq] == [False]


def test_a_refusal_is_told_from_both_sides(town: Town) -> None:
    town.see("user_id:a", "email:e@x.cn")
    assert town.see("user_id:b", "email:e@x.cn", "phone:+8613800000000") == 3
    with town.store.state.read() as tx:
        sides = [[(r.ns, r.other, r.mine) for r in why(tx, town.vault, member).refused] for member in (2, 3)]
    assert sides == [[("email", "M000003", True)], [("email", "M000002", False)]]


def test_path_takes_the_fewest_and_surest_edges(town: Town) -> None:
    with town.store.state.read() as tx:
        steps = path(tx, key(town, "member_card:66881234"), key(town, "anonymous_id:x"))
        assert [step.cause for step in steps] == ["e1", "e2", "e3"]
        assert path(tx, key(town, "phone:+8613912345678"), key(town, "phone:+8613912345678")) == []
    correct(town, "join", "member_card:66881234", "anonymous_id:x", kind="probabilistic", confidence=0.9)
    with town.store.state.read() as tx:
        steps = path(tx, key(town, "member_card:66881234"), key(town, "anonymous_id:x"))
        assert [step.kind for step in steps] == ["deterministic"] * 3, "what was seen beats what a model thinks"
    correct(town, "join", "member_card:66881234", "wechat_openid:o", kind="manual")
    with town.store.state.read() as tx:
        steps = path(tx, key(town, "anonymous_id:x"), key(town, "member_card:66881234"))
    assert [step.kind for step in steps] == ["deterministic", "manual"]


def test_path_between_strangers_is_not_found(town: Town) -> None:
    town.see("user_id:z", time=START)
    with town.store.state.read() as tx:
        for other in (key(town, "user_id:z"), 12345):
            with pytest.raises(NotFound) as caught:
                path(tx, key(town, "member_card:66881234"), other)
            assert caught.value.field == "b"
