"""Facts of the other packages for tests of figures, written the way their owners declare them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from tests.unit.commerce.ledger import MORNING, event, settle

import datong.delivery.tables
import datong.identity.tables
import datong.marketing.tables
import datong.places.tables
import datong.touchpoints.tables  # noqa: F401 every owner's fact tables are declared by the import
from datong.model import DAY, HOUR, Event, Item, local_parts
from datong.storage import FACT_TABLES, Store

__all__ = ["DAY", "HOUR", "MORNING", "add", "event", "know", "sale", "settle"]


def add(store: Store, table: str, rows: Iterable[dict[str, Any]]) -> None:
    """Append rows to a fact table; `date` and `hour` follow from `ts` or `start`."""
    found = [dict(row) for row in rows]
    columns = FACT_TABLES[table].columns
    for row in found:
        at = row.get("ts", row.get("start", MORNING))
        date, hour = local_parts(at, "Asia/Shanghai")
        row.setdefault("date", date)
        row.setdefault("hour", hour)
    with store.facts.write() as facts:
        facts.append(FACT_TABLES[table], {n: [row.get(n) for row in found] for n in columns})


def know(store: Store, members: dict[int, str], links: dict[int, int] | None = None) -> None:
    """Make members with these channels; `links` maps identifier keys to members, every member's own number too."""
    add(store, "identity.member", [{"member": m, "channels": c, "created": MORNING} for m, c in members.items()])
    joined = {**{m: m for m in members}, **(links or {})}
    add(store, "identity.link", [{"ident": k, "member": m, "ns": "member_card"} for k, m in joined.items()])


def sale(ref: str, ident: int, amount: int, at: int = MORNING, sku: str = "a", **parts: Any) -> Event:
    """Return a receipt with one line."""
    return event("Receipt Issued", ref, at, ident=ident, amount=amount, items=(Item(sku, 1, amount),), **parts)


def day(text: str) -> dt.date:
    """Return the day."""
    return dt.date.fromisoformat(text)
