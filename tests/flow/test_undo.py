"""A merge that was a mistake is taken back, and everything is as if it had never been."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.flow.mall import CARD, COOKIE, Mall, opened

from datong.analytics import sales
from datong.identity import correct, correction, golden, history, live, traits
from datong.model import HOUR
from datong.tags import Tags, rebuild, values


def tags(mall: Mall, member: int) -> dict[str, Any]:
    with mall.store.state.read() as tx:
        return {name: tag.value for name, tag in values(tx, [member])[member].items() if tag.value}


def test_a_wrong_login_is_undone_and_both_shoppers_have_their_own_again(tmp_path: Path) -> None:
    with opened(tmp_path) as mall:
        mall.browse()
        mall.track("Order Completed", {"order_id": "W1", "total": "299.00", "products": [
            {"sku": "bag-1", "price": "299.00"}]}, anonymousId=COOKIE)
        mall.wait(HOUR)
        mall.show_card(1, "399.20", customer={"member_card": CARD, "phone": "13812345678", "name": "Li"})
        mall.log_in_to_wifi()
        mall.stay_among_shoes()
        online, offline = mall.member("anonymous_id", COOKIE), mall.member("member_card", CARD)
        assert online is not None
        assert offline is not None
        before = tags(mall, online), tags(mall, offline)
        assert before[0]["rfm.spend_365d"] == 29_900
        assert before[1]["rfm.spend_365d"] == 39_920
        numbers = sales(mall.store, by=["sku"])
        mall.log_in()
        winner = mall.member("anonymous_id", COOKIE)
        assert winner == mall.member("member_card", CARD)
        assert winner is not None
        assert tags(mall, winner)["rfm.spend_365d"] == 29_900 + 39_920
        with mall.store.state.read() as tx:
            (merge,) = [h for h in history(tx, winner) if h.kind == "merge"]
            assert traits(tx, mall.platform.vault, winner)["name"] == "Li"
            (name,) = [g for g in golden(tx, mall.platform.vault, winner) if g.field == "name"]
            assert [(t.value, t.source) for t in name.others] == [("Li Na", "web")]

        asked = correct(mall.store, "undo", actor="user:ann", reason="she used a friend's telephone", seq=merge.seq)
        mall.drain()

        with mall.store.state.read() as tx:
            assert correction(tx, asked).state == "done"
            assert (live(tx, online), live(tx, offline)) == (online, offline)
            vault = mall.platform.vault
            holder = mall.member("user_id", "u17")  # the account has the number of the card's owner, and stays there
            assert holder == offline
            assert [traits(tx, vault, member).get("name") for member in (online, offline)] == [None, "Li"]
        assert (mall.member("anonymous_id", COOKIE), mall.member("member_card", CARD)) == (online, offline)
        after = tags(mall, online), tags(mall, offline)
        assert after[1] == before[1]
        assert {n: after[0][n] for n in before[0] if n.startswith("rfm")} == {
            n: value for n, value in before[0].items() if n.startswith("rfm")}
        assert sales(mall.store, by=["sku"]).rows == numbers.rows
        assert sales(mall.store).totals.members == 2
        told = [e.properties for e in mall.events("Member Changed")]
        assert [list(t) for t in told] == [["cause", "merged"], ["cause", "split"]]
        assert {part["member"] for part in told[1]["split"][0]["parts"]} == {online, offline}
        rebuild(mall.store, next(s for s in mall.platform.flow.stages if isinstance(s, Tags)), [online, offline])
        assert (tags(mall, online), tags(mall, offline)) == after


def test_coupons_and_firings_go_back_to_who_stood_among_the_shoes(tmp_path: Path) -> None:
    with opened(tmp_path) as mall:
        mall.browse()
        mall.show_card()
        mall.log_in_to_wifi()
        mall.track("Consent Changed", {"purpose": "marketing", "granted": True}, source="office",
                   context={"externalIds": [{"type": "member_card", "id": CARD}]})
        mall.drain()
        offline = mall.member("member_card", CARD)
        mall.stay_among_shoes()
        (issued,) = mall.events("Coupon Issued")
        tables = ("scenes_firing", "marketing_coupon", "marketing_message", "marketing_decision", "delivery_outbox",
                  "delivery_inbox")
        before = {table: mall.rows(f"SELECT * FROM {table}") for table in tables}
        assert all({row["member"] for row in rows} == {offline} for rows in before.values())
        mall.log_in()
        winner = mall.member("member_card", CARD)
        assert winner != offline
        assert winner is not None
        assert mall.rows("SELECT code FROM marketing_coupon WHERE member != " + str(winner)) == []
        with mall.store.state.read() as tx:
            (merge,) = [h for h in history(tx, winner) if h.kind == "merge"]
        correct(mall.store, "undo", actor="user:ann", seq=merge.seq)
        mall.drain()
        assert {table: mall.rows(f"SELECT * FROM {table}") for table in tables} == before
        paid = [{"code": issued.coupon, "campaign": issued.campaign, "amount": "99.80"}]
        mall.show_card(2, "399.20", coupons=paid)
        mall.drain()
        assert [(r["member"], r["outcome"]) for r in mall.rows("SELECT * FROM marketing_redemption")] == [
            (offline, "redeemed")]
