"""A split member: every counter is counted again from what each part's identifiers did, whatever the facts know."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.identity.splitting import Splitting, split

from datong.commerce import Commerce
from datong.flow import Flow
from datong.identity import Identity, who
from datong.model import DAY, Event, Identifier, Item, TagValue
from datong.privacy import Vault
from datong.storage import Store, event_record
from datong.tags import Tags, rebuild, values
from datong.touchpoints import QuarantineDesk

CARD, ACCOUNT, COOKIE = Identifier("member_card", 11), Identifier("user_id", 22), Identifier("anonymous_id", 33)
SHOES, BAG = Item("shoe", 1.0, 10_000, 0), Item("bag", 1.0, 3_000, 0, "bags")


class Shop:
    """Stages up to the tags over a log."""

    def __init__(self, store: Store, vault: Vault) -> None:
        self.store, self.number = store, 0
        self.tags = Tags(store)
        self.flow = Flow(store, (
            Commerce(store), QuarantineDesk(store), Identity(store, vault), Splitting(), self.tags))
        self.send("Product Updated", items=(Item("shoe", category="shoes/boots"),))

    def send(self, type_: str, *shown: Identifier, pump: bool = True, **more: Any) -> None:
        self.number += 1
        now = self.store.clock.now() + self.number
        ident = min((i.key for i in shown), default=0)
        self.store.log.append([event_record(Event(**{
            "id": f"e{self.number}", "source": "test", "channel": "pos", "type": type_, "time": now, "received": now,
            "identifiers": shown, "ident": ident, "place": "S1", "ref": f"r{self.number}", "currency": "CNY", **more,
        }))])
        while pump and self.flow.pump():
            pass

    def fold(self, limit: int = 1_000) -> None:
        while self.flow.fold(limit):
            if limit < 1_000:
                return

    def values(self, *members: int) -> list[dict[str, Any]]:
        with self.store.state.read() as tx:
            found = values(tx, members)
        return [{name: tag.value for name, tag in found[m].items() if tag.value} for m in members]

    def tag(self, member: int, name: str) -> TagValue:
        with self.store.state.read() as tx:
            return values(tx, [member])[member][name]


@pytest.fixture
def shop(store: Store, vault: Vault) -> Shop:
    return Shop(store, vault)


@pytest.mark.parametrize("folded", [0, 2, 3, 1_000])
def test_an_undone_merge_gives_both_their_numbers_back(shop: Shop, folded: int) -> None:
    shop.send("Receipt Issued", CARD, items=(SHOES,))
    shop.send("Receipt Issued", ACCOUNT, items=(SHOES, BAG))
    shop.send("Receipt Issued", ACCOUNT, items=(BAG,))
    before = shop.values(1, 2)
    since = shop.tag(1, "rfm.recency_days").since
    assert [v["rfm.orders_90d"] for v in before] == [1, 2]
    shop.send("Identified", CARD, ACCOUNT)
    assert shop.values(1)[0]["rfm.orders_90d"] == 3
    if folded:
        shop.fold(folded)
    shop.send("Page Viewed", properties=split(1, {1: [11], 2: [22]}))
    assert shop.values(1, 2) == before
    assert shop.values(1)[0]["favourite.category"] == "shoes/boots"
    shop.send("Receipt Issued", ACCOUNT, items=(BAG,))
    assert shop.tag(2, "rfm.orders_90d").value == 3
    assert shop.tag(1, "rfm.recency_days").since == since


def test_what_the_batch_of_the_split_brings_is_counted_once(shop: Shop) -> None:
    shop.send("Receipt Issued", CARD, ACCOUNT, items=(SHOES,))
    shop.send("Receipt Issued", ACCOUNT, items=(SHOES,))
    shop.send("Receipt Issued", ACCOUNT, items=(BAG,), pump=False)
    shop.send("Page Viewed", properties=split(1, {1: [11], 7: [22]}), pump=False)
    shop.send("Receipt Issued", ACCOUNT, items=(BAG,), pump=False)
    shop.send("Receipt Issued", CARD, items=(BAG,))
    assert [v["rfm.orders_90d"] for v in shop.values(1, 7)] == [2, 3]
    before = shop.values(1, 7)
    shop.fold()
    rebuild(shop.store, shop.tags)
    assert shop.values(1, 7) == before


def test_a_part_without_a_past_has_no_tags_and_starts_like_a_new_member(shop: Shop) -> None:
    shop.send("Receipt Issued", CARD, ACCOUNT, items=(SHOES,))
    shop.send("Page Viewed", properties=split(1, {1: [11], 5: [22]}))
    assert shop.values(5) == [{}]
    shop.send("Receipt Issued", ACCOUNT, items=(BAG,))
    with shop.store.state.read() as tx:
        assert who(tx, [22]) == {22: 5}
    first, second = shop.values(1, 5)
    assert (first["rfm.orders_90d"], second["rfm.orders_90d"]) == (1, 1)
    assert {n for n in first if n.startswith("rfm")} == {n for n in second if n.startswith("rfm")}


def test_a_split_survives_a_restart_and_time_runs_out_for_each_part(shop: Shop, vault: Vault) -> None:
    shop.send("Receipt Issued", CARD, ACCOUNT, items=(SHOES,))
    shop.send("Receipt Issued", ACCOUNT, items=(SHOES,))
    shop.send("Page Viewed", properties=split(1, {1: [11], 7: [22]}))
    again = Shop(shop.store, vault)
    assert [v["rfm.orders_90d"] for v in again.values(1, 7)] == [1, 1]
    again.number = 50
    later = shop.store.clock.now() + 91 * DAY
    again.send("Page Viewed", COOKIE, received=later, time=later)
    assert ["rfm.orders_90d" in v for v in again.values(1, 7)] == [False, False]


def test_what_was_done_under_a_number_goes_to_its_real_owner(shop: Shop) -> None:
    typed = Identifier("phone", 44)
    shop.send("Receipt Issued", CARD, items=(SHOES,))
    shop.send("Receipt Issued", typed, items=(BAG,))
    assert [v["rfm.orders_90d"] for v in shop.values(1, 2)] == [1, 1]
    shop.send("Identified", CARD, Identifier("phone", 44, verified=True))
    with shop.store.state.read() as tx:
        assert who(tx, [44]) == {44: 1}
    mine, nobodys = shop.values(1, 2)
    assert (mine["rfm.orders_90d"], nobodys) == (2, {})


def test_what_was_done_under_a_value_that_is_everybodys_is_nobodys(shop: Shop) -> None:
    tablet = Identifier("app_device", 55)
    shop.send("Product Viewed", tablet, items=(BAG,))
    for number in range(6):
        shop.send("Identified", Identifier("user_id", 100 + number), tablet)
    with shop.store.state.read() as tx:
        assert who(tx, [55]) == {}
    before = shop.values(*range(1, 8))
    shop.fold()
    rebuild(shop.store, shop.tags)
    assert shop.values(*range(1, 8)) == before
