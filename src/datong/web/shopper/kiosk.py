"""Kiosk: a touch screen in a store or mall: its map and shops, and a member's coupons on paper."""

from __future__ import annotations

import datetime as dt
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NoBase64
from hmac import compare_digest
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa
from litestar import Response, get, post
from litestar.params import FromPath, URLEncodedBody

from datong.errors import Rejected
from datong.identity import who
from datong.marketing import check_coupon, coupons_of, offer_text
from datong.model import Coupon, Identifier
from datong.places import Floor, Venue, category_name, formats, venue_at
from datong.platform import Platform
from datong.privacy import make_identifier, namespaces
from datong.touchpoints import append_own, own_event
from datong.web.coupon import pictured
from datong.web.shopper.alive import Alive
from datong.web.shopper.page import FORM, PRINTING, Asked, from_here, is_device, language, platform_of, qr, render
from datong.web.shopper.visitor import recent
from datong.web.shopper.words import WORDS

__all__ = ["routes"]

_BY = ("member_card", "phone")
_FAILED = 20
"""How many unknown numbers a kiosk may be given in half an hour, so that nobody tries them all."""


class _Print(msgspec.Struct, frozen=True):
    """What a Print button says: the coupon, and the identifier that was typed."""

    coupon: str
    ns: str
    key: int
    at: int


@get("/kiosk/{place:str}", sync_to_thread=True, include_in_schema=False)
def home(request: Asked, place: FromPath[str]) -> Response[Any]:
    """Show the map by floor, the shops by category, and on a kiosk of ours the way to one's coupons."""
    return _home(request, place)


@post("/kiosk/{place:str}/coupons", **FORM)
def coupons(request: Asked, place: FromPath[str], data: URLEncodedBody[dict[str, str]]) -> Response[Any]:
    """Show the coupons of who has this card or phone number; no name, as others stand behind."""
    from_here(request)
    platform, words = platform_of(request), WORDS[language(request)]
    if not is_device(request, f"kiosk/{place}")[0]:
        return render(request, "note.html", 403, title=words["no_device"], text=words["no_device_hint"])
    now, tried = platform.store.clock.now(), recent(request)
    if tried.full(f"kiosk/{place}", "unknown", now, _FAILED):
        return _home(request, place, said=words["tries"])
    whose, member = _whose(platform, data.get("card", ""))
    if member is None or whose is None:
        tried.count(f"kiosk/{place}", "unknown", now, _FAILED)
        return _home(request, place, said=words["not_member"])
    with platform.store.state.read() as tx:
        found = [one for one in coupons_of(tx, member) if one.redeemed is None and one.expires > now]
    rows = [{**_shown(platform, one, language(request)),
             "token": _seal(platform, _Print(one.code, whose.ns, whose.key, now))} for one in found]
    return render(request, "kiosk_coupons.html", rows=rows, place=place)


@post("/kiosk/{place:str}/print", **FORM)
def print_one(request: Asked, place: FromPath[str], data: URLEncodedBody[dict[str, str]]) -> Response[Any]:
    """Print one coupon: a page that the browser prints, and the event that it was."""
    from_here(request)
    platform, words = platform_of(request), WORDS[language(request)]
    wanted = _open(platform, data.get("t", ""))
    now = platform.store.clock.now()
    if not is_device(request, f"kiosk/{place}")[0] or now - wanted.at > 600_000:
        return render(request, "note.html", 403, title=words["no_device"], text=words["no_device_hint"])
    with platform.store.state.read() as tx:
        found = check_coupon(tx, platform.vault, wanted.coupon, now)
    if not found.ok or found.coupon is None:
        return _home(request, place, said=words["no_coupons"])
    append_own(platform.store, own_event(
        platform.store, "Coupon Printed", f"print/{found.code}/{wanted.at}", "kiosk", place=place,
        identifiers=(Identifier(wanted.ns, wanted.key),), coupon=found.code, campaign=found.coupon.campaign))
    return render(request, "kiosk_print.html", headers=PRINTING, place=place, qr=qr(pictured(platform, found.code)),
                  row=_shown(platform, found.coupon, language(request)))


def _home(request: Asked, place: str, said: str = "") -> Response[Any]:
    platform, lang = platform_of(request), language(request)
    ours, cookies = is_device(request, f"kiosk/{place}")
    if ours:
        alive: Alive = request.app.state.alive
        alive.heard(f"kiosk/{place}", platform.store.clock.now())
    with platform.store.state.read() as tx:
        venue = _venue(tx, place)
    floors = sorted(venue.floors, key=lambda f: -f.level) if venue else []
    asked = request.query_params.get("floor", "")
    floor = next((f for f in floors if f.code == asked), floors[-1] if floors else None)
    return render(
        request, "kiosk.html", cookies=cookies, place=place, ours=ours, said=said,
        name=venue.name.in_language(lang) if venue else place, floor=floor.code if floor else "",
        floors=[{"code": f.code, "name": f.name.in_language(lang)} for f in floors],
        plan=_plan(floor, lang) if floor else None, shops=_shops(platform_of(request), floors, lang))


