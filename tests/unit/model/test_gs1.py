from __future__ import annotations

import pytest

from datong.model.gs1 import Gs1, check_digit, digital_link, gtin, read_digital_link, read_epc, read_gs1


@pytest.mark.parametrize(("text", "expected"), [
    ("9506000134352", "09506000134352"), ("09506000134352", "09506000134352"), (" 6901234-567892 ", "06901234567892"),
    ("036000291452", "00036000291452"), ("96385074", "00000096385074"),
])
def test_a_gtin_of_any_length_becomes_one_of_14_digits(text: str, expected: str) -> None:
    assert gtin(text) == expected


@pytest.mark.parametrize("text", ["9506000134353", "950600013435", "", "12345", "95060001343\uff152", "abc"])
def test_a_gtin_with_a_wrong_digit_or_length_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="GTIN"):
        gtin(text)


def test_the_check_digit_of_the_general_specifications() -> None:
    assert check_digit("629104150021") == "3"


@pytest.mark.parametrize(("uri", "expected"), [
    ("https://id.gs1.org/01/09506000134352/21/AB%2F12?17=251231", Gs1("09506000134352", "AB/12")),
    ("https://brand.example/shop/cn/01/9506000134352/10/LOT1/21/7", Gs1("09506000134352", "7", "LOT1")),
    ("https://id.gs1.org/gtin/09506000134352/ser/5", Gs1("09506000134352", "5")),
    ("https://id.gs1.org/414/9521141111116/254/floor2", Gs1(gln="9521141111116", extension="floor2")),
    ("https://id.gs1.org/00/106141412345678908", Gs1(sscc="106141412345678908")),
])
def test_digital_links(uri: str, expected: Gs1) -> None:
    assert read_digital_link(uri) == expected


@pytest.mark.parametrize("uri", ["https://example.org/", "https://id.gs1.org/01/123", "http://[", "https://x/414/1"])
def test_other_addresses_are_none(uri: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_digital_link(uri)


@pytest.mark.parametrize(("urn", "expected"), [
    ("urn:epc:id:sgtin:0614141.812345.6789", Gs1("80614141123458", "6789")),
    ("urn:epc:idpat:sgtin:0614141.812345.*", Gs1("80614141123458")),
    ("urn:epc:class:lgtin:4012345.012345.998877", Gs1("04012345123456", lot="998877")),
    ("urn:epc:id:sgln:0614141.12345.400", Gs1(gln="0614141123452", extension="400")),
    ("urn:epc:id:sgln:0614141.12345.0", Gs1(gln="0614141123452")),
    ("urn:epc:id:sscc:0614141.1234567890", Gs1(sscc="106141412345678908")),
])
def test_epcs(urn: str, expected: Gs1) -> None:
    assert read_epc(urn) == expected


@pytest.mark.parametrize("urn", ["urn:epc:id:giai:0614141.12345", "urn:epc:id:sgtin:06.8.1", "urn:x",
                                 "urn:epc:id:sgtin", "urn:epc:id:sgtin:0614141812345"])
def test_other_urns_are_refused(urn: str) -> None:
    with pytest.raises(ValueError, match=r"EPC|digits"):
        read_epc(urn)


def test_any_form_and_back() -> None:
    assert read_gs1("6901234567892").gtin == "06901234567892"
    link = digital_link("09506000134352", "a/b", "https://shop.example/")
    assert link == "https://shop.example/01/09506000134352/21/a%2Fb"
    assert read_gs1(link) == Gs1("09506000134352", "a/b")
