"""Deciding, redeeming and sending on each engine of the state, with several writers at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.unit.marketing.shop import Shop

from datong.delivery import Relay, depth, inbox
from datong.marketing import Attempt, counts, coupons_of, redeem, redemptions
from datong.privacy import Vault
from datong.storage import Store


@pytest.fixture
def shop(state_store: Store, vault: Vault) -> Shop:
    return Shop(state_store, vault)


def test_eight_tills_at_once_redeem_a_coupon_once(shop: Shop) -> None:
    shop.campaign()
    members = [shop.meet(phone=f"138{20_000_001 + n}") for n in range(10)]
    for member in members:
        shop.fire(member, pump=False)
    shop.pump()
    with shop.store.state.read() as tx:
        codes = [coupons_of(tx, member)[0].code for member in members]

    def till(number: int) -> int:
        won = 0
        for code in codes:
            with shop.store.state.write() as tx:
                attempt = Attempt(f"{number}/{code}", code, shop.now(), receipt=f"till-{number}")
                won += redeem(tx, shop.vault, attempt).outcome == "redeemed"
        return won

    with ThreadPoolExecutor(8) as tills:
        assert sum(tills.map(till, range(8))) == 10
    with shop.store.state.read() as tx:
        assert len(redemptions(tx, outcome="redeemed")) == 10
        assert len(redemptions(tx, outcome="refused")) == 70
        assert counts(tx)["welcome"].redeemed == 10


def test_a_merge_moves_everything(shop: Shop) -> None:
    shop.campaign()
    a, b = shop.meet(phone="13812345678"), shop.meet(phone="13912345678")
    shop.fire(a)
    shop.fire(b)
    Relay(shop.store, shop.vault).run_once()
    shop.send("Identified", *shop.known_as(phone="13812345678", user_id="u1"))
    shop.send("Identified", *shop.known_as(phone="13912345678", user_id="u1"))
    one = shop.member(phone="13912345678")
    with shop.store.state.read() as tx:
        assert {len(coupons_of(tx, one)), len(inbox(tx, shop.vault, one))} == {2}
        assert depth(tx) == {"queued": 0, "sending": 0, "sent": 2, "failed": 0, "suppressed": 0}
    assert [(r["member"], r["arm"]) for r in shop.rows("marketing_assignment", "member")] == [(one, "treated")]
    assert len(shop.rows("marketing_drawn", "member")) == 1
