"""Facts of commerce: receipts, their lines, tenders, redemptions, and the catalogue as a dimension."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from datong.commerce.fact_tables import PRODUCT, RECEIPT, RECEIPT_LINE, REDEMPTION, TENDER
from datong.commerce.slip import KINDS, Slip, slip
from datong.model import Event, Item, Sku
from datong.storage import FactsTx, FactTable

__all__ = ["fold_products", "fold_receipts", "fold_redemptions", "strike"]

_EPOCH = dt.date(1970, 1, 1)

Columns = dict[str, list[Any]]


def fold_products(updated: Mapping[str, tuple[Sku, int]], facts: FactsTx) -> None:
    """Replace the rows of the updated SKUs."""
    if not updated:
        return
    skus = [sku for sku, _ in updated.values()]
    facts.execute("DELETE FROM commerce.product WHERE sku IN (SELECT unnest(?))", [list(updated)])
    facts.append(PRODUCT, {name: [getattr(s, name) for s in skus] for name in PRODUCT.columns})


def fold_redemptions(events: Sequence[Event], facts: FactsTx) -> None:
    """Append the redeemed coupons, from `Coupon Redeemed` alone, so that a coupon on a receipt is not counted twice."""
    found = [e for e in events if e.type == "Coupon Redeemed"]
    if found:
        columns: Columns = {name: [getattr(e, name) for e in found] for name in REDEMPTION.columns if name != "ts"}
        facts.append(REDEMPTION, {**columns, "ts": [e.time for e in found]})


def strike(offsets: Collection[int], facts: FactsTx) -> None:
    """Take out what a void says never was: receipts with their lines and tenders, and redeemed coupons."""
    if offsets:
        for table in (RECEIPT, RECEIPT_LINE, TENDER, REDEMPTION):
            facts.execute(f'DELETE FROM {table.full} WHERE "offset" IN (SELECT unnest(?))', [sorted(offsets)])


def fold_receipts(
    events: Sequence[Event], items: Sequence[Sequence[Item]], skip: Collection[int], facts: FactsTx
) -> None:
    """Append receipts, lines and tenders of the events; `skip` are the offsets of orders told a second time."""
    receipts, lines, tenders = _empty(RECEIPT), _empty(RECEIPT_LINE), _empty(TENDER)
    whole: dict[tuple[str, str], Event] = {}
    for event, its in zip(events, items, strict=True):
        if event.type not in KINDS or event.offset in skip:
            continue
        paper = slip(event, its)
        if paper.whole:
            whole.setdefault((event.source, event.ref), event)
            continue
        _receipt(receipts, event, paper)
        _lines(lines, event, paper)
        for kind, amount in paper.tenders:
            for name, value in zip(TENDER.columns, (event.offset, event.ref, kind, amount, event.currency),
                                   strict=True):
                tenders[name].append(value)
    facts.append(RECEIPT, receipts)
    facts.append(RECEIPT_LINE, lines)
    facts.append(TENDER, tenders)
    if whole:
        _give_back(list(whole.values()), facts)


def _empty(table: FactTable) -> Columns:
    return {name: [] for name in table.columns}


def _receipt(columns: Columns, event: Event, paper: Slip) -> None:
    row = (event.offset, event.ref, paper.kind, event.channel, event.source, event.place, event.time, event.date,
           event.hour, event.ident, paper.amount, paper.discount, event.currency, len(paper.lines))
    for column, value in zip(columns.values(), row, strict=True):
        column.append(value)


def _lines(columns: Columns, event: Event, paper: Slip) -> None:
    count = len(paper.lines)
    shared = {"offset": event.offset, "ref": event.ref, "kind": paper.kind, "channel": event.channel,
              "place": event.place, "ts": event.time, "date": event.date, "hour": event.hour, "ident": event.ident,
              "currency": event.currency}
    for name, value in shared.items():
        columns[name].extend([value] * count)
    columns["line"].extend(range(count))
    for name in ("sku", "category", "brand", "quantity", "amount", "discount"):
        columns[name].extend([getattr(item, name) for item in paper.lines])


_BACK = """
WITH back AS (SELECT unnest($offset) AS "offset", unnest($ref) AS ref, unnest($source) AS source,
    unnest($channel) AS channel, unnest($place) AS place, unnest($ts) AS ts, unnest($date) AS date,
    unnest($hour) AS hour, unnest($ident) AS ident)
"""
_BACK_LINES = _BACK + """
INSERT INTO commerce.receipt_line ("offset", line, ref, kind, channel, place, ts, date, hour, ident, sku, category,
    brand, quantity, amount, discount, currency)
SELECT b."offset", row_number() OVER (PARTITION BY b."offset" ORDER BY l.sku, l.category, l.brand) - 1, b.ref, 'return',
    b.channel, b.place, b.ts, b.date, b.hour, b.ident, l.sku, l.category, l.brand, -sum(l.quantity), -sum(l.amount),
    -sum(l.discount), max(l.currency)
FROM back b JOIN commerce.receipt r ON r.source = b.source AND r.ref = b.ref AND r.kind IN ('order', 'return')
    JOIN commerce.receipt_line l ON l."offset" = r."offset"
GROUP BY b."offset", b.ref, b.channel, b.place, b.ts, b.date, b.hour, b.ident, l.sku, l.category, l.brand
HAVING sum(l.amount) <> 0 OR sum(l.quantity) <> 0
"""
_BACK_RECEIPTS = _BACK + """
INSERT INTO commerce.receipt ("offset", ref, kind, channel, source, place, ts, date, hour, ident, amount, discount,
    currency, lines)
SELECT b."offset", b.ref, 'return', b.channel, b.source, b.place, b.ts, b.date, b.hour, b.ident, -sum(r.amount),
    -sum(r.discount), max(r.currency),
    (SELECT count(*) FROM commerce.receipt_line l WHERE l."offset" = b."offset")
FROM back b JOIN commerce.receipt r ON r.source = b.source AND r.ref = b.ref AND r.kind IN ('order', 'return')
GROUP BY b."offset", b.ref, b.source, b.channel, b.place, b.ts, b.date, b.hour, b.ident
HAVING sum(r.amount) <> 0
"""


def _give_back(events: Sequence[Event], facts: FactsTx) -> None:
    """Append, for each order, the reverse of all that is booked on it, so that its lines and its total come to zero.

    An order that the log holds only after its cancellation is not reversed; the state knows it as cancelled even so.
    """
    columns: dict[str, Any] = {
        name: [getattr(e, name) for e in events] for name in ("offset", "ref", "source", "channel", "place", "hour",
                                                              "ident")
    }
    columns["ts"] = [e.time for e in events]
    columns["date"] = [_EPOCH + dt.timedelta(days=e.date) for e in events]
    facts.execute(_BACK_LINES, columns)
    facts.execute(_BACK_RECEIPTS, columns)
