"""Product: what a code on a garment leads to: its price, and sizes here and elsewhere.

A scan is one row, product × store × member where known: the event "Tag Scanned".
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from hashlib import blake2b
from typing import Any

import msgspec
import sqlalchemy as sa
from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Redirect

from datong.commerce import (
    price_of,
    sites_of,
    skus,
    skus_by_gtin,
    stock_of,
    variants_of,
)
from datong.marketing import coupons_of, offer_text
from datong.model import Gs1, Item, Sku, read_digital_link
from datong.places import by_gln, known_stores, stores, venues
from datong.platform import Platform
from datong.touchpoints import Link, append_own, link_of, own_event
from datong.web.kept import Kept
from datong.web.shopper.page import Asked, address_of, language, money, platform_of, render
from datong.web.shopper.visitor import Visitor, first_scan, is_robot, visitor
from datong.web.shopper.words import WORDS

__all__ = ["Shown", "hashed", "line_of", "product_page", "routes", "store_name"]

_LINKSET = "application/linkset+json"


class Shown(msgspec.Struct, frozen=True):
    """What a page is about, kept in its forms under a signature: product, store, campaign, and a number of its own."""

    sku: str
    place: str = ""
    campaign: str = ""
    nonce: str = ""


@get("/q/{code:str}", sync_to_thread=True, include_in_schema=False)
def short(request: Asked, code: FromPath[str]) -> Response[Any]:
    """Follow a short link: to the page of a product in a store, to a shelf, or away to an address."""
    platform = platform_of(request)
    with platform.store.state.read() as tx:
        link = link_of(tx, code)
    words = WORDS[language(request)]
    if link is None or link.retired is not None:
        title = words["retired_code"] if link else words["unknown_code"]
        return render(request, "note.html", 410 if link else 404, title=title, text=words["ask"])
    if link.kind == "page":
        _tell_followed(request, platform, link)
        return Redirect(link.target)
    if link.kind == "shelf":
        return Redirect(f"/shelf/{link.code}")
    scanned = {"link": link.code} | ({"via": "nfc"} if request.query_params.get("via") == "nfc" else {})
    return product_page(request, Shown(link.sku, link.place, link.campaign), scanned)


@get("/scan/{code:str}", sync_to_thread=True, include_in_schema=False)
def from_shelf(request: Asked, code: FromPath[str]) -> Response[Any]:
    """Follow the code that an electronic shelf shows, to the page of its product."""
    platform, words = platform_of(request), WORDS[language(request)]
    with platform.store.state.read() as tx:
        link = link_of(tx, code)
    if link is None or link.retired is not None or not link.sku:
        return render(request, "note.html", 404, title=words["unknown_code"], text=words["ask"])
    return product_page(request, Shown(link.sku, link.place, link.campaign), {"link": link.code, "via": "shelf"})


@get("/01/{rest:path}", sync_to_thread=True, include_in_schema=False)
def digital_link(request: Asked, rest: FromPath[str]) -> Response[Any]:
    """Resolve a GS1 Digital Link address: our page of the product, or a linkset (RFC 9264) to who asks for one."""
    platform, words = platform_of(request), WORDS[language(request)]
    try:
        found = read_digital_link(f"https://id.example/01/{str(rest).lstrip('/')}?{request.url.query}")
    except ValueError:
        return render(request, "note.html", 400, title=words["unknown_code"], text=words["ask"])
    with platform.store.state.read() as tx:
        sku = skus_by_gtin(tx, [found.gtin]).get(found.gtin, "")
        asked = request.query_params.get("store", "") or request.query_params.get("414", "") or found.gln
        place = _place(tx, asked, request.query_params.get("254", "") or found.extension)
    if not sku:
        return render(request, "note.html", 404, title=words["unknown_code"], text=words["ask"])
    kind = request.query_params.get("linkType", "")
    if kind in ("all", "linkset") or _LINKSET in request.headers.get("accept", ""):
        return _linkset(request, found, place)
    scanned = {name: value for name in ("gtin", "serial", "lot") if (value := getattr(found, name))}
    return product_page(request, Shown(sku, place, request.query_params.get("campaign", "")[:64]), scanned)


@get("/414/{rest:path}", sync_to_thread=True, include_in_schema=False)
def location(request: Asked, rest: FromPath[str]) -> Response[Any]:
    """Resolve the Digital Link of a location (414, with 254 for a part of it): the map and shops of the place."""
    words = WORDS[language(request)]
    try:
        found = read_digital_link(f"https://id.example/414/{str(rest).lstrip('/')}?{request.url.query}")
    except ValueError:
        return render(request, "note.html", 400, title=words["unknown_code"], text=words["ask"])
    with platform_of(request).store.state.read() as tx:
        place = _place(tx, found.gln, found.extension)
    if not place:
        return render(request, "note.html", 404, title=words["unknown_code"], text=words["ask"])
    return Redirect(f"/kiosk/{place}")


def _place(tx: sa.Connection, asked: str, extension: str) -> str:
    """Return the store that a code or a location number names, or nothing."""
    if not asked or known_stores(tx, [asked]):
        return asked
    whole = f"{asked}/{extension}" if extension else asked
    return by_gln(tx, [whole]).get(whole, "")


def product_page(
    request: Asked, shown: Shown, scanned: dict[str, str] | None, said: str = "", code: str = "", pick_up: str = "",
    open_: bool = False,
) -> Response[Any]:
    """Return the page of a product in a store; with `scanned` somebody just read its code, which is told once."""
    platform, lang = platform_of(request), language(request)
    who, now = visitor(request), platform.store.clock.now()
    with platform.store.state.read() as tx:
        product = skus(tx, [shown.sku]).get(shown.sku)
        if product is None:
            words = WORDS[lang]
            return render(request, "note.html", 404, title=words["unknown_code"], text=words["ask"])
        rows = _rows(tx, shown)
        here = price_of(tx, [shown.sku], shown.place, now).get(shown.sku)
        mine = coupons_of(tx, who.member)[:20] if who.member is not None else []
        online = price_of(tx, [shown.sku], "", now, "web").get(shown.sku)
    if scanned is not None and not is_robot(request):
        _tell_scanned(request, who, shown, product, scanned)
    currency = platform.settings.retailer.currency
    touchpoints = platform.settings.touchpoints.values()
    accounts = (one.settings.get("follow", "") for one in touchpoints if one.kind == "wechat")
    return render(
        request, "product.html", name=product.name or product.sku, brand=product.brand, sku=product.sku,
        store=store_name(request, shown.place) if shown.place else "",
        price=money(here.amount, here.currency or currency) if here else "",
        online=money(online.amount, online.currency or currency) if online else "", rows=rows,
        token=_token(platform, msgspec.structs.replace(shown, nonce=secrets.token_urlsafe(9))),
        known=bool(who.identifiers), coupons=[
            {"code": one.code, "offer": offer_text(one.offer, currency, "zh-CN" if lang == "zh" else "en")}
            for one in mine if one.redeemed is None and one.expires > now][:3],
        follow=next(accounts, ""), said=said, code=code, pick_up=pick_up, open=open_,
    )


def store_name(request: Asked, code: str) -> str:
    """Return what a store or venue is called, its code where nobody said."""
    lang, platform = language(request), platform_of(request)
    kept: Kept = request.app.state.kept
    names: dict[str, str] = kept.get(f"stores {lang}", 60, lambda: _names(platform, lang), behind=True)
    return names.get(code, code)


def _names(platform: Platform, lang: str) -> dict[str, str]:
    with platform.store.state.read() as tx:
        found = {store.code: store.name for store in stores(tx)}
        for venue in venues(tx):
            found[venue.code] = venue.name.in_language(lang)
            shops = [zone.shop for floor in venue.floors for zone in floor.zones if zone.shop is not None]
            found |= {shop.code: shop.name.in_language(lang) for shop in shops}
    return {code: name for code, name in found.items() if name}


def _rows(tx: sa.Connection, shown: Shown) -> list[dict[str, str]]:
    """Return stock by variant: here, in other stores of the same city, and elsewhere with the warehouses."""
    found = variants_of(tx, shown.sku)
    stock = stock_of(tx, [one.sku for one in found])
    if not stock:
        return []
    sites = sites_of(tx, {one.place for one in stock} | {shown.place})
    city = sites[shown.place].city if shown.place in sites else ""
    counts: dict[tuple[str, str], float] = {}
    for one in stock:
        site = sites.get(one.place)
        near = bool(city) and site is not None and site.city == city and not site.warehouse
        where = "here" if one.place == shown.place and shown.place else "nearby" if near else "elsewhere"
        counts[one.sku, where] = counts.get((one.sku, where), 0) + max(0, one.available)
    return [
        {"sku": one.sku, "label": " ".join(p for p in (one.colour, one.size) if p) or one.sku,
         **{where: _plenty(counts.get((one.sku, where), 0)) for where in ("here", "nearby", "elsewhere")}}
        for one in found
    ]


def _plenty(count: float) -> str:
    return "–" if count < 1 else "5+" if count >= 5 else str(int(count))


def _tell_scanned(request: Asked, who: Visitor, shown: Shown, product: Sku, scanned: dict[str, str]) -> None:
    store = platform_of(request).store
    now = store.clock.now()
    what = f"{shown.sku}\0{shown.place}\0{scanned.get('serial', '')}"
    if name := first_scan(request, who, what, now):
        append_own(store, own_event(
            store, "Tag Scanned", name, "qr", identifiers=who.identifiers,
            place=shown.place, campaign=shown.campaign, items=(line_of(product),), ref=scanned.get("link", ""),
            properties=dict(scanned)))


def _tell_followed(request: Asked, platform: Platform, link: Link) -> None:
    who, now = visitor(request), platform.store.clock.now()
    if not is_robot(request) and (name := first_scan(request, who, f"link\0{link.code}", now)):
        append_own(platform.store, own_event(
            platform.store, "Page Viewed", name, "qr", place=link.place,
            ref=link.code, identifiers=who.identifiers, campaign=link.campaign,
            properties={"link": link.code, "url": link.target}))


def _linkset(request: Asked, found: Gs1, place: str) -> Response[Any]:
    base = address_of(request)
    anchor = f"{base}/01/{found.gtin}" + (f"/10/{found.lot}" if found.lot else "") + (
        f"/21/{found.serial}" if found.serial else "")
    page = anchor + (f"?store={place}" if place else "")
    links = [{"href": page, "title": "Product page", "type": "text/html", "hreflang": ["zh", "en"]}]
    body = {"linkset": [{"anchor": anchor, "https://gs1.org/voc/pip": links, "https://gs1.org/voc/defaultLink": links}]}
    return Response(body, media_type=_LINKSET, headers={"Cache-Control": "no-store", "Vary": "Accept"})


def line_of(product: Sku, amount: int = 0) -> Item:
    """Return one piece of a product as an event carries it; `amount` in minor units."""
    return Item(product.sku, 1.0, amount, 0, product.category, product.brand, product.name)


def hashed(*parts: str) -> str:
    """Return a name for an event that is the same for the same parts."""
    return blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()


def _token(platform: Platform, shown: Shown) -> str:
    body = msgspec.json.encode(shown)
    return urlsafe_b64encode(platform.vault.sign(b"page\0" + body, 12) + body).decode()


routes = [short, from_shelf, digital_link, location]
