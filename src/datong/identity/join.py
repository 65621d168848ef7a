"""Joins: that two identifiers are one person's because somebody, or a model, says so.

An *anchor* ties a device to the person of another identifier. It may be of a device nobody holds yet, and of an
attach-only kind, which is therefore never made two known members' bridge.
"""

from __future__ import annotations

from datong.identity.correct import CORRECTED, keys_of
from datong.identity.graph import Graph, Link, Person
from datong.identity.policy import Policy
from datong.identity.seen import touch, widen
from datong.identity.unite import broken_limit, is_full, unite
from datong.model import Event

__all__ = ["is_join", "join"]


def is_join(event: Event) -> bool:
    """Return whether the event is a correction that joins."""
    return event.type == CORRECTED and event.properties.get("action") == "join"


def join(graph: Graph, policy: Policy, event: Event) -> None:
    """Make the holders of two identifiers one where the guards allow it; say in the ledger what became of it."""
    said = event.properties
    actor, reason = str(said.get("actor", "")), str(said.get("reason", ""))
    keys = keys_of(event)
    anchor = said.get("kind") == "anchor"
    refusal = (_no_anchor if anchor else _refusal)(graph, policy, keys, event)
    if refusal:
        link = graph.links.get(keys[0]) if keys else None
        row = graph.record(event, "refuse", link.holder() if link else None, None, link, f"join: {refusal}", actor)
        graph.ledger.answer(event, "refused", refusal, row["seq"])
        return
    a, b = graph.links[keys[0]], graph.links.get(keys[1])
    one = a.holder()
    assert one is not None  # noqa: S101  (else it was refused)
    if b is None or b.holder() is None:
        b = _attach(graph, policy, event, one, keys[1])
    two = b.holder()
    assert two is not None  # noqa: S101  (else it was refused, or attached)
    if one is two:
        row = graph.record(event, "join", one, None, b, reason, actor)
    else:
        _, row = unite(graph, event, one, two, b, "join", reason, actor)
    kind = str(said["kind"]) if said.get("kind") in ("probabilistic", "anchor") else "manual"
    confidence = said.get("confidence", 1.0)
    confidence = float(confidence) if isinstance(confidence, (int, float)) else 1.0
    graph.evidence.add(graph.ledger.evidence(
        event, a.key, b.key, row["seq"], kind, confidence, str(said.get("model", ""))[:128]))
    graph.ledger.answer(event, "done", seq=row["seq"])


def _attach(graph: Graph, policy: Policy, event: Event, person: Person, key: int) -> Link:
    """Give the person a device that nobody holds."""
    link = graph.links.get(key)
    if link is None:
        link = graph.links[key] = Link(
            key, str(event.properties["ns"]), None, None, event.time, event.time, event.offset, False, new=True)
    counts = graph.counts(person)
    counts[link.ns] = counts.get(link.ns, 0) + 1
    link.since, link.verified, family = event.offset, False, policy.family[link.ns]
    link.families |= family
    graph.gain(person, link)
    touch(graph, link, event.time)
    if family & ~person.families:
        widen(graph, event, person, family)
    return link


def _no_anchor(graph: Graph, policy: Policy, keys: tuple[int, ...], event: Event) -> str:
    """Return why the device, the second of the keys, may not be tied to the holder of the first, or nothing."""
    person = link.holder() if keys and (link := graph.links.get(keys[0])) is not None else None
    if len(set(keys)) != 2:
        return "it does not name two identifiers"
    if person is None:
        return "nobody holds the identifier of the payer"
    device = graph.links.get(keys[1])
    ns = device.ns if device is not None else str(event.properties.get("ns", ""))
    if ns not in policy.linking or ns in policy.strong:
        return f"{ns[:64] or 'nothing'} is no kind of device that may be attached"
    if device is not None and device.shared:
        return "the device is shared"
    holder = device.holder() if device is not None else None
    if holder is person:
        return ""
    if holder is None:
        full = is_full(graph, policy, person, ns, event.time)
        return f"limit:{ns}" if full else "apart" if graph.barred(person, keys[1]) else ""
    return "two_members" if holder.known and person.known else _refusal(graph, policy, keys, event)


def _refusal(graph: Graph, policy: Policy, keys: tuple[int, ...], event: Event) -> str:
    if len(keys) != 2:
        return "it does not name two identifiers"
    people = []
    for key in keys:
        link = graph.links.get(key)
        if link is None:
            return "one of the identifiers was never seen"
        if link.shared:
            return "one of the identifiers is shared"
        if (holder := link.holder()) is None:
            return "nobody holds one of the identifiers"
        people.append(holder)
    one, two = people
    if one is two:
        return ""
    if broken := broken_limit(graph, policy, one, two, event.time):
        return f"limit:{broken}"
    return "apart" if graph.apart(one, two) else ""
