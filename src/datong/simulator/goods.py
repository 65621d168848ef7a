"""The mall and its goods: shops, zones and sensors from the venue file, about 600 products made from a seed."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import msgspec
import yaml

__all__ = ["MALL", "Goods", "Mall", "Shop", "open_mall"]

MALL = Path(__file__).parent / "mall"
"""The folder of the demo's files."""

_SIZES = {"food": 120, "shoes": 32}
_USUAL = 16


class Shop(msgspec.Struct, frozen=True):
    """A shop with the zone it takes up."""

    code: str
    zone: str
    name: str
    format: str
    category: str


class Goods(msgspec.Struct, frozen=True):
    """One product; `price` is in fen."""

    sku: str
    shop: str
    name: str
    category: str
    brand: str
    price: int


class Mall(msgspec.Struct, frozen=True):
    """Everything that stands still: `near` gives for a zone the other zones of its floor."""

    code: str
    name: str
    city: str
    shops: dict[str, Shop]
    halls: dict[str, str]
    near: dict[str, tuple[str, ...]]
    floors: dict[str, str]
    sensors: dict[str, dict[str, str]]
    goods: dict[str, tuple[Goods, ...]]

    def all_goods(self) -> list[Goods]:
        """Return every product, shop by shop."""
        return [g for shop in self.goods.values() for g in shop]


def open_mall(venue: Path, seed: int, language: str = "en") -> Mall:
    """Return the first venue of the file, stocked; the same seed and language give the same goods."""
    zh = language.startswith("zh")
    raw = yaml.safe_load(venue.read_text("utf-8"))["venues"][0]
    shops: dict[str, Shop] = {}
    floors: dict[str, str] = {}
    halls: dict[str, str] = {}
    for floor in raw["floors"]:
        for zone in floor["zones"]:
            floors[zone["code"]] = floor["code"]
            if shop := zone.get("shop"):
                shops[shop["code"]] = Shop(
                    shop["code"], zone["code"], _name(shop["name"], zh), shop["format"], shop["category"])
            else:
                halls.setdefault(floor["code"], zone["code"])
    near = {z: tuple(o for o, f in floors.items() if f == floors[z] and o != z) for z in floors}
    sensors: dict[str, dict[str, str]] = {"wifi": {}, "ble": {}}
    for sensor in raw["sensors"]:
        sensors[sensor["kind"]].setdefault(sensor["zone"], sensor["code"])
    return Mall(raw["code"], _name(raw["name"], zh), raw.get("city", ""), shops, halls, near, floors, sensors,
                _stock(shops, seed, zh))


def _name(name: Any, zh: bool) -> str:
    if isinstance(name, str):
        return name
    return str(name["zh" if zh else "en"])


def _stock(shops: dict[str, Shop], seed: int, zh: bool) -> dict[str, tuple[Goods, ...]]:
    text = yaml.safe_load((MALL / "goods.yaml").read_text("utf-8"))
    mains = {shop.category for shop in shops.values()}
    stock = {}
    for shop in shops.values():
        dice = Random(f"{seed}/goods/{shop.code}")
        leaves = [leaf for leaf in text["categories"] if leaf == shop.category
                  or (leaf.startswith(f"{shop.category}/") and leaf not in mains)]
        kinds = [(leaf, kind) for leaf in leaves for kind in text["categories"][leaf]]
        made = []
        for number in range(_SIZES.get(shop.category, _USUAL)):
            leaf, kind = kinds[number % len(kinds)]
            adjective = text["adjectives"][(number // len(kinds)) % len(text["adjectives"])]
            name = f"{adjective[0]}{kind[0]}" if zh else f"{adjective[1]} {kind[1]}"
            price = round(kind[2] * dice.uniform(0.7, 1.5)) * 100 - dice.choice((0, 0, 10, 100))
            sku = f"{shop.code}-{number + 1:03d}"
            made.append(Goods(sku, shop.code, name, leaf, shop.name, max(price, 300)))
        stock[shop.code] = tuple(made)
    return stock
