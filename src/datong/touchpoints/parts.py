"""Parts: what a call's properties say in canonical terms (goods, money, place, references), and what is left over."""

from __future__ import annotations

from typing import Any

import msgspec

from datong.errors import Rejected
from datong.model import CURRENCIES, EventType, Item
from datong.touchpoints.amounts import minor, number
from datong.touchpoints.lines import CODE, LINE, SHORT, Mode, line_of, lines, negated, text

__all__ = ["TRADE", "Parts", "read_parts"]

TRADE: dict[str, Mode] = {"Receipt Issued": "sold", "Order Completed": "sold", "Order Placed": "sold",
                          "Receipt Returned": "returned"}
"""Receipts and orders, whose goods and store must be known, and what their lines say."""

_MONEY = frozenset({*TRADE, "Order Updated", "Order Refunded", "Order Cancelled"})
_TAKEN = frozenset({
    "products", "currency", "revenue", "total", "order_id", "receipt_id", "transfer_id", "message_id", "coupon",
    "coupon_id", "campaign_id", "campaign", "store_id", "venue_id", "zone_id", "dwell_ms", "rssi",
})
_LINE = frozenset(LINE)
_TAKEN_LINE = _TAKEN | _LINE
_SPECIAL = _TAKEN | {"affiliation", "code", "value"}


class Parts(msgspec.Struct, frozen=True, array_like=True):
    """The canonical parts of an event; amounts in minor units, `rest` the properties that have no part of their own."""

    place: str
    zone: str
    items: tuple[Item, ...]
    amount: int
    currency: str
    ref: str
    campaign: str
    coupon: str
    value: float
    rest: dict[str, Any]


def read_parts(kind: EventType, props: dict[str, Any], currency: str, place: str) -> Parts:
    """Return the parts; `currency` and `place` are the retailer's and the touchpoint's, for want of better.

    Raises Rejected (`bad_currency`, `bad_amount`, `negative_price`, `missing_field`, `bad_type`).
    """
    get, name = props.get, kind.name
    if _SPECIAL.isdisjoint(props) and name not in _MONEY:  # most of what a web shop sends: a page, or one product
        seen = (line_of(props, currency, "seen", "properties"),) if "sku" in props or "product_id" in props else ()
        rest = {k: v for k, v in props.items() if k not in _LINE} if seen else dict(props)
        return Parts(place, "", seen, 0, currency if seen else "", "", "", "", 0.0, rest)
    if (given := get("currency")) is not None:
        currency = _currency(given)
    mode = TRADE.get(name, "seen")
    items: tuple[Item, ...] = ()
    taken = _TAKEN
    if (products := get("products")) is not None:
        items = lines(products, currency, mode)
    elif "sku" in props or "product_id" in props:
        items, taken = (line_of(props, currency, mode, "properties"),), _TAKEN_LINE
    amount = _amount(props, currency, items, mode)
    code = get("code") if kind.family == "master" else None
    store = get("store_id") or get("venue_id") or get("affiliation") or (code if name == "Store Updated" else None)
    zone, ref = get("zone_id"), get("order_id") or get("receipt_id") or get("transfer_id") or get("message_id")
    coupon = get("coupon") or get("coupon_id")
    campaign = get("campaign_id") or get("campaign") or (code if name == "Campaign Updated" else None)
    rest = {k: v for k, v in props.items() if k not in taken}
    if name in _MONEY:
        _money(rest, currency)
        if mode == "returned" and amount >= 0 and all(item.amount >= 0 for item in items):
            items, amount = negated(items), -amount
            _turn(rest)
    return Parts(
        text(store, "properties", "store_id", SHORT) if store else "" if name == "Price Updated" else place,
        "" if zone is None else text(zone, "properties", "zone_id", SHORT),
        items,
        amount,
        currency if items or amount else "",
        text(ref, "properties", "order_id", CODE) if ref else "",
        text(campaign, "properties", "campaign_id", SHORT) if campaign else "",
        text(coupon, "properties", "coupon", CODE) if coupon else "",
        _value(props),
        rest,
    )


def _currency(given: Any) -> str:
    code = given.strip().upper() if type(given) is str else ""
    if code not in CURRENCIES:
        near = {"RMB": "CNY", "YUAN": "CNY", "¥": "CNY", "￥": "CNY", "元": "CNY", "NTD": "TWD", "$": "USD", "€": "EUR"}
        hint = f"did you mean {near[code]}?" if code in near else "write a code of ISO 4217, such as CNY or EUR"
        shown = given[:20] if type(given) is str else type(given).__name__
        raise Rejected(f"{shown!r} is not a currency", code="bad_currency", hint=hint, field="properties.currency")
    return code


def _amount(props: dict[str, Any], currency: str, items: tuple[Item, ...], mode: Mode) -> int:
    for name in ("revenue", "total"):
        if (given := props.get(name)) is not None:
            amount = minor(given, currency, "properties", name)
            if mode == "sold" and amount < 0 and all(item.amount >= 0 for item in items):
                raise Rejected(f"properties.{name} is negative", code="bad_amount", field=f"properties.{name}",
                               hint="a return is its own event (Receipt Returned)")
            return amount
    given = props.get("value")
    if type(given) is int or type(given) is float:
        return minor(given, currency, "properties", "value")
    return sum(item.amount for item in items) if mode != "seen" else 0


def _value(props: dict[str, Any]) -> float:
    for name in ("dwell_ms", "rssi"):
        if (given := props.get(name)) is not None:
            return number(given, "properties", name)
    given = props.get("value")
    return float(given) if type(given) is int or type(given) is float else 0.0


def _money(rest: dict[str, Any], currency: str) -> None:
    """Bring the other amounts of a receipt to minor units, in place."""
    for name in ("discount", "shipping", "tax"):
        if rest.get(name) is not None:
            rest[name] = minor(rest[name], currency, "properties", name)
    for name in ("tenders", "coupons", "taxes"):
        if (given := rest.get(name)) is None:
            continue
        if type(given) is not list or not all(type(one) is dict for one in given):
            raise Rejected(f"properties.{name} must be a list of objects", code="bad_type", field=f"properties.{name}")
        rest[name] = [_amounts(one, currency, f"properties.{name}[{at}]") for at, one in enumerate(given)]


def _amounts(one: dict[str, Any], currency: str, at: str) -> dict[str, Any]:
    """Return a tender, coupon or tax with its amount in minor units, and what was handed over in its own currency."""
    told = {**one, "amount": minor(one.get("amount", 0), currency, at, "amount")}
    if one.get("foreign_amount") is not None:
        foreign = _currency(one.get("foreign_currency", currency))
        told |= {"foreign_currency": foreign, "foreign_amount": minor(one["foreign_amount"], foreign, at,
                                                                      "foreign_amount")}
    return told


def _turn(rest: dict[str, Any]) -> None:
    """Turn the other amounts of a return round: what is given back is negative."""
    for name in ("discount", "tax"):
        if name in rest:
            rest[name] = -abs(rest[name])
    for name in ("tenders", "taxes"):
        if name in rest:
            rest[name] = [{**one, "amount": -abs(one["amount"])} for one in rest[name]]
