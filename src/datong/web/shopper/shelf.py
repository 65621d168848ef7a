"""Shelf: electronic labels: price, stock and code of a product in a store, as a page or as JSON to poll."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import msgspec
import sqlalchemy as sa
from litestar import Response, get
from litestar.params import FromPath

from datong.commerce import price_of, skus, stock_of
from datong.touchpoints import Link, link_of, links
from datong.web.shopper.alive import Alive
from datong.web.shopper.page import Asked, address_of, language, money, platform_of, qr, render
from datong.web.shopper.words import WORDS

__all__ = ["labels_of", "routes"]

_EVERY = 30
_MOST = 10_000


class Label(msgspec.Struct, frozen=True):
    """What a label shows: amounts in minor units, `stock` the pieces that are free to buy here, None where unknown."""

    code: str
    sku: str
    place: str
    name: str
    brand: str
    price: int | None
    list_price: int | None
    currency: str
    stock: int | None
    url: str


@get("/shelf/{code:str}", sync_to_thread=True, include_in_schema=False)
def page(request: Asked, code: FromPath[str]) -> Response[Any]:
    """Show a label; the page asks for changes every half a minute."""
    _heard(request, f"shelf/{code}")
    platform, lang = platform_of(request), language(request)
    with platform.store.state.read() as tx:
        link = link_of(tx, code)
        label = labels_of(request, tx, [link])[0] if _is_shelf(link) and link else None
    words = WORDS[lang]
    if label is None:
        return render(request, "note.html", 404, title=words["no_shelf"], text=words["ask"])
    tag = _tag([label])
    if request.headers.get("if-none-match") == tag:
        return Response(None, status_code=304, headers={"ETag": tag})
    before = label.list_price if label.list_price and label.list_price > (label.price or 0) else 0
    return render(
        request, "shelf.html", headers={"ETag": tag, "Cache-Control": "no-cache"}, every=_EVERY, label=label,
        price=money(label.price, label.currency) if label.price is not None else "",
        was=money(before, label.currency) if before else "",
        qr=qr(label.url))


@get("/shelf/{code:str}/feed", sync_to_thread=True, include_in_schema=False)
def feed(request: Asked, code: FromPath[str]) -> Response[Any]:
    """Return one label as JSON; `If-None-Match` with the ETag of the last answer gets 304 while nothing changed."""
    _heard(request, f"shelf/{code}")
    platform = platform_of(request)
    with platform.store.state.read() as tx:
        link = link_of(tx, code)
        found = labels_of(request, tx, [link]) if _is_shelf(link) and link else []
    return _fed(request, found[0] if found else None)


@get("/shelves/{place:str}/feed", sync_to_thread=True, include_in_schema=False)
def store_feed(request: Asked, place: FromPath[str]) -> Response[Any]:
    """Return all labels of a store as JSON, for a gateway that drives them."""
    _heard(request, f"shelves/{place}")
    platform = platform_of(request)
    with platform.store.state.read() as tx:
        found = labels_of(request, tx, [one for one in links(tx, place=place, limit=_MOST) if _is_shelf(one)])
    return _fed(request, {"place": place, "labels": found})


def _heard(request: Asked, what: str) -> None:
    alive: Alive = request.app.state.alive
    alive.heard(what, platform_of(request).store.clock.now())


def _fed(request: Asked, body: Any) -> Response[Any]:
    if body is None:
        return Response({"code": "not_found", "message": "there is no such shelf label"}, status_code=404)
    tag = _tag(body)
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(None, status_code=304, headers=headers)
    return Response(body, headers=headers)


def _is_shelf(link: Link | None) -> bool:
    return link is not None and link.kind == "shelf" and link.retired is None


def labels_of(request: Asked, tx: sa.Connection, found: list[Link]) -> list[Label]:
    """Return what the labels of these links say now, by code."""
    platform = platform_of(request)
    codes, now, base = {one.sku for one in found}, platform.store.clock.now(), address_of(request)
    goods, places = skus(tx, codes), {one.place for one in found}
    prices = {place: price_of(tx, codes, place, now) for place in places}
    held = {(one.sku, one.place): one for one in stock_of(tx, codes, places)}
    labels = []
    for one in found:
        product, price, stock = goods.get(one.sku), prices[one.place].get(one.sku), held.get((one.sku, one.place))
        labels.append(Label(
            one.code, one.sku, one.place, product.name if product else one.sku, product.brand if product else "",
            price.amount if price else None, product.price if product and product.price else None,
            (price.currency if price else "") or platform.settings.retailer.currency,
            max(0, int(stock.available)) if stock else None, f"{base}/scan/{one.code}"))
    return sorted(labels, key=lambda label: label.code)


def _tag(body: Any) -> str:
    return f'"{blake2b(msgspec.json.encode(body), digest_size=12).hexdigest()}"'


routes = [page, feed, store_feed]
