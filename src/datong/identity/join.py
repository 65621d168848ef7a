"""Joins: that two identifiers are one person's because somebody, or a model, says so."""

from __future__ import annotations

from datong.identity.correct import CORRECTED, keys_of
from datong.identity.graph import Graph
from datong.identity.policy import Policy
from datong.identity.unite import broken_limit, unite
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
    refusal = _refusal(graph, policy, keys, event.time)
    if refusal:
        link = graph.links.get(keys[0]) if keys else None
        row = graph.record(event, "refuse", link.holder() if link else None, None, link, f"join: {refusal}", actor)
        graph.ledger.answer(event, "refused", refusal, row["seq"])
        return
    a, b = (graph.links[key] for key in keys)
    one, two = a.holder(), b.holder()
    assert one is not None and two is not None  # noqa: S101, PT018  (else it was refused)
    if one is two:
        row = graph.record(event, "join", one, None, b, reason, actor)
    else:
        _, row = unite(graph, event, one, two, b, "join", reason, actor)
    kind = "probabilistic" if said.get("kind") == "probabilistic" else "manual"
    confidence = said.get("confidence", 1.0)
    confidence = float(confidence) if isinstance(confidence, (int, float)) else 1.0
    graph.evidence.add(graph.ledger.evidence(
        event, a.key, b.key, row["seq"], kind, confidence, str(said.get("model", ""))[:128]))
    graph.ledger.answer(event, "done", seq=row["seq"])


def _refusal(graph: Graph, policy: Policy, keys: tuple[int, ...], time: int) -> str:
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
    if broken := broken_limit(graph, policy, one, two, time):
        return f"limit:{broken}"
    return "apart" if graph.apart(one, two) else ""
