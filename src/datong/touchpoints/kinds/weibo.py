"""Weibo: what the fans' service of Sina Weibo pushes about followers of an account.

Source: open.weibo.com/wiki, 粉丝服务平台 (接入指南, 接收普通消息, 接收事件推送).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from datong.errors import ConfigError, Rejected
from datong.touchpoints.call import Call, ExternalId, Heard, Kind, Listening, Reply, Request, Unread
from datong.touchpoints.callback import call, fresh, keywords, scene, signed, window

__all__ = ["Weibo"]

_EVENTS = {
    "follow": "Channel Followed", "subscribe": "Channel Followed", "scan_follow": "Channel Followed",
    "unfollow": "Channel Unfollowed", "unsubscribe": "Channel Unfollowed", "scan": "Scene Scanned",
    "click": "Menu Clicked", "view": "Menu Clicked", "mention": "Mentioned",
}
_MESSAGES = {"text", "position", "voice", "image"}
_PREFIXES = ("QR_LIMIT_STR_SCENE_", "QR_LIMIT_SCENE_", "QR_STR_SCENE_", "QR_SCENE_", "qrscene_")
_COARSE = 2  # digits of a latitude: about a kilometre
_HINT = 'send it as Weibo does: {"type": "text", "receiver_id": …, "sender_id": …, "created_at": …, "data": {…}}'


class Weibo(Kind):
    """A frame is one message of the fans' service as JSON. Setting: `app_secret`, which signs."""

    kind = "weibo"
    hears = ("Channel Followed", "Channel Unfollowed", "Scene Scanned", "Menu Clicked", "Message Received", "Mentioned")
    verified = ("weibo_uid",)
    secrets = ("app_secret",)
    methods = ("GET", "POST")

    def check(self, context: Listening) -> None:
        """Raise ConfigError where app_secret is missing."""
        field = f"touchpoints.{context.source}.settings.app_secret"
        if not context.secrets.get("app_secret"):
            raise ConfigError(f"{field} is missing", field=field, code="config_value",
                              hint='write app_secret = { file = "secrets/weibo" }, the App Secret of the AppKey')
        window(context)

    def admits(self, request: Request, frame: bytes, context: Listening) -> bool | None:  # noqa: ARG002
        """Return whether the signature is that of the app's secret and its time is ours; None where there is none."""
        if "signature" not in request.query:
            return None
        return fresh(request, context) and signed(request, context.secrets["app_secret"])

    def once(self, request: Request, context: Listening) -> str:  # noqa: ARG002
        """Return time and nonce: the signature says nothing about the body."""
        query = request.query
        return f"{query['timestamp']}/{query.get('nonce')}" if "timestamp" in query else ""

    def reply(self, request: Request, frame: bytes, context: Listening) -> Reply | None:  # noqa: ARG002
        """Return the echostr of a handshake, and nothing for what is kept: then Weibo does not send it again."""
        if "signature" not in request.query:
            return None
        return Reply(200, request.query.get("echostr", "").encode() if request.method == "GET" else b"")

    def listen(self, frame: bytes, context: Listening) -> list[Heard]:
        """Return what the message says; what cannot be read comes back whole."""
        try:
            return [_heard(_read(frame), context)]
        except Rejected as error:
            return [Unread(frame, error.code, error.message, error.hint, error.field)]


def _read(frame: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(frame, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Rejected("the message is not JSON", code="bad_json", hint=_HINT) from None


def _heard(said: dict[str, Any], context: Listening) -> Call:
    kind, sender, data = said.get("type"), said.get("sender_id"), said.get("data") or {}
    if not isinstance(kind, str):
        raise Rejected("the message has no type", code="missing_field", field="type", hint=_HINT)
    if not isinstance(sender, int | str) or isinstance(sender, bool) or sender == "":
        raise Rejected("the message has no sender_id", code="missing_field", field="sender_id", hint=_HINT)
    if not isinstance(data, dict):
        raise Rejected("data must be an object", code="bad_type", field="data", hint=_HINT)
    created, key = str(said.get("created_at", "")), _text(data, "key")
    subtype = _text(data, "subtype") if kind == "event" else ""
    name = (str(said.get("receiver_id", "")), str(sender), created, kind, subtype, key)
    who = [ExternalId("weibo_uid", str(sender))]
    if kind != "event":
        if kind not in _MESSAGES:
            raise Rejected(f"the message's type {kind[:40]!r} is not known", code="bad_type", field="type",
                           hint=f"known: {', '.join(sorted(_MESSAGES))}, event")
        return call("Message Received", who, name, _time(created), {"message": kind, **_message(said, data, context)})
    if subtype not in _EVENTS:
        raise Rejected(f"the event {subtype[:40]!r} of Weibo is not known", code="unknown_event", field="data.subtype",
                       hint=f"known: {', '.join(_EVENTS)}")
    properties: dict[str, Any] = {"action": subtype}
    if subtype in ("scan", "scan_follow"):
        for prefix in _PREFIXES:
            key = key.removeprefix(prefix)
        properties |= scene(key, context)
    elif key:
        properties["key"] = key[:512]
    return call(_EVENTS[subtype], who, name, _time(created), properties)


def _message(said: dict[str, Any], data: dict[str, Any], context: Listening) -> dict[str, Any]:
    if said["type"] == "text":
        text = _text(said, "text")
        return {"length": len(text), "keywords": keywords(text, context)}
    if said["type"] == "position":
        try:
            return {name: round(float(data[name]), _COARSE) for name in ("latitude", "longitude")}
        except (KeyError, ValueError, TypeError):
            raise Rejected("the message has no latitude", code="missing_field", field="data.latitude", hint=_HINT
                           ) from None
    return {}


def _time(created: str) -> str | None:
    """Return the time that is written as `Mon Jul 16 18:09:20 +0800 2012`; None leaves it to the time of arrival."""
    try:
        return datetime.strptime(created, "%a %b %d %H:%M:%S %z %Y").isoformat()
    except ValueError:
        return None


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
