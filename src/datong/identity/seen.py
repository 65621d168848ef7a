"""What any event tells of identifiers and members that are known: when they were seen, and on which channel."""

from __future__ import annotations

from datong.identity.graph import Graph, Link, Person
from datong.identity.policy import CHANNELS, Policy
from datong.model import DAY, Event

__all__ = ["expired", "touch", "widen"]


def touch(graph: Graph, link: Link, time: int) -> None:
    """Note when the identifier was seen, to the day, so that a busy one is not written at every event."""
    if time >= link.last_seen + DAY:
        link.last_seen = time
    elif time <= link.first_seen - DAY:
        link.first_seen = time
    else:
        return
    graph.touched[link.key] = link


def expired(policy: Policy, link: Link, time: int) -> bool:
    """Return whether the value was unseen for so long that it may have become somebody else's."""
    ttl = policy.ttl.get(link.ns)
    return ttl is not None and time - link.last_seen > ttl


def widen(graph: Graph, event: Event, person: Person, family: int) -> None:
    """Add a channel family to the person and write it down."""
    person.families |= family
    person.changed = True
    graph.record(event, "channels", person, detail=CHANNELS[person.families])
