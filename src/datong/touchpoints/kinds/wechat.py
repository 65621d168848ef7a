"""Wechat: what the servers of WeChat push about followers of an official account and users of a mini-program."""

from __future__ import annotations

import base64
import binascii
import struct
from typing import Any

import msgspec

from datong.errors import ConfigError, Rejected
from datong.touchpoints.call import Call, ExternalId, Heard, Kind, Listening, Reply, Request, Unread
from datong.touchpoints.callback import call, fresh, keywords, read_xml, scene, signed, stamp, window

__all__ = ["Wechat"]

_SCENE_PREFIX = "qrscene_"
_MENU = {"click", "view", "view_miniprogram", "scancode_push", "scancode_waitmsg", "pic_sysphoto",
         "pic_photo_or_album", "pic_weixin", "location_select"}
_WITHDRAWN = {"user_authorization_revoke", "user_authorization_cancellation"}
_ANSWERS = {"subscribe_msg_popup_event": "SubscribeMsgPopupEvent",
            "subscribe_msg_change_event": "SubscribeMsgChangeEvent"}
_UNIONID = ("UnionId", "UnionID", "unionid", "Unionid")
_COARSE = 2  # digits of a latitude: about a kilometre


class Wechat(Kind):
    """A frame is one message of WeChat as XML or JSON, in the clear or enciphered.

    Settings: `app_id`, `token`, and `aes_key` (the EncodingAESKey): where it is set, only what is enciphered and signed
    with it is taken, as in the safe and the compatible mode; without it only what is in the clear.
    """

    kind = "wechat"
    hears = ("Channel Followed", "Channel Unfollowed", "Scene Scanned", "Menu Clicked", "Message Received",
             "Message Reported", "Subscription Answered", "Location Reported", "Mini Program Entered",
             "Authorisation Withdrawn")
    verified = ("wechat_openid", "wechat_unionid")
    secrets = ("token", "aes_key")
    methods = ("GET", "POST")

    def check(self, context: Listening) -> None:
        """Raise ConfigError where app_id or token are missing, or where a setting is malformed."""
        field = f"touchpoints.{context.source}.settings"
        if not isinstance(context.settings.get("app_id"), str) or not context.settings["app_id"]:
            raise ConfigError(f"{field}.app_id is missing", field=f"{field}.app_id", code="config_value",
                              hint="write the AppID of the account, as wx0123456789abcdef")
        if not context.secrets.get("token"):
            raise ConfigError(f"{field}.token is missing", field=f"{field}.token", code="config_value",
                              hint='write token = { file = "secrets/wechat-token" }, the Token of the account')
        if "aes_key" in context.secrets:
            try:
                length = len(base64.b64decode(context.secrets["aes_key"] + "=", validate=True))
            except (binascii.Error, ValueError):
                length = 0
            if length != 32:
                raise ConfigError(f"{field}.aes_key is no EncodingAESKey", field=f"{field}.aes_key",
                                  hint="it has 43 letters and digits; copy it again", code="config_value")
        for name in ("scenes", "events"):
            if not isinstance(context.settings.get(name, {}), dict):
                raise ConfigError(f"{field}.{name} must be a table", field=f"{field}.{name}", code="config_value")
        window(context)

    def admits(self, request: Request, frame: bytes, context: Listening) -> bool | None:
        """Return whether the signature is that of the token, its time is ours, and the ciphertext is what was signed.

        None, which leaves it to the write key, where there is no signature.
        """
        query, token = request.query, context.secrets["token"]
        if "signature" not in query and "msg_signature" not in query:
            return None
        if not fresh(request, context):
            return False
        if request.method == "POST" and "aes_key" in context.secrets:
            try:
                sealed = _fields(frame).get("Encrypt")
            except Rejected:
                return False
            return isinstance(sealed, str) and bool(sealed) and signed(request, token, "msg_signature", sealed)
        return signed(request, token)

    def once(self, request: Request, context: Listening) -> str:
        """Return time and nonce, where the signature says nothing about the body."""
        query = request.query
        if "aes_key" in context.secrets:
            return ""
        return f"{query['timestamp']}/{query.get('nonce')}" if "timestamp" in query else ""

    def reply(self, request: Request, frame: bytes, context: Listening) -> Reply | None:  # noqa: ARG002
        """Return the echostr of a handshake, and "success" for everything that is kept, be it in quarantine."""
        if request.method == "GET":
            echo = request.query.get("echostr", "")
            return Reply(200, echo.encode()) if "signature" in request.query else None
        return Reply(200, b"success") if "timestamp" in request.query else None

    def listen(self, frame: bytes, context: Listening) -> list[Heard]:
        """Return what the message says; what cannot be read comes back whole, as its sender would not send it again."""
        try:
            said = _fields(frame)
            if "aes_key" in context.secrets and "Encrypt" in said:
                said = _fields(_decipher(said, context))
            elif "Encrypt" in said and "FromUserName" not in said:
                raise Rejected("the message is enciphered", code="bad_cipher", field="aes_key",
                               hint=f"set settings.aes_key of [touchpoints.{context.source}] and replay it")
            return list(_heard(said, context))
        except Rejected as error:
            return [Unread(frame, error.code, error.message, error.hint, error.field)]


