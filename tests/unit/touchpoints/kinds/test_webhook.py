"""Any webhook: the field map, the usual signatures, and settings that are wrong."""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any

import pytest

from datong.errors import ConfigError
from datong.touchpoints import Call, Heard, Listening, Request, Secrets, Unread
from datong.touchpoints.kinds.webhook import Webhook

AT = 1_772_337_600_000
SHOP = {
    "event": "@x-topic", "events": {"orders/paid": "Order Completed"}, "id": "$.id", "time": "$.paid_at",
    "identifiers": {"email": "$.customer.email", "phone": '$["customer"].phones[0]'},
    "properties": {
        "order_id": "$.name", "total": "$.total", "source": "shop",
        "products": {"each": "$.lines", "sku": "$.sku", "quantity": "$.n", "shop": "^.shop"},
    },
    "traits": {"name": "$.customer.name"},
}
ORDER = {"id": 7, "name": "#7", "total": "12.50", "paid_at": 1772337600, "shop": "S1",
         "customer": {"email": "ann@example.org", "phones": ["13800000000"], "name": "Ann"},
         "lines": [{"sku": "A", "n": 2}, {"sku": "B"}]}


def listening(settings: dict[str, Any], **secrets: str) -> Listening:
    context = Listening("hook", "", "UTC", settings, Secrets(secrets))
    Webhook().check(context)
    return context


def listen(settings: dict[str, Any], body: Any, headers: dict[str, str] | None = None) -> list[Heard]:
    context = listening(settings)
    frame = body if isinstance(body, bytes) else json.dumps(body).encode()
    kind = Webhook()
    return kind.listen(kind.open(Request(headers=headers or {}), frame, context), context)


def the_call(heard: list[Heard]) -> Call:
    (one,) = heard
    assert isinstance(one, Call), one
    return one


def test_a_field_map_makes_an_event_of_a_body() -> None:
    call = the_call(listen(SHOP, ORDER, {"x-topic": "orders/paid"}))
    assert (call.type, call.event, call.message_id) == ("track", "Order Completed", "7")
    assert call.timestamp == "2026-03-01T04:00:00+00:00"
    assert call.properties == {"order_id": "#7", "total": "12.50", "source": "shop", "products": [
        {"sku": "A", "quantity": 2, "shop": "S1"}, {"sku": "B", "shop": "S1"}]}
    assert call.traits == {"name": "Ann"}
    assert call.context is not None
    assert call.context.external_ids is not None
    assert [(one.type, one.id) for one in call.context.external_ids] == [
        ("email", "ann@example.org"), ("phone", "13800000000")]


def test_each_entry_of_a_list_is_an_event_and_a_bad_one_stands_alone() -> None:
    settings = {**SHOP, "each": "$.data.orders", "event": "$.kind"}
    body = {"data": {"orders": [{**ORDER, "kind": "orders/paid"}, {"id": 8}]}, "shop": "S2"}
    good, bad = listen(settings, body)
    assert isinstance(good, Call)
    assert isinstance(bad, Unread)
    assert good.properties is not None
    assert good.properties["products"][0]["shop"] == "S2"
    assert (bad.code, bad.field) == ("missing_field", "event")
    assert Webhook().listen(bad.raw, listening(settings)) == [bad]


def test_the_headers_stay_with_a_frame_that_waits() -> None:
    (bad,) = listen({**SHOP, "identifiers": {"email": "$.customer"}}, ORDER, {"x-topic": "orders/paid", "x-other": "1"})
    assert isinstance(bad, Unread)
    assert (bad.code, bad.field) == ("bad_identifier", "identifiers.email")
    assert json.loads(bad.raw) == {"@": {"x-topic": "orders/paid"}, "$": ORDER}
    assert the_call(Webhook().listen(bad.raw, listening(SHOP))).event == "Order Completed"