def _venue(tx: sa.Connection, place: str) -> Venue | None:
    return venue_at(tx, place)[0]


def _plan(floor: Floor, lang: str) -> dict[str, Any] | None:
    """Return what the map of a floor is drawn from: its box, and of each zone corners, label and where to write it."""
    rings = [zone.ring for zone in floor.zones if zone.ring] + ([floor.outline] if floor.outline else [])
    if not rings:
        return None
    xs, ys = [x for ring in rings for x, _ in ring], [y for ring in rings for _, y in ring]
    wide, high = max(xs) - min(xs), max(ys) - min(ys)
    zones = []
    for zone in floor.zones:
        if not zone.ring:
            continue
        box = zone.box
        label = (zone.shop.name if zone.shop else zone.name).in_language(lang)
        size = min(wide / 28, 1.7 * box.w / max(3, sum(2 if ord(c) > 0x2E80 else 1 for c in label)), box.h / 2)
        zones.append({
            "points": " ".join(f"{x:g},{y:g}" for x, y in zone.ring), "label": label if size > wide / 90 else "",
            "x": f"{box.x + box.w / 2:g}", "y": f"{box.y + box.h / 2:g}", "size": f"{size:.2f}",
            "shop": zone.shop is not None})
    pad = max(wide, high) / 100
    return {"zones": zones, "line": f"{max(wide, high) / 400:.3f}",
            "box": f"{min(xs) - pad:g} {min(ys) - pad:g} {wide + 2 * pad:g} {high + 2 * pad:g}",
            "outline": " ".join(f"{x:g},{y:g}" for x, y in floor.outline)}


def _shops(platform: Platform, floors: list[Floor], lang: str) -> dict[str, list[dict[str, str]]]:
    """Return the shops by the name of their category, each with its floor."""
    usual = {one.code: one.category for one in formats(platform.settings)}
    found: dict[str, list[dict[str, str]]] = {}
    for floor in floors:
        for zone in floor.zones:
            if zone.shop is not None:
                path = zone.shop.category or zone.category or usual.get(zone.shop.format) or zone.shop.format
                category = category_name(platform.settings, path, lang)
                name, at = zone.shop.name.in_language(lang), floor.name.in_language(lang)
                found.setdefault(category, []).append({"name": name, "floor": at, "code": floor.code})
    return {name: sorted(found[name], key=lambda shop: shop["name"]) for name in sorted(found)}


def _whose(platform: Platform, typed: str) -> tuple[Identifier | None, int | None]:
    """Return the identifier that somebody typed or scanned, and the member it belongs to."""
    policy = namespaces(platform.settings)
    for ns in _BY:
        try:
            made = make_identifier(platform.vault, policy[ns], typed.strip(), platform.settings.retailer.region)
        except Rejected:
            continue
        if made is not None:
            with platform.store.state.read() as tx:
                member = who(tx, [made.key]).get(made.key)
            if member is not None:
                return Identifier(ns, made.key), member
    return None, None


def _shown(platform: Platform, coupon: Coupon, lang: str) -> dict[str, str]:
    retailer = platform.settings.retailer
    until = dt.datetime.fromtimestamp(coupon.expires / 1000, ZoneInfo(retailer.timezone))
    return {"offer": offer_text(coupon.offer, retailer.currency, "zh-CN" if lang == "zh" else "en"),
            "coupon": coupon.code, "until": until.strftime("%Y-%m-%d %H:%M")}


def _seal(platform: Platform, wanted: _Print) -> str:
    body = msgspec.json.encode(wanted)
    return urlsafe_b64encode(platform.vault.sign(b"print\0" + body, 12) + body).decode()


def _open(platform: Platform, text: str) -> _Print:
    try:
        raw = urlsafe_b64decode(text.encode("ascii", "replace"))
        if compare_digest(platform.vault.sign(b"print\0" + raw[12:], 12), raw[:12]):
            return msgspec.json.decode(raw[12:], type=_Print)
    except (NoBase64, ValueError):
        pass
    raise Rejected("the form is not one of ours", code="bad_request", hint="begin again", field="t")


routes = [home, coupons, print_one]
