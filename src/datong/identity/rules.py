"""Who an event belongs to: Segment's resolution algorithm with retail's guards.

The identifiers are taken strongest first. None known: a new member. One member known: the rest is attached to it.
Several: they are merged when the result breaks no limit; otherwise the weaker identifier is left out of the event
(Segment's demotion) and the refusal is written down. An attach-only identifier, such as a browser or a device, never
joins two known members; it does bring in what an unknown visitor did before logging in. When two known members meet
on one device, the later login keeps the device. A value that too many members have shown counts as shared and links
nobody any more.
"""

from __future__ import annotations

from datong.identity.graph import Graph, Link, Person
from datong.identity.policy import CHANNEL_FAMILY, CHANNELS, Policy
from datong.model import DAY, Event, Identifier

__all__ = ["settle", "touch", "widen"]


def settle(graph: Graph, policy: Policy, event: Event) -> Person | None:
    """Return the live person of the event, after linking what the policy lets it link; None when nobody is known."""
    case = _Case(graph, policy, event)
    identifiers = [i for i in policy.linkable(event) if not case.is_shared(i)]
    if any(i.ns in policy.creating for i in identifiers):
        for identifier in identifiers:
            case.take(identifier)
    else:
        case.look_up(identifiers)
    return case.close()


def touch(graph: Graph, link: Link, time: int) -> None:
    """Note when the identifier was seen, to the day, so that a busy one is not written at every event."""
    if time >= link.last_seen + DAY:
        link.last_seen = time
    elif time <= link.first_seen - DAY:
        link.first_seen = time
    else:
        return
    graph.touched[link.key] = link


