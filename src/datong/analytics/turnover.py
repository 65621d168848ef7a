"""Sales: what was sold when, where and of what; ranked, with returns taken off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import ibis
import msgspec

from datong.analytics.scope import Scope, rows, table, with_member
from datong.errors import Rejected
from datong.storage import Store

__all__ = ["SALES_KEYS", "Sales", "Totals", "sales"]

SALES_KEYS = ("day", "hour", "store", "channel", "sku", "category", "brand")
"""What sales can be split by; `hour` is the local hour of the day."""

_COLUMNS = {"day": "date", "store": "place"}
_TIMES = ("day", "hour")


class Totals(msgspec.Struct, frozen=True):
    """All of the scope: `amount` in minor units after returns, `receipts` without returns, `members` who bought."""

    amount: int
    receipts: int
    quantity: float
    members: int


class Sales(msgspec.Struct, frozen=True):
    """Sales by some keys: every row has the keys, `rank`, `quantity`, `amount`, `receipts`, and the keys' names.

    `as_of` is the platform's time in ms; `behind` how many log entries the facts still lack; `other` receipts in other
    currencies, which are in no figure here.
    """

    rows: list[dict[str, Any]]
    totals: Totals
    currency: str
    as_of: int
    behind: int
    other: int


def sales(
    store: Store, by: Sequence[str] = ("hour", "sku"), since: dt.date | None = None, until: dt.date | None = None,
    place: str = "", top: int | None = None,
) -> Sales:
    """Return sales split by `by` (any of SALES_KEYS), in local time, with returns subtracted.

    Split by a time and something else, each day or hour has its own ranking and `top` rows; otherwise there is one
    ranking. The rank goes by amount, then quantity, then the key. A row without SKU holds freight, rounding and
    discounts that belong to no line. Raises Rejected (`bad_parameter`) for an unknown key.
    """
    keys = _checked(by)
    scope = Scope(since, until, place)
    lines = scope.money(store, table(store, "commerce.receipt_line"))
    lines = lines.rename({new: old for new, old in _COLUMNS.items() if new in keys})
    grouped = lines.group_by(keys).agg(
        quantity=lines.quantity.sum(), amount=lines.amount.sum(),
        receipts=lines.offset.nunique(where=lines.kind != "return"),
    )
    times, others = [k for k in keys if k in _TIMES], [k for k in keys if k not in _TIMES]
    order = [ibis.desc("amount"), ibis.desc("quantity"), *(others or times)]
    ranked = grouped.mutate(
        rank=(ibis.row_number() + 1).over(ibis.window(group_by=times if others else None, order_by=order))
    )
    if top is not None:
        ranked = ranked.filter(ranked["rank"] <= top)
    found = rows(_named(store, ranked, keys).order_by([*times, "rank"]))
    return Sales(
        found, _totals(store, scope), store.settings.retailer.currency, store.clock.now(),
        max(0, store.log.end() - store.facts.position()), _other(store, scope),
    )


def _checked(by: Sequence[str]) -> list[str]:
    for key in by:
        if key not in SALES_KEYS:
            raise Rejected(
                f"sales cannot be split by {key!r}", code="bad_parameter", field="by",
                hint=f"choose from {', '.join(SALES_KEYS)}",
            )
    if not by:
        raise Rejected("sales must be split by something", code="bad_parameter", field="by", hint="by=day")
    return list(dict.fromkeys(by))


def _named(store: Store, found: Any, keys: Sequence[str]) -> Any:
    """Return the rows with the names of products (the category of nameless ones) and stores beside the codes."""
    if "sku" in keys:
        goods = table(store, "commerce.product")
        names = goods.select("sku", sku_name=ibis.coalesce(goods.name.nullif(""), goods.category))
        found = found.left_join(names, "sku").select(*found.columns, "sku_name")
    if "store" in keys:
        stores = table(store, "places.store").select(store="code", store_name="name")
        found = found.left_join(stores, "store").select(*found.columns, "store_name")
    return found


def _totals(store: Store, scope: Scope) -> Totals:
    lines = scope.money(store, table(store, "commerce.receipt_line"))
    sold = rows(lines.agg(
        amount=lines.amount.sum(), quantity=lines.quantity.sum(),
        receipts=lines.offset.nunique(where=lines.kind != "return"),
    ))[0]
    buyers = with_member(store, lines.filter(lines.kind != "return").select("ident").distinct())
    members = rows(buyers.agg(members=buyers.member.nunique()))[0]["members"]
    return Totals(sold["amount"] or 0, sold["receipts"], sold["quantity"] or 0.0, members)


def _other(store: Store, scope: Scope) -> int:
    receipts = scope.of(table(store, "commerce.receipt"))
    strange = receipts.filter(receipts.currency.notin(["", store.settings.retailer.currency]))
    return int(rows(strange.agg(n=strange.count()))[0]["n"])
