"""Identifiers: one person's value always gives one key; placeholders and malformed values give none."""

from __future__ import annotations

import msgspec
import pytest

from datong.errors import Rejected
from datong.model import NAMESPACES, Identifier, Namespace
from datong.privacy import Vault, make_identifier

VAULT = Vault(bytes(range(32)))


def made(ns: str, value: str, region: str = "CN") -> Identifier:
    found = make_identifier(VAULT, NAMESPACES[ns], value, region)
    assert found is not None
    return found


@pytest.mark.parametrize(("ns", "values", "clear"), [
    ("phone", ["13912345678", "139 1234 5678", "139-1234-5678", "+86 13912345678", "008613912345678",
               "１３９１２３４５６７８", "8613912345678", "\u202d139\u20111234\u20115678\u202c",
               "＋８６（139）12345678"], "+8613912345678"),
    ("phone", ["021-5888 1234", "(021) 58881234", "+862158881234"], "+862158881234"),
    ("email", [" Li.Lei@Example.COM", "li.lei@example.com", "Ｌi.lei＠example。com"], "li.lei@example.com"),
    ("member_card", ["6688 1234", "6688-1234", "６６８８１２３４", " 66881234\t"], "66881234"),
    ("user_id", [" u-17 ", "u-17", "ｕ－１７", "u\u200b-17"], "u-17"),
])
def test_all_ways_to_write_a_value_give_one_identifier(ns: str, values: list[str], clear: str) -> None:
    found = [made(ns, value) for value in values]
    assert {i.key for i in found} == {VAULT.key(ns, clear)}
    assert all(i.sealed is not None and VAULT.unseal(i.sealed) == clear for i in found)


def test_a_text_is_one_in_traditional_and_simplified_characters() -> None:
    policy = Namespace("club_name", 8, 5, "attach", "neither", normaliser="text", sealed=False)

    def alike(one: str, other: str) -> bool:
        return make_identifier(VAULT, policy, one, "HK") == make_identifier(VAULT, policy, other, "HK")

    assert alike("張國榮", "张国荣 ")
    assert alike("Ｚoë  LEE", "zoë lee")
    assert alike("張\u3000國榮", "张 国荣")
    assert not alike("張國榮", "张国容")


def test_region_completes_a_phone() -> None:
    sealed = made("phone", "(212) 555-0123", "US").sealed
    assert sealed is not None
    assert VAULT.unseal(sealed) == "+12125550123"


def test_user_id_keeps_its_case_and_ble_id_does_not() -> None:
    assert made("user_id", "Ab").key != made("user_id", "ab").key
    assert made("ble_id", "FDA5:1:2").key == made("ble_id", "fda5:1:2").key


def test_unsealed_namespaces_keep_no_value() -> None:
    assert made("wifi_mac", "A4-83-E7-12-34-56") == Identifier("wifi_mac", VAULT.key("wifi_mac", "a4:83:e7:12:34:56"))
    assert made("wifi_mac", "a483.e712.3456") == made("wifi_mac", "a4:83:e7:12:34:56")


@pytest.mark.parametrize("mac", ["d2:a1:19:00:00:01", "06:a1:19:00:00:01", "da:a1:19:00:00:01", "3E:A1:19:00:00:01"])
def test_locally_administered_address_is_a_random_one(mac: str) -> None:
    assert made("wifi_mac", mac) == Identifier("random_mac", VAULT.key("random_mac", mac.lower()))


@pytest.mark.parametrize(("ns", "value"), [
    ("user_id", ""), ("user_id", "0"), ("user_id", "000-000"), ("user_id", "-1"), ("user_id", "NULL"),
    ("user_id", "None"), ("user_id", "undefined"), ("user_id", "Anonymous"), ("user_id", "guest"), ("user_id", " "),
    ("user_id", "ＮＵＬＬ"), ("user_id", "訪客"), ("member_card", "散客"), ("phone", "非会员"),
    ("phone", "13800138000"), ("phone", "+8613800138000"), ("phone", "11111111111"), ("phone", "00000000000"),
    ("phone", "null"), ("phone", "13900000000"), ("phone", ""), ("email", "test@test.com"), ("email", "none"),
    ("email", "TEST@TEST.COM"), ("wifi_mac", "00:00:00:00:00:00"), ("wifi_mac", "ff:ff:ff:ff:ff:ff"),
    ("wifi_mac", "02:00:00:00:00:00"), ("wifi_mac", "01:00:5e:00:00:fb"), ("member_card", "0000 0000"),
])
def test_placeholders_identify_nobody(ns: str, value: str) -> None:
    assert make_identifier(VAULT, NAMESPACES[ns], value, "CN") is None


def test_a_policy_blocks_values_and_patterns() -> None:
    policy = msgspec.structs.replace(NAMESPACES["member_card"], blocked=("9999", "^T[0-9]+$"))
    assert make_identifier(VAULT, policy, "99-99", "CN") is None
    assert make_identifier(VAULT, policy, "t123", "CN") is None
    assert make_identifier(VAULT, policy, "99991", "CN") is not None


@pytest.mark.parametrize(("ns", "value"), [
    ("phone", "abc"), ("phone", "12345"), ("phone", "139123456789012345"), ("email", "nobody"), ("email", "a b@c.com"),
    ("email", "a@b"), ("wifi_mac", "a4:83:e7"), ("wifi_mac", "zz:83:e7:12:34:56"), ("user_id", "x" * 513),
    ("user_id", "\ud800"),
])
def test_malformed_values_are_rejected_without_repeating_them(ns: str, value: str) -> None:
    with pytest.raises(Rejected) as caught:
        make_identifier(VAULT, NAMESPACES[ns], value, "CN")
    assert caught.value.code == "bad_identifier"
    assert caught.value.field == ns
    assert caught.value.hint
    assert value not in caught.value.message
