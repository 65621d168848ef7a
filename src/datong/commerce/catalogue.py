"""The catalogue in memory: what is known of the SKUs that pass by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from datong.model import Event, Item, Sku

__all__ = ["Catalogue"]

_BOUND = 500_000

Look = Callable[[list[str]], Iterable[Sku]]
"""Finds the SKUs of a list that are known; one question for a whole batch."""


class Catalogue:
    """A cache over the table of SKUs, filled a batch at a time.

    It trusts only what is committed: SKUs changed by a batch are asked for again in the next, so a batch that was
    rolled back leaves no trace here, and the same log gives the same answers however it is cut into batches.
    """

    def __init__(self) -> None:
        self._known: dict[str, Sku | None] = {}
        self._changed: set[str] = set()

    def fill(self, events: Sequence[Event], look: Look) -> tuple[list[tuple[Item, ...]], dict[str, tuple[Sku, int]]]:
        """Return every event's items with category, brand and name filled in, and the SKUs that were updated.

        What the event itself says goes before the catalogue. `Product Updated` counts from its place in the log on;
        the second result holds its outcome as (SKU, time in ms).
        """
        self._fetch({item.sku for event in events for item in event.items}, look)
        filled: list[tuple[Item, ...]] = []
        updated: dict[str, tuple[Sku, int]] = {}
        for event in events:
            items = event.items
            if event.type == "Product Updated":
                for item in items:
                    sku = _update(self._known.get(item.sku), item, event)
                    self._known[item.sku] = sku
                    updated[item.sku] = (sku, event.time)
            elif items:
                items = tuple(map(self._fill, items))
            filled.append(items)
        self._changed = set(updated)
        return filled, updated

    def _fetch(self, skus: set[str], look: Look) -> None:
        for sku in self._changed:
            self._known.pop(sku, None)
        if len(self._known) > _BOUND:
            self._known.clear()
        missing = sorted(skus - self._known.keys())
        if missing:
            self._known.update(dict.fromkeys(missing))
            for found in look(missing):
                self._known[found.sku] = found

    def _fill(self, item: Item) -> Item:
        if item.category and item.brand and item.name:
            return item
        known = self._known[item.sku]
        if known is None:
            return item
        return Item(
            item.sku, item.quantity, item.amount, item.discount,
            item.category or known.category, item.brand or known.brand, item.name or known.name,
        )


def _update(old: Sku | None, item: Item, event: Event) -> Sku:
    """Return the SKU after the update; what the update leaves empty stays as it was."""
    old = old or Sku(item.sku)
    return Sku(
        item.sku, item.name or old.name, item.category or old.category, item.brand or old.brand,
        item.amount or old.price, bool(event.properties.get("listed", old.listed)),
    )
