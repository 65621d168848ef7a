"""Order: what a product's page can be asked for: a piece brought to the fitting room, or one that is not here."""

from __future__ import annotations

import time
from base64 import urlsafe_b64decode
from binascii import Error as NoBase64
from hmac import compare_digest
from typing import Any

import msgspec
from litestar import Response, post
from litestar.params import URLEncodedBody

from datong.commerce import order_key, order_progress, price_of, refused_steps, skus, variants_of
from datong.errors import Rejected
from datong.model import Item, Sku
from datong.platform import Platform
from datong.privacy import make_identifier, namespaces
from datong.touchpoints import append_own, own_event
from datong.web.shopper.page import FORM, Asked, from_here, language, platform_of
from datong.web.shopper.product import Shown, hashed, line_of, product_page
from datong.web.shopper.visitor import recent, visitor
from datong.web.shopper.words import WORDS

__all__ = ["routes", "settled"]

_WAIT = 2.0
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_MANY = 5


@post("/scan/fitting", **FORM)
def fitting(request: Asked, data: URLEncodedBody[dict[str, str]]) -> Response[Any]:
    """Ask for a piece to be brought to the fitting room."""
    from_here(request)
    platform, shown, words = platform_of(request), _read(request, data), WORDS[language(request)]
    sku, who = _chosen(platform, shown, data), visitor(request)
    if not recent(request).count(who.mark, "fitting", platform.store.clock.now(), 2 * _MANY):
        return product_page(request, shown, None, said=words["too_many"])
    name = f"fitting/{hashed(shown.nonce, sku)}"
    append_own(platform.store, own_event(
        platform.store, "Fitting Requested", name, "qr", identifiers=who.identifiers, place=shown.place,
        items=(_item(platform, sku),), campaign=shown.campaign))
    return product_page(request, shown, None, said=words["fitting_done"])


@post("/scan/order", **FORM)
def order(request: Asked, data: URLEncodedBody[dict[str, str]]) -> Response[Any]:
    """Order a piece that is not here (endless aisle), to collect or to be sent; it is paid when it is handed over."""
    from_here(request)
    platform, shown, words = platform_of(request), _read(request, data), WORDS[language(request)]
    sku, who, settings = _chosen(platform, shown, data), visitor(request), platform.settings
    now = platform.store.clock.now()
    if not recent(request).count(who.mark, "order", now, _MANY):
        return product_page(request, shown, None, said=words["too_many"])
    identifiers = list(who.identifiers)
    phone = data.get("phone", "").strip()
    try:
        made = make_identifier(platform.vault, namespaces(settings)["phone"], phone, settings.retailer.region)
    except Rejected:
        made = None
    if made is None and (phone or not identifiers):
        return product_page(request, shown, None, said=words["bad_phone"], open_=True)
    identifiers += [made] if made else []
    with platform.store.state.read() as tx:
        price = price_of(tx, [sku], shown.place, now).get(sku)
    amount, currency = (price.amount, price.currency or settings.retailer.currency) if price else (0, "")
    ref = "QR-" + "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in platform.vault.sign(
        f"order\0{shown.nonce}\0{sku}".encode(), 8))
    mode = "collect" if data.get("mode") == "collect" and shown.place else "ship"
    address = data.get("address", "").strip()[:500]
    append_own(platform.store, own_event(
        platform.store, "Order Placed", f"order/{ref}", "qr", identifiers=tuple(identifiers),
        place=shown.place if mode == "collect" else "", items=(_item(platform, sku, amount),), amount=amount,
        currency=currency, ref=ref, campaign=shown.campaign,
        properties={"mode": mode, "reserve": True, "valid": "3d", "scanned_at": shown.place, "actor": "shopper"},
        personal={"address": platform.vault.seal(address)} if address else {},
    ))
    said, code, pick_up = _outcome(platform, ref, words)
    return product_page(request, shown, None, said, code, pick_up)


def _outcome(platform: Platform, ref: str, words: dict[str, str]) -> tuple[str, str, str]:
    """Return what to say about an order once the flow has looked at it, its number, and its pick-up code."""
    settled(platform)
    key = order_key("pages", ref)
    with platform.store.state.read() as tx:
        found = order_progress(tx, key)
        refused = next((step for step in refused_steps(tx) if step.key == key), None) if found is None else None
    if refused is not None:
        why = "gone" if refused.why.code.startswith("not_") else "ask_us"
        return f"{words['not_ordered']}: {words[why]}.", "", ""
    if found is None or found.state == "placed":
        return f"{words['ordered']} {ref}. {words['pending']}", "", ""
    return words["ordered"], ref, found.code


def settled(platform: Platform) -> None:
    """Wait until the flow has passed all that is in the log by now, two seconds at most."""
    end, deadline = platform.store.log.end(), time.monotonic() + _WAIT
    while platform.flow.position < end and time.monotonic() < deadline:
        time.sleep(0.005)


def _chosen(platform: Platform, shown: Shown, data: dict[str, str]) -> str:
    """Return the variant that was chosen; raises Rejected where it is none of the product's."""
    wanted = data.get("sku", "") or shown.sku
    if wanted != shown.sku:
        with platform.store.state.read() as tx:
            if wanted not in {one.sku for one in variants_of(tx, shown.sku)}:
                raise Rejected("this is no variant of the product", code="bad_request", field="sku")
    return wanted


def _item(platform: Platform, sku: str, amount: int = 0) -> Item:
    with platform.store.state.read() as tx:
        return line_of(skus(tx, [sku]).get(sku) or Sku(sku), amount)


def _read(request: Asked, data: dict[str, str]) -> Shown:
    """Return what a form was about; raises Rejected (`bad_request`) where it is none of ours."""
    try:
        raw = urlsafe_b64decode(data.get("t", "").encode("ascii", "replace"))
        if compare_digest(platform_of(request).vault.sign(b"page\0" + raw[12:], 12), raw[:12]):
            return msgspec.json.decode(raw[12:], type=Shown)
    except (NoBase64, ValueError):
        pass
    raise Rejected("the form is not one of ours", code="bad_request", hint="open the page again", field="t")


routes = [fitting, order]
