"""Basket: what a POSLog RetailTransaction says of goods, tenders, discounts, taxes, coupons and the customer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from datong.errors import Rejected
from datong.touchpoints.call import Listening
from datong.touchpoints.till.element import attribute, children, flag, only, text_of
from datong.touchpoints.till.exact import amount_of
from datong.touchpoints.till.settle import settle

__all__ = ["Basket"]

_GOODS = ("Sale", "Return", "SaleForDelivery", "SaleForPickup")
_COUPON = ("ScanCode", "CouponID", "PrimaryLabel", "PromotionCode", "SerialNumber")
_CARD = ("LoyaltyAccountID", "LoyaltyID", "MembershipID", "LoyaltyCardID", "AccountNumber", "CustomerID")
_EXACT = Decimal(0)


class Basket:
    """Reads the line items of one transaction."""

    def __init__(self, parts: dict[str, list[Any]], prefix: str, context: Listening, currency: str) -> None:
        """Take the RetailTransaction's children by name."""
        self._parts, self._prefix, self._currency = parts, prefix, currency
        settings = context.settings
        self._sku = str(settings.get("sku", "ItemID"))
        self._level = str(settings.get("category_level", ""))
        self._usual = settings.get("tax_included", True) is not False
        self._staff_discounts = {str(one).casefold() for one in settings.get("staff_discounts", ())}
        self._lines: dict[str, dict[str, Any]] = {}
        self._tenders: list[dict[str, Any]] = []
        self._discounts: list[dict[str, Any]] = []
        self._taxes: list[dict[str, Any]] = []
        self._coupons: dict[str, Decimal] = {}
        self._customer: dict[str, str] = {}
        self._staff = False

    def receipt(self) -> dict[str, Any]:
        """Return the receipt without its head; raises Rejected (`bad_amount`, `missing_field`)."""
        for number, item in enumerate(self._parts.get("LineItem", ())):
            self._item(number, item)
        for name in ("Customer", "LoyaltyAccount"):
            for element in self._parts.get(name, ()):
                self._person(element)
        self._staff |= bool(self._parts.get("Employee") or self._parts.get("EmployeeID"))
        lines = list(self._lines.values())
        counting = [line for line in lines if "voided" not in line]
        back = [line for line in counting if line["kind"] == "return"]
        kind = "return" if back and len(back) == len(counting) else "exchange" if back else "sale"
        found: dict[str, Any] = {"kind": kind, "lines": lines, **self._sums(counting, kind)}
        if self._tenders:
            found["tenders"] = self._tenders
        if self._customer:
            found["customer"] = self._customer
        if self._coupons:
            found["coupons"] = [{"code": code, "amount": str(amount)} for code, amount in self._coupons.items()]
        if self._staff:
            found["staff"] = True
        return found

    def _item(self, number: int, item: Any) -> None:
        """Read one LineItem; a line that voids another takes that one along."""
        parts = children(item, self._prefix)
        gone = flag(item, "VoidFlag") or flag(item, "CancelFlag") or flag(item, "DeleteFlag")
        for name in _GOODS:
            if (goods := only(parts, name)) is not None:
                key = text_of(parts, "SequenceNumber") or f"?{number}"
                inner = children(goods, self._prefix)
                line = self._goods(inner, "return" if name == "Return" else "sale")
                if gone:
                    line["voided"] = True
                    meant = text_of(inner, "ItemLink") or text_of(parts, "ItemLink")
                    if meant in self._lines:
                        self._lines[meant]["voided"] = True
                self._lines[key if key not in self._lines else f"{key}?{number}"] = line
                return
        if not gone:
            self._beside_goods(parts)

    def _beside_goods(self, parts: dict[str, list[Any]]) -> None:
        """Read a LineItem that is no goods: a tender, a discount or tax of the whole receipt, a card."""
        for element in parts.get("Tender", ()):
            self._tender(element)
        for name in ("Discount", "RetailPriceModifier", "TransactionRetailPriceModifier"):
            for element in parts.get(name, ()):
                amount, inner = self._off(element, Decimal(1))
                if amount:
                    self._discounts.append({"amount": str(amount), "reason": text_of(inner, "PromotionID")})
        for element in parts.get("Tax", ()):
            self._taxes.append(self._tax(element))
        for name in ("Customer", "LoyaltyAccount", "LoyaltyMembership"):
            for element in parts.get(name, ()):
                self._person(element)
        self._staff |= bool(parts.get("EmployeeID"))

    def _goods(self, parts: dict[str, list[Any]], kind: str) -> dict[str, Any]:
        """Return one line of goods; `amount` is what was paid for it, `discount` what was taken off before."""
        line: dict[str, Any] = {"kind": kind, "sku": self._code(parts)}
        line |= self._price(parts, kind, line["sku"])
        if name := text_of(parts, "Description"):
            line["name"] = name
        if self._level:
            for one in parts.get("MerchandiseHierarchy", ()):
                if self._level in (attribute(one, "Level"), attribute(one, "ID")) and one.text:
                    line["category"] = one.text.strip()
        if (link := only(parts, "TransactionLink")) is not None:
            line["link"] = link
        self._line_tax(parts, line)
        return line

    def _price(self, parts: dict[str, list[Any]], kind: str, sku: str) -> dict[str, str]:
        """Return quantity, unit price, discount and what was paid for a line; raises Rejected (`missing_field`)."""
        quantity = self._number(parts, "Quantity", Decimal(1))
        regular, said = self._number(parts, "RegularSalesUnitPrice"), self._number(parts, "ExtendedAmount")
        off = self._number(parts, "ExtendedDiscountAmount")
        modified = _EXACT
        for name in ("RetailPriceModifier", "Discount"):
            for element in parts.get(name, ()):
                modified += self._off(element, quantity)[0]
        off = modified if off is None else abs(off)
        gross = None if regular is None else regular * quantity
        if kind == "return":
            quantity, said = abs(quantity), None if said is None else abs(said)
            gross = None if gross is None else abs(gross)
        if said is not None:
            # in the standard ExtendedAmount is before discounts; many tills write what was paid
            net = said - off if gross is None or said == gross else said
        elif gross is not None:
            net = gross - off
        elif (actual := self._number(parts, "ActualSalesUnitPrice")) is not None:
            net = actual * quantity
        else:
            raise Rejected(f"the line of {sku!r} has no amount", code="missing_field", field="ExtendedAmount",
                           hint="send ExtendedAmount or RegularSalesUnitPrice")
        told = {"quantity": str(quantity), "amount": str(net)}
        if regular is not None:
            told["price"] = str(abs(regular))
        if off:
            told["discount"] = str(off)
        return told

    def _line_tax(self, parts: dict[str, list[Any]], line: dict[str, Any]) -> None:
        """Note the line's taxes as one; the rate only where there is one."""
        elements = parts.get("Tax")
        if not elements:
            return
        taxes = [self._tax(element) for element in elements]
        included = taxes[0].get("included")
        if len(taxes) == 1:
            line["tax"] = taxes[0]["amount"]
            if "rate" in taxes[0]:
                line["tax_rate"] = taxes[0]["rate"]
        else:
            line["tax"] = str(sum((Decimal(tax["amount"]) for tax in taxes), _EXACT))
            included = included if all(tax.get("included") is included for tax in taxes) else None
        if said := text_of(parts, "TaxIncludedInPriceFlag").lower():
            included = said in ("true", "1")
        if included is not None:
            line["tax_included"] = included

    def _tax(self, element: Any) -> dict[str, Any]:
        parts = children(element, self._prefix)
        tax: dict[str, Any] = {"amount": str(abs(self._number(parts, "Amount", _EXACT)))}
        if rate := text_of(parts, "Percent"):
            tax["rate"] = rate
        base = only(parts, "TaxableAmount")
        if base is not None and (said := attribute(base, "TaxIncludedInTaxableAmountFlag")):
            tax["included"] = said.lower() in ("true", "1")
        return tax

    def _code(self, parts: dict[str, list[Any]]) -> str:
        code = text_of(parts, self._sku) if self._sku != "POSItemID" else ""
        if not code:
            for one in parts.get("POSIdentity", ()):
                code = code or text_of(children(one, self._prefix), "POSItemID")
        return code or text_of(parts, "ItemID")

    def _off(self, element: Any, quantity: Decimal) -> tuple[Decimal, dict[str, list[Any]]]:
        """Return what a price modifier takes off, and its children; note its coupon, and whether only staff get it."""
        parts = children(element, self._prefix)
        if flag(element, "VoidFlag"):
            return _EXACT, parts
        amount = self._number(parts, "Amount")
        if amount is None:
            before, after = self._number(parts, "PreviousPrice"), self._number(parts, "NewPrice")
            amount = (before - after) * quantity if before is not None and after is not None else _EXACT
        elif attribute(parts["Amount"][0], "Action").lower() == "add":
            amount = -amount
        words = {text_of(parts, name).casefold() for name in ("PromotionID", "ReasonCode", "PriceDerivationRuleID")}
        words.add(attribute(element, "MethodCode").casefold())
        self._staff |= "employeediscount" in words or "employee" in words or bool(words & self._staff_discounts)
        for coupon in parts.get("Coupon", ()):
            self._coupon(coupon, abs(amount))
        return amount, parts

    def _tender(self, element: Any) -> None:
        parts = children(element, self._prefix)
        amount = self._number(parts, "Amount", _EXACT)
        for change in parts.get("TenderChange", ()):
            amount -= abs(self._number(children(change, self._prefix), "Amount", _EXACT))
        if attribute(element, "TypeCode").lower() in ("refund", "return") and amount > 0:
            amount = -amount
        kind = attribute(element, "TenderType") or text_of(parts, "TenderID") or "other"
        tender: dict[str, Any] = {"kind": _snake(kind), "amount": str(amount)}
        if (foreign := only(parts, "ForeignCurrency")) is not None:
            inner = children(foreign, self._prefix)
            tender |= {name: value for name, value in (
                ("foreign_currency", text_of(inner, "CurrencyCode")),
                ("foreign_amount", text_of(inner, "OriginalFaceAmount") or text_of(inner, "ForeignAmount")),
                ("rate", text_of(inner, "ExchangeRate"))) if value}
        for coupon in parts.get("Coupon", ()):
            self._coupon(coupon, abs(amount))
        self._tenders.append(tender)

    def _coupon(self, element: Any, amount: Decimal) -> None:
        parts = children(element, self._prefix)
        code = next((found for name in _COUPON if (found := text_of(parts, name))), "")
        if code:
            self._coupons[code] = self._coupons.get(code, _EXACT) + amount

    def _person(self, element: Any) -> None:
        """Note the card and the customer number; an employee's card makes it a staff purchase."""
        parts = children(element, self._prefix)
        self._staff |= attribute(element, "TypeCode").lower() == "employee"
        programme = only(parts, "LoyaltyProgram")
        inner = children(programme, self._prefix) if programme is not None else {}
        card = next((found for name in _CARD[:-1] if (found := text_of(parts, name) or text_of(inner, name))), "")
        if card:
            self._customer.setdefault("member_card", card)
        for name, ns in (("CustomerID", "pos_customer"), ("Telephone", "phone"), ("TelephoneNumber", "phone"),
                         ("EMail", "email"), ("eMail", "email")):
            if found := text_of(parts, name):
                self._customer.setdefault(ns, found)

    def _sums(self, lines: list[dict[str, Any]], kind: str) -> dict[str, Any]:
        """Return total, taxes and the discounts that are not on the lines yet; settle what the till left unsaid."""
        total: Decimal | None = None
        for element in self._parts.get("Total", ()):
            if attribute(element, "TotalType") in ("TransactionGrandAmount", "TransactionTotalAmount"):
                total = amount_of(element.text, "Total")
        if total is not None and kind == "return":
            total = abs(total)
        apart = settle(lines, self._taxes, self._discounts, total, kind == "exchange", self._usual)
        found: dict[str, Any] = {"total": str(total)} if total is not None else {}
        if self._taxes:
            found["taxes"] = self._taxes
        if apart:
            found["discounts"] = self._discounts
        return found

    @staticmethod
    def _number(parts: dict[str, list[Any]], name: str, default: Any = None) -> Any:
        found = parts.get(name)
        return amount_of(found[0].text, name, default) if found else default


def _snake(name: str) -> str:
    found = "".join(f"_{c.lower()}" if c.isupper() and at and not name[at - 1].isupper() else c.lower()
                    for at, c in enumerate(name))
    return found.replace(" ", "_")[:40]
