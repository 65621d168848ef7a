"""Trust: whose word may join members, which values are verified, and what becomes of malformed ones."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from datong.config import IdentitySettings, Settings, TouchpointSettings
from datong.errors import ConfigError, Rejected
from datong.model import NAMESPACES, Event, decode_event, encode_event, from_iso
from datong.privacy import Vault
from datong.storage import Store
from datong.touchpoints import Call, Intake
from datong.touchpoints.admit import Admission, Origin
from datong.touchpoints.trust import trust

NOW = from_iso("2026-03-01T04:00:00Z")
VAULT = Vault(b"0123456789abcdef0123456789abcdef")
PUBLIC = Origin("site", trusted=False)
OWN = Origin("server")
SMS = Origin("server", verified=frozenset({"phone"}))
PHONE = "13912345678"


def admit(origin: Origin, settings: Settings | None = None, **wire: Any) -> Event:
    call = msgspec.convert(wire, Call)
    return Admission(settings or Settings(), VAULT).admit(call, origin, NOW, NOW)[0]


def verified(event: Event) -> dict[str, bool]:
    return {one.ns: one.verified for one in event.identifiers}


LOGIN: dict[str, Any] = {"type": "identify", "userId": "u1", "anonymousId": "c1",
                         "traits": {"phone": PHONE, "email": "li@shop.cn"}}


def test_a_public_sender_verifies_nothing_whatever_it_says() -> None:
    claimed = {**LOGIN["traits"], "phone_verified": True, "email_verified": True}
    event = admit(PUBLIC, **{**LOGIN, "traits": claimed, "context": {
        "externalIds": [{"type": "member_card", "id": "8800", "verified": True}]}})
    assert not event.trusted
    assert verified(event) == dict.fromkeys(("member_card", "user_id", "phone", "email", "anonymous_id"), False)


def test_a_trusted_sender_verifies_what_the_settings_say() -> None:
    event = admit(SMS, **LOGIN)
    assert event.trusted
    assert verified(event) == {"user_id": False, "phone": True, "email": False, "anonymous_id": False}
    assert verified(admit(OWN, **LOGIN)) == dict.fromkeys(("user_id", "phone", "email", "anonymous_id"), False)


@pytest.mark.parametrize(("trait", "ns"), [
    ("phone_verified", "phone"), ("phoneVerified", "phone"), ("phone_number_verified", "phone"),
    ("email_verified", "email"), ("emailVerified", "email"),
])
def test_a_trusted_sender_says_which_trait_it_has_checked(trait: str, ns: str) -> None:
    traits = {"phone": PHONE, "email": "li@shop.cn"}
    event = admit(OWN, **{**LOGIN, "traits": {**traits, trait: True}})
    assert [name for name, said in verified(event).items() if said] == [ns]
    for no in (False, "true", 1, None):
        assert not any(verified(admit(OWN, **{**LOGIN, "traits": {**traits, trait: no}})).values())


def test_a_trusted_sender_says_which_external_id_it_has_checked() -> None:
    event = admit(OWN, type="page", context={"externalIds": [
        {"type": "member_card", "id": "8800", "verified": True}, {"type": "wechat_unionid", "id": "o1"},
        {"type": "phone", "id": "139 1234 5678", "verified": True}]})
    assert verified(event) == {"member_card": True, "wechat_unionid": False, "phone": True}


def test_one_identifier_named_twice_is_verified_when_either_is() -> None:
    ids = [{"type": "phone", "id": PHONE, "verified": True}]
    event = admit(OWN, **{**LOGIN, "context": {"externalIds": ids}})
    assert len([one for one in event.identifiers if one.ns == "phone"]) == 1
    assert verified(event)["phone"]


def test_what_was_said_stays_in_the_log() -> None:
    event = decode_event(encode_event(admit(SMS, **LOGIN)))
    assert verified(event)["phone"]
    assert not decode_event(encode_event(admit(PUBLIC, **LOGIN))).trusted
    # an event written before trust was asked for: its fields end earlier
    old = msgspec.msgpack.decode(encode_event(admit(PUBLIC, **LOGIN)))
    old[8] = [one[:3] for one in old[8]]
    event = decode_event(msgspec.msgpack.encode(old[:23]))
    assert event.trusted
    assert not any(verified(event).values())


def test_each_kind_has_its_own_trust() -> None:
    def of(kind: str, **more: Any) -> tuple[bool, frozenset[str]]:
        return trust("x", TouchpointSettings(kind, **more), NAMESPACES)

    assert of("web") == (False, frozenset())
    assert of("web", trusted=True) == (True, frozenset())
    assert of("web", trusted=True, verified=("phone",)) == (True, frozenset({"phone"}))
    assert of("pos") == (True, frozenset({"member_card", "phone", "pos_customer", "payment_token"}))
    assert of("pos", verified=()) == (True, frozenset())
    assert of("pos", trusted=False) == (False, frozenset())
    assert of("wifi") == (True, frozenset())
    assert trust("a file", None, NAMESPACES) == (True, frozenset(NAMESPACES))


@pytest.mark.parametrize(("settings", "message", "hint"), [
    ({"trusted": True, "verified": ("phnoe",)}, "names no namespace: 'phnoe'", "did you mean phone?"),
    ({"verified": ("phone",)}, "is of no use: shop is not trusted",
     "where only your own systems hold the write key, write trusted = true under [touchpoints.shop]"),
])
def test_a_wrong_setting_is_told_at_start(store: Store, settings: dict[str, Any], message: str, hint: str) -> None:
    store.settings = Settings(touchpoints={"shop": TouchpointSettings("web", "k", **settings)})
    with pytest.raises(ConfigError) as caught:
        Intake(store, VAULT)
    assert (caught.value.message, caught.value.hint) == (f"touchpoints.shop.verified {message}", hint)
    assert caught.value.field == "touchpoints.shop.verified"


def test_an_intake_stamps_each_source(store: Store) -> None:
    store.settings = Settings(touchpoints={
        "site": TouchpointSettings("web", "k1"),
        "server": TouchpointSettings("web", "k2", trusted=True, verified=("phone",)),
    })
    intake = Intake(store, VAULT)
    for source in ("site", "server", "a-file"):
        assert [r.status for r in intake.accept_calls(source, [msgspec.convert(LOGIN, Call)])] == ["stored"]
    found = [decode_event(entry.body) for entry in store.log.read(0, 10)]
    assert [event.trusted for event in found] == [False, True, True]
    assert [verified(event)["phone"] for event in found] == [False, True, True]
    assert [verified(event)["email"] for event in found] == [False, False, True]


def test_an_openid_belongs_to_its_app() -> None:
    def key(ns: str, value: str) -> int:
        event = admit(OWN, type="page", context={"externalIds": [{"type": ns, "id": value}]})
        assert [one.ns for one in event.identifiers] == ["wechat_openid"]
        return event.ident

    assert key("wechat_openid:wx1", "o-17") == key("wechat_openid: wx1 ", " o-17")
    assert len({key("wechat_openid:wx1", "o-17"), key("wechat_openid:wx2", "o-17"), key("wechat_openid", "o-17")}) == 3


@pytest.mark.parametrize("ns", ["phone:wx1", "wechat_openid:", "openid:wx1", ":wx1", "member_card:a"])
def test_a_scope_is_only_for_plain_values(ns: str) -> None:
    with pytest.raises(Rejected) as caught:
        admit(OWN, type="page", userId="u1", context={"externalIds": [{"type": ns, "id": PHONE}]})
    assert caught.value.message == f"there is no kind of identifier called {ns!r}"


def test_an_event_is_kept_without_its_malformed_identifier() -> None:
    event = admit(OWN, type="track", event="Product Viewed", anonymousId="c1", properties={"sku": "A"}, context={
        "externalIds": [{"type": "phone", "id": "12"}, {"type": "email", "id": "x"}]})
    assert verified(event) == {"anonymous_id": False}
    assert event.properties["refused_identifiers"] == [
        {"field": "context.externalIds", "ns": "phone",
         "reason": "the phone has too few or too many digits for a telephone number"},
        {"field": "context.externalIds", "ns": "email", "reason": "the email is not an e-mail address"},
    ]


def test_nobody_else_says_what_was_refused() -> None:
    event = admit(OWN, type="track", event="Product Viewed", anonymousId="c1", properties={
        "sku": "A", "refused_identifiers": [{"ns": "phone", "reason": "13912345678"}]})
    assert "refused_identifiers" not in event.properties


def test_a_receipt_needs_nobody() -> None:
    event = admit(OWN, type="track", event="Receipt Issued", properties={
        "receipt_id": "r1", "store_id": "S1", "products": [{"sku": "A", "price": 1}]}, context={
        "externalIds": [{"type": "phone", "id": "12"}]})
    assert event.identifiers == ()
    assert [one["ns"] for one in event.properties["refused_identifiers"]] == ["phone"]


@pytest.mark.parametrize("wire", [
    {"type": "track", "event": "Product Viewed", "properties": {"sku": "A"}},  # nobody is left whom it is about
    {"type": "identify", "userId": "u1"},  # who somebody is is all it tells
])
def test_a_call_that_is_worth_nothing_without_it_waits_for_mending(wire: dict[str, Any]) -> None:
    with pytest.raises(Rejected) as caught:
        admit(OWN, **wire, context={"externalIds": [{"type": "phone", "id": "12"}]})
    assert (caught.value.code, caught.value.field) == ("bad_identifier", "context.externalIds")


def test_an_unknown_namespace_waits_with_a_hint() -> None:
    with pytest.raises(Rejected) as caught:
        admit(OWN, type="page", userId="u1", context={"externalIds": [{"type": "wechat_union_id", "id": "1"}]})
    assert (caught.value.code, caught.value.hint) == ("bad_identifier", "did you mean wechat_unionid?")


def test_a_namespace_of_ones_own_is_verified_by_name() -> None:
    policy = {"parking_plate": {"normaliser": "card", "limit": 4}}
    settings = Settings(identity=IdentitySettings(namespaces=policy))
    origin = Origin("gate", verified=frozenset({"parking_plate"}))
    event = admit(origin, settings, type="page", context={
        "externalIds": [{"type": "parking_plate", "id": "沪A 12345"}]})
    assert verified(event) == {"parking_plate": True}


@pytest.mark.parametrize(("event", "said", "code", "field"), [
    ("Stock Counted", {"products": [{"sku": "a", "quantity": 2}, {"sku": "b", "quantity": -7}]}, "bad_quantity",
     "properties.products[1].quantity"),
    ("Stock Received", {"products": [{"sku": "a", "quantity": 0}]}, "bad_quantity", "properties.products[0].quantity"),
    ("Reservation Requested", {"products": [{"sku": "a", "quantity": -1}]}, "bad_quantity",
     "properties.products[0].quantity"),
    ("Reservation Requested", {"products": [{"sku": "a"}], "valid": "bla"}, "bad_duration", "properties.valid"),
])
def test_pieces_are_not_fewer_than_none(event: str, said: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(Rejected) as caught:
        admit(OWN, type="track", event=event, properties={"store_id": "s1", **said})
    assert (caught.value.code, caught.value.field) == (code, field)
    counted = admit(OWN, type="track", event="Stock Counted", properties={
        "store_id": "s1", "products": [{"sku": "a", "quantity": 0}]})
    assert counted.items[0].quantity == 0
