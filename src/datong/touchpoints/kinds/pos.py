"""Pos: receipts from tills, as JSON or CSV."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from datong.errors import Rejected
from datong.touchpoints.call import Call, CallContext, ExternalId, Heard, Kind, Listening, Unread
from datong.touchpoints.till_csv import read_till_csv

__all__ = ["Pos"]

_KEY = ("store", "till", "business_day", "sequence")
_EVENTS = {"sale": "Receipt Issued", "return": "Receipt Returned"}
_TRAITS = {"name", "first_name", "last_name", "address", "birthday", "title", "gender", "age"}
_LINE = ("sku", "name", "category", "brand", "quantity", "price", "discount", "amount")
_SHAPE = 'a receipt is {"store", "till", "business_day", "sequence", "time", "lines": […], …}'


class Pos(Kind):
    """A frame is one receipt, `{"receipts": [receipt, …]}`, or CSV with one row per receipt line."""

    kind = "pos"
    verified = ("member_card", "phone", "pos_customer", "payment_token")
    hears = ("Receipt Issued", "Receipt Returned", "Coupon Redeemed")

    def listen(self, frame: bytes, context: Listening) -> list[Heard]:
        """Return each receipt under its natural key, then its redeemed coupons."""
        if frame.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}:
            parts = _read_json(frame)
        else:
            parts = read_till_csv(frame, context)
        heard: list[Heard] = []
        for receipt, raw in parts:
            try:
                heard.extend(_receipt(receipt, context))
            except Rejected as error:
                part = raw or msgspec.json.encode({"receipts": [receipt]})
                heard.append(Unread(part, error.code, error.message, error.hint, error.field, _name(receipt)))
        return heard


def _read_json(frame: bytes) -> list[tuple[Any, bytes]]:
    try:
        found = msgspec.json.decode(frame.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Rejected(f"the frame is not JSON: {error}", code="bad_json", hint=_SHAPE) from None
    if isinstance(found, dict):
        found = found.get("receipts", [found])
    if not isinstance(found, list):
        raise Rejected("receipts must be a list", code="bad_json", hint=_SHAPE, field="receipts")
    return [(receipt, b"") for receipt in found]


def _name(receipt: Any) -> str:
    if not isinstance(receipt, dict):
        return ""
    return "/".join(str(receipt.get(part, "")) for part in _KEY)[:200]


def _receipt(receipt: Any, context: Listening) -> list[Heard]:
    if not isinstance(receipt, dict):
        raise Rejected("a receipt must be an object", code="bad_type", hint=_SHAPE, field="receipts")
    receipt = {"store": context.place, **receipt}
    for field in (*_KEY, "time"):
        if not isinstance(receipt.get(field), str | int) or receipt[field] == "":
            raise Rejected(f"the receipt has no {field}", code="missing_field", hint=_SHAPE, field=field)
    kind = receipt.get("kind") or "sale"
    if kind not in _EVENTS:
        raise Rejected(f"the receipt's kind {kind!r} is not known", code="bad_type", hint="write sale or return",
                       field="kind")
    sequence = _sequence(receipt["sequence"])
    business_day = _day(receipt["business_day"])
    ref = f"{receipt['store']}/{receipt['till']}/{business_day}/{sequence}"
    customer, traits = _customer(receipt.get("customer"))
    coupons = _objects(receipt, "coupons")
    properties: dict[str, Any] = {
        "receipt_id": ref, "store_id": str(receipt["store"]), "till": str(receipt["till"]),
        "business_day": business_day, "sequence": sequence,
        "products": [{k: line[k] for k in _LINE if line.get(k) not in (None, "")}
                     for line in _objects(receipt, "lines")],
    }
    if tenders := _objects(receipt, "tenders"):
        properties["tenders"] = tenders
    if coupons:
        properties["coupons"] = coupons
    for name in ("currency", "total", "discount", "original"):
        if receipt.get(name) not in (None, ""):
            properties[name] = receipt[name]
    time = _zoned(receipt["time"], context.timezone)
    heard: list[Heard] = [
        Call("track", _EVENTS[kind], ref, context=customer, properties=properties, traits=traits, timestamp=time)
    ]
    for coupon in coupons if kind == "sale" else ():
        redeemed = {"receipt_id": ref, "store_id": properties["store_id"], "total": coupon.get("amount", 0),
                    **{k: coupon[k] for k in ("campaign",) if coupon.get(k)}, "coupon": coupon.get("code"),
                    **{k: properties[k] for k in ("currency",) if k in properties}}
        heard.append(Call("track", "Coupon Redeemed", f"{ref}/coupon/{coupon.get('code')}", context=customer,
                          properties=redeemed, timestamp=time))
    return heard


def _objects(receipt: dict[str, Any], field: str) -> list[dict[str, Any]]:
    found = receipt.get(field) or []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Rejected(f"{field} must be a list of objects", code="bad_type", hint=_SHAPE, field=field)
    return found


def _customer(customer: Any) -> tuple[CallContext | None, dict[str, Any] | None]:
    if not customer:
        return None, None
    if not isinstance(customer, dict):
        hint = 'write {"member_card": …, "phone": …}'
        raise Rejected("customer must be an object", code="bad_type", hint=hint, field="customer")
    for name, value in customer.items():
        if not isinstance(value, str | int | float | None) or isinstance(value, bool):
            raise Rejected(f"customer.{name} must be text or a number", code="bad_type", field=f"customer.{name}")
    known = [ExternalId(name, value) for name, value in customer.items()
             if name not in _TRAITS and value not in (None, "")]
    traits = {name: value for name, value in customer.items() if name in _TRAITS and value not in (None, "")}
    return CallContext(external_ids=known) if known else None, traits or None


def _sequence(value: str | int) -> str:
    text = str(value).strip()
    return str(int(text)) if text.isdecimal() else text


def _day(value: Any) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise Rejected("business_day is not a date", code="bad_time", hint="write it as 2026-03-01",
                       field="business_day") from None


def _zoned(time: Any, zone: str) -> Any:
    """Return the time with the retailer's zone where it has none: a till writes the time on its wall."""
    try:
        moment = datetime.fromisoformat(str(time))
    except ValueError:
        return time  # admission says what is wrong with it
    return moment.replace(tzinfo=ZoneInfo(zone)).isoformat() if moment.tzinfo is None else time
