"""Sums: a receipt's discounts and taxes brought onto its lines and totals, so that no minor unit is lost."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from datong.errors import Rejected
from datong.model import CURRENCIES, exponent
from datong.touchpoints.amounts import minor
from datong.touchpoints.lines import Mode, line_of

__all__ = ["Sums", "prorate", "truth"]

_WORDS = {"true": True, "1": True, "yes": True, "y": True, "是": True,
          "false": False, "0": False, "no": False, "n": False, "": False, "否": False}


def truth(value: Any, field: str) -> bool:
    """Return a yes or no as tills write it; raises Rejected (`bad_type`)."""
    if value is None or value is True or value is False:
        return bool(value)
    found = _WORDS.get(str(value).strip().lower()) if isinstance(value, str | int) else None
    if found is None:
        raise Rejected(f"{field} is neither yes nor no", code="bad_type", hint="write true or false", field=field)
    return found


def prorate(total: int, weights: Sequence[int]) -> list[int]:
    """Return `total` cut in proportion to the weights (≥ 0); the parts add up to it exactly.

    The largest remainders get the units that are left over, as in Hamilton's method; equal ones in order. Where all
    weights are zero every part weighs the same.
    """
    whole = sum(weights)
    if not whole:
        weights, whole = [1] * len(weights), len(weights)
    if not whole:
        return []
    size = abs(total)
    parts = [size * weight // whole for weight in weights]
    order = sorted(range(len(parts)), key=lambda at: (-(size * weights[at] % whole), at))
    for at in order[: size - sum(parts)]:
        parts[at] += 1
    return [-part for part in parts] if total < 0 else parts


class Sums:
    """The lines of one receipt that count, sold and taken back, with their share of what was said for the whole."""

    def __init__(self, receipt: dict[str, Any], lines: list[dict[str, Any]], kind: str, currency: str) -> None:
        """Leave voided lines out, and give each line its share of the receipt's `discounts`; raises Rejected."""
        given = str(receipt.get("currency") or "").strip().upper()
        self._currency = given if given in CURRENCIES else currency
        self._receipt = receipt
        self.kept = [line for line in lines if "voided" not in line or not truth(line["voided"], "lines.voided")]
        self.back = [line for line in self.kept if _is_back(line, kind)]
        self.sold = [line for line in self.kept if not _is_back(line, kind)] if self.back else self.kept
        self.originals = list(dict.fromkeys(str(line["original"]) for line in self.back if line.get("original")))
        if receipt.get("discounts"):
            self._share(receipt["discounts"])

    @property
    def swapped(self) -> dict[str, Any]:
        """Return the tender by which the goods taken back pay for those sold."""
        return {"kind": "exchange", "amount": self._major(self._worth(self.back, "returned"))}

    def money(self, lines: list[dict[str, Any]], mode: Mode) -> dict[str, Any]:
        """Return `total`, `tax` and `taxes` of these lines, as far as they are known."""
        receipt = self._receipt
        told: dict[str, Any] = {}
        taxes = self._taxes(lines, own=not self.back or lines is self.sold)
        if taxes:
            told["taxes"] = taxes
            told["tax"] = self._major(sum(self._minor(tax["amount"], "tax") for tax in taxes))
        elif receipt.get("tax") not in (None, "") and (lines is self.sold or not self.sold):
            told["tax"] = receipt["tax"]
        total = receipt.get("total")
        if self.sold and self.back:  # an exchange: the total is the difference between its halves
            worth = self._worth(lines, mode)
            if total not in (None, "") and mode == "sold":
                worth = self._minor(total, "total") + self._worth(self.back, "returned")
            told["total"] = self._major(worth)
        elif total not in (None, ""):
            told["total"] = total
        elif any(not tax["included"] for tax in taxes):
            told["total"] = self._major(self._worth(lines, mode))
        return told

    def _worth(self, lines: list[dict[str, Any]], mode: Mode) -> int:
        """Return what was paid for the lines, with the taxes that stand beside their prices."""
        worth = sum(abs(self._amount(line, at, mode)) if mode == "returned" else self._amount(line, at, mode)
                    for at, line in enumerate(lines))
        own = lines is self.sold or not self.sold
        return worth + sum(self._minor(t["amount"], "tax") for t in self._taxes(lines, own) if not t["included"])

    def _taxes(self, lines: list[dict[str, Any]], own: bool) -> list[dict[str, Any]]:
        """Return the taxes line by line, then those of the whole receipt where it is these lines' `own`."""
        usual = self._receipt.get("tax_included")
        found = []
        for at, line in enumerate(lines):
            if line.get("tax") in (None, ""):
                continue
            included = line.get("tax_included", usual)
            tax = {"line": at, "amount": line["tax"],
                   "included": included in (None, "") or truth(included, "lines.tax_included")}
            if line.get("tax_rate") not in (None, ""):
                tax["rate"] = line["tax_rate"]
            found.append(tax)
        if own and (whole := self._receipt.get("taxes")):
            for whole_tax in whole if isinstance(whole, list) else [None]:
                if not isinstance(whole_tax, dict) or whole_tax.get("amount") in (None, ""):
                    raise Rejected("taxes must be a list of objects with an amount", code="bad_type", field="taxes")
                included = whole_tax.get("included", usual)
                found.append({**whole_tax, "included": included in (None, "") or truth(included, "taxes.included")})
        return found

    def _share(self, discounts: Any) -> None:
        """Take what was off the whole receipt off its lines, each in proportion to what it comes to."""
        if not isinstance(discounts, list) or not all(isinstance(one, dict) for one in discounts):
            raise Rejected("discounts must be a list of objects", code="bad_type", field="discounts",
                           hint='write [{"amount": 10.00, "reason": …}]')
        off = sum(self._minor(one.get("amount"), f"discounts[{at}].amount") for at, one in enumerate(discounts))
        lines = self.sold or self.back
        mode: Mode = "sold" if self.sold else "returned"
        items = [line_of(line, self._currency, mode, f"lines[{at}]") for at, line in enumerate(lines)]
        whole = sum(abs(item.amount) for item in items)
        if not 0 <= off <= whole:
            raise Rejected("the receipt's discounts are more than its lines come to", code="bad_amount",
                           hint="write what was taken off the whole receipt, beside the discounts of its lines",
                           field="discounts")
        shares = prorate(off, [abs(item.amount) for item in items])
        told = []
        for line, item, share in zip(lines, items, shares, strict=True):
            sign = -1 if item.amount < 0 else 1
            told.append({**line, "amount": self._major(item.amount - sign * share),
                         "discount": self._major(item.discount + sign * share)})
        if self.sold:
            self.sold = told
        else:
            self.back = told
        if not (self.sold and self.back):
            self.kept = told

    def _amount(self, line: dict[str, Any], at: int, mode: Mode) -> int:
        return line_of(line, self._currency, mode, f"lines[{at}]").amount

    def _minor(self, value: Any, field: str) -> int:
        return minor(value, self._currency, "receipt", field)

    def _major(self, amount: int) -> str:
        return str(Decimal(amount).scaleb(-exponent(self._currency)))


def _is_back(line: dict[str, Any], kind: str) -> bool:
    """Return whether a line is taken back; in a sale only where it says so (a negative line stays in the sale)."""
    said = line.get("kind")
    if said not in (None, "", "sale", "return"):
        raise Rejected(f"a line's kind {str(said)[:40]!r} is not known", code="bad_type", hint="write sale or return",
                       field="lines.kind")
    if said:
        return bool(said == "return")
    return kind == "return" or (kind == "exchange" and str(line.get("quantity", "")).strip().startswith("-"))
