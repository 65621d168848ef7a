"""Links, claims and playlists on each engine: kept by the log, taken once, the same when a batch runs again."""

from __future__ import annotations

from typing import Any

import pytest

from datong.errors import Rejected
from datong.model import DAY, MINUTE, Batch, Event, Identifier, decode_event, from_iso
from datong.storage import Store
from datong.touchpoints import (
    NewLink,
    QuarantineDesk,
    drop_playlist,
    link_of,
    links,
    links_page,
    make_claim,
    make_links,
    playlists,
    read_playlists,
    restore_link,
    retire_link,
    screen_of,
    set_playlist,
    used_claims,
)

NOW = from_iso("2026-03-01T04:00:00Z")
CARD, OPENID, OTHER = (Identifier(ns, key) for ns, key in (("member_card", 11), ("wechat_openid", 22),
                                                           ("wechat_openid", 33)))


def follow(offset: int, who: Identifier, claim: str, **more: Any) -> Event:
    return Event(f"f{offset}", "wechat", "wechat", "Channel Followed", NOW, NOW, identifiers=(who,), ident=who.key,
                 properties={"claim": claim}, offset=offset, **more)


def step(store: Store, vault: Any, *events: Event) -> Batch:
    batch = Batch(list(events), events[0].offset, events[-1].offset, NOW)
    with store.state.write() as tx:
        QuarantineDesk(store, vault).step(batch, tx)
    return batch


def pump(store: Store, vault: Any) -> None:
    found = [decode_event(entry.body) for entry in store.log.read(0, 1_000)]
    step(store, vault, *found)


def outcomes(store: Store) -> list[tuple[int, str, str]]:
    with store.state.read() as tx:
        return [(one.other, one.outcome, one.reason) for one in reversed(used_claims(tx))]


@pytest.mark.network
def test_a_claim_links_once_and_a_batch_that_runs_again_says_the_same(state_store: Store, vault: Any) -> None:
    claim = make_claim(vault, "member_card", CARD.key, NOW + MINUTE)
    first, second = follow(1, OPENID, claim), follow(2, OTHER, claim)
    batch = step(state_store, vault, first, second)
    (linked,) = batch.derived
    assert (linked.type, linked.channel, linked.ident) == ("Identified", "wechat", CARD.key)
    assert [(one.ns, one.key, one.verified) for one in linked.identifiers] == [
        ("member_card", 11, True), ("wechat_openid", 22, True)]
    assert outcomes(state_store) == [(22, "linked", ""), (33, "refused", "used_claim")]
    assert step(state_store, vault, first, second).derived == []  # the transaction that failed had not committed
    step(state_store, vault, follow(3, OTHER, claim))
    assert outcomes(state_store)[2:] == [(33, "refused", "used_claim")]


@pytest.mark.network
def test_a_claim_is_refused_with_its_reason(state_store: Store, vault: Any) -> None:
    late = make_claim(vault, "member_card", CARD.key, NOW - DAY)
    good = make_claim(vault, "member_card", CARD.key, NOW + DAY)
    forged = good[:-1] + ("A" if good[-1] != "A" else "B")
    batch = step(
        state_store, vault, follow(1, OPENID, late), follow(2, OPENID, forged), follow(3, OPENID, "nonsense"),
        follow(4, OPENID, good, trusted=False), follow(5, OPENID, good, history=True), follow(6, OPENID, ""),
    )
    assert batch.derived == []
    assert outcomes(state_store) == [(22, "refused", reason) for reason in (
        "expired_claim", "forged_claim", "foreign_claim", "not_trusted", "history")]


@pytest.mark.network
def test_links_are_made_found_and_retired(state_store: Store, vault: Any) -> None:
    code, named = make_links(state_store, [NewLink(sku="A", place="S1"), NewLink(sku="A", code="shoe-a")], "user:ann")
    make_links(state_store, [NewLink("page", target="https://shop.example/x", code="x-1")], "user:ann")
    pump(state_store, vault)
    with state_store.state.read() as tx:
        found = link_of(tx, code)
        assert found is not None
        assert (found.sku, found.place, found.actor, found.retired) == ("A", "S1", "user:ann", None)
        assert {one.code for one in links(tx, sku="A")} == {code, named} == {code, "shoe-a"}
        assert link_of(tx, "nothing") is None
    with pytest.raises(Rejected) as caught:
        make_links(state_store, [NewLink(sku="B", code="shoe-a")], "user:ann")
    assert caught.value.field == "links[0].code"
    retire_link(state_store, code, "user:ann")
    pump(state_store, vault)
    with state_store.state.read() as tx:
        found = link_of(tx, code)
    assert found is not None
    assert found.retired == NOW
    with state_store.state.read() as tx:
        assert links_page(tx, "SHOE", state="used")[0] == 1
        assert [one.code for one in links_page(tx, kind="product", state="retired")[1]] == [code]
    for turn in (restore_link, retire_link, restore_link):  # in one batch: the last word counts
        turn(state_store, code, "user:ann")
    pump(state_store, vault)
    with state_store.state.read() as tx:
        found = link_of(tx, code)
    assert found is not None
    assert found.retired is None


@pytest.mark.network
def test_a_playlist_takes_the_place_of_the_one_before(state_store: Store, vault: Any) -> None:
    text = """
playlists:
  - code: spring
    screens: [{code: door-1, place: mall, zone: hall}]
    items: [{spot: shoes, title: {en: "New shoes", zh: 新鞋}, seconds: 10, campaign: spring, from: "10:00"}]
"""
    (playlist,) = read_playlists(text)
    set_playlist(state_store, playlist, "user:ann")
    (later,) = read_playlists(text.replace("door-1", "door-2"))
    set_playlist(state_store, later, "user:ann")
    pump(state_store, vault)
    with state_store.state.read() as tx:
        assert playlists(tx) == [later]
        assert screen_of(tx, "door-1") is None
        assert screen_of(tx, "door-2") == (later.screens[0], later)
    assert drop_playlist(state_store, "spring", "user:ann") == later
    pump(state_store, vault)
    with state_store.state.read() as tx:
        assert playlists(tx) == []
