"""POSLog: the ARTS (now OMG) standard's XML of a till's transactions, versions 2.2 and 6, as receipts.

Elements of other namespaces than the transaction's own are vendors' extensions and are passed over, as are elements of
the standard that say nothing about goods, money, people or time. Names: ARTS POSLog 2.2.1 and 6.0, part of the OMG
Retail standards (https://www.omg.org/retail/). Both versions are read by one reader: they differ in where the store is
(RetailStoreID; BusinessUnit/UnitID) and in names that are all understood.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from datong.errors import Rejected
from datong.touchpoints.call import Listening
from datong.touchpoints.till.basket import Basket
from datong.touchpoints.till.element import attribute, children, flag, local, only
from datong.touchpoints.till.xml import alone, transactions

__all__ = ["read_poslog"]

_NEVER = frozenset({"voided", "cancelled", "canceled", "failed", "suspendeddeleted", "aborted"})
_ASIDE = frozenset({"suspended", "suspendedretrieved", "inprocess"})
_CONTROL = {
    "nosale": "no_sale", "signon": "sign_on", "signoff": "sign_off", "businesssod": "business_open",
    "businesseod": "business_close", "startofday": "business_open", "endofday": "business_close",
    "tillopen": "till_open", "tillclose": "till_close", "tillsettle": "till_close", "workstationopen": "till_open",
    "workstationclose": "till_close", "sessionstart": "till_open", "sessionend": "till_close",
}
_TENDER_CONTROL = {"loan": "cash_in", "payin": "cash_in", "paidin": "cash_in", "pickup": "cash_out",
                   "payout": "cash_out", "paidout": "cash_out"}


def read_poslog(frame: bytes, context: Listening) -> Iterator[Any]:
    """Return (receipt or the Rejected that says why it is none, a function that writes its XML) one by one.

    Settings of the touchpoint: `sku` (`ItemID`, the default, or `POSItemID`), `category_level` (the Level or ID of the
    MerchandiseHierarchy that is the category; without it the catalogue's counts), `tax_included` (where neither the
    receipt says it nor its totals show it), `staff_discounts` (promotions or reasons that only staff get).
    Raises Rejected (`bad_xml`).
    """
    for element, text, why in transactions(frame):
        if why is not None:
            yield why, lambda text=text: text
            continue
        try:
            receipt: Any = _Transaction(element, context).receipt()
        except Rejected as error:
            receipt = error
        yield receipt, lambda element=element: alone(element)


class _Transaction:
    """One Transaction element."""

    def __init__(self, element: Any, context: Listening) -> None:
        tag = element.tag
        self._prefix = tag[: tag.index("}") + 1] if tag.startswith("{") else ""
        self._element, self._context = element, context
        self._parts = children(element, self._prefix)

    def receipt(self) -> dict[str, Any]:
        """Return the transaction as a receipt; raises Rejected."""
        head = self._head()
        element, parts = self._element, self._parts
        if flag(element, "TrainingModeFlag"):
            return {**head, "kind": "training"}
        if (control := only(parts, "ControlTransaction")) is not None:
            return self._control(head, control)
        if (cash := only(parts, "TenderControlTransaction")) is not None:
            names = [name.lower() for name in children(cash, self._prefix)]
            return {**head, "kind": next((_TENDER_CONTROL[n] for n in names if n in _TENDER_CONTROL), "control")}
        if (void := only(parts, "PostVoidTransaction")) is not None:
            return self._void(head, void)
        sale = only(parts, "RetailTransaction")
        if sale is None:
            return {**head, "kind": "control"}
        return self._retail(head, sale)

    def _retail(self, head: dict[str, Any], sale: Any) -> dict[str, Any]:
        parts = children(sale, self._prefix)
        status = (attribute(sale, "TransactionStatus") or attribute(self._element, "TransactionStatus")).lower()
        links = parts.get("TransactionLink", ())
        if voiding := [link for link in links if "void" in attribute(link, "ReasonCode").lower()]:
            return {**head, "kind": "void", "voids": self._link(voiding[0])}
        if status == "postvoided":
            return {**head, "kind": "void", **({"voids": self._link(links[0])} if links else {})}
        if status in _NEVER or flag(self._element, "CancelFlag") or flag(self._element, "VoidFlag"):
            return {**head, "kind": "voided"}
        if status in _ASIDE or flag(self._element, "SuspendFlag"):
            return {**head, "kind": "suspended"}
        basket = Basket(parts, self._prefix, self._context, str(head.get("currency") or self._context.currency))
        receipt = {**head, **basket.receipt()}
        for line in receipt["lines"]:
            if "link" in line:
                line["original"] = self._reference(line.pop("link"), head)
        if links and receipt["kind"] != "sale":
            receipt.setdefault("original", self._reference(links[0], head))
        return receipt

    def _head(self) -> dict[str, Any]:
        """Return the natural key, the time, the currency and who stood at the till."""
        parts = self._parts
        unit = only(parts, "BusinessUnit")
        store = self._text("RetailStoreID")
        if not store and unit is not None:
            named = only(children(unit, self._prefix), "UnitID")
            store = (named.text or "").strip() if named is not None else ""
        time = self._text("EndDateTime") or self._text("BeginDateTime") or self._stamp()
        head = {
            "till": self._text("WorkstationID") or self._text("TillID"), "sequence": self._text("SequenceNumber"),
            "time": time, "business_day": self._text("BusinessDayDate")[:10] or time[:10],
            "currency": self._text("CurrencyCode"), "operator": self._text("OperatorID"),
        }
        if store:
            head["store"] = store
        return {name: value for name, value in head.items() if value}

    def _stamp(self) -> str:
        stamps = self._parts.get("POSLogDateTime", ())
        told = [one for one in stamps if attribute(one, "TypeCode") in ("Transaction", "")] or list(stamps)
        return (told[0].text or "").strip() if told else ""

    def _control(self, head: dict[str, Any], control: Any) -> dict[str, Any]:
        for child in control:
            name = local(child, self._prefix).lower()
            if name in ("postvoid", "void", "transactionvoid"):
                return self._void(head, child)
            if name in _CONTROL:
                return {**head, "kind": _CONTROL[name]}
        said = attribute(control, "TypeCode").replace(" ", "").lower()
        return {**head, "kind": _CONTROL.get(said, "control")}

    def _void(self, head: dict[str, Any], void: Any) -> dict[str, Any]:
        link = only(children(void, self._prefix), "TransactionLink")
        if link is None and (link := only(self._parts, "TransactionLink")) is None:
            link = void
        return {**head, "kind": "void", "voids": self._link(link)}

    def _link(self, link: Any) -> dict[str, str]:
        """Return the natural key a TransactionLink names; what it leaves out is as in this transaction."""
        parts = children(link, self._prefix)

        def said(name: str) -> str:
            found = only(parts, name)
            return (found.text or "").strip() if found is not None else ""

        unit = only(parts, "BusinessUnit")
        inner = only(children(unit, self._prefix), "UnitID") if unit is not None else None
        key = {
            "store": said("RetailStoreID") or ((inner.text or "").strip() if inner is not None else ""),
            "till": said("WorkstationID") or said("TillID"), "business_day": said("BusinessDayDate")[:10],
            "sequence": said("SequenceNumber"),
        }
        if not key["sequence"]:
            raise Rejected("the TransactionLink names no SequenceNumber", code="missing_field",
                           hint="say which transaction is meant", field="TransactionLink.SequenceNumber")
        return {name: value for name, value in key.items() if value}

    def _reference(self, link: Any, head: dict[str, Any]) -> str:
        key = {"store": self._context.place, **head, **self._link(link)}
        number = key["sequence"]
        number = str(int(number)) if number.isdecimal() and len(number) < 40 else number
        return f"{key.get('store', '')}/{key.get('till', '')}/{key.get('business_day', '')}/{number}"

    def _text(self, name: str) -> str:
        found = only(self._parts, name)
        return (found.text or "").strip() if found is not None else ""
