"""Values that were left out of an event at the door because they are malformed: told on the page of its member."""

from __future__ import annotations

from typing import Any

from datong.identity.graph import Graph, Person
from datong.model import Event

__all__ = ["REFUSED", "refuse_malformed"]

REFUSED = "refused_identifiers"
"""The property in which intake says what it left out: a list of `field`, `ns` and `reason`, never the value."""


def refuse_malformed(graph: Graph, event: Event, person: Person) -> None:
    """Write down each identifier that the event was kept without; two of a namespace for one reason only once."""
    told: dict[tuple[str, str], Any] = {}
    given = event.properties[REFUSED]
    for one in given if isinstance(given, (list, tuple)) else ():
        if isinstance(one, dict) and isinstance(one.get("ns"), str) and isinstance(one.get("reason"), str):
            told[one["ns"][:64], one["reason"]] = one
    for ns, reason in told:
        graph.ledger.record(event, "refuse", person.id, ns=ns, detail=f"malformed: {reason}")
