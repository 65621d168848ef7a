"""Anonymous until there is proof, and one person everywhere from the moment there is."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.flow.mall import CARD, COOKIE, MAC, PHONE, opened

from datong.analytics import members, sales
from datong.errors import NotFound
from datong.identity import history, live
from datong.identity import member as member_of
from datong.model import HOUR, MINUTE

STRANGER, MADE_UP = "3c:22:fb:99:99:99", "aa:22:fb:99:99:99"


def test_an_unknown_device_is_counted_and_stays_nobody(tmp_path: Path) -> None:
    with opened(tmp_path) as mall:
        for mac in (STRANGER, MADE_UP):
            mall.stay_among_shoes(mac)
        mall.wait(10 * MINUTE)
        assert mall.member("wifi_mac", STRANGER) is None
        assert mall.rows("SELECT count(*) AS n FROM identity_member") == [{"n": 0}]
        report = mall.reports()
        (zone,) = [r for r in report["visits {}"]["rows"] if r["zone"] == "shoes"]
        assert (zone["visits"], zone["known"]) == (2, 0)
        assert mall.funnel() == [0, 0, 0, 0]
        assert mall.rows("SELECT count(*) AS n FROM scenes_firing") == [{"n": 0}]


def test_a_made_up_address_never_becomes_the_shopper(tmp_path: Path) -> None:
    with opened(tmp_path) as mall:
        mall.log_in_to_wifi(MAC)
        ids = [{"type": "random_mac", "id": MADE_UP}, {"type": "phone", "id": PHONE}]
        mall.calls("portal", {"type": "identify", "context": {"externalIds": ids}, "traits": {}})
        mall.drain()
        assert mall.member("wifi_mac", MAC) == 1
        assert mall.member("random_mac", MADE_UP) is None


def test_a_login_joins_screen_and_till_and_every_figure_follows_at_once(tmp_path: Path) -> None:
    with opened(tmp_path) as mall:
        mall.browse()
        mall.track("Order Completed", {"order_id": "W1", "total": "299.00", "products": [
            {"sku": "bag-1", "price": "299.00"}]}, anonymousId=COOKIE)
        mall.wait(HOUR)
        mall.show_card(1, "399.20")
        mall.drain()
        online, offline = mall.member("anonymous_id", COOKIE), mall.member("member_card", CARD)
        assert online is not None
        assert offline is not None
        assert online != offline
        assert mall.overlap() == {"online": 1, "offline": 1, "both": 0}
        assert sales(mall.store).totals.members == 2
        before = sales(mall.store, by=["sku"])

        mall.log_in()  # the account knows the phone number that the card has

        winner = mall.member("phone", PHONE)
        assert {mall.member("anonymous_id", COOKIE), mall.member("user_id", "u17"), mall.member("member_card", CARD)
                } == {winner}
        assert mall.overlap() == {"online": 0, "offline": 0, "both": 1}
        after = sales(mall.store, by=["sku"])
        assert after.rows == before.rows  # not a cent moves
        assert (after.totals.members, after.totals.amount) == (1, 29_900 + 39_920)
        (best,) = members(mall.store).top
        assert (best.member, best.amount, best.receipts) == (winner, 29_900 + 39_920, 2)
        with mall.store.state.read() as tx:
            assert live(tx, online) == live(tx, offline) == winner
            assert member_of(tx, online).channels == "both"
            merge = [h for h in history(tx, offline) if h.kind == "merge"]
            with pytest.raises(NotFound, match="there is no member M000099"):
                live(tx, 99)
        assert len(merge) == 1
        assert {merge[0].member, merge[0].other} == {online, offline}
