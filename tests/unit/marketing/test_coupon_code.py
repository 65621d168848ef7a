"""Signed pictures of coupons: what the platform signs, the till's client checks with the public key alone."""

from __future__ import annotations

import re

import pytest

from datong.errors import Rejected
from datong.marketing import coupon_key, normalise_code, read_code, signed_code
from datong.marketing.coupon_code import make_code
from datong.model import DAY
from datong.privacy import Vault
from datong_client import genuine, read_day

VAULT, OTHER = Vault(b"0123456789abcdef0123456789abcdef"), Vault(b"fedcba9876543210fedcba9876543210")
NOW = 1_772_337_600_000
CODE = make_code(VAULT, 3, 17, NOW + DAY)
PICTURE, KEY = signed_code(VAULT, CODE), coupon_key(VAULT)


def test_a_picture_says_the_code_and_fits_the_small_alphabet_of_qr_codes() -> None:
    assert signed_code(VAULT, CODE.lower()) == PICTURE  # the same whenever it is shown
    assert re.fullmatch(r"[0-9A-Z.-]+", PICTURE)
    assert (len(PICTURE), PICTURE.split(".")[0]) == (23 + 1 + 103, CODE)
    assert normalise_code(PICTURE) == normalise_code(f" {PICTURE.lower()} ") == CODE
    assert read_code(VAULT, PICTURE) == read_code(VAULT, CODE)
    assert read_day(PICTURE) == read_day(CODE)


def test_the_till_tells_ours_from_others() -> None:
    assert genuine(PICTURE, KEY) is True
    assert genuine(PICTURE.lower(), KEY) is True
    assert genuine(PICTURE, coupon_key(OTHER)) is False
    code, _, signature = PICTURE.partition(".")
    swapped = make_code(VAULT, 3, 18, NOW + DAY)  # another coupon under the signature of this one
    longer = make_code(VAULT, 3, 17, NOW + 90 * DAY)  # or a later last day
    for forged in (f"{swapped}.{signature}", f"{longer}.{signature}", f"{code}.{signature[:-1]}",
                   f"{code}.{signature}0", f"{code}.{'Z' * 103}", f"{code}.{'0' * 103}", f"{code}.x!y"):
        assert genuine(forged, KEY) is False
    assert genuine(CODE, KEY) is None  # typed: nothing to check
    assert genuine(PICTURE, b"") is None  # never refreshed
    assert genuine("SAVE10.X", KEY) is None


def test_the_platform_still_believes_only_its_own_hash() -> None:
    """Whoever has the public key cannot make a code, nor does a signature make one good."""
    forged = CODE[:-1] + ("0" if CODE[-1] != "0" else "1")
    with pytest.raises(Rejected) as caught:
        read_code(VAULT, signed_code(VAULT, forged))
    assert caught.value.code == "forged_coupon"
