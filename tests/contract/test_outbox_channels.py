"""Messages reach a real SMTP server and a real HTTP receiver, from state on SQLite and on PostgreSQL."""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.contract.receivers import Hook, Post, mail_server, webhook_server
from tests.unit.marketing.shop import Shop

from datong.config import ChannelSettings, Secret
from datong.delivery import Relay, channel_health
from datong.marketing import coupons_of
from datong.model import HOUR, MINUTE
from datong.privacy import Vault
from datong.storage import Store

pytestmark = pytest.mark.network


@pytest.fixture
def hook() -> Iterator[Hook]:
    with webhook_server() as server:
        yield server


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as server:
        yield server


@pytest.fixture
def shop(state_store: Store, vault: Vault, hook: Hook, post: Post, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv("DATONG_TEST_SIGNING", "a signing secret")
    channels = {
        "mail": ChannelSettings(kind="smtp", host="127.0.0.1", port=post.port, sender="Datong <shop@datong.example>"),
        "gate": ChannelSettings(kind="webhook", url=hook.url, secret=Secret(env="DATONG_TEST_SIGNING"), timeout="2s"),
    }
    return Shop(state_store, vault, delivery={"channels": channels, "attempts": 8})


OPEN: list[Relay] = []


def relaying(shop: Shop) -> Relay:
    """Return a relay that hangs up at the test's end."""
    OPEN.append(Relay(shop.store, shop.vault))
    return OPEN[-1]


@pytest.fixture(autouse=True)
def _hang_up(shop: Shop) -> Iterator[None]:
    yield
    while OPEN:
        OPEN.pop().stop()


def speak(shop: Shop, count: int = 1, **campaign: Any) -> list[int]:
    shop.campaign(**campaign)
    members = [
        shop.meet(phone=f"138{20_000_001 + n}", email=f"lan{n}@example.com", name="Lan") for n in range(count)
    ]
    for member in members:
        shop.fire(member, binds={"zone": "shoes"})
    return members


def states(shop: Shop) -> list[tuple[str, str]]:
    return [(r["state"], r["reason"]) for r in shop.rows("delivery_outbox", "member")]


def until(true: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_mail_has_text_html_and_the_coupons_picture(shop: Shop, post: Post) -> None:
    (member,) = speak(shop, channels=["mail"])
    assert relaying(shop).run_once() == 1
    (mail,) = post.mails
    (row,) = shop.rows("delivery_outbox", "id")
    with shop.store.state.read() as tx:
        code = coupons_of(tx, member)[0].code
    assert mail["Message-ID"] == f"<{row['id']}@datong.example>"
    assert (mail["Subject"], mail["To"], post.to) == ("Hello Lan", "lan0@example.com", [["lan0@example.com"]])
    parts = {part.get_content_type(): part for part in mail.walk() if not part.is_multipart()}
    assert set(parts) == {"text/plain", "text/html", "image/png"}
    contents = {kind: bytes(part.get_payload(decode=True)) for kind, part in parts.items()}
    assert f"20% off in shoes with {code}" in contents["text/plain"].decode()
    assert b'src="cid:coupon"' in contents["text/html"]
    assert contents["image/png"].startswith(b"\x89PNG")
    assert parts["image/png"]["Content-ID"] == "<coupon>"
    assert states(shop) == [("sent", "")]


def test_a_mail_refused_for_good_and_one_refused_for_now(shop: Shop, post: Post) -> None:
    post.refuse = {"lan0@example.com": "550 no such user lan0@example.com", "lan1@example.com": "451 try again later"}
    speak(shop, 3, channels=["mail"])
    relay = relaying(shop)
    relay.run_once()
    assert states(shop) == [
        ("failed", "smtp_550: the mail server answered 550"), ("queued", "smtp_451: the mail server answered 451"),
        ("sent", "")]
    post.refuse = {}
    relay.run_once(shop.now() + MINUTE)
    assert [to for (to,) in post.to] == ["lan2@example.com", "lan1@example.com"]


def test_a_mail_server_that_is_away_loses_nothing(shop: Shop, post: Post) -> None:
    speak(shop, channels=["mail"])
    relay = relaying(shop)
    line = next(line for line in relay.lines if line.name == "mail")
    line.channel._settings = ChannelSettings(  # type: ignore[attr-defined]
        kind="smtp", host="127.0.0.1", port=1, sender="a@b.example")
    relay.run_once()
    assert states(shop) == [("queued", "ConnectionRefusedError: the mail server cannot be reached")]
    relaying(shop).run_once(shop.now() + MINUTE)
    assert len(post.mails) == 1


def test_a_webhook_is_signed_and_carries_its_key(shop: Shop, hook: Hook) -> None:
    members = speak(shop, 3, channels=["gate"])
    relay = relaying(shop)
    relay.run_once()
    assert hook.connections == 1  # kept open
    rows = {r["member"]: r for r in shop.rows("delivery_outbox", "id")}
    for body, raw, headers in zip(hook.bodies, hook.raw, hook.headers, strict=True):
        row = rows[int(body["member"][1:])]
        assert body == {
            "id": row["id"], "campaign": "welcome", "member": f"M{row['member']:06d}", "channel": "gate",
            "title": "Hello Lan", "body": row["body"], "coupon": row["coupon"],
            "to": {"phone": f"+86138{20_000_001 + members.index(row['member'])}",
                   "email": f"lan{members.index(row['member'])}@example.com"},
        }
        assert headers["Idempotency-Key"] == row["id"]
        expected = hmac.new(b"a signing secret", raw, hashlib.sha256).hexdigest()
        assert headers["X-Datong-Signature"] == f"sha256={expected}"
    relay.stop()


@pytest.mark.parametrize(("status", "outcome", "tries"), [
    (204, "sent", 1), (500, "sent", 2), (503, "sent", 2), (429, "sent", 2), (408, "sent", 2), (301, "sent", 2),
    (400, "failed", 1), (401, "failed", 1), (404, "failed", 1), (422, "failed", 1),
])
def test_what_a_webhook_answers_decides(shop: Shop, hook: Hook, status: int, outcome: str, tries: int) -> None:
    hook.answers = [(status, {})] if status != 204 else [(204, {"Content-Length": "0"})]
    speak(shop, channels=["gate"])
    relay = relaying(shop)
    relay.run_once()
    relay.run_once(shop.now() + MINUTE)
    assert ([s for s, _ in states(shop)], len(hook.bodies)) == ([outcome], tries)
    assert len(hook.by_key) == 1
    relay.stop()


def test_retry_after_is_honoured(shop: Shop, hook: Hook) -> None:
    hook.answers = [(429, {"Retry-After": "120"})]
    speak(shop, 2, channels=["gate"], expires="1d")
    relay = relaying(shop)
    relay.run_once()
    assert relay.run_once(shop.now() + 2 * MINUTE - 1) == 0
    relay.run_once(shop.now() + 2 * MINUTE)
    relay.run_once(shop.now() + HOUR)
    assert sorted(s for s, _ in states(shop)) == ["sent", "sent"]
    assert len(hook.bodies) == 3
    relay.stop()


def test_a_dead_channel_slows_no_other(shop: Shop, hook: Hook) -> None:
    hook.hang.clear()  # the receiver takes the request and never answers
    speak(shop, 5, channels=["gate"])
    speak(shop, 5, channels=["mail"])
    shop.campaign(code="plain", scene="online_viewer_arrives", channels=["inbox"])
    for member in {r["member"] for r in shop.rows("delivery_outbox", "id")}:
        shop.fire(member, scene="online_viewer_arrives")
    relay = relaying(shop)
    relay.start()
    try:
        began = time.monotonic()
        until(lambda: len(shop.rows("delivery_inbox", "id")) == 5)
        assert time.monotonic() - began < 3
        until(lambda: {r["name"]: r["state"] for r in shop.rows("delivery_channel", "name")}["gate"] == "dead", 20)
    finally:
        hook.hang.set()
        relay.stop()
    with shop.store.state.read() as tx:
        assert {c.name: c.state for c in channel_health(tx)} == {"gate": "dead", "inbox": "ok", "mail": "ok"}
    assert not [t for t in threading.enumerate() if t.name.startswith("datong-channel")]
