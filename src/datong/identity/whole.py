"""Whether a member that lost an identifier still hangs together: the usual case, for which nothing has to be written.

A browser or device moves to the later login while card and telephone, shown together as well, stay. Only a member that
comes apart is put together anew by its region.
"""

from __future__ import annotations

from typing import Any

from datong.identity.graph import Graph, Link, Person
from datong.identity.naming import founder
from datong.identity.policy import Policy
from datong.identity.ties import Tied

__all__ = ["keep_whole"]


def keep_whole(graph: Graph, policy: Policy) -> None:
    """Bring the torn members that still hang together up to date with what they hold, and leave only the others torn.

    One about which somebody said whose it is not stays torn, too: with the identifier some of that may have gone.
    """
    graph.torn = [(person, row) for person, row in graph.torn if not _is_whole(graph, policy, person.live(), row)]


def _is_whole(graph: Graph, policy: Policy, person: Person, row: dict[str, Any]) -> bool:
    graph.read_ties(person)
    if person.first is None or graph.strangers(person):
        return False
    held = _held(graph, person)
    if not held:
        return True
    start = next(iter(held))
    reached, waiting = {start}, [start]
    while waiting:
        for other in graph.evidence.near(waiting.pop()):
            if other not in reached:
                reached.add(other)
                waiting.append(other)
    if not held.keys() <= reached:
        return False
    person.families = 0
    for link in held.values():
        person.families |= link.families
    person.known = any(link.ns in policy.strong for link in held.values())
    person.created = min(link.first_seen for link in held.values())
    person.changed = True
    if person.first not in held:
        graph.renamed.append({"seq": row["seq"], "member": person.id, "first": person.first, "lived": True})
        person.first = founder(policy, held.values())
    return True


def _held(graph: Graph, person: Person) -> dict[int, Link | Tied]:
    """Return what the person holds by now; an identifier that the batch does not name is as it was."""
    held: dict[int, Link | Tied] = {}
    for tied in graph.ties.held(person.ids):
        link = graph.links.get(tied.key)
        if link is None:
            held[tied.key] = tied
        elif link.holder() is person:
            held[tied.key] = link
    held.update((link.key, link) for link in person.gained if link.holder() is person)
    return held
