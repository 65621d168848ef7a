"""Goods: which SKUs and stores are known, so that a receipt with a typing error does not spoil the reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from datong.commerce import known_skus, numbers, skus_by_gtin
from datong.errors import Rejected
from datong.model import EVENT_TYPES, Event, gtin
from datong.places import by_gln, known_stores
from datong.storage import State
from datong.touchpoints.parts import TRADE

__all__ = ["LOOKED_UP", "Goods", "goods_of"]

_MOVES = frozenset(t.name for t in EVENT_TYPES.values() if t.family in {"stock", "order"}) - {"Order Placed"}
_NAMING = frozenset({*TRADE, *_MOVES, "Price Updated"})
LOOKED_UP = _NAMING | {"Product Updated", "Store Updated"}
"""The events that name goods or stores which must be known, or make them known."""

_GTIN_LENGTHS = frozenset({8, 12, 13, 14})
Find = Callable[[set[str]], set[str]]
FindNumbers = Callable[[set[str]], dict[str, str]]


class Goods:
    """The known SKUs and stores, remembered; those not remembered are asked for again each time."""

    def __init__(
        self, find_skus: Find, find_stores: Find, find_numbers: FindNumbers = lambda _: {},
        find_places: FindNumbers = lambda _: {},
    ) -> None:
        """Take functions that return which of some codes are known, the SKUs of trade item numbers (GTIN-14), and the
        stores of location numbers (GLN)."""
        self._find_skus, self._find_stores, self._find_numbers = find_skus, find_stores, find_numbers
        self._find_places = find_places
        self._places: dict[str, str] = {}
        self._skus: set[str] = set()
        self._numbers: dict[str, str] = {}
        self._stores: set[str] = set()

    def note(self, event: Event) -> None:
        """Remember what an accepted Product Updated or Store Updated makes known."""
        if event.type == "Product Updated":
            self._skus.update(item.sku for item in event.items)
            if len(event.items) == 1:
                self._numbers.update((_number(text), event.items[0].sku) for text in numbers(event.properties))
        elif event.type == "Store Updated":
            self._stores.add(event.place)

    def unremembered(self, events: Iterable[Event]) -> tuple[set[str], set[str]]:
        """Return the SKUs and stores of receipts and orders that must be asked for."""
        skus: set[str] = set()
        stores: set[str] = set()
        for event in events:
            if event.type in _NAMING:
                skus.update(item.sku for item in event.items if item.sku not in self._skus)
                stores.update(store for store in _stores(event) if store not in self._stores)
            for place in _numbered_places(event):
                stores |= {place, place.partition("/")[0]} - self._places.keys() - self._stores
        return skus, stores

    def learn(self, skus: set[str], stores: set[str]) -> None:
        """Ask for codes and remember those that are known."""
        if skus:
            self._skus |= self._find_skus(skus)
            asked = {number for sku in skus - self._skus if (number := _number(sku)) not in self._numbers}
            found = self._find_numbers(asked - {""})
            self._numbers |= found
            self._skus.update(found.values())
        if stores:
            self._stores |= self._find_stores(stores)
            if asked := {place for place in stores - self._stores if _is_gln(place)}:
                self._places |= self._find_places(asked)
                self._stores |= set(self._places.values())

    @staticmethod
    def located(event: Event) -> bool:
        """Return whether an event names a place by what looks like a location number."""
        return bool(_numbered_places(event))

    @staticmethod
    def numbered(event: Event) -> bool:
        """Return whether an event names goods by what looks like a trade item number."""
        return any(item.sku.isdecimal() and len(item.sku) in _GTIN_LENGTHS for item in event.items)

    def named(self, event: Event) -> Event:
        """Return the event with the SKUs of goods that it names by a trade item number, and the codes of stores that it
        names by a location number; reads what is known."""
        if places := _numbered_places(event):
            event = self._placed(event, places)
        if event.type not in _NAMING or not self.numbered(event):
            return event
        items = tuple(
            msgspec.structs.replace(item, sku=self._numbers[number])
            if item.sku not in self._skus and (number := _number(item.sku)) in self._numbers else item
            for item in event.items
        )
        return event if items == event.items else msgspec.structs.replace(event, items=items)

    def _placed(self, event: Event, places: list[str]) -> Event:
        """Return the event with stores' codes; the number of a receipt begins with its store's."""
        codes = {place: self._places.get(place) or place.partition("/")[0]
                 for place in places if place not in self._stores}

        def told(text: str) -> str:
            head, slash, rest = text.partition("/")
            return f"{codes[head]}/{rest}" if slash and head in codes else codes.get(text, text)

        said = {name: told(text) for name in ("to", "original") if isinstance(text := event.properties.get(name), str)}
        return msgspec.structs.replace(event, place=codes.get(event.place, event.place), ref=told(event.ref),
                                       properties={**event.properties, **said})

    def check(self, event: Event) -> None:
        """Raise Rejected (`unknown_sku`, `unknown_store`) for what names goods; reads only what is remembered."""
        if event.type not in _NAMING:
            return
        for at, item in enumerate(event.items):
            if item.sku not in self._skus:
                raise _unknown(item.sku, at)
        for store in _stores(event):
            if store not in self._stores:
                raise Rejected(
                    f"the store {store!r} is not known", code="unknown_store", field="properties.store_id",
                    hint="send a Store Updated event for it (or load the stores), then replay this one",
                )

    def forget(self) -> None:
        """Forget everything, as what was noted last may not have reached the disk."""
        self._skus.clear()
        self._numbers.clear()
        self._places.clear()
        self._stores.clear()


def _stores(event: Event) -> list[str]:
    """Return the stores that must be known; an online order's `affiliation` is free text."""
    if event.type in {"Order Completed", "Order Placed"} and "affiliation" in event.properties:
        return []
    target = str(event.properties.get("to") or "") if event.type == "Transfer Sent" else ""
    return [store for store in (event.place, target) if store]


