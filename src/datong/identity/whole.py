"""What becomes of members that lost an identifier on which others of theirs may have hung, decided in memory.

The usual case is that they are whole: a browser or device moves to the later login while card and telephone, shown
together as well, stay. Where one comes apart, each part that does not keep its number becomes a member of its own. What
needs more than the batch knows is left to a region: a member that was merged a moment ago, or is very large, or about
which somebody said whose it is not, or a part in which a number that was merged away lives again.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from datong.identity.graph import LARGE, Graph, Link, Person
from datong.identity.ledger import MEMBERS
from datong.identity.naming import founder, name
from datong.identity.policy import Policy
from datong.identity.ties import Tied
from datong.model import Event, Split

__all__ = ["mend"]

Held = dict[int, Link | Tied]


def mend(graph: Graph, policy: Policy, event: Event) -> None:
    """Bring the torn members up to date with what they hold, and leave only those torn that a region has to look at."""
    torn = {person.live(): row for person, row in graph.torn}
    apart: list[tuple[Person, dict[str, Any], Held, list[list[int]]]] = []
    graph.torn = []
    for person, row in sorted(torn.items(), key=lambda one: one[0].id):
        graph.read_ties(person)
        if person.first is None or graph.strangers(person):
            graph.torn.append((person, row))
            continue
        held = _held(graph, person)
        parts = _parts(graph, policy, held)
        if len(parts) == 1 and len(parts[0]) == len(held):
            _renew(graph, policy, person, row, held)
        elif held:
            apart.append((person, row, held, parts))
    if graph.torn or any(_needs_region(graph, person, held, parts) for person, _, held, parts in apart):
        graph.torn += [(person, row) for person, row, _, _ in apart]
        return
    for person, row, held, parts in apart:
        _part(graph, policy, event, person, row, held, parts)


def _held(graph: Graph, person: Person) -> Held:
    """Return what the person holds by now; an identifier that the batch does not name is as it was."""
    held: Held = {}
    for tied in graph.ties.held(person.ids):
        link = graph.links.get(tied.key)
        if link is None:
            held[tied.key] = tied
        elif link.holder() is person:
            held[tied.key] = link
    held.update((link.key, link) for link in person.gained if link.holder() is person)
    return held


def _parts(graph: Graph, policy: Policy, held: Held) -> list[list[int]]:
    """Return what hangs together by the evidence in force, without what makes no member alone, as a region does."""
    parts: list[list[int]] = []
    reached: set[int] = set()
    for start in sorted(held):
        if start in reached:
            continue
        part, waiting = {start}, [start]
        while waiting:
            for other in graph.evidence.near(waiting.pop()):
                if other not in part and other in held:
                    part.add(other)
                    waiting.append(other)
        reached |= part
        if len(part) > 1 or held[start].ns in policy.creating:
            parts.append(sorted(part))
    return parts


def _needs_region(graph: Graph, person: Person, held: Held, parts: list[list[int]]) -> bool:
    """Return whether more has to be known than the batch does to say what becomes of the parts."""
    if len(held) >= LARGE or any(winner.live() is person for _, _, winner in graph.merges):
        return True
    of = {key: at for at, part in enumerate(parts) for key in part}
    place = of.get(person.first) if person.first is not None else None
    names = [of[first] for first in graph.ties.names(person.ids) if first in of]
    return bool(names) and (place is None or any(at != place for at in names))


def _renew(graph: Graph, policy: Policy, person: Person, row: dict[str, Any], held: Held) -> None:
    """Let the person be what these identifiers say."""
    person.families = 0
    for link in held.values():
        person.families |= link.families
    person.known = any(link.ns in policy.strong for link in held.values())
    person.created = min(link.first_seen for link in held.values())
    person.changed = True
    if person.first not in held:
        graph.renamed.append({"seq": row["seq"], "member": person.id, "first": person.first, "lived": True})
        person.first = founder(policy, held.values())


def _part(
    graph: Graph, policy: Policy, event: Event, person: Person, row: dict[str, Any], held: Held, parts: list[list[int]]
) -> None:
    """Make a member of its own of each part but the one in which the person's number stays."""
    weights = [(sum(held[key].ns in policy.strong for key in part), len(part), -part[0]) for part in parts]
    members = {person.id: {"first": person.first, "merged_into": None}}
    before = {person.id: set(range(len(parts)))} if parts else {}
    named = name(parts, before, members, weights, lambda: graph.ledger.next(MEMBERS))
    for key in held.keys() - {key for part in parts for key in part}:
        _give(graph, event, held[key], None)
    for number, part in zip(named.ids, parts, strict=True):
        mine: Held = {key: held[key] for key in part}
        if number != person.id:
            other = graph.people[number] = Person(number, event.time, 0, False, new=True, first=part[0])
            other.first = founder(policy, mine.values())
            mine = {key: _give(graph, event, one, other) for key, one in mine.items()}
        graph.people[number].counts = dict(Counter(one.ns for one in mine.values()))
        _renew(graph, policy, graph.people[number], row, mine)
    if len(parts) > 1:
        said = tuple(sorted((number, tuple(part)) for number, part in zip(named.ids, parts, strict=True)))
        graph.splits.append(Split(event.offset, person.id, said))
        for number in sorted({*named.ids} - {person.id, row["other"]}):
            graph.ledger.record(event, "apart", person.id, number, detail=f"by decision {row['seq']}",
                                actor=row["actor"])


def _give(graph: Graph, event: Event, held: Link | Tied, person: Person | None) -> Link:
    """Give an identifier to another person, or to nobody."""
    link = graph.links.get(held.key)
    if link is None:
        assert isinstance(held, Tied)  # noqa: S101  (it is as the tables have it)
        link = graph.links[held.key] = Link(
            held.key, held.ns, None, None, held.first_seen, held.last_seen, held.since, False, held.families,
            bool(held.verified), bool(held.out))
    link.person, link.since = None, event.offset
    graph.touched[link.key] = link
    if person is not None:
        graph.gain(person, link)
    return link
