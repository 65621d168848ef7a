"""Admission: every reason for which a call is rejected, and the canonical form of those that are not."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from datong.config import IntakeSettings, RetailerSettings, Settings
from datong.errors import ConfigError, Rejected
from datong.model import Event, Item, from_iso
from datong.privacy import Vault
from datong.storage import Record
from datong.touchpoints.admit import Admission, Origin
from datong.touchpoints.call import Call

NOW = from_iso("2026-03-01T04:00:00Z")
VAULT = Vault(b"0123456789abcdef0123456789abcdef")
SHOP = Origin("shop", "web", "web", "")


def admit(now: int = NOW, settings: Settings | None = None, history: bool = False, **wire: Any) -> Event:
    call = msgspec.convert(wire, Call)
    return Admission(settings or Settings(), VAULT).admit(call, SHOP, now, now, history)[0]


def track(event: str, properties: dict[str, Any] | None = None, **wire: Any) -> Event:
    return admit(**{"type": "track", "event": event, "userId": "u1", "properties": properties or {}, **wire})


def refused(**wire: Any) -> Rejected:
    with pytest.raises(Rejected) as caught:
        admit(**wire)
    return caught.value


def refused_track(event: str, properties: dict[str, Any] | None = None, **wire: Any) -> Rejected:
    with pytest.raises(Rejected) as caught:
        track(event, properties, **wire)
    return caught.value


LINE = {"sku": "A", "price": 19.9, "quantity": 2}


def test_a_viewed_product() -> None:
    event = track("Product Viewed", {"sku": "A", "price": 19.99, "category": "shoes/sneakers", "brand": "B",
                                     "name": "Runner", "size": 42}, messageId="m1")
    assert (event.id, event.source, event.channel, event.type) == ("m1", "shop", "web", "Product Viewed")
    assert event.items == (Item("A", 1.0, 1999, 0, "shoes/sneakers", "B", "Runner"),)
    assert (event.amount, event.currency, event.properties) == (0, "CNY", {"size": 42})
    assert (event.time, event.received, event.hour, event.history) == (NOW, NOW, 12, False)


def test_a_receipt_in_minor_units() -> None:
    event = track("Receipt Issued", {
        "receipt_id": "r1", "store_id": "S1", "total": "38.80", "discount": 1,
        "products": [{**LINE, "discount": 1.0}], "tenders": [{"kind": "cash", "amount": 38.8}],
        "coupons": [{"code": "C", "amount": 1}],
    })
    assert event.items == (Item("A", 2.0, 3880, 100),)
    assert (event.amount, event.ref, event.place) == (3880, "r1", "S1")
    assert event.properties == {
        "discount": 100, "tenders": [{"kind": "cash", "amount": 3880}], "coupons": [{"code": "C", "amount": 100}],
    }


def test_a_return_is_negative_throughout() -> None:
    event = track("Receipt Returned", {
        "receipt_id": "r2", "store_id": "S1", "products": [LINE], "tenders": [{"kind": "cash", "amount": 39.8}],
    })
    assert event.items == (Item("A", -2.0, -3980, 0),)
    assert (event.amount, event.properties) == (-3980, {"tenders": [{"kind": "cash", "amount": -3980}]})


def test_an_order_total_is_its_lines_when_it_states_none() -> None:
    event = track("Order Completed", {"order_id": "o1", "products": [LINE, {"product_id": "B", "price": 1}]})
    assert event.amount == 4080
    assert [item.sku for item in event.items] == ["A", "B"]


def test_price_times_quantity_is_rounded_once() -> None:
    event = track("Order Completed", {"order_id": "o1", "products": [{"sku": "A", "price": 0.125, "quantity": 1000}]})
    assert event.amount == 12500


@pytest.mark.parametrize(("currency", "price", "minor"), [
    ("JPY", 1990, 1990), ("KWD", 1.234, 1234), ("usd", "1.005", 100), ("CNY", 0.1, 10), ("CNY", "1e3", 100_000),
])
def test_currencies_have_their_own_digits(currency: str, price: Any, minor: int) -> None:
    event = track("Product Viewed", {"sku": "A", "price": price, "currency": currency})
    assert (event.items[0].amount, event.currency) == (minor, currency.upper())


def test_identify_seals_what_is_personal() -> None:
    event = admit(type="identify", userId=97234, traits={
        "name": "Li Lei", "phone": "139 1234 5678", "email": "LI@Example.com", "city": "Shanghai",
        "address": {"street": "Nanjing Road"},
    })
    assert event.type == "Identified"
    assert [i.ns for i in event.identifiers] == ["user_id", "phone", "email"]
    assert event.ident == VAULT.key("user_id", "97234")
    assert event.identifiers[1].key == VAULT.key("phone", "+8613912345678")
    assert {name: VAULT.unseal(value) for name, value in event.personal.items()} == {
        "name": "Li Lei", "phone": "139 1234 5678", "email": "LI@Example.com", "address": '{"street":"Nanjing Road"}',
    }
    assert event.properties == {"city": "Shanghai"}


def test_a_personal_property_is_sealed_in_any_event() -> None:
    event = track("Product Viewed", {"sku": "A", "phone": "13912345678", "name": "Runner"})
    assert event.properties == {}
    assert event.items[0].name == "Runner"
    assert VAULT.unseal(event.personal["phone"]) == "13912345678"


def test_the_call_itself_is_left_alone() -> None:
    call = Call("identify", user_id="u", traits={"name": "Li", "phone": "13912345678"})
    Admission(Settings(), VAULT).admit(call, SHOP, NOW, NOW)
    assert call.traits == {"name": "Li", "phone": "13912345678"}


def test_external_ids_and_devices() -> None:
    event = admit(type="page", anonymousId="a1", name="Home", category="shop", context={
        "externalIds": [{"type": "member_card", "id": "8800 1"}, {"type": "wifi_mac", "id": "aa:bb:cc:dd:ee:ff"}],
        "device": {"advertisingId": "ad", "token": "push"},
    })
    assert [i.ns for i in event.identifiers] == ["member_card", "app_device", "push_token", "anonymous_id",
                                                 "random_mac"]
    assert event.ident == VAULT.key("member_card", "88001")
    assert (event.type, event.properties) == ("Page Viewed", {"name": "Home", "category": "shop"})


def test_alias_carries_both_users() -> None:
    event = admit(type="alias", userId="new", previousId="old")
    assert {i.key for i in event.identifiers} == {VAULT.key("user_id", "new"), VAULT.key("user_id", "old")}


def test_group_keeps_the_company() -> None:
    event = admit(type="group", userId="u", groupId="g1", traits={"name": "ACME", "phone": "13912345678"})
    assert event.properties == {"group_id": "g1", "name": "ACME"}
    assert list(event.personal) == ["phone"]


def test_the_senders_clock_is_corrected() -> None:
    event = track("Cart Viewed", timestamp="2020-01-01T00:00:00Z", sentAt="2020-01-01T00:00:10Z")
    assert event.time == NOW - 10_000


def test_history_keeps_its_times() -> None:
    event = track("Cart Viewed", timestamp="2020-01-01T00:00:00Z", sentAt="2020-01-01T00:00:10Z", history=True)
    assert (event.time, event.history) == (from_iso("2020-01-01T00:00:00Z"), True)


def test_place_coupon_campaign_and_value() -> None:
    event = track("Coupon Redeemed", {"coupon": "C1", "campaign_id": "K1", "venue_id": "V1", "zone_id": "Z1",
                                      "dwell_ms": 1500, "order_id": "o"})
    assert (event.coupon, event.campaign, event.place, event.zone, event.value) == ("C1", "K1", "V1", "Z1", 1500.0)


def test_the_touchpoints_place_is_the_default() -> None:
    call = Call("track", "Tag Scanned", properties={"sku": "A"})
    event = Admission(Settings(), VAULT).admit(call, Origin("tag", place="V9"), NOW, NOW)[0]
    assert event.place == "V9"


def test_master_data_by_code() -> None:
    assert track("Store Updated", {"code": "S1", "name": "North"}).place == "S1"
    assert track("Campaign Updated", {"code": "K1", "name": "Spring"}).campaign == "K1"


@pytest.mark.parametrize(("event", "properties", "code", "field"), [
    ("Product Viewed", {}, "missing_field", "properties.products"),
    ("Product Viewed", {"sku": "", "product_id": ""}, "missing_field", "properties.sku"),
    ("Product Viewed", {"sku": "A", "price": -1}, "negative_price", "properties.price"),
    ("Product Viewed", {"sku": "A", "price": "1,299.00"}, "bad_amount", "properties.price"),
    ("Product Viewed", {"sku": "A", "price": "NaN"}, "bad_amount", "properties.price"),
    ("Product Viewed", {"sku": "A", "price": True}, "bad_amount", "properties.price"),
    ("Product Viewed", {"sku": "A", "price": 1e300}, "bad_amount", "properties.price"),
    ("Product Viewed", {"sku": "A", "quantity": "two"}, "bad_amount", "properties.quantity"),
    ("Product Viewed", {"sku": ["A"]}, "bad_type", "properties.sku"),
    ("Product Viewed", {"sku": "A" * 129}, "bad_type", "properties.sku"),
    ("Product Viewed", {"sku": "A\0"}, "bad_type", "properties.sku"),
    ("Product Viewed", {"sku": "A", "currency": "RMB"}, "bad_currency", "properties.currency"),
    ("Product Viewed", {"sku": "A", "currency": 5}, "bad_currency", "properties.currency"),
    ("Order Completed", {"products": [LINE]}, "missing_field", "properties.order_id"),
    ("Order Completed", {"order_id": "o"}, "missing_field", "properties.products"),
    ("Order Completed", {"order_id": "o", "products": "A"}, "bad_type", "properties.products"),
    ("Order Completed", {"order_id": "o", "products": [1]}, "bad_type", "properties.products[0]"),
    ("Order Completed", {"order_id": "o", "products": [LINE, {"sku": "B"}]}, "missing_field",
     "properties.products[1].price"),
    ("Order Completed", {"order_id": "o", "products": [{**LINE, "price": -5}]}, "negative_price",
     "properties.products[0].price"),
    ("Order Completed", {"order_id": "o", "products": [{**LINE, "amount": -5}]}, "bad_amount",
     "properties.products[0].amount"),
    ("Order Completed", {"order_id": "o", "products": [LINE], "total": -1}, "bad_amount", "properties.total"),
    ("Order Completed", {"order_id": "o", "products": [LINE], "revenue": {}}, "bad_amount", "properties.revenue"),
    ("Receipt Issued", {"receipt_id": "r", "products": [LINE]}, "missing_field", "properties.store_id"),
    ("Receipt Issued", {"receipt_id": "r", "store_id": "S", "products": [LINE], "tenders": 5}, "bad_type",
     "properties.tenders"),
    ("Receipt Issued", {"receipt_id": "r", "store_id": "S", "products": [LINE], "tenders": [{"amount": "x"}]},
     "bad_amount", "properties.tenders[0].amount"),
    ("Receipt Issued", {"receipt_id": "r", "store_id": "S" * 65, "products": [LINE]}, "bad_type",
     "properties.store_id"),
    ("Coupon Redeemed", {}, "missing_field", "properties.coupon"),
    ("Campaign Updated", {}, "missing_field", "properties.code"),
    ("Consent Changed", {"purpose": "marketing"}, "missing_field", "properties.granted"),
    ("Cart Viewed", {"huge": 2**70}, "bad_type", "properties"),
    ("Cart Viewed", {"half": "\ud800"}, "bad_type", "properties"),
])
def test_bad_properties(event: str, properties: dict[str, Any], code: str, field: str) -> None:
    error = refused_track(event, properties)
    assert (error.code, error.field) == (code, field)
    assert error.message


def test_an_exchange_may_hold_a_returned_line() -> None:
    event = track("Receipt Issued", {"receipt_id": "r", "store_id": "S",
                                     "products": [LINE, {"sku": "B", "price": 10, "quantity": -1}]})
    assert [item.amount for item in event.items] == [3980, -1000]
    assert event.amount == 2980


def test_an_unknown_event_says_what_is_near_and_how_to_allow_it() -> None:
    error = refused_track("product_viewd")
    assert (error.code, error.field) == ("unknown_event", "event")
    assert "did you mean 'Product Viewed'?" in error.hint
    assert 'custom_events = ["product_viewd"]' in error.hint


def test_custom_events_are_known() -> None:
    settings = Settings(intake=IntakeSettings(custom_events=("Lottery Played",)))
    assert track("Lottery Played", settings=settings).type == "Lottery Played"
    with pytest.raises(Rejected) as caught:
        admit(type="track", event="Lottery Played", settings=settings)
    assert caught.value.code == "missing_identifier"


def test_unknown_events_may_be_accepted() -> None:
    settings = Settings(intake=IntakeSettings(unknown_events="accept"))
    assert track("Anything", settings=settings).type == "Anything"


@pytest.mark.parametrize(("wire", "code", "field"), [
    ({"type": "trak", "userId": "u"}, "bad_type", "type"),
    ({"userId": "u"}, "missing_field", "type"),
    ({"type": "track", "userId": "u"}, "missing_field", "event"),
    ({"type": "track", "event": "Cart Viewed"}, "missing_identifier", "userId"),
    ({"type": "page"}, "missing_identifier", "userId"),
    ({"type": "identify", "userId": ""}, "missing_identifier", "userId"),
    ({"type": "identify", "userId": "u", "traits": {"phone": "12"}}, "bad_identifier", "traits.phone"),
    ({"type": "identify", "userId": "u", "traits": {"email": "nobody"}}, "bad_identifier", "traits.email"),
    ({"type": "identify", "userId": "u", "traits": {"phone": ["1"]}}, "bad_identifier", "traits.phone"),
    ({"type": "page", "context": {"externalIds": [{"type": "membercard", "id": "1"}]}}, "bad_identifier",
     "context.externalIds"),
    ({"type": "page", "userId": "u", "timestamp": "yesterday"}, "bad_time", "timestamp"),
    ({"type": "page", "userId": "u", "timestamp": 1772337600}, "bad_time", "timestamp"),
    ({"type": "page", "userId": "u", "timestamp": "0001-01-01T00:00:00Z"}, "bad_time", "timestamp"),
    ({"type": "page", "userId": "u", "timestamp": "2026-03-01T04:00:00Z", "sentAt": "?"}, "bad_time", "sentAt"),
    ({"type": "page", "userId": "u", "timestamp": "2026-03-01T04:05:01Z"}, "future_time", "timestamp"),
    ({"type": "page", "userId": "u", "messageId": "m" * 201}, "bad_type", "messageId"),
])
def test_bad_calls(wire: dict[str, Any], code: str, field: str) -> None:
    error = refused(**wire)
    assert (error.code, error.field) == (code, field)


def test_a_misspelt_type_or_namespace_names_the_near_one() -> None:
    assert "did you mean track?" in refused(type="trak").hint
    error = refused(type="page", context={"externalIds": [{"type": "membercard", "id": "1"}]})
    assert error.hint == "did you mean member_card?"


def test_a_malformed_identifier_is_never_repeated() -> None:
    error = refused(type="identify", userId="u", traits={"email": "li lei at home"})
    assert "li lei" not in error.message + error.hint


def test_the_future_limit_is_a_setting() -> None:
    settings = Settings(intake=IntakeSettings(future="1h"))
    assert admit(type="page", userId="u", timestamp="2026-03-01T05:00:00Z", settings=settings).time == NOW + 3_600_000
    with pytest.raises(ConfigError) as caught:
        Admission(Settings(intake=IntakeSettings(future="soon")), VAULT)
    assert caught.value.field == "intake.future"


def test_local_date_and_hour() -> None:
    settings = Settings(retailer=RetailerSettings(timezone="America/New_York"))
    event = admit(type="page", userId="u", timestamp="2026-03-01T03:30:00Z", settings=settings)
    assert (event.date, event.hour) == (20_512, 22)


def test_without_a_message_id_the_contents_stand_in() -> None:
    def made(**more: Any) -> str:
        return admit(type="page", userId="u", name="Home", **more).id

    stated = {"timestamp": "2026-03-01T03:59:59Z"}
    assert made(**stated) == made(**stated)
    assert made(**stated, properties={"a": 1}) != made(**stated)
    assert made() != made()


def test_the_digest_is_of_the_contents_only() -> None:
    admission = Admission(Settings(), VAULT)

    def digest(now: int, **more: Any) -> int:
        wire = {"type": "track", "event": "Product Viewed", "userId": "u", "messageId": "m",
                "timestamp": "2026-03-01T03:59:00Z", "properties": {"sku": "A", "price": 1.5, "x": 1, "y": 2}, **more}
        return admission.admit(msgspec.convert(wire, Call), SHOP, now, now)[1].digest

    first = digest(NOW, sentAt="2026-03-01T03:59:01Z")
    assert digest(NOW + 60_000, sentAt="2026-03-01T04:00:01Z") == first
    assert digest(NOW, properties={"y": 2, "x": 1, "price": "1.50", "sku": "A"}) == first
    assert digest(NOW, properties={"sku": "A", "price": 1.51, "x": 1, "y": 2}) != first
    assert digest(NOW, userId="v") != first
    assert 0 < first < 2**63


def test_a_text_is_told_by_itself_and_compared_by_what_it_says() -> None:
    admission = Admission(Settings(), VAULT)

    def admitted(now: int = NOW, **more: Any) -> tuple[Event, Record]:
        wire = {"type": "identify", "userId": "u", "messageId": "m", "timestamp": "2026-03-01T03:59:00Z",
                "traits": {"name": "Li", "city": "Wuhan", "points": 3}, **more}
        call = msgspec.convert(wire, Call)
        call.raw = msgspec.json.encode(wire)
        return admission.admit(call, SHOP, now, now)

    first, record = admitted(sentAt="2026-03-01T03:59:01Z")
    assert admitted(sentAt="2026-03-01T03:59:01Z")[1].digest == record.digest
    told, other = admitted(NOW + 60_300, sentAt="2026-03-01T04:00:01Z",
                           traits={"points": 3, "city": "Wuhan", "name": "Li"})
    assert other.digest != record.digest
    assert admission.agree(first, told)
    for more in ({"traits": {"name": "Wu", "city": "Wuhan", "points": 3}}, {"userId": "v"},
                 {"traits": {"name": "Li", "city": "Wuhan", "points": 4}}, {"timestamp": "2026-03-01T03:57:00Z"}):
        assert not admission.agree(first, admitted(sentAt="2026-03-01T03:59:01Z", **more)[0]), more