class _Case:
    """One event on its way through the rules; `person` is a draft without a number until somebody is known."""

    def __init__(self, graph: Graph, policy: Policy, event: Event) -> None:
        self.graph, self.policy, self.event = graph, policy, event
        self.person = Person(0, event.time, 0, False, new=True)
        self.waiting: list[Identifier] = []
        self.refused: list[tuple[Identifier, Person | None, str]] = []
        self.login = False

    def look_up(self, identifiers: list[Identifier]) -> None:
        """Find out who it is by identifiers that link nothing on their own."""
        for identifier in identifiers:
            link = self.graph.links.get(identifier.key)
            if link is not None and (holder := link.holder()) is not None:
                touch(self.graph, link, self.event.time)
                if not self.person.id:
                    self.person = holder

    def take(self, identifier: Identifier) -> None:
        """Take one identifier into the case."""
        link = self.graph.links.get(identifier.key)
        holder = link.holder() if link is not None else None
        reason = ""
        if holder is None:
            reason = self._attach(identifier)
        elif holder is not self.person:
            reason = self._join(identifier, holder)
        if reason:
            self.refused.append((identifier, holder, reason))
            return
        self.login = self.login or identifier.ns in self.policy.strong
        if link is not None and holder is not None:
            touch(self.graph, link, self.event.time)

    def close(self) -> Person | None:
        """Make the new member if one is needed, write down refusals and the channel; return the person."""
        if not self.person.id and not self._create():
            return None
        for identifier, holder, reason in self.refused:
            self._refuse(identifier, holder.live() if holder else None, reason)
        person = self.person
        family = CHANNEL_FAMILY.get(self.event.channel, 0)
        if family & ~person.families:
            widen(self.graph, self.event, person, family)
        return person

    def is_shared(self, identifier: Identifier) -> bool:
        """Return whether the value links nobody; one that is registered as shared and held is given up now."""
        link = self.graph.links.get(identifier.key)
        if link is not None and link.shared:
            return True
        if identifier.key not in self.policy.registered:
            return False
        holder = link.holder() if link is not None else None
        self._give_up(identifier, link, holder)
        self.graph.record(self.event, "block", holder, None, identifier, "registered as shared")
        return True

    def _attach(self, identifier: Identifier) -> str:
        """Give the person a value nobody holds; return why not, or nothing."""
        person = self.person
        counts = self.graph.counts(person)
        if counts.get(identifier.ns, 0) >= self.policy.limit[identifier.ns]:
            return f"limit:{identifier.ns}"
        if person.id:
            self._link(identifier, person, "attach")
        else:
            self.waiting.append(identifier)
            person.known = person.known or identifier.ns in self.policy.strong
        counts[identifier.ns] = counts.get(identifier.ns, 0) + 1
        return ""

    def _join(self, identifier: Identifier, holder: Person) -> str:
        """Make the person and the holder of the identifier one; return why not, or nothing."""
        person = self.person
        if person.known and holder.known and identifier.ns not in self.policy.strong:
            return "two_members"
        if not person.id and not self.waiting:
            self.person = holder
            return ""
        mine, theirs = self.graph.counts(person), self.graph.counts(holder)
        if broken := [ns for ns in mine if self._breaks(ns, mine[ns], theirs.get(ns, 0))]:
            return f"limit:{min(broken, key=self.policy.rank.__getitem__)}"
        if person.id:
            self.person = self._merge(person, holder, identifier)
            return ""
        self.person = holder
        for waiting in self.waiting:
            self._link(waiting, holder, "attach")
            theirs[waiting.ns] = theirs.get(waiting.ns, 0) + 1
        self.waiting.clear()
        return ""

    def _breaks(self, ns: str, mine: int, theirs: int) -> bool:
        return bool(mine and theirs) and ns in self.policy.limit and mine + theirs > self.policy.limit[ns]

    def _merge(self, one: Person, two: Person, identifier: Identifier) -> Person:
        winner, loser = (one, two) if one.id < two.id else (two, one)
        counts = self.graph.counts(winner)
        for ns, count in self.graph.counts(loser).items():
            counts[ns] = counts.get(ns, 0) + count
        winner.created = min(winner.created, loser.created)
        winner.families |= loser.families
        winner.known = winner.known or loser.known
        loser.into = winner
        winner.changed = loser.changed = True
        self.graph.merges.append((self.event.offset, loser, winner))
        self.graph.record(self.event, "merge", winner, loser, identifier)
        return winner

    def _create(self) -> bool:
        if not self.waiting:
            return False
        draft, self.person = self.person, self.graph.create(self.event.time)
        self.person.counts, self.person.known = draft.counts, draft.known
        self.person.families = CHANNEL_FAMILY.get(self.event.channel, 0)
        for identifier in self.waiting:
            self.person.families |= self.policy.family[identifier.ns]
        for at, identifier in enumerate(self.waiting):
            self._link(identifier, self.person, "attach" if at else "create")
        return True

    def _link(self, identifier: Identifier, person: Person, kind: str) -> None:
        graph, time = self.graph, self.event.time
        link = graph.links.get(identifier.key)
        if link is None:
            link = graph.links[identifier.key] = Link(
                identifier.key, identifier.ns, person, identifier.sealed, time, time, self.event.offset, False, new=True
            )
        link.person, link.since = person, self.event.offset
        graph.touched[link.key] = link
        graph.record(self.event, kind, person, None, identifier)
        if identifier.ns in self.policy.strong and not person.known:
            person.known = person.changed = True
        family = self.policy.family[identifier.ns]
        if family & ~person.families:
            widen(graph, self.event, person, family)

    def _refuse(self, identifier: Identifier, holder: Person | None, reason: str) -> None:
        """Write the refusal down once per member and value; decide whether the value is shared or moves."""
        graph, event, person = self.graph, self.event, self.person
        if holder is person:
            return
        members = graph.who_showed(identifier.key)
        if person.id not in members:
            graph.record(event, "refuse", person, holder, identifier, reason)
            graph.note(identifier.key, person)
        link = graph.links.get(identifier.key)
        members |= {person.id, holder.id} if holder else {person.id}
        if len(members) > self.policy.linking[identifier.ns].persons:
            self._give_up(identifier, link, holder)
            graph.record(event, "shared", holder or person, None, identifier, f"{len(members)} members showed it")
        elif reason == "two_members" and self.login and link is not None and holder is not None:
            self._move(identifier, link, holder)

    def _move(self, identifier: Identifier, link: Link, holder: Person) -> None:
        """Give the device to the member who logged in last (as Adobe's identity graph does)."""
        graph, person = self.graph, self.person
        mine, theirs = graph.counts(person), graph.counts(holder)
        if mine.get(link.ns, 0) >= self.policy.limit[link.ns]:
            return
        theirs[link.ns] -= 1
        mine[link.ns] = mine.get(link.ns, 0) + 1
        link.person, link.since, graph.unsettled = person, self.event.offset, True
        graph.touched[link.key] = link
        touch(graph, link, self.event.time)
        graph.note(identifier.key, holder)
        graph.record(self.event, "attach", person, holder, identifier, "moved to the later login")
        if (family := self.policy.family[link.ns]) & ~person.families:
            widen(graph, self.event, person, family)

    def _give_up(self, identifier: Identifier, link: Link | None, holder: Person | None) -> None:
        """Let the value link nobody from now on."""
        graph, time = self.graph, self.event.time
        if link is None:
            link = graph.links[identifier.key] = Link(
                identifier.key, identifier.ns, None, None, time, time, self.event.offset, True, new=True
            )
        if holder is not None:
            counts = graph.counts(holder)
            counts[link.ns] -= 1
            holder.known = any(counts.get(ns) for ns in self.policy.strong)
            holder.changed = True
        link.person, link.shared, link.since, graph.unsettled = None, True, self.event.offset, True
        graph.touched[link.key] = link


def widen(graph: Graph, event: Event, person: Person, family: int) -> None:
    """Add a channel family to the person and write it down."""
    person.families |= family
    person.changed = True
    graph.record(event, "channels", person, detail=CHANNELS[person.families])
