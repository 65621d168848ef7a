"""The relay: what leaves, what waits, what is suppressed, and what the log hears of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from tests.unit.marketing.shop import Shop

from datong.config import ChannelSettings
from datong.delivery import Relay, channel_health, depth, inbox, message_counts, messages, waiting
from datong.delivery.backoff import again_after, pause_after
from datong.errors import ConfigError, Refused, Unavailable
from datong.marketing import set_state
from datong.model import HOUR, MINUTE, SECOND, Event, Message, decode_event
from datong.privacy import Vault
from datong.storage import EVENTS, Store


class Box:
    """A channel that keeps what it is given, and answers with the errors put into `answers` first."""

    def __init__(self) -> None:
        self.sent: list[tuple[Message, Mapping[str, str]]] = []
        self.answers: list[Exception] = []
        self.tried = 0

    def send(self, message: Message, to: Mapping[str, str]) -> None:
        self.tried += 1
        if self.answers:
            raise self.answers.pop(0)
        self.sent.append((message, to))

    def close(self) -> None:
        """Nothing to do."""


GATE = {"channels": {"gate": ChannelSettings(kind="webhook", url="http://127.0.0.1:1/")}, "attempts": 4}


@pytest.fixture
def shop(store: Store, vault: Vault) -> Shop:
    return Shop(store, vault, delivery=GATE)


def relay_with(shop: Shop, box: Box) -> Relay:
    relay = Relay(shop.store, shop.vault)
    next(line for line in relay.lines if line.name == "gate").channel = box
    return relay


def ask(shop: Shop, count: int = 1, **campaign: Any) -> list[int]:
    """Decide to speak to `count` members on the channel `gate`."""
    shop.campaign(**{"channels": ["gate"], **campaign})
    members = [shop.meet(phone=f"138{20_000_001 + n}", name="王 Lan") for n in range(count)]
    for member in members:
        shop.fire(member)
    return members


def states(shop: Shop) -> list[tuple[str, str]]:
    return [(r["state"], r["reason"]) for r in shop.rows("delivery_outbox", "member")]


def told(shop: Shop) -> list[Event]:
    events = [decode_event(e.body) for e in shop.store.log.read(0, 10_000) if e.topic == EVENTS]
    return [e for e in events if e.source == "delivery"]


def test_a_message_leaves_once_with_address_and_name(shop: Shop) -> None:
    (member,) = ask(shop)
    box = Box()
    relay = relay_with(shop, box)
    assert (relay.run_once(), relay.run_once()) == (1, 0)
    ((message, to),) = box.sent
    assert (message.member, message.title, to) == (member, "Hello 王 Lan", {"phone": "+8613820000001"})
    (row,) = shop.rows("delivery_outbox", "id")
    assert (row["state"], row["attempts"], row["sent_at"]) == ("sent", 1, shop.now())
    assert "王" not in str(row) + str(shop.rows("marketing_message", "id"))
    (event,) = told(shop)
    assert (event.id, event.type, event.ref, event.campaign, event.properties) == (
        f"sent:{message.id}", "Message Sent", message.id, "welcome", {"channel": "gate"})
    assert event.ident == shop.known_as(phone="13820000001")[0].key


def test_the_inbox_keeps_messages_without_the_name_and_shows_them_with_it_masked(shop: Shop) -> None:
    (member,) = ask(shop, channels=["inbox"])
    Relay(shop.store, shop.vault).run_once()
    assert [r["title"] for r in shop.rows("delivery_inbox", "id")] == ["Hello {name}"]
    with shop.store.state.read() as tx:
        assert [(m.member, m.title) for m in inbox(tx, shop.vault, member)] == [(member, "Hello 王***")]
        assert [(m.state, m.title) for m in messages(tx, shop.vault, member)] == [("sent", "Hello 王***")]
        assert message_counts(tx) == {"welcome": {"sent": 1, "seen": 0}}


def test_an_unavailable_channel_is_asked_again_later_and_later(shop: Shop) -> None:
    ask(shop)
    box = Box()
    box.answers = [Unavailable("no", code="down"), Unavailable("no", code="down")]
    relay = relay_with(shop, box)
    relay.run_once()
    (row,) = shop.rows("delivery_outbox", "id")
    assert (row["state"], row["reason"], row["attempts"]) == ("queued", "down: no", 1)
    assert row["due"] == shop.now() + again_after(row["id"], 1)
    assert relay.run_once(row["due"] - 1) == 0
    assert relay.run_once(row["due"]) == 1
    (row,) = shop.rows("delivery_outbox", "id")
    assert relay.run_once(row["due"]) == 1
    assert len(box.sent) == 1
    assert states(shop) == [("sent", "")]


def test_the_receivers_retry_after_is_kept_for_the_whole_channel(shop: Shop) -> None:
    ask(shop, 2)
    box = Box()
    box.answers = [Unavailable("slow down", code="http_429", after=90)]
    relay = relay_with(shop, box)
    relay.run_once()
    assert box.tried == 1
    assert relay.run_once(shop.now() + 90 * SECOND - 1) == 0
    relay.run_once(shop.now() + 90 * SECOND)
    relay.run_once(shop.now() + 120 * SECOND)
    assert len(box.sent) == 2


def test_a_refusal_is_for_good(shop: Shop) -> None:
    ask(shop)
    box = Box()
    box.answers = [Refused("the receiver answered 422", code="http_422")]
    relay = relay_with(shop, box)
    relay.run_once()
    assert relay.run_once(shop.now() + HOUR) == 0
    assert states(shop) == [("failed", "http_422: the receiver answered 422")]
    assert [(e.type, e.id[:7]) for e in told(shop)] == [("Message Failed", "failed:")]


def test_attempts_come_to_an_end(shop: Shop) -> None:
    ask(shop, expires="7d")
    box = Box()
    box.answers = [Unavailable("no", code="down")] * 9
    relay = relay_with(shop, box)
    for hours in range(12):
        relay.run_once(shop.now() + hours * HOUR)
    assert (box.tried, states(shop)) == (4, [("failed", "down: no")])


def test_a_dead_channel_is_probed_and_recovers(shop: Shop) -> None:
    ask(shop, 6)
    box = Box()
    box.answers = [Unavailable("no", code="down")] * 4
    relay = relay_with(shop, box)
    relay.run_once()
    assert box.tried == 3  # then it rests, and the others keep their attempts
    assert sorted(r["attempts"] for r in shop.rows("delivery_outbox", "id")) == [0, 0, 0, 1, 1, 1]
    with shop.store.state.read() as tx:
        dead = {c.name: (c.state, c.reason, c.waiting) for c in channel_health(tx)}
        assert (depth(tx)["queued"], waiting(tx)) == (6, {"gate": 6})
    assert dead == {"gate": ("dead", "down: no", 6), "inbox": ("ok", "", 0)}
    assert relay.run_once(shop.now() + 999) == 0
    assert relay.run_once(shop.now() + 1000) == 1  # one probe
    relay.run_once(shop.now() + MINUTE)
    assert len(box.sent) == 1
    relay.run_once(shop.now() + MINUTE)
    assert len(box.sent) == 6
    with shop.store.state.read() as tx:
        assert {c.state for c in channel_health(tx)} == {"ok"}


def test_a_channels_own_mistake_stops_nothing_and_leaks_nothing(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    ask(shop)
    box = Box()
    box.answers = [ValueError("bad address +8613820000001")]
    relay_with(shop, box).run_once()
    assert states(shop) == [("queued", "channel_broken: the channel failed with ValueError")]
    assert "138" not in caplog.text


def test_expired_paused_quiet_and_unwanted_messages_do_not_leave(shop: Shop) -> None:
    ask(shop, 2)
    box = Box()
    relay = relay_with(shop, box)
    set_state(shop.store, "welcome", "paused")
    relay.run_once()
    assert states(shop) == [("queued", "paused")] * 2
    set_state(shop.store, "welcome", "running")
    who = shop.known_as(phone="13820000001")
    shop.send("Consent Changed", *who, properties={"purpose": "marketing", "granted": False})
    relay.run_once(shop.now() + MINUTE)
    assert states(shop) == [("suppressed", "consent_withdrawn"), ("sent", "")]
    shop.fire(shop.member(phone="13820000002"))
    relay.run_once(shop.now() + 3 * HOUR)
    assert sorted(states(shop)) == [("sent", ""), ("suppressed", "consent_withdrawn"), ("suppressed", "expired")]


def test_a_late_message_is_held_over_quiet_hours(store: Store, vault: Vault) -> None:
    shop = Shop(store, vault, delivery=GATE, marketing={"quiet": "22:00-08:00"})
    ask(shop, expires="2d")
    relay = relay_with(shop, Box())
    night = shop.now() + 11 * HOUR  # 23:00 in Shanghai
    relay.run_once(night)
    (row,) = shop.rows("delivery_outbox", "id")
    assert (row["state"], row["reason"], row["due"]) == ("queued", "quiet_hours", night + 9 * HOUR)
    relay.run_once(night + 9 * HOUR)
    assert states(shop) == [("sent", "")]


def test_a_relay_that_died_while_sending_is_taken_over(shop: Shop) -> None:
    ask(shop)
    with shop.store.state.write() as tx:
        tx.exec_driver_sql("UPDATE delivery_outbox SET state = 'sending', due = due + 99999999")
    box = Box()
    relay_with(shop, box).run_once()
    assert len(box.sent) == 1


def test_a_message_for_a_channel_that_is_gone_fails(shop: Shop) -> None:
    ask(shop)
    with shop.store.state.write() as tx:
        tx.exec_driver_sql("UPDATE delivery_outbox SET channel = 'pigeon'")
    Relay(shop.store, shop.vault).run_once()
    assert states(shop) == [("failed", "unknown_channel")]


def test_seen_messages_are_noted(shop: Shop) -> None:
    ask(shop, channels=["inbox"])
    relay = Relay(shop.store, shop.vault)
    relay.run_once()
    (row,) = shop.rows("delivery_outbox", "id")
    shop.send("Message Seen", *shop.known_as(phone="13820000001"), ref=row["id"], campaign="welcome")
    seen = shop.now()
    shop.at(seen + HOUR)
    shop.send("Message Seen", *shop.known_as(phone="13820000001"), ref=row["id"], campaign="welcome")
    assert [r["seen_at"] for r in shop.rows("delivery_outbox", "id")] == [seen]
    shop.fold()
    facts = shop.store.facts.rows('SELECT id, channel, status FROM delivery.message ORDER BY status, "offset"')
    assert [(f["status"], f["id"]) for f in facts] == [("seen", row["id"]), ("seen", row["id"]), ("sent", row["id"])]
    assert facts[-1]["channel"] == "inbox"


@pytest.mark.parametrize(("settings", "field"), [
    (ChannelSettings(kind="pigeon"), "delivery.channels.x.kind"),
    (ChannelSettings(kind="webhook", url="ftp://x"), "delivery.channels.x.url"),
    (ChannelSettings(kind="smtp", sender="a@b.example"), "delivery.channels.x.host"),
    (ChannelSettings(kind="smtp", host="mail"), "delivery.channels.x.sender"),
])
def test_wrong_settings_are_named(store: Store, vault: Vault, settings: ChannelSettings, field: str) -> None:
    shop = Shop(store, vault, delivery={"channels": {"x": settings}})
    with pytest.raises(ConfigError) as caught:
        Relay(shop.store, shop.vault)
    assert caught.value.field == field


def test_back_off_grows_and_jitters_by_the_id() -> None:
    waits = [again_after("a", n) for n in range(1, 12)]
    assert all(1.5 <= wait / (2000 * 3**n) <= 2.5 / 2 + 0.01 or wait <= 1.25 * HOUR for n, wait in enumerate(waits))
    assert 1_500 <= waits[0] <= 2_500
    assert max(waits) <= 1.25 * HOUR
    assert again_after("b", 1) != waits[0] == again_after("a", 1)
    assert [pause_after(n) for n in (0, 2, 3, 4, 20)] == [0, 0, 1000, 2000, 60_000]