def test_the_same_body_is_the_same_event() -> None:
    settings = {"event": "Door Opened"}
    first, again, other = (the_call(listen(settings, body)) for body in ({"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 2}))
    assert first.message_id == again.message_id != other.message_id


def test_a_form_is_taken_too() -> None:
    headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    call = the_call(listen({"event": "Guide Contacted", "identifiers": {"phone": "$.From"}, "properties": {"t": "$.B"}},
                           b"From=%2B8613800000000&B=hello+you", headers))
    assert call.properties == {"t": "hello you"}


def test_identified_is_an_identify_call() -> None:
    call = the_call(listen({"event": "Identified", "identifiers": {"user_id": "$.u"}, "traits": {"email": "$.e"}},
                           {"u": 5, "e": "a@example.org"}))
    assert (call.type, call.event, call.traits) == ("identify", None, {"email": "a@example.org"})


@pytest.mark.parametrize(("body", "code"), [(b"", "bad_json"), (b"{", "bad_json"), (b"\xff", "bad_json"),
                                            (b'{"orders": 5}', "missing_field"), (b"[" * 5_000, "bad_json")])
def test_what_cannot_be_read_waits_whole(body: bytes, code: str) -> None:
    (heard,) = listen({"event": "$.kind", "each": "$.orders"}, body)
    assert isinstance(heard, Unread)
    assert (heard.code, heard.raw) == (code, body)


BODY = b'{"id": 7}'
STAMP = str(AT // 1000)
STANDARD = "whsec_" + base64.b64encode(b"key").decode()


def mac(text: bytes, key: bytes = b"s3cret", algorithm: str = "sha256") -> bytes:
    return hmac.new(key, text, algorithm).digest()


SIGNED: list[tuple[Any, str, dict[str, str]]] = [
    ("github", "s3cret", {"x-hub-signature-256": "sha256=" + mac(BODY).hex()}),
    ("shopify", "s3cret", {"x-shopify-hmac-sha256": base64.b64encode(mac(BODY)).decode()}),
    ("stripe", "s3cret", {"stripe-signature": f"t={STAMP},v1={'0' * 64},v1={mac(STAMP.encode() + b'.' + BODY).hex()}"}),
    ("standard", STANDARD, {"webhook-id": "m1", "webhook-timestamp": STAMP, "webhook-signature":
     "v1,AAAA v1," + base64.b64encode(mac(f"m1.{STAMP}.".encode() + BODY, b"key")).decode()}),
    ({"header": "X-Sign", "algorithm": "sha512", "prefix": "h "}, "s3cret",
     {"x-sign": "h " + mac(BODY, algorithm="sha512").hex()}),
]


@pytest.mark.parametrize(("scheme", "secret", "headers"), SIGNED)
def test_the_usual_signatures(scheme: Any, secret: str, headers: dict[str, str]) -> None:
    context = listening({"event": "E", "signature": scheme}, secret=secret)
    assert Webhook().admits(Request(headers=headers, at=AT), BODY, context) is True
    assert Webhook().admits(Request(headers=headers, at=AT), BODY + b" ", context) is False
    assert Webhook().admits(Request(headers={}, at=AT), BODY, context) is False
    other = listening({"event": "E", "signature": scheme}, secret=secret[:-1] + "x")
    assert Webhook().admits(Request(headers=headers, at=AT), BODY, other) is False


@pytest.mark.parametrize(("scheme", "secret", "headers"), SIGNED[2:4])
def test_an_old_signature_is_refused(scheme: str, secret: str, headers: dict[str, str]) -> None:
    context = listening({"event": "E", "signature": scheme, "window": "1m"}, secret=secret)
    assert Webhook().admits(Request(headers=headers, at=AT + 60_000), BODY, context) is True
    assert Webhook().admits(Request(headers=headers, at=AT + 60_001), BODY, context) is False


def test_a_signature_known_from_github() -> None:
    # the example of docs.github.com, "Validating webhook deliveries"
    context = listening({"event": "E", "signature": "github"}, secret="It's a Secret to Everybody")
    headers = {"x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"}
    assert Webhook().admits(Request(headers=headers), b"Hello, World!", context) is True


def test_a_secret_in_the_address() -> None:
    context = listening({"event": "E", "signature": "address"}, secret="s3cret")
    assert Webhook().admits(Request(query={"token": "s3cret"}), BODY, context) is True
    assert Webhook().admits(Request(query={"token": "s3cre"}), BODY, context) is False
    assert Webhook().admits(Request(), BODY, context) is False


def test_without_a_signature_the_write_key_decides() -> None:
    assert Webhook().admits(Request(), BODY, listening({"event": "E"})) is None


@pytest.mark.parametrize(("settings", "field"), [
    ({}, "event"), ({"event": 5}, "event"), ({"event": "$.a[x]"}, "event"), ({"event": "E", "each": "orders"}, "each"),
    ({"event": "E", "identifiers": []}, "identifiers"), ({"event": "E", "properties": {"a": {"each": "$..b"}}},
                                                         "properties.a.each"),
    ({"event": "E", "evnets": {}}, "evnets"), ({"event": "E", "signature": "gitlab"}, "signature"),
    ({"event": "E", "signature": "github"}, "secret"), ({"event": "E", "signature": {"algorithm": "sha256"}}, "secret"),
])
def test_settings_that_are_of_no_use(settings: dict[str, Any], field: str) -> None:
    with pytest.raises(ConfigError) as caught:
        listening(settings)
    assert caught.value.field == f"touchpoints.hook.settings.{field}"


@pytest.mark.parametrize("scheme", [{"algorithm": "sha256"}, {"header": "x", "algorithm": "md5"},
                                    {"header": "x", "encoding": "rot13"}, {"header": "x", "salt": "1"}])
def test_a_scheme_that_is_of_no_use(scheme: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as caught:
        listening({"event": "E", "signature": scheme}, secret="s")
    assert caught.value.field == "touchpoints.hook.settings.signature"


