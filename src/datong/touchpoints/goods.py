"""Goods: which SKUs and stores are known, so that a receipt with a typing error does not spoil the reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from datong.commerce import known_skus
from datong.errors import Rejected
from datong.model import Event
from datong.places import known_stores
from datong.storage import State
from datong.touchpoints.parts import TRADE

__all__ = ["LOOKED_UP", "Goods", "goods_of"]

LOOKED_UP = frozenset({*TRADE, "Product Updated", "Store Updated"})
"""The events that name goods or stores which must be known, or make them known."""

Find = Callable[[set[str]], set[str]]


class Goods:
    """The known SKUs and stores, remembered; those not remembered are asked for again each time."""

    def __init__(self, find_skus: Find, find_stores: Find) -> None:
        """Take two functions that return which of some codes are known."""
        self._find_skus, self._find_stores = find_skus, find_stores
        self._skus: set[str] = set()
        self._stores: set[str] = set()

    def note(self, event: Event) -> None:
        """Remember what an accepted Product Updated or Store Updated makes known."""
        if event.type == "Product Updated":
            self._skus.update(item.sku for item in event.items)
        elif event.type == "Store Updated":
            self._stores.add(event.place)

    def unremembered(self, events: Iterable[Event]) -> tuple[set[str], set[str]]:
        """Return the SKUs and stores of receipts and orders that must be asked for."""
        skus: set[str] = set()
        stores: set[str] = set()
        for event in events:
            if event.type in TRADE:
                skus.update(item.sku for item in event.items if item.sku not in self._skus)
                if (store := _store(event)) and store not in self._stores:
                    stores.add(store)
        return skus, stores

    def learn(self, skus: set[str], stores: set[str]) -> None:
        """Ask for codes and remember those that are known."""
        if skus:
            self._skus |= self._find_skus(skus)
        if stores:
            self._stores |= self._find_stores(stores)

    def check(self, event: Event) -> None:
        """Raise Rejected (`unknown_sku`, `unknown_store`) for a receipt or an order; reads only what is remembered."""
        if event.type not in TRADE:
            return
        for at, item in enumerate(event.items):
            if item.sku not in self._skus:
                raise Rejected(
                    f"the SKU {item.sku!r} is not in the catalogue", code="unknown_sku",
                    field=f"properties.products[{at}].sku",
                    hint="send a Product Updated event for it (or load the catalogue), then replay this one",
                )
        if (store := _store(event)) and store not in self._stores:
            raise Rejected(
                f"the store {store!r} is not known", code="unknown_store", field="properties.store_id",
                hint="send a Store Updated event for it (or load the stores), then replay this one",
            )

    def forget(self) -> None:
        """Forget everything, as what was noted last may not have reached the disk."""
        self._skus.clear()
        self._stores.clear()


def _store(event: Event) -> str:
    """Return the store that must be known; an online order's `affiliation` is free text."""
    return "" if event.type == "Order Completed" and "affiliation" in event.properties else event.place


def goods_of(state: State) -> Goods:
    """Return the goods of the operational state."""

    def find_skus(skus: set[str]) -> set[str]:
        with state.read() as tx:
            return known_skus(tx, skus)

    def find_stores(codes: set[str]) -> set[str]:
        with state.read() as tx:
            return known_stores(tx, codes)

    return Goods(find_skus, find_stores)
