"""Settle: what a till leaves unsaid about taxes and discounts, found out from its own total."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

__all__ = ["settle"]

_ZERO = Decimal(0)


def settle(
    lines: list[dict[str, Any]], taxes: list[dict[str, Any]], discounts: list[dict[str, Any]], total: Decimal | None,
    exchange: bool, usual: bool,
) -> bool:
    """Say of every tax whether prices hold it, and return whether the discounts are still to be taken off the lines.

    Tills differ: some have taken the discount of the whole receipt off the lines already, some add taxes to the prices
    without saying so. The reading that comes to the till's total is the right one; where there is no total, or none
    comes to it, taxes are as `usual` and the discounts are still to be taken off.
    """
    net = beside = doubt = _ZERO
    unsure = []
    for one in (*lines, *taxes):
        goods = "sku" in one
        sign = -1 if exchange and one.get("kind") == "return" else 1
        if goods:
            net += sign * Decimal(one["amount"])
        amount, inside = (one.get("tax"), one.get("tax_included")) if goods else (one["amount"], one.get("included"))
        if amount is None or inside is True:
            continue
        if inside is None:
            unsure.append((one, "tax_included" if goods else "included"))
            doubt += sign * Decimal(amount)
        else:
            beside += sign * Decimal(amount)
    off = sum((Decimal(one["amount"]) for one in discounts), _ZERO)
    included, apart = usual, bool(off)
    if total is not None and (off or unsure):
        for take, inside in ((True, usual), (False, usual), (True, not usual), (False, not usual)):
            if net + beside - (off if take else 0) + (0 if inside else doubt) == total:
                apart, included = take and bool(off), inside
                break
    for one, name in unsure:
        one[name] = included
    return apart
