"""Own events: what the shopper's pages, screens and kiosks tell, straight into the log."""

from __future__ import annotations

from typing import Any

from datong.model import Event, local_parts
from datong.storage import Store, event_record

__all__ = ["append_own", "own_event"]


def own_event(store: Store, kind: str, name: str, channel: str, **parts: Any) -> Event:
    """Return an event of our own now, of source `pages`; `parts` are fields of Event.

    `name` is its id: the same name twice is the same event.
    """
    now = parts.pop("time", 0) or store.clock.now()
    date, hour = local_parts(now, store.settings.retailer.timezone)
    identifiers = parts.get("identifiers", ())
    return Event(name, "pages", channel, kind, now, now, date, hour, ident=identifiers[0].key if identifiers else 0,
                 **parts)


def append_own(store: Store, *events: Event) -> None:
    """Append events of our own and return when they are on disk; raises Unavailable."""
    if events:
        store.log.append([event_record(event) for event in events])
