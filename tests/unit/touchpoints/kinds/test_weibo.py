"""Weibo's pushes, as its guide shows them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from datong.errors import ConfigError
from datong.touchpoints import Call, Listening, Request, Secrets, Unread
from datong.touchpoints.kinds.weibo import Weibo

CONTEXT = Listening("wb", "", "Asia/Shanghai", {"keywords": ["coupon"]}, Secrets(app_secret="xyz123xyz"))
# the example of open.weibo.com/wiki/Messages_api_start
QUERY = {"nonce": "57155157", "timestamp": "1397022061823", "echostr": "dnPdpTZz85",
         "signature": "90e4c22c90a58f26526c2dd5b6c56c8822edeaa1"}
AT = 1_397_022_061_823


def frame(kind: str, data: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"type": kind, "receiver_id": 1902538057, "sender_id": 2489518277, "text": "关注事件消息",
                       "created_at": "Mon Jul 16 18:09:20 +0800 2012", "data": data, **more}).encode()


def test_the_guides_example_is_admitted() -> None:
    asked = Request("GET", QUERY, {}, AT)
    assert Weibo().admits(asked, b"", CONTEXT) is True
    reply = Weibo().reply(asked, b"", CONTEXT)
    assert reply is not None
    assert reply.body == b"dnPdpTZz85"
    kept = Weibo().reply(Request("POST", QUERY, {}, AT), b"", CONTEXT)
    assert kept is not None
    assert kept.body == b""


@pytest.mark.parametrize(("change", "at"), [({"nonce": "1"}, AT), ({}, AT + 300_001), ({"signature": ""}, AT)])
def test_others_are_not(change: dict[str, str], at: int) -> None:
    assert Weibo().admits(Request("GET", {**QUERY, **change}, {}, at), b"", CONTEXT) is False


def test_without_a_signature_the_write_key_decides() -> None:
    assert Weibo().admits(Request(), b"", CONTEXT) is None
    assert Weibo().reply(Request(), b"", CONTEXT) is None


@pytest.mark.parametrize(("body", "name", "properties"), [
    (frame("event", {"subtype": "follow"}), "Channel Followed", {"action": "follow"}),
    (frame("event", {"subtype": "unfollow"}), "Channel Unfollowed", {"action": "unfollow"}),
    (frame("event", {"subtype": "unsubscribe"}), "Channel Unfollowed", {"action": "unsubscribe"}),
    (frame("event", {"subtype": "scan_follow", "key": "QR_SCENE_s=S1", "ticket": "T"}), "Channel Followed",
     {"action": "scan_follow", "scene": "s=S1", "store_id": "S1"}),
    (frame("event", {"subtype": "scan", "key": "QR_LIMIT_SCENE_7"}), "Scene Scanned",
     {"action": "scan", "scene": "7"}),
    (frame("event", {"subtype": "click", "key": "NEW"}), "Menu Clicked", {"action": "click", "key": "NEW"}),
    (frame("event", {"subtype": "mention", "key": "status_3699"}), "Mentioned",
     {"action": "mention", "key": "status_3699"}),
    (frame("text", {}, text="a Coupon please"), "Message Received",
     {"message": "text", "length": 15, "keywords": ["coupon"]}),
    (frame("position", {"longitude": "116.308586", "latitude": "39.982525"}), "Message Received",
     {"message": "position", "latitude": 39.98, "longitude": 116.31}),
    (frame("image", {"vfid": 821804459, "tovfid": 821804469}), "Message Received", {"message": "image"}),
])
def test_what_is_pushed(body: bytes, name: str, properties: dict[str, Any]) -> None:
    (heard,) = Weibo().listen(body, CONTEXT)
    assert isinstance(heard, Call)
    assert (heard.event, heard.properties) == (name, properties)
    assert heard.timestamp == "2012-07-16T18:09:20+08:00"
    assert heard.context is not None
    assert heard.context.external_ids is not None
    assert [(one.type, one.id) for one in heard.context.external_ids] == [("weibo_uid", "2489518277")]


@pytest.mark.parametrize(("body", "code", "field"), [
    (b"no", "bad_json", ""), (b"[]", "bad_json", ""), (b"{}", "missing_field", "type"),
    (frame("text", {}, sender_id=None), "missing_field", "sender_id"),
    (frame("event", {"subtype": "poke"}), "unknown_event", "data.subtype"),
    (frame("dance", {}), "bad_type", "type"), (frame("position", {}), "missing_field", "data.latitude"),
    (frame("event", []), "unknown_event", "data.subtype"), (frame("event", "x"), "bad_type", "data"),  # type: ignore[arg-type]
])
def test_what_cannot_be_read_waits_with_its_reason(body: bytes, code: str, field: str) -> None:
    (heard,) = Weibo().listen(body, CONTEXT)
    assert isinstance(heard, Unread)
    assert (heard.code, heard.field, heard.raw) == (code, field, body)


def test_the_secret_is_needed() -> None:
    with pytest.raises(ConfigError) as caught:
        Weibo().check(Listening("wb"))
    assert caught.value.field == "touchpoints.wb.settings.app_secret"
