"""Frames of WeChat, Weibo and webhooks, playlists and claims: whatever comes is read or told why not, never a crash."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datong.errors import Rejected
from datong.privacy import Vault
from datong.touchpoints import Call, Kind, Listening, Request, Secrets, Unread, make_claim, read_claim, read_playlists
from datong.touchpoints.callback import scene
from datong.touchpoints.json_path import at_path, read_path
from datong.touchpoints.kinds.webhook import Webhook
from datong.touchpoints.kinds.wechat import Wechat
from datong.touchpoints.kinds.weibo import Weibo

AES = base64.b64encode(bytes(range(32))).decode().rstrip("=")
HOOK = {"event": "$.type", "each": "$.all", "id": "$.id", "time": "$.at", "identifiers": {"email": "$.who"},
        "properties": {"a": "$.a", "b": {"each": "$.b", "c": "$.c"}, "h": "@x"}, "traits": {"t": "^.t"}}
KINDS: list[tuple[Kind, Listening]] = [
    (Wechat(), Listening("k", settings={"app_id": "wx1"}, secrets=Secrets(token="t"))),
    (Wechat(), Listening("k", settings={"app_id": "wx1"}, secrets=Secrets(token="t", aes_key=AES))),
    (Weibo(), Listening("k", secrets=Secrets(app_secret="s"))),
    (Webhook(), Listening("k", settings=HOOK)),
    (Webhook(), Listening("k", settings={"event": "E", "signature": "stripe"}, secrets=Secrets(secret="s"))),
]
VAULT = Vault(b"0123456789abcdef0123456789abcdef")
TEXTS = st.text(alphabet="ab0<>&]\x00é中-=:", max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=5)
NAMES = st.sampled_from([
    "ToUserName", "FromUserName", "CreateTime", "MsgType", "Event", "EventKey", "Encrypt", "Latitude", "List",
    "SubscribeMsgPopupEvent", "type", "sender_id", "created_at", "data", "text", "all", "id", "at", "who", "a", "b",
])
WORDS = st.sampled_from([
    "event", "text", "location", "subscribe", "SCAN", "LOCATION", "subscribe_msg_popup_event", "scan", "position",
    "mention", "qrscene_k=&s=&c=", "1e999", "AAAA", "Mon Jul 16 18:09:20 +0800 2012",
])
OBJECTS = st.dictionaries(NAMES, WORDS | VALUES, max_size=8)


def as_xml(fields: dict[str, Any]) -> bytes:
    inner = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
    return f"<xml>{inner}</xml>".encode("utf-8", "replace")


FRAMES = (st.binary(max_size=60) | OBJECTS.map(lambda o: json.dumps(o).encode()) | OBJECTS.map(as_xml)
          | st.lists(OBJECTS, max_size=3).map(lambda o: json.dumps({"all": o}).encode()))
QUERIES = st.dictionaries(st.sampled_from(["signature", "msg_signature", "timestamp", "nonce"]), TEXTS, min_size=1)
often = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@often
@given(FRAMES)
def test_every_frame_is_read_or_kept_whole_with_a_reason(frame: bytes) -> None:
    for kind, context in KINDS:
        heard = kind.listen(kind.open(Request(headers={"x": "1"}), frame, context), context)
        for part in heard:
            if isinstance(part, Unread):
                assert part.code
                assert part.raw or not frame
            else:
                assert isinstance(part, Call)
                assert part.message_id
        if kind.kind != "webhook" or "each" not in context.settings:
            assert heard


@often
@given(FRAMES, QUERIES, st.dictionaries(st.just("stripe-signature"), TEXTS))
def test_no_frame_gets_in_without_the_secret(frame: bytes, query: dict[str, str], headers: dict[str, str]) -> None:
    for kind, context in KINDS:
        assert not kind.admits(Request("POST", query, headers, 1_772_337_600_000), frame, context)


@often
@given(st.text())
def test_every_scene_is_understood_as_far_as_it_goes(text: str) -> None:
    found = scene(text, Listening("k", settings={"scenes": {"1": {"store": "S1"}}}))
    assert set(found) <= {"scene", "store_id", "campaign_id", "claim"}


@often
@given(st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode()), st.integers(0, 2**41))
def test_no_claim_is_guessed(text: str, at: int) -> None:
    with pytest.raises(Rejected) as caught:
        read_claim(VAULT, ("member_card", "phone"), text, at)
    assert caught.value.code in {"foreign_claim", "forged_claim"}


@often
@given(st.integers(1, 2**63 - 1), st.integers(1, 2**41), st.sampled_from(["member_card", "phone"]))
def test_a_claim_comes_back_as_it_was_made(key: int, until: int, ns: str) -> None:
    claim = make_claim(VAULT, ns, key, until)
    found = read_claim(VAULT, ("phone", "member_card"), claim, until // 1000 * 1000)
    assert (found.ns, found.key) == (ns, key)


@often
@given(st.text(alphabet="$.[]ab0\"'-"), VALUES)
def test_every_path_is_read_or_refused(text: str, body: Any) -> None:
    try:
        path = read_path(text)
    except ValueError:
        return
    at_path(body, path)


@often
@given(st.text() | VALUES.map(lambda v: json.dumps({"playlists": v})))
def test_every_playlist_is_read_or_refused(text: str) -> None:
    with suppress(Rejected):
        read_playlists(text)
