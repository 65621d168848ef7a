"""Receipt: one transaction of a till, in the one form that JSON, CSV and POSLog are brought to, told as calls.

A sale is told as *Receipt Issued*, what is taken back as *Receipt Returned*, an exchange as one of each; a void as
*Receipt Voided*, which names the receipt whose sums are taken back; a drawer opened, a training or suspended
transaction as *Till Reported*, which is kept and counted and moves no money.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from datong.errors import Rejected
from datong.touchpoints.call import Call, CallContext, ExternalId, Heard, Listening
from datong.touchpoints.till.sums import Sums, truth

__all__ = ["KEY", "NOTES", "SHAPE", "natural_key", "receipt_calls"]

KEY = ("store", "till", "business_day", "sequence")
"""The natural key of a transaction."""

NOTES = frozenset({
    "no_sale", "training", "suspended", "voided", "nothing_sold", "till_open", "till_close", "sign_on", "sign_off",
    "business_open", "business_close", "cash_in", "cash_out", "control",
})
"""Transactions that are no receipts."""

SHAPE = 'a receipt is {"store", "till", "business_day", "sequence", "time", "lines": […], …}'
_TRADE = ("sale", "return", "exchange")
_TRAITS = {"name", "first_name", "last_name", "address", "birthday", "title", "gender", "age"}
_LINE = ("sku", "name", "category", "brand", "quantity", "price", "discount", "amount")


def receipt_calls(receipt: Any, context: Listening) -> list[Heard]:
    """Return the calls of one receipt, under its natural key, then its redeemed coupons.

    Raises Rejected (`missing_field`, `bad_type`, `bad_time`, `bad_amount`, `negative_price`) naming the field.
    """
    if not isinstance(receipt, dict):
        raise Rejected("a receipt must be an object", code="bad_type", hint=SHAPE, field="receipts")
    receipt = {"store": context.place, **receipt}
    store, till, day, sequence = _parts(receipt)
    ref = f"{store}/{till}/{day}/{sequence}"
    if not isinstance(receipt.get("time"), str | int) or receipt["time"] == "":
        raise Rejected("the receipt has no time", code="missing_field", hint=SHAPE, field="time")
    kind = receipt.get("kind") or "sale"
    head: dict[str, Any] = {"receipt_id": ref, "store_id": store, "till": till, "business_day": day,
                            "sequence": sequence}
    if operator := receipt.get("operator"):
        head["operator"] = str(operator)[:64]
    time = _zoned(receipt["time"], context.timezone)
    if kind in _TRADE:
        return _trade(receipt, kind, head, time, context)
    if kind == "void":
        return [_void(receipt, head, time)]
    if not isinstance(kind, str) or kind not in NOTES:
        hint = f"write {', '.join(_TRADE)}, void, or one of {', '.join(sorted(NOTES))}"
        raise Rejected(f"the receipt's kind {str(kind)[:40]!r} is not known", code="bad_type", hint=hint, field="kind")
    return [Call("track", "Till Reported", ref, properties={**head, "report": kind}, timestamp=time)]


def natural_key(receipt: dict[str, Any]) -> str:
    """Return store/till/business_day/sequence; raises Rejected (`missing_field`, `bad_time`)."""
    return "/".join(_parts(receipt))


def _parts(receipt: dict[str, Any]) -> tuple[str, str, str, str]:
    for field in KEY:
        if not isinstance(receipt.get(field), str | int) or receipt[field] == "":
            raise Rejected(f"the receipt has no {field}", code="missing_field", hint=SHAPE, field=field)
    day = _day(receipt["business_day"])
    return str(receipt["store"]), str(receipt["till"]), day, _sequence(receipt["sequence"])


def _trade(receipt: dict[str, Any], kind: str, head: dict[str, Any], time: Any, context: Listening) -> list[Heard]:
    """Tell a sale, a return, or the two halves of an exchange, and the coupons redeemed on a sale."""
    lines = _objects(receipt, "lines")
    sums = Sums(receipt, lines, kind, context.currency)
    if lines and not sums.kept:
        note = {**head, "report": "nothing_sold", "voided_lines": len(lines)}
        return [Call("track", "Till Reported", head["receipt_id"], properties=note, timestamp=time)]
    staff = truth(receipt.get("staff"), "staff")
    apart = staff and context.settings.get("staff_purchases", "apart") == "apart"
    who, traits = (None, None) if apart else _customer(receipt.get("customer"))
    head |= _beside(receipt, sums, len(lines), staff)
    heard: list[Heard] = [
        Call("track", event, told["receipt_id"], context=who, properties=told, traits=traits, timestamp=time)
        for event, told in _halves(receipt, sums, head)
    ]
    if sums.sold:
        heard.extend(_redeemed(coupon, head, who, time) for coupon in _objects(receipt, "coupons"))
    return heard


def _beside(receipt: dict[str, Any], sums: Sums, count: int, staff: bool) -> dict[str, Any]:
    """Return what both halves of a transaction carry beside goods and money."""
    told: dict[str, Any] = {name: receipt[name] for name in ("currency",) if receipt.get(name) not in (None, "")}
    if order := receipt.get("order"):
        told["order"] = str(order)[:200]
    if staff:
        told["staff"] = True
    if count > len(sums.kept):
        told["voided_lines"] = count - len(sums.kept)
    return told


def _halves(receipt: dict[str, Any], sums: Sums, head: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return the event of the goods sold and that of the goods taken back, as far as there are any."""
    said = {name: receipt[name] for name in ("discount",) if receipt.get(name) not in (None, "")}
    said |= {name: found for name in ("tenders", "coupons") if (found := _objects(receipt, name))}
    exchange = bool(sums.sold and sums.back)
    if sums.sold or not sums.back:
        told = {**head, "products": _products(sums.sold), **sums.money(sums.sold, "sold"), **said}
        if exchange:
            told |= {"tenders": [*said.get("tenders", ()), sums.swapped], "exchange": True}
        yield "Receipt Issued", told
    if sums.back:
        told = {**head, "products": _products(sums.back), **sums.money(sums.back, "returned")}
        told |= {"receipt_id": f"{head['receipt_id']}/returned", "tenders": [sums.swapped],
                 "exchange": True} if exchange else said
        originals = sums.originals or ([receipt["original"]] if receipt.get("original") else [])
        if originals:
            told["original"] = originals[0]
        if len(originals) > 1:
            told["originals"] = originals
        yield "Receipt Returned", told