def _fields(frame: bytes) -> dict[str, Any]:
    """Return the fields of a frame in XML or JSON; raises Rejected (`bad_json`, `bad_xml`)."""
    if frame.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"{":
        return read_xml(frame)
    try:
        return msgspec.json.decode(frame.lstrip(b"\xef\xbb\xbf"), type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Rejected("the message is not JSON", code="bad_json", hint="send it as WeChat does") from None


def _decipher(said: dict[str, Any], context: Listening) -> bytes:
    """Return the message in the clear; raises Rejected (`bad_cipher`) for another key, or another app's message."""
    from wechatpy.crypto import PrpCrypto  # it takes long to load, and few installations need it
    from wechatpy.exceptions import InvalidAppIdException

    hint = f"compare settings.aes_key and app_id of [touchpoints.{context.source}] with the account's page"
    try:
        key = base64.b64decode(context.secrets["aes_key"] + "=")
        return str(PrpCrypto(key).decrypt(said["Encrypt"], context.settings["app_id"])).encode()
    except InvalidAppIdException:
        raise Rejected("the message is for another app", code="bad_cipher", hint=hint, field="app_id") from None
    except (ValueError, TypeError, IndexError, KeyError, AttributeError, struct.error):
        raise Rejected("the message cannot be deciphered", code="bad_cipher", hint=hint, field="aes_key") from None


def _heard(said: dict[str, Any], context: Listening) -> list[Call]:
    kind, openid = _text(said, "MsgType").lower(), _text(said, "FromUserName")
    for name, value in (("MsgType", kind), ("FromUserName", openid)):
        if not value:
            raise Rejected(f"the message has no {name}", code="missing_field", field=name,
                           hint="send it as WeChat does: ToUserName, FromUserName, CreateTime, MsgType …")
    app = context.settings["app_id"]
    who = [ExternalId(f"wechat_openid:{app}", openid)]
    who += [ExternalId("wechat_unionid", said[name]) for name in _UNIONID if isinstance(said.get(name), str)][:1]
    time = stamp(said.get("CreateTime"))
    if kind != "event":
        properties = {"message": kind, **_message(said, kind, context)}
        number = _text(said, "MsgId")
        mark = (app, number) if number else (app, openid, _text(said, "CreateTime"), kind)
        return [call("Message Received", who, mark, time, properties)]
    event = _text(said, "Event")
    base = (app, openid, _text(said, "CreateTime"), event, _text(said, "EventKey"))
    return [call(name, who, (*base, str(at)), time, properties)
            for at, (name, properties) in enumerate(_event(said, event, context))]


def _message(said: dict[str, Any], kind: str, context: Listening) -> dict[str, Any]:
    if kind == "text":
        text = _text(said, "Content")
        return {"length": len(text), "keywords": keywords(text, context)}
    if kind == "location":
        return _place(said, "Location_X", "Location_Y")
    return {"media_id": _text(said, "MediaId")} if _text(said, "MediaId") else {}


def _event(said: dict[str, Any], event: str, context: Listening) -> list[tuple[str, dict[str, Any]]]:
    """Return the events, with their properties, that one event of WeChat stands for; raises Rejected."""
    low, key = event.lower(), _text(said, "EventKey")
    if low == "subscribe":
        return [("Channel Followed", scene(key.removeprefix(_SCENE_PREFIX), context))]
    if low == "unsubscribe":
        return [("Channel Unfollowed", {})]
    if low == "scan":
        return [("Scene Scanned", scene(key, context))]
    if low in _MENU:
        scanned = said.get("ScanCodeInfo")
        result = _text(scanned, "ScanResult") if isinstance(scanned, dict) else ""
        return [("Menu Clicked", {"menu": low, "key": key[:512]} | ({"scanned": result[:2_048]} if result else {}))]
    if low == "location":
        return [("Location Reported", _place(said, "Latitude", "Longitude"))]
    if low == "templatesendjobfinish":
        return [("Message Reported", {"message_ref": _text(said, "MsgID"), "status": _text(said, "Status")})]
    if low == "subscribe_msg_sent_event":
        return [("Message Reported", {"message_ref": _text(one, "MsgID"), "template": _text(one, "TemplateId"),
                                      "status": _text(one, "ErrorStatus") or _text(one, "ErrorCode")})
                for one in _list(said, "SubscribeMsgSentEvent")]
    if low in _ANSWERS:
        return [("Subscription Answered", {"template": _text(one, "TemplateId"),
                                           "status": _text(one, "SubscribeStatusString")})
                for one in _list(said, _ANSWERS[low])]
    if low == "user_enter_tempsession":
        return [("Mini Program Entered", {"from": _text(said, "SessionFrom")[:512]})]
    if low in _WITHDRAWN:
        return [("Authorisation Withdrawn", {"event": low})]
    named = context.settings.get("events", {}).get(event)
    if isinstance(named, str) and named:
        return [(named, {"event": event, "key": key[:512]})]
    raise Rejected(f"the event {event[:60]!r} of WeChat is not known", code="unknown_event", field="Event",
                   hint=f'name it in settings.events of [touchpoints.{context.source}]: "{event[:60]}" = "My Event"')


def _list(said: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the entries of a list, be it JSON's `List` of them, XML's repeated `List`, or a single one."""
    found: Any = said.get(name, said.get("List"))
    if isinstance(found, dict):
        found = found.get("List", found)
    entries = [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, dict)]
    if not entries:
        raise Rejected(f"the event has no {name}", code="missing_field", field=name, hint="send it as WeChat does")
    return entries


def _place(said: dict[str, Any], latitude: str, longitude: str) -> dict[str, Any]:
    """Return a position to a kilometre: more is not asked for, and would be a shopper's home."""
    try:
        return {"latitude": round(float(said[latitude]), _COARSE), "longitude": round(float(said[longitude]), _COARSE)}
    except (KeyError, ValueError, TypeError):
        raise Rejected(f"the message has no {latitude}", code="missing_field", field=latitude,
                       hint="send it as WeChat does") from None


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
