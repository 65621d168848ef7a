"""Locks on coupons and voids, on each engine: kept for one receipt, free again by time, word or void."""

from __future__ import annotations

from typing import Any

import pytest

from datong.marketing import Attempt, attempt_of, check_coupon, coupon_holder, coupon_lock, open_coupons, redeem_all
from datong.marketing.coupon_code import make_code
from datong.marketing.coupons import coupon_row, lock_coupon, release_receipts
from datong.marketing.tables import COUPON
from datong.model import DAY, MINUTE, Coupon, Offer, from_iso
from datong.privacy import Vault
from datong.storage import State, insert

pytestmark = pytest.mark.network
NOW = from_iso("2026-03-01T04:00:00Z")


@pytest.fixture
def code(state: State, vault: Vault) -> str:
    made = make_code(vault, 1, 1, NOW + DAY)
    with state.write() as tx:
        insert(tx, COUPON, [coupon_row(Coupon(made, "c", 1, NOW, NOW + DAY, Offer("percent", 20)), "m")])
    return made


def attempt(name: str, code: str, receipt: str, at: int = NOW) -> Attempt:
    return Attempt(name, code, at, "S1", receipt)


def reasons(state: State, vault: Vault, *attempts: Attempt) -> list[str]:
    with state.write() as tx:
        return [one.reason for one in redeem_all(tx, vault, attempts)]


def test_a_locked_coupon_is_one_receipts_own(state: State, vault: Vault, code: str) -> None:
    with state.write() as tx:
        lock_coupon(tx, code.lower(), "R1", NOW, NOW + 10 * MINUTE)
        lock_coupon(tx, code, "R2", NOW + MINUTE, NOW + 20 * MINUTE)  # too late: it is R1's
        held: Any = coupon_lock(tx, code, NOW + MINUTE)
        assert (held.receipt, held.until) == ("R1", NOW + 10 * MINUTE)
        assert coupon_lock(tx, code, NOW + 10 * MINUTE) is None
    assert reasons(state, vault, attempt("a0", code, "R2")) == ["locked_coupon"]
    both = (attempt("a2", code, "R2"), attempt("a1", code, "R1"))
    assert reasons(state, vault, *both) == ["redeemed_coupon", ""]
    with state.read() as tx:
        holder = coupon_holder(tx, code)
        assert holder is not None
        assert (holder.id, holder.receipt, holder.place) == ("a1", "R1", "S1")
        assert open_coupons(tx, NOW, 10) == []


def test_a_lock_runs_out_and_can_be_let_go(state: State, vault: Vault, code: str) -> None:
    with state.write() as tx:
        lock_coupon(tx, code, "R1", NOW, NOW + MINUTE)
        lock_coupon(tx, code, "R2", NOW, 0)  # nobody lets go what another holds
        assert coupon_lock(tx, code, NOW) is not None
        lock_coupon(tx, code, "R1", NOW, 0)
        assert coupon_lock(tx, code, NOW) is None
        lock_coupon(tx, code, "R1", NOW, NOW + MINUTE)
    assert reasons(state, vault, attempt("a2", code, "R2", NOW + MINUTE)) == [""]


def test_a_void_gives_its_coupons_back(state: State, vault: Vault, code: str) -> None:
    assert reasons(state, vault, attempt("a1", code, "R1")) == [""]
    with state.write() as tx:
        release_receipts(tx, ["R0", "R1"])
        release_receipts(tx, [])
        assert check_coupon(tx, vault, code, NOW).ok
        gone = attempt_of(tx, "a1")
        assert gone is not None
        assert (gone.outcome, gone.reason) == ("refused", "voided_receipt")
        assert [one.code for one in open_coupons(tx, NOW, 10)] == [code]
        assert open_coupons(tx, NOW + DAY, 10) == []
    assert reasons(state, vault, attempt("a2", code, "R2")) == [""]