def _redeemed(coupon: dict[str, Any], head: dict[str, Any], who: CallContext | None, time: Any) -> Call:
    told = {"receipt_id": head["receipt_id"], "store_id": head["store_id"], "total": coupon.get("amount", 0),
            **{k: coupon[k] for k in ("campaign",) if coupon.get(k)}, "coupon": coupon.get("code"),
            **{k: head[k] for k in ("currency",) if k in head}}
    return Call("track", "Coupon Redeemed", f"{head['receipt_id']}/coupon/{coupon.get('code')}", context=who,
                properties=told, timestamp=time, first_counts=True)


def _void(receipt: dict[str, Any], head: dict[str, Any], time: Any) -> Call:
    """Tell which receipt does not count; without `voids` it is the one with this very number."""
    ref, voids = head["receipt_id"], receipt.get("voids") or receipt.get("original") or head["receipt_id"]
    if isinstance(voids, dict):
        voids = natural_key({**{name: receipt[name] for name in KEY}, **voids})
    if not isinstance(voids, str):
        hint = 'write "store/till/business_day/sequence", or an object of these'
        raise Rejected("voids must name a receipt", code="bad_type", hint=hint, field="voids")
    if "/" not in voids:  # a number alone is one of the same till and day
        voids = natural_key({**receipt, "sequence": voids})
    name = f"{ref}/void" if voids == ref else ref
    return Call("track", "Receipt Voided", name, timestamp=time,
                properties={**head, "receipt_id": voids, "store_id": voids.split("/")[0], "voided_by": name})


def _products(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{k: line[k] for k in _LINE if line.get(k) not in (None, "")} for line in lines]


def _objects(receipt: dict[str, Any], field: str) -> list[dict[str, Any]]:
    found = receipt.get(field) or []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Rejected(f"{field} must be a list of objects", code="bad_type", hint=SHAPE, field=field)
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
    return str(int(text)) if text.isdecimal() and len(text) < 40 else text


def _day(value: Any) -> str:
    return _date(str(value))


@lru_cache(maxsize=256)
def _date(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
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
