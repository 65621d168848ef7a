"""Settle, the goods' half: the batch's products, orders and redemptions become state, then facts."""

from __future__ import annotations

import sqlalchemy as sa

from datong.commerce.catalogue import Catalogue
from datong.commerce.fold import fold_products, fold_receipts, fold_redemptions
from datong.commerce.orders import take_orders
from datong.commerce.read import duplicates, products, skus
from datong.commerce.tables import REDEEMED, SKU
from datong.model import Batch
from datong.storage import FactsTx, Stage, Store, insert_new, upsert

__all__ = ["Commerce"]


class Commerce(Stage):
    """Goods and orders; fills `batch.items` with category, brand and name from the catalogue."""

    name = "commerce"

    def __init__(self, store: Store) -> None:
        self._store = store
        self._goods, self._folded_goods = Catalogue(), Catalogue()

    def step(self, batch: Batch, tx: sa.Connection) -> None:
        """Update the catalogue, fill the batch's items, enter orders and redemptions."""
        batch.items, updated = self._goods.fill(batch.events, lambda codes: skus(tx, codes).values())
        upsert(tx, SKU, [
            {"sku": s.sku, "name": s.name, "category": s.category, "brand": s.brand, "price": s.price,
             "listed": s.listed, "updated": at}
            for s, at in updated.values()
        ])
        batch.repeats = take_orders(batch, tx)
        insert_new(tx, REDEEMED, [
            {"offset": e.offset, "coupon": e.coupon, "campaign": e.campaign, "ident": e.ident, "place": e.place,
             "ref": e.ref, "ts": e.time, "amount": e.amount}
            for e in batch.events if e.type == "Coupon Redeemed"
        ])

    def fold(self, batch: Batch, facts: FactsTx) -> None:
        """Append receipts, lines, tenders and redemptions, and replace updated products; fill `batch.items`.

        The catalogue is the facts' own, as it was at this place of the log, so that a rebuild gives the same facts.
        """
        items, updated = self._folded_goods.fill(batch.events, lambda codes: products(self._store.facts, codes))
        batch.items = batch.items or items
        with self._store.state.read() as tx:
            batch.repeats = duplicates(tx, batch.first, batch.last)
        fold_products(updated, facts)
        fold_receipts(batch.events, batch.items, batch.repeats, facts)
        fold_redemptions(batch.events, facts)
