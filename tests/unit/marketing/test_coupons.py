"""Coupon codes and their redemption."""

from __future__ import annotations

import pytest
from tests.unit.marketing.shop import Shop

from datong.errors import Rejected
from datong.marketing import (
    Attempt,
    check_coupon,
    coupon_png,
    coupon_qr,
    coupons_of,
    normalise_code,
    read_code,
    redeem,
    redemptions,
)
from datong.marketing.coupon_code import make_code
from datong.model import DAY, HOUR, Item, decode_event, from_iso
from datong.privacy import Vault
from datong.storage import EVENTS, Store

EXPIRES = from_iso("2026-03-08T04:00:00Z")


@pytest.fixture
def shop(store: Store, vault: Vault) -> Shop:
    return Shop(store, vault)


def issue(shop: Shop, phone: str = "13812345678") -> tuple[int, str]:
    """Return a member and the code of the coupon just issued to it."""
    shop.campaign()
    member = shop.meet(phone=phone)
    shop.fire(member)
    with shop.store.state.read() as tx:
        return member, coupons_of(tx, member)[0].code


def refused(shop: Shop) -> list[str]:
    with shop.store.state.read() as tx:
        return [r.reason for r in reversed(redemptions(tx, outcome="refused"))]


def test_a_code_says_campaign_number_and_last_day(vault: Vault) -> None:
    code = make_code(vault, 4095, (1 << 28) - 1, EXPIRES)
    assert len(code) == 23
    signed = read_code(vault, code)
    assert (signed.campaign, signed.serial, signed.until) == (4095, (1 << 28) - 1, from_iso("2026-03-09") - 1)


def test_a_code_may_be_typed_in_any_way(vault: Vault) -> None:
    code = make_code(vault, 1, 1, EXPIRES)
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert normalise_code(typed) == code
    assert read_code(vault, typed) == read_code(vault, code)


def test_every_altered_character_is_noticed(vault: Vault) -> None:
    code = make_code(vault, 3, 77, EXPIRES)
    for at, old in enumerate(code):
        if old != "-":
            other = code[:at] + ("A" if old != "A" else "B") + code[at + 1 :]
            with pytest.raises(Rejected) as caught:
                read_code(vault, other)
            assert caught.value.code == "forged_coupon"


def test_another_installations_code_is_forged(vault: Vault) -> None:
    with pytest.raises(Rejected, match="signature"):
        read_code(vault, make_code(Vault(b"another secret of thirty-two byt"), 1, 1, EXPIRES))


def test_pictures_of_a_code(vault: Vault) -> None:
    code = make_code(vault, 1, 1, EXPIRES)
    assert coupon_qr(code).startswith("<svg viewBox=")
    assert coupon_png(code).startswith(b"\x89PNG\r\n")


def test_a_coupon_is_redeemed_once(shop: Shop) -> None:
    member, code = issue(shop)
    other = shop.meet(phone="13912345678")
    shop.send("Coupon Redeemed", *shop.known_as(phone="13812345678"), coupon=code.lower(), ref="r1", amount=500,
              place="mall")
    shop.send("Coupon Redeemed", *shop.known_as(phone="13912345678"), coupon=code, ref="r2")
    with shop.store.state.read() as tx:
        (coupon,) = coupons_of(tx, member)
        first, second = sorted(redemptions(tx), key=lambda r: r.receipt)
        assert check_coupon(tx, shop.vault, code, shop.now()).reason == "redeemed_coupon"
    assert (coupon.redeemed, coupon.receipt) == (shop.now(), "r1")
    assert (first.member, first.outcome, first.amount, first.campaign) == (member, "redeemed", 500, "welcome")
    assert (second.member, second.outcome, second.reason) == (other, "refused", "redeemed_coupon")


def test_the_same_receipt_again_is_no_second_redemption(shop: Shop) -> None:
    _, code = issue(shop)
    with shop.store.state.write() as tx:
        first = redeem(tx, shop.vault, Attempt("online-1", code, shop.now(), receipt="r1"))
        again = redeem(tx, shop.vault, Attempt("online-1", code, shop.now(), receipt="r1"))
    assert (first.outcome, again) == ("redeemed", first)
    shop.send("Coupon Redeemed", coupon=code, ref="r1")
    assert refused(shop) == []


def test_two_at_once_and_one_wins(shop: Shop) -> None:
    _, code = issue(shop)
    for receipt in ("r1", "r2", "r3"):
        shop.send("Coupon Redeemed", coupon=code, ref=receipt, pump=False)
    shop.pump()
    assert refused(shop) == ["redeemed_coupon", "redeemed_coupon"]


def test_foreign_forged_unknown_and_expired_codes_are_refused(shop: Shop) -> None:
    _, code = issue(shop)
    unknown = make_code(shop.vault, 1, 999, EXPIRES)
    forged = code[:-1] + ("A" if code[-1] != "A" else "B")
    for text in ("51110000070", forged, unknown):
        shop.at(shop.now() + 1)
        shop.send("Coupon Redeemed", coupon=text, ref=text)
    shop.at(shop.now() + 7 * DAY)
    shop.send("Coupon Redeemed", coupon=code, ref="late")
    assert refused(shop) == ["foreign_coupon", "forged_coupon", "unknown_coupon", "expired_coupon"]


def test_a_till_that_was_offline_redeems_by_its_own_time(shop: Shop) -> None:
    _, code = issue(shop)
    used = shop.now() + HOUR
    shop.at(shop.now() + 30 * DAY)
    shop.send("Coupon Redeemed", coupon=code, ref="r1", time=used)
    assert refused(shop) == []


def test_a_coupon_on_an_online_order_is_redeemed(shop: Shop) -> None:
    member, code = issue(shop)
    shop.send("Order Completed", *shop.known_as(phone="13812345678"), coupon=code, ref="W1", currency="CNY",
              items=(Item("b1", amount=8_000, discount=2_000),), amount=8_000, campaign="welcome")
    with shop.store.state.read() as tx:
        (used,) = redemptions(tx)
    assert (used.outcome, used.member, used.receipt, used.amount) == ("redeemed", member, "W1", 2_000)
    events = [decode_event(e.body) for e in shop.store.log.read(0, 100) if e.topic == EVENTS]
    assert [(e.source, e.ref) for e in events if e.type == "Coupon Redeemed"] == [("marketing", "W1")]
