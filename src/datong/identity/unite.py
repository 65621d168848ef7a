"""Making two members one, under the guards: limits, what somebody said, and the pace of merging."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from datong.identity.graph import Graph, Link, Person
from datong.identity.policy import Policy
from datong.model import Event, Identifier

__all__ = ["broken_limit", "crowded", "is_full", "unite"]


def broken_limit(graph: Graph, policy: Policy, one: Person, two: Person, time: int) -> str:
    """Return the strongest namespace of which the two together would hold too many, or an empty text."""
    mine, theirs = graph.counts(one), graph.counts(two)
    broken = [
        ns for ns, count in mine.items()
        if count and theirs.get(ns) and ns in policy.limit and count + theirs[ns] > policy.limit[ns]
        and (ns not in policy.window or crowded(
            (*_times(graph, one, ns, time), *_times(graph, two, ns, time)), policy.limit[ns], policy.window[ns]))
    ]
    return min(broken, key=policy.rank.__getitem__) if broken else ""


def is_full(graph: Graph, policy: Policy, person: Person, ns: str, time: int) -> bool:
    """Return whether one more value of the namespace, first seen at `time`, would be too many for the person."""
    held, limit = graph.counts(person).get(ns, 0), policy.limit[ns]
    if held < limit:
        return False
    return ns not in policy.window or crowded((*_times(graph, person, ns, time), time), limit, policy.window[ns])


def crowded(times: Iterable[int], limit: int, window: int) -> bool:
    """Return whether more than `limit` of the times (ms) lie within some stretch as long as `window` (ms)."""
    ordered = sorted(times)
    return any(late - early < window for early, late in zip(ordered, ordered[limit:], strict=False))


def unite(
    graph: Graph, event: Event, one: Person, two: Person, identifier: Identifier | Link, kind: str = "merge",
    detail: str = "", actor: str = "",
) -> tuple[Person, dict[str, Any]]:
    """Merge the younger of two members into the older one; return it and the decision."""
    winner, loser = (one, two) if one.id < two.id else (two, one)
    counts = graph.counts(winner)
    for ns, count in graph.counts(loser).items():
        counts[ns] = counts.get(ns, 0) + count
    if winner.strangers is not None and loser.strangers is not None:
        winner.strangers |= loser.strangers
    else:
        winner.strangers = None
    winner.ids += loser.ids
    winner.gained += loser.gained
    winner.created = min(winner.created, loser.created)
    winner.families |= loser.families
    winner.known = winner.known or loser.known
    loser.into = winner
    winner.changed = loser.changed = True
    graph.merges.append((event.offset, loser, winner))
    return winner, graph.record(event, kind, winner, loser, identifier, detail, actor)


def _times(graph: Graph, person: Person, ns: str, time: int) -> list[int]:
    """Return when the person's identifiers of the namespace were first seen; what waits to be linked is seen now."""
    times = graph.times(person, ns)
    return times + [time] * (graph.counts(person).get(ns, 0) - len(times))
