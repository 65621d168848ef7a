"""Moment: the part of an event that scenes look at, small enough to wait in a member's state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from datong.model import Event, Item

__all__ = ["Moment", "moment"]


class Moment(msgspec.Struct, frozen=True, array_like=True):
    """An event as a scene sees it: `items` is never empty, one without goods carries the category of the zone."""

    time: int
    id: str
    type: str
    source: str = ""
    channel: str = ""
    place: str = ""
    zone: str = ""
    ident: int = 0
    hour: int = 0
    items: tuple[Item, ...] = ()
    amount: int = 0
    value: float = 0.0
    campaign: str = ""
    coupon: str = ""
    ref: str = ""


_NO_ZONES: dict[tuple[str, str], str] = {}


def moment(event: Event, items: Sequence[Item] = (), zones: Mapping[tuple[str, str], str] = _NO_ZONES) -> Moment:
    """Return the event's moment; `items` have the catalogue's categories, `zones` are categories by (place, zone)."""
    rows: Any = tuple(items or event.items)
    if not rows:
        category = event.properties.get("category") or zones.get((event.place, event.zone), "")
        rows = (Item("", 0.0, event.amount, category=category if isinstance(category, str) else ""),)
    return Moment(
        event.time, event.id, event.type, event.source, event.channel, event.place, event.zone, event.ident,
        event.hour, rows, event.amount, event.value, event.campaign, event.coupon, event.ref,
    )
