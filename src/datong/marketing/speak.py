"""Putting a decision into words, in the retailer's language or the next that the campaign has."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from datong.config import Settings
from datong.marketing.definition import Definition
from datong.marketing.template import fill
from datong.model import Coupon, Firing, Message, Money, Offer

__all__ = ["Names", "offer_text", "write_message"]


class Names(msgspec.Struct, frozen=True):
    """What zones (by place and zone code) and goods (by SKU) are called."""

    zones: Mapping[tuple[str, str], str] = {}
    products: Mapping[str, str] = {}


def write_message(
    definition: Definition, firing: Firing, coupon: Coupon | None, names: Names, settings: Settings, message: Message
) -> Message:
    """Return the message with its words; the shopper's name stays a placeholder."""
    language: str = settings.retailer.language
    if language not in definition.messages:
        language = next(iter(definition.messages))
    words, zone = definition.messages[language], str(firing.binds.get("zone", ""))
    product = str(firing.binds.get("sku") or firing.binds.get("product") or "")
    values = {
        "zone": names.zones.get((str(firing.binds.get("place") or firing.place), zone), zone),
        "product": names.products.get(product, product),
        "coupon": coupon.code if coupon else "",
        "offer": offer_text(definition.offer, settings.retailer.currency, language),
        "until": _day(coupon.expires, settings.retailer.timezone) if coupon else "",
    }
    return msgspec.structs.replace(
        message, language=language, title=fill(words.title, values), body=fill(words.body, values))


def offer_text(offer: Offer, currency: str, language: str) -> str:
    """Return the offer as a shopper reads it: `20% off`, `8折`, `减¥20.00`, `20.00 EUR off`; empty for none."""
    if offer.kind == "percent":
        if language == "zh-CN":
            return f"{(100 - offer.value) / 10:g}折" if offer.value < 100 else "免费"
        return f"{offer.value}% off" if offer.value < 100 else "free"
    if offer.kind == "amount":
        plain = str(Money(offer.value, currency)).rpartition(" ")[0]
        money = f"¥{plain}" if currency == "CNY" else f"{plain} {currency}"
        return f"减{money}" if language == "zh-CN" else f"{money} off"
    return ""


def _day(at: int, zone: str) -> str:
    return datetime.fromtimestamp(at / 1000, ZoneInfo(zone)).date().isoformat()
