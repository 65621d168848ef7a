"""Goods named by a number of their maker: what the catalogue says of the number is known of the SKU too."""

from __future__ import annotations

from datong.model import Event, Item
from datong.touchpoints.goods import Goods

GTIN = "09521141012345"


def test_after_a_start_a_number_makes_its_sku_known() -> None:
    """Nothing was remembered: a till or a warehouse names goods by their GTIN only, and they are in the catalogue."""
    goods = Goods(lambda skus: skus & {"shoe-1"}, lambda stores: stores, lambda found: dict.fromkeys(found, "shoe-1"))
    event = Event("r", "tills", "pos", "Receipt Issued", 0, 0, items=(Item("9521141012345", 1.0),))
    goods.learn(*goods.unremembered([event]))
    named = goods.named(event)
    assert [item.sku for item in named.items] == ["shoe-1"]
    goods.check(named)
