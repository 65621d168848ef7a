"""Information elements: what is read, what tells a model, and what never passes."""

from __future__ import annotations

import pytest

from datong.touchpoints import fingerprint, read_elements

SSID = bytes([0, 4]) + b"home"
RATES = bytes([1, 4, 2, 4, 11, 22])
HT = bytes([45, 26, 0x2D, 0x00, 0x17, 0xFF, *[0] * 22])
EXTENDED = bytes([127, 8, 0, 0, 8, 0, 0, 0, 0, 64])
WPS = bytes([221, 9, 0, 80, 242, 4, 0x10, 0x47, 1, 2, 3])
HE = bytes([255, 4, 35, 1, 2, 3])
FILS = bytes([255, 2, 2, 9])


def test_elements_by_name() -> None:
    assert read_elements(SSID + RATES + HT + EXTENDED + WPS + FILS + HE) == {
        "rates": RATES[2:], "ht": HT[2:], "extended": EXTENDED[2:], "he": HE[3:],
    }
    assert read_elements(b"") == {}
    assert read_elements(RATES + HT[:-1]) == {"rates": RATES[2:]}  # cut off
    assert read_elements(RATES + b"\x2d") == {"rates": RATES[2:]}


def print_of(body: bytes) -> str:
    return fingerprint(read_elements(body))


def changed(element: bytes, at: int, value: int) -> bytes:
    return element[:at] + bytes([value]) + element[at + 1 :]


def test_a_fingerprint_of_the_model() -> None:
    assert len(print_of(HT + EXTENDED)) == 16
    same = (
        SSID + RATES + HT + EXTENDED + WPS + HE, EXTENDED + HT, changed(HT, 3, 0x40) + EXTENDED,  # 40 MHz intolerant
        changed(HT, 2, 0x6F) + EXTENDED, HT + changed(EXTENDED, 5, 4),  # another band; directed multicast
    )
    assert {print_of(body) for body in same} == {print_of(HT + EXTENDED)}
    other = (HT, EXTENDED, changed(HT, 2, 0x2C) + EXTENDED, changed(HT, 4, 0x1B) + EXTENDED, HT + EXTENDED[:-1] + b"\0")
    assert len({print_of(body) for body in (*other, HT + EXTENDED)}) == len(other) + 1


@pytest.mark.parametrize("body", [b"", SSID, WPS + HE])
def test_nothing_to_go_by(body: bytes) -> None:
    assert print_of(body) == ""


def test_rates_stand_in() -> None:
    assert print_of(RATES) == print_of(SSID + RATES + WPS) != ""
    assert print_of(RATES) != print_of(RATES + HT)