def _numbered_places(event: Event) -> list[str]:
    """Return the places of an event that look like location numbers."""
    said = event.properties
    target = said.get("to") if event.type == "Transfer Sent" else None
    if event.type == "Receipt Returned" and isinstance(original := said.get("original"), str):
        target = original.partition("/")[0]
    if len(event.place) < 13 and not target:
        return []
    return [text for text in (event.place, target) if isinstance(text, str) and _is_gln(text)]


def _is_gln(text: str) -> bool:
    return len(text) >= 13 and text[:13].isdecimal() and text[13:14] in ("", "/")


def _number(text: str) -> str:
    """Return a trade item number in its one form, or nothing where it is none."""
    try:
        return gtin(text)
    except ValueError:
        return ""


def _unknown(sku: str, at: int) -> Rejected:
    field = f"properties.products[{at}].sku"
    if _number(sku):
        hint = "say whose it is in a Product Updated with gtins (or: datong goods import), then replay this one"
        return Rejected(f"the GTIN {sku} belongs to no SKU", code="unknown_sku", field=field, hint=hint)
    hint = "send a Product Updated event for it (or load the catalogue), then replay this one"
    return Rejected(f"the SKU {sku!r} is not in the catalogue", code="unknown_sku", field=field, hint=hint)


def goods_of(state: State) -> Goods:
    """Return the goods of the operational state."""

    def find_skus(skus: set[str]) -> set[str]:
        with state.read() as tx:
            return known_skus(tx, skus)

    def find_stores(codes: set[str]) -> set[str]:
        with state.read() as tx:
            return known_stores(tx, codes)

    def find_numbers(found: set[str]) -> dict[str, str]:
        with state.read() as tx:
            return skus_by_gtin(tx, found)

    def find_places(found: set[str]) -> dict[str, str]:
        with state.read() as tx:
            return by_gln(tx, found)

    return Goods(find_skus, find_stores, find_numbers, find_places)
