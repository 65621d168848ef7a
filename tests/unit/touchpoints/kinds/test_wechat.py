"""WeChat's pushes: signature, window, cipher, and every message and event as calls."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
from wechatpy.crypto import WeChatCrypto

from datong.errors import ConfigError
from datong.touchpoints import Call, Listening, Request, Secrets, Unread
from datong.touchpoints.kinds.wechat import Wechat

APP, TOKEN, AES = "wx49f0ab532d5d035a", "spring", base64.b64encode(bytes(range(32))).decode().rstrip("=")
AT = 1_772_337_600_000
OPENID = "oTestOpenid0000000000000000A"
SETTINGS = {"app_id": APP, "keywords": ["退货", "Coupon"], "scenes": {"1001": {"store": "S1", "campaign": "spring"}},
            "events": {"card_pay": "Card Paid"}}
PLAIN = Listening("wx", "", "Asia/Shanghai", SETTINGS, Secrets(token=TOKEN))
SAFE = Listening("wx", "", "Asia/Shanghai", SETTINGS, Secrets(token=TOKEN, aes_key=AES))


def xml(kind: str, **fields: str) -> bytes:
    inner = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
    return (f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[{OPENID}]]></FromUserName>"
            f"<CreateTime>1772337600</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{inner}</xml>").encode()


def event(name: str, **fields: str) -> bytes:
    return xml("event", Event=name, **fields)


def sign(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def request(method: str = "POST", time: int = AT // 1000, **query: str) -> Request:
    stamp = str(time)
    asked = {"timestamp": stamp, "nonce": "77", "signature": sign(TOKEN, stamp, "77"), **query}
    return Request(method, asked, {}, AT)


def safe(message: bytes, app: str = APP, key: str = AES) -> tuple[Request, bytes]:
    """Return a request as WeChat makes it in the safe mode, enciphered by the kept library."""
    body = WeChatCrypto(TOKEN, key, app).encrypt_message(message.decode(), "77", str(AT // 1000)).encode()
    signature = body.split(b"<MsgSignature><![CDATA[")[1].split(b"]")[0].decode()
    return request(encrypt_type="aes", msg_signature=signature), body


def the_call(frame: bytes, context: Listening = PLAIN) -> Call:
    (heard,) = Wechat().listen(frame, context)
    assert isinstance(heard, Call), heard
    return heard


def the_unread(frame: bytes, context: Listening = PLAIN) -> Unread:
    (heard,) = Wechat().listen(frame, context)
    assert isinstance(heard, Unread), heard
    assert heard.raw == frame
    return heard


def test_a_handshake_echoes() -> None:
    asked = request("GET", echostr="4375120948345356249")
    assert Wechat().admits(asked, b"", PLAIN) is True
    assert Wechat().admits(asked, b"", SAFE) is True
    reply = Wechat().reply(asked, b"", PLAIN)
    assert reply is not None
    assert reply.body == b"4375120948345356249"


@pytest.mark.parametrize("changed", [
    {"signature": "0" * 40}, {"nonce": "78"}, {"timestamp": "1772337601"}, {"signature": "é"}, {"timestamp": "soon"},
])
def test_a_wrong_signature_is_refused(changed: dict[str, str]) -> None:
    asked = request()
    assert Wechat().admits(Request("POST", {**asked.query, **changed}, {}, AT), b"", PLAIN) is False


@pytest.mark.parametrize(("away", "taken"), [(299, True), (-299, True), (301, False), (-301, False)])
def test_an_old_request_is_refused(away: int, taken: bool) -> None:
    assert Wechat().admits(request(time=AT // 1000 + away), event("CLICK"), PLAIN) is taken


def test_without_a_signature_the_write_key_decides() -> None:
    assert Wechat().admits(Request(at=AT), b"", PLAIN) is None
    assert Wechat().reply(Request(at=AT), b"", PLAIN) is None


def test_what_is_enciphered_is_read_and_its_signature_covers_it() -> None:
    asked, body = safe(event("subscribe"))
    assert Wechat().admits(asked, body, SAFE) is True
    assert Wechat().once(asked, SAFE) == ""
    assert the_call(body, SAFE).event == "Channel Followed"
    assert Wechat().admits(asked, safe(event("unsubscribe"))[1], SAFE) is False
    assert Wechat().admits(request(), event("subscribe"), SAFE) is False  # in the clear, though a cipher is agreed


def test_the_compatible_mode_believes_what_is_enciphered() -> None:
    asked, body = safe(event("subscribe"))
    both = body.replace(b"<xml>", event("unsubscribe").removesuffix(b"</xml>"))
    assert Wechat().admits(asked, both, SAFE) is True
    assert the_call(both, SAFE).event == "Channel Followed"
    assert the_call(both, PLAIN).event == "Channel Unfollowed"


def test_a_mini_program_may_speak_json() -> None:
    told = {"ToUserName": "gh_1", "FromUserName": OPENID, "CreateTime": 1772337600, "MsgType": "event",
            "Event": "user_enter_tempsession", "SessionFrom": "shelf 7"}
    heard = the_call(json.dumps(told).encode())
    assert (heard.event, heard.properties) == ("Mini Program Entered", {"from": "shelf 7"})
    sealed = WeChatCrypto(TOKEN, AES, APP).encrypt_message(json.dumps(told), "77", "1772337600")
    inner = sealed.split("<Encrypt><![CDATA[")[1].split("]")[0]
    assert the_call(json.dumps({"ToUserName": "gh_1", "Encrypt": inner}).encode(), SAFE).event == "Mini Program Entered"


@pytest.mark.parametrize(("frame", "context", "field"), [
    (safe(event("subscribe"), app="wx_other")[1], SAFE, "app_id"),
    (safe(event("subscribe"), key=base64.b64encode(bytes(32)).decode().rstrip("="))[1], SAFE, "aes_key"),
    (safe(event("subscribe"))[1], PLAIN, "aes_key"),
    (b"<xml><Encrypt>AAAA</Encrypt></xml>", SAFE, "aes_key"),
    (b"<xml><Encrypt><a>1</a></Encrypt></xml>", SAFE, "aes_key"),
])
def test_what_cannot_be_deciphered_waits(frame: bytes, context: Listening, field: str) -> None:
    found = the_unread(frame, context)
    assert (found.code, found.field) == ("bad_cipher", field)


@pytest.mark.parametrize(("frame", "name", "properties"), [
    (event("subscribe", EventKey=""), "Channel Followed", {}),
    (event("subscribe", EventKey="qrscene_1001", Ticket="T"), "Channel Followed",
     {"scene": "1001", "store_id": "S1", "campaign_id": "spring"}),
    (event("subscribe", EventKey="qrscene_k=abc&s=S2"), "Channel Followed", {"store_id": "S2", "claim": "abc"}),
    (event("unsubscribe"), "Channel Unfollowed", {}),
    (event("SCAN", EventKey="door-3"), "Scene Scanned", {"scene": "door-3"}),
    (event("CLICK", EventKey="NEW"), "Menu Clicked", {"menu": "click", "key": "NEW"}),
    (event("VIEW", EventKey="https://shop.example/"), "Menu Clicked", {"menu": "view", "key": "https://shop.example/"}),
    (event("LOCATION", Latitude="23.137466", Longitude="113.352425"), "Location Reported",
     {"latitude": 23.14, "longitude": 113.35}),
    (event("TEMPLATESENDJOBFINISH", MsgID="200163836", Status="failed:user block"), "Message Reported",
     {"message_ref": "200163836", "status": "failed:user block"}),
    (event("user_authorization_revoke"), "Authorisation Withdrawn", {"event": "user_authorization_revoke"}),
    (event("card_pay", EventKey="c1"), "Card Paid", {"event": "card_pay", "key": "c1"}),
    (xml("text", Content="我要退货, phone 13800000000", MsgId="1"), "Message Received",
     {"message": "text", "length": 23, "keywords": ["退货"]}),
    (xml("image", PicUrl="http://x", MediaId="m1", MsgId="2"), "Message Received",
     {"message": "image", "media_id": "m1"}),
    (xml("location", Location_X="31.2304", Location_Y="121.4737", Label="1 Lane", MsgId="3"), "Message Received",
     {"message": "location", "latitude": 31.23, "longitude": 121.47}),
])
def test_what_is_pushed(frame: bytes, name: str, properties: dict[str, Any]) -> None:
    heard = the_call(frame)
    assert (heard.event, heard.properties) == (name, properties)
    assert heard.context is not None
    assert heard.context.external_ids is not None
    assert [(one.type, one.id) for one in heard.context.external_ids] == [(f"wechat_openid:{APP}", OPENID)]
    assert heard.timestamp == "2026-03-01T04:00:00+00:00"
    assert OPENID not in str(heard.message_id)
    assert the_call(frame).message_id == heard.message_id


def test_a_unionid_is_taken_where_it_is_given() -> None:
    context = the_call(event("subscribe", UnionId="u-1")).context
    assert context is not None
    assert context.external_ids is not None
    assert [(one.type, one.id) for one in context.external_ids][1:] == [("wechat_unionid", "u-1")]


ANSWERS = """<SubscribeMsgPopupEvent><List><TemplateId>t1</TemplateId><SubscribeStatusString>accept
</SubscribeStatusString></List><List><TemplateId>t2</TemplateId><SubscribeStatusString>reject</SubscribeStatusString>
</List></SubscribeMsgPopupEvent></xml>"""


def test_each_answer_to_a_subscription_is_an_event() -> None:
    frame = event("subscribe_msg_popup_event").decode().replace("</xml>", ANSWERS).encode()
    first, second = Wechat().listen(frame, PLAIN)
    assert isinstance(first, Call)
    assert isinstance(second, Call)
    assert second.properties == {"template": "t2", "status": "reject"}
    assert first.message_id != second.message_id
    told = {"FromUserName": OPENID, "MsgType": "event", "Event": "subscribe_msg_popup_event", "CreateTime": 1,
            "List": {"TemplateId": "t3", "SubscribeStatusString": "accept"}}
    assert the_call(json.dumps(told).encode()).properties == {"template": "t3", "status": "accept"}


@pytest.mark.parametrize(("frame", "code"), [
    (event("brand_new"), "unknown_event"), (b"<xml><MsgType>text</MsgType></xml>", "missing_field"),
    (b"<xml>", "bad_xml"), (b"", "bad_xml"), (b"<xml>text</xml>", "bad_xml"), (b"{", "bad_json"),
    (b'<!DOCTYPE x [<!ENTITY a "aa">]><xml><FromUserName>&a;</FromUserName></xml>', "bad_xml"),
    (b'<!-- <a --><!DOCTYPE x [<!ENTITY a "aa">]><xml><FromUserName>&a;</FromUserName></xml>', "bad_xml"),
    ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml><a>1</a></xml>'.encode("utf-16"), "bad_xml"),
    (event("subscribe_msg_popup_event"), "missing_field"), (event("LOCATION", Latitude="north"), "missing_field"),
])
def test_what_cannot_be_read_waits_with_its_reason(frame: bytes, code: str) -> None:
    found = the_unread(frame)
    assert found.code == code
    assert found.hint


def test_a_bomb_is_refused_before_it_grows() -> None:
    lol = "".join(f'<!ENTITY l{n} "{"&l" + str(n - 1) + ";" if n else "lol"}{"&l" + str(n - 1) + ";" if n else ""}">'
                  for n in range(60))
    assert the_unread(f"<!DOCTYPE xml [{lol}]><xml><a>&l59;</a></xml>".encode()).code == "bad_xml"


@pytest.mark.parametrize(("settings", "secrets", "field"), [
    ({}, {"token": "t"}, "app_id"), ({"app_id": APP}, {}, "token"),
    ({"app_id": APP}, {"token": "t", "aes_key": "short"}, "aes_key"),
    ({"app_id": APP, "window": "2d"}, {"token": "t"}, "window"),
    ({"app_id": APP, "window": "x"}, {"token": "t"}, "window"),
    ({"app_id": APP, "scenes": []}, {"token": "t"}, "scenes"),
])
def test_settings_that_are_of_no_use(settings: dict[str, Any], secrets: dict[str, str], field: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Wechat().check(Listening("wx", settings=settings, secrets=Secrets(secrets)))
    assert caught.value.field == f"touchpoints.wx.settings.{field}"
    assert "short" not in f"{caught.value} {caught.value.hint}"
