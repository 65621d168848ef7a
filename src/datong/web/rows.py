"""Events as the console shows them: one row each, with the member they belong to today."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from datong.identity import who
from datong.model import Event, decode_event, moved
from datong.storage import EVENTS, Store

__all__ = ["UNSHOWN", "event_rows", "latest_events", "timeline"]

UNSHOWN = frozenset({
    "Device Sighted", "Devices Sighted", "Devices Moved", "Clock Ticked", "Product Updated", "Store Updated",
    "Campaign Updated", "Identity Corrected", "Member Changed", "Venue Updated", "Survey Imported",
    "Staff Registered", "Sensor Recovered", "Door Counted", "Visit Retraced", "Calibration Given",
})
"""Raw radio, ticks, master data, what the platform tells itself: far too many to watch, and nothing a shopper did."""

_WINDOW = 5_000
"""Log entries looked through for the latest events."""


def latest_events(store: Store, after: int = 0, limit: int = 50, kind: str = "", channel: str = "") -> list[Event]:
    """Return up to `limit` of the newest events past offset `after`, newest first, of one type or channel if given."""
    end = store.log.end()
    found: list[Event] = []
    for entry in reversed(store.log.read(max(after, end - _WINDOW), _WINDOW)):
        if entry.topic != EVENTS:
            continue
        for event in reversed(moved(decode_event(entry.body))):
            wanted = (not kind or event.type == kind) and (not channel or event.channel == channel)
            if event.history or event.type in UNSHOWN or not wanted:
                continue
            msgspec.structs.force_setattr(event, "offset", entry.offset)
            found.append(event)
            if len(found) == limit:
                return found
    return found


def event_rows(tx: sa.Connection, events: Sequence[Event]) -> list[dict[str, Any]]:
    """Return the rows of events, the live member of each joined now."""
    members = who(tx, {e.ident for e in events if e.ident})
    return [_row(e, members.get(e.ident)) for e in events]


def timeline(store: Store, keys: Iterable[int], limit: int = 200) -> list[dict[str, Any]]:
    """Return the newest events under these identifier keys, newest first, from the facts."""
    sql = """
        SELECT "offset", min(type) AS type, min(channel) AS channel, min(source) AS source, min(ts) AS time,
            min(place) AS place, min(zone) AS zone, sum(amount)::BIGINT AS amount, count(nullif(sku, '')) AS items,
            coalesce(nullif(min(nullif(p.name, '')), ''), min(nullif(e.sku, '')), min(ref), '') AS label
        FROM touchpoints.event e LEFT JOIN commerce.product p USING (sku)
        WHERE ident IN (SELECT unnest($keys)) GROUP BY "offset" ORDER BY time DESC, "offset" DESC LIMIT $limit
    """
    rows = store.facts.rows(sql, {"keys": list(keys), "limit": limit})
    for row in rows:
        row.update(id=str(row["offset"]), label=_label(row["label"], row["items"]), member=None)
    return rows


def _label(first: str, items: int) -> str:
    return f"{first} +{items - 1}" if items > 1 else first


def _row(event: Event, member: int | None) -> dict[str, Any]:
    said = event.campaign if event.type.startswith("Message") else event.ref or event.coupon or event.campaign
    first = next((i.name or i.sku for i in event.items), "") or said
    return {
        "offset": event.offset, "id": event.id, "time": event.time, "type": event.type, "channel": event.channel,
        "source": event.source, "place": event.place, "zone": event.zone, "label": _label(first, len(event.items)),
        "amount": event.amount, "items": len(event.items), "member": member,
    }
