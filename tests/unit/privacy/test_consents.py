"""Consents: the latest word counts, all words are kept."""

from __future__ import annotations

from typing import Any

from datong.model import Batch, Event, Identifier
from datong.privacy import Consent, Consents, consent_history, consented, consents_of
from datong.storage import Store

CARD, PHONE = 101, 102


def said(offset: int, at: int, ident: int = CARD, **properties: Any) -> Event:
    return Event(
        id=f"c{offset}", source="web", channel="web", type="Consent Changed", time=at, received=at, offset=offset,
        identifiers=(Identifier("member_card", ident),) if ident else (), ident=ident, properties=properties,
    )


def step(store: Store, *events: Event) -> None:
    batch = Batch(list(events), events[0].offset, events[-1].offset, max(e.received for e in events))
    with store.state.write() as tx:
        Consents().step(batch, tx)


def asked(store: Store, idents: list[int], **what: str) -> bool | None:
    with store.state.read() as tx:
        return consented(tx, idents, **what)


def test_nobody_asked(store: Store) -> None:
    step(store, said(1, 10, PHONE, purpose="research", channel="", granted=True))
    assert asked(store, [CARD]) is None
    assert asked(store, [PHONE]) is None
    assert asked(store, [PHONE], purpose="research") is True
    assert asked(store, []) is None


def test_latest_word_counts_whatever_the_order_of_arrival(store: Store) -> None:
    step(store, said(1, 30, purpose="marketing", channel="", granted=False))
    step(store, said(2, 20, purpose="marketing", channel="", granted=True))
    assert asked(store, [CARD]) is False
    step(store, said(3, 40, granted=True), said(4, 35, granted=False))
    assert asked(store, [CARD]) is True
    with store.state.read() as tx:
        assert [(c.at, c.granted) for c in consent_history(tx, [CARD])] == [
            (20, True), (30, False), (35, False), (40, True)]
        assert consents_of(tx, [CARD]) == [Consent(CARD, "marketing", "", True, 40, "web")]


def test_one_channel_and_all_channels(store: Store) -> None:
    step(store, said(1, 10, channel="", granted=True), said(2, 20, channel="sms", granted=False))
    assert asked(store, [CARD], channel="sms") is False
    assert asked(store, [CARD], channel="email") is True
    assert asked(store, [CARD]) is True
    step(store, said(3, 30, channel="", granted=False))
    assert asked(store, [CARD], channel="email") is False
    assert asked(store, [CARD]) is False
    step(store, said(4, 40, channel="wechat", granted=True))
    assert asked(store, [CARD], channel="wechat") is True
    assert asked(store, [CARD], channel="sms") is False
    assert asked(store, [CARD]) is True


def test_channel_nobody_asked_about_is_none(store: Store) -> None:
    step(store, said(1, 10, channel="sms", granted=True))
    assert asked(store, [CARD], channel="email") is None


def test_two_identifiers_of_one_person(store: Store) -> None:
    step(store, said(1, 10, CARD, granted=True), said(2, 20, PHONE, granted=False))
    assert asked(store, [CARD, PHONE]) is False
    assert asked(store, [CARD]) is True


def test_at_the_same_moment_a_refusal_counts(store: Store) -> None:
    step(store, said(1, 10, CARD, granted=False), said(2, 10, PHONE, granted=True))
    assert asked(store, [CARD, PHONE]) is False


def test_only_a_plain_true_grants(store: Store) -> None:
    step(store, said(1, 10, granted="yes"))
    assert asked(store, [CARD]) is False
    step(store, said(2, 20))
    assert asked(store, [CARD]) is False


def test_same_batch_again_changes_nothing_and_strangers_are_skipped(store: Store) -> None:
    events = [said(1, 10, granted=True), said(2, 10, 0, granted=True)]
    step(store, *events)
    step(store, *events)
    with store.state.read() as tx:
        assert len(consent_history(tx, [CARD, 0])) == 1
        assert len(consents_of(tx, [CARD, 0])) == 1
