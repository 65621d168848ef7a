"""Lines: product lines and short texts read out of the properties of a call, and checked."""

from __future__ import annotations

from typing import Any, Literal

from datong.errors import Rejected
from datong.model import Item
from datong.touchpoints.amounts import line_amount, minor, number

__all__ = ["CODE", "LINE", "LONGEST", "NAME", "SHORT", "Mode", "line_of", "lines", "negated", "text"]

LONGEST = 200
"""How many characters a category path, brand or message id may have."""

NAME, CODE, SHORT = 500, 128, 64
"""How many characters a name, a code (SKU, reference, coupon) and a short code (store, zone, campaign) may have."""

LINE = ("sku", "product_id", "quantity", "price", "discount", "amount", "category", "brand", "name")
"""The properties that describe a product line."""

Mode = Literal["seen", "sold", "returned"]
"""What a line says: a product was looked at, money was taken for it, or money was given back."""

_RETURN = "a return is its own event (Receipt Returned), or a negative quantity"


def text(value: Any, at: str, name: str, longest: int = LONGEST) -> str:
    """Return a code as text, empty for null; raises Rejected (`bad_type`) naming the field `at.name`."""
    if type(value) is str and len(value) <= longest and "\0" not in value:
        return str(value)
    if value is None:
        return ""
    field = f"{at}.{name}" if at else name
    if type(value) is not str:
        if type(value) is not int and type(value) is not float:
            raise Rejected(f"{field} must be text", code="bad_type", field=field)
        value = str(value)
    if len(value) > longest:
        hint = f"send at most {longest} characters"
        raise Rejected(f"{field} has {len(value)} characters", code="bad_type", hint=hint, field=field)
    if "\0" in value:
        raise Rejected(f"{field} holds a NUL character", code="bad_type", hint="take U+0000 out", field=field)
    return str(value)


def lines(products: Any, currency: str, mode: Mode) -> tuple[Item, ...]:
    """Return the lines of `properties.products`; raises Rejected with the line's number in the field."""
    if type(products) is not list:
        hint = 'write [{"sku": …, "quantity": 1, "price": 19.90}, …]'
        raise Rejected("products must be a list", code="bad_type", hint=hint, field="properties.products")
    found = []
    for at, product in enumerate(products):
        field = f"properties.products[{at}]"
        if type(product) is not dict:
            raise Rejected(f"{field} must be an object", code="bad_type", field=field)
        found.append(line_of(product, currency, mode, field))
    return tuple(found)


def line_of(product: dict[str, Any], currency: str, mode: Mode, at: str) -> Item:
    """Return one line: its amount is `amount` where there is one, otherwise price × quantity − discount.

    Raises Rejected (`missing_field`, `negative_price`, `bad_amount`, `bad_type`) with the field under `at`.
    """
    get = product.get
    sku = get("sku") or get("product_id")
    if type(sku) is not str or len(sku) > CODE or "\0" in sku:
        sku = text(sku, at, "sku", CODE)
    if not sku:
        raise Rejected(f"{at} has no sku", code="missing_field", hint="send sku or product_id", field=f"{at}.sku")
    quantity, price, discount, amount = get("quantity"), get("price"), get("discount"), get("amount")
    quantity = 1.0 if quantity is None or quantity == 1 else number(quantity, at, "quantity")
    off = 0 if discount is None else minor(discount, currency, at, "discount")
    whole = 0
    if price is not None:
        whole = line_amount(price, quantity, currency, at)
        if whole and (whole < 0) != (quantity < 0):
            raise Rejected(f"{at}.price is negative", code="negative_price", hint=_RETURN, field=f"{at}.price")
    elif amount is None and mode != "seen":
        raise Rejected(f"{at} has neither price nor amount", code="missing_field", field=f"{at}.price",
                       hint="send price, or the line's amount after discount")
    total = whole - off if amount is None else minor(amount, currency, at, "amount")
    if mode == "sold" and total < 0 <= quantity:
        raise Rejected(f"{at} comes to a negative amount", code="bad_amount", hint=_RETURN, field=f"{at}.amount")
    category, brand, name = get("category"), get("brand"), get("name")
    return Item(
        sku, quantity, total, off,
        "" if category is None else text(category, at, "category"),
        "" if brand is None else text(brand, at, "brand"),
        "" if name is None else text(name, at, "name", NAME),
    )


def negated(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """Return the lines of a return, all of them given back."""
    return tuple(
        Item(i.sku, -abs(i.quantity), -i.amount, -i.discount, i.category, i.brand, i.name) for i in items
    )
