"""Settle, the goods' half: the batch's products, orders and redemptions become state, then facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b

import sqlalchemy as sa

from datong.commerce.catalogue import Catalogue
from datong.commerce.desk import first_due, serve
from datong.commerce.fold import fold_products, fold_receipts, fold_redemptions, strike
from datong.commerce.goods import take_goods
from datong.commerce.orders import take_orders
from datong.commerce.read import duplicates, products, skus
from datong.commerce.tables import REDEEMED, SITE, SKU
from datong.commerce.voids import struck, take_voids
from datong.model import Batch, Event, decode_event
from datong.privacy import Vault
from datong.storage import EVENTS, FactsTx, Stage, Store, insert_new, upsert

__all__ = ["Commerce"]


class Commerce(Stage):
    """Goods, stock and orders; fills `batch.items` with category, brand and name from the catalogue."""

    name = "commerce"

    def __init__(self, store: Store, vault: Vault | None = None, sites: Iterable[Mapping[str, object]] = ()) -> None:
        """Take the vault that makes pick-up codes, and the `sites` (code, city, region, warehouse) of the venue file.

        What a `Store Updated` said of a site goes before the file.
        """
        self._store, self._vault = store, vault
        self._goods, self._folded_goods = Catalogue(), Catalogue()
        found = ((name, one.settings.get("ships_from")) for name, one in store.settings.touchpoints.items())
        self._leaves = {name: str(place) for name, place in found if place}
        if rows := list(sites):
            with store.state.write() as tx:
                insert_new(tx, SITE, rows)

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
        take_voids(batch, tx)
        take_goods(batch.events, tx, self._store.settings.retailer.currency)
        serve(batch, tx, self._store.settings.commerce, self._leaves, self._code, self._event)

    def wake(self, tx: sa.Connection) -> int | None:
        """Return when the next reservation runs out."""
        return first_due(tx)

    def _event(self, offset: int) -> Event | None:
        entries = self._store.log.read(offset - 1, 1)
        if not entries or entries[0].offset != offset or entries[0].topic != EVENTS:
            return None
        return decode_event(entries[0].body)

    def fold(self, batch: Batch, facts: FactsTx) -> None:
        """Append receipts, lines, tenders and redemptions, and replace updated products; fill `batch.items`.

        The catalogue is the facts' own, as it was at this place of the log, so that a rebuild gives the same facts.
        """
        items, updated = self._folded_goods.fill(batch.events, lambda codes: products(self._store.facts, codes))
        batch.items = batch.items or items
        with self._store.state.read() as tx:
            batch.repeats = duplicates(tx, batch.first, batch.last)
            batch.struck = struck(tx, batch.first, batch.last)
        fold_products(updated, facts)
        strike(batch.struck, facts)
        fold_receipts(batch.events, batch.items, batch.repeats, facts)
        fold_redemptions([e for e in batch.events if e.offset not in batch.repeats], facts)

    def _code(self, key: str) -> str:
        """Return the six digits that the shopper says when collecting; nobody can work them out without the key."""
        said = f"pick-up {key}".encode()
        digest = self._vault.sign(said, 8) if self._vault else blake2b(said, digest_size=8).digest()
        return f"{int.from_bytes(digest, 'big') % 1_000_000:06d}"
