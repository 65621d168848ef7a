"""Who an event belongs to: Segment's resolution algorithm with retail's guards.

The identifiers are taken strongest first. None known: a new member. One member known: the rest is attached to it.
Several: they are merged when the result breaks no limit; otherwise the weaker identifier is left out of the event
(Segment's demotion) and the refusal is written down. An attach-only identifier, such as a browser or a device, never
joins two known members; it does bring in what an unknown visitor did before logging in. When two known members meet
on one device, the later login keeps the device. A value that too many members have shown counts as shared and links
nobody any more.

A value whose word is in doubt joins nobody: one that has to be verified and is not, and one unseen for longer than its
time to live. It goes to whoever verified it, or shows it next together with something else. A device whose holder
signed out says nothing until the next login: who uses it meanwhile is a new visitor. What a source says that anybody
can be never makes two known members one.
"""

from __future__ import annotations

from typing import Any

from datong.identity.graph import Graph, Link, Person
from datong.identity.policy import CHANNEL_FAMILY, Policy
from datong.identity.seen import expired, touch, widen
from datong.identity.unite import broken_limit, is_full, unite
from datong.model import Event, Identifier

__all__ = ["settle"]

_HEARSAY = frozenset({"unverified", "untrusted", "stopped", "apart"})
"""Refusals that say nothing about how many people use a value."""


def settle(graph: Graph, policy: Policy, event: Event) -> Person | None:
    """Return the live person of the event, after linking what the policy lets it link; None when nobody is known."""
    case = _Case(graph, policy, event)
    identifiers = [i for i in policy.linkable(event) if not case.is_shared(i)]
    if any(i.ns in policy.creating for i in identifiers):
        for identifier in case.in_order(identifiers):
            case.take(identifier)
    else:
        case.look_up(identifiers)
    return case.close()


class _Case:
    """One event on its way through the rules; `person` is a draft without a number until somebody is known."""

    def __init__(self, graph: Graph, policy: Policy, event: Event) -> None:
        self.graph, self.policy, self.event = graph, policy, event
        self.person = Person(0, event.time, 0, False, new=True)
        self.waiting: list[Identifier] = []
        self.taken: list[Identifier] = []
        self.learned: dict[int, int] = {}
        self.refused: list[tuple[Identifier, Person | None, str]] = []
        self.left: set[int] = set()
        self.claimed: set[int] = set()
        self.stale: dict[int, Person] = {}
        self.unsure: set[int] = set()
        self.alone = False
        self.login = False

    def in_order(self, identifiers: list[Identifier]) -> list[Identifier]:
        """Return the identifiers in the order they are taken; note those that do not speak for their holder."""
        login = any(i.ns in self.policy.strong for i in identifiers)
        sure: set[Person] = set()
        holders: set[Person | None] = set()
        for identifier in identifiers:
            link = self.graph.links.get(identifier.key)
            holder = link.holder() if link is not None else None
            holders.add(holder)
            if link is None or holder is None:
                if not self.event.trusted and identifier.ns in self.policy.strong:
                    self.claimed.add(identifier.key)
                continue
            if link.out and not login:
                self.left.add(identifier.key)
            elif expired(self.policy, link, self.event.time):
                self.stale[identifier.key] = holder
            else:
                sure.add(holder)
                if identifier.ns in self.policy.checked and not (self._is_verified(identifier) and link.verified):
                    self.unsure.add(identifier.key)
        self.stale = {key: holder for key, holder in self.stale.items() if holder not in sure}
        self.alone = len(identifiers) == 1
        if len(holders) == 1:
            self.unsure.clear()  # all of them say the same
        if not self.left and not self.claimed:
            return identifiers
        strong = self.policy.strong
        return sorted(identifiers, key=lambda i: (i.key in self.left, i.ns not in strong, i.key in self.claimed))

    def look_up(self, identifiers: list[Identifier]) -> None:
        """Find out who it is by identifiers that link nothing on their own."""
        for identifier in identifiers:
            link = self.graph.links.get(identifier.key)
            if link is not None and (holder := link.holder()) is not None:
                touch(self.graph, link, self.event.time)
                if not self.person.id:
                    self.person = holder
                if holder is self.person:
                    self.taken.append(identifier)

    def take(self, identifier: Identifier) -> None:
        """Take one identifier into the case."""
        link = self.graph.links.get(identifier.key)
        holder = link.holder() if link is not None else None
        reason = ""
        if holder is None or link is None:
            reason = self._attach(identifier)
        elif holder is self.person:
            pass
        elif identifier.key in self.left:
            reason = self._take_over(identifier, link, holder, "its holder signed out")
        elif identifier.key in self.stale or identifier.key in self.unsure:
            reason = self._doubt(identifier, link, holder)
        else:
            reason = self._join(identifier, holder)
        if reason:
            self.refused.append((identifier, holder, reason))
            return
        self.taken.append(identifier)
        self.login = self.login or (identifier.ns in self.policy.strong and (
            identifier.ns not in self.policy.checked or self._is_verified(identifier)))

    def close(self) -> Person | None:
        """Make the new member if one is needed, write down refusals and the channel; return the person."""
        if not self.person.id and not self._create():
            return None
        for identifier, holder, reason in self.refused:
            if holder is not None and holder.live() is self.person:
                self.taken.append(identifier)  # as it turned out, it is theirs already
            else:
                self._refuse(identifier, holder.live() if holder else None, reason)
        self.taken.sort(key=lambda i: self.policy.rank[i.ns])
        graph, person = self.graph, self.person
        family = CHANNEL_FAMILY.get(self.event.channel, 0)
        for identifier in self.taken:
            self._see(graph.links[identifier.key], identifier, family)
        if family & ~person.families:
            widen(graph, self.event, person, family)
        if len(self.taken) > 1:
            graph.evidence.learn(self.event, self.taken, self.learned)
        if self.event.type == "Signed Out" and person.known:
            self._sign_out()
        return person

    def is_shared(self, identifier: Identifier) -> bool:
        """Return whether the value links nobody; one that is registered as shared and held is given up now."""
        link = self.graph.links.get(identifier.key)
        if link is not None and link.shared:
            return True
        if identifier.key not in self.policy.registered:
            return False
        holder = link.holder() if link is not None else None
        row = self.graph.record(self.event, "block", holder, None, identifier, "registered as shared")
        self._give_up(identifier, link, holder, row)
        return True

    def _see(self, link: Link, identifier: Identifier, family: int) -> None:
        """Keep what the event tells of an identifier that is the person's."""
        if not self.alone or link.key not in self.stale:
            touch(self.graph, link, self.event.time)  # (one that may be somebody else's does not renew itself)
        verified = link.verified or self._is_verified(identifier)
        if family & ~link.families or verified is not link.verified or (link.out and self.login):
            link.families |= family
            link.verified = verified
            link.out = link.out and not self.login
            self.graph.touched[link.key] = link

    def _is_verified(self, identifier: Identifier) -> bool:
        return identifier.verified and self.event.trusted

    def _attach(self, identifier: Identifier) -> str:
        """Give the person a value nobody holds; return why not, or nothing."""
        person = self.person
        if self._is_full(person, identifier.ns):
            return f"limit:{identifier.ns}"
        if self.graph.barred(person, identifier.key):
            return "apart"
        if identifier.key in self.claimed and person.known and identifier.ns not in self.policy.checked:
            return "untrusted"  # or who claims a card that was never seen has it when its owner comes
        if person.id:
            self._link(identifier, person, "attach")
        else:
            self.waiting.append(identifier)
            person.known = person.known or identifier.ns in self.policy.strong
        counts = self.graph.counts(person)
        counts[identifier.ns] = counts.get(identifier.ns, 0) + 1
        return ""

    def _is_full(self, person: Person, ns: str) -> bool:
        """Return whether one more value of the namespace would be too many for the person."""
        return is_full(self.graph, self.policy, person, ns, self.event.time)

    def _doubt(self, identifier: Identifier, link: Link, holder: Person) -> str:
        """Take a value whose holder it may not be any more, or never was; return why not, or nothing."""
        if self.alone:
            self.person = holder  # nobody else is there to be meant
            return ""
        if identifier.key in self.stale:
            return self._take_over(identifier, link, holder, "unseen for too long by its holder")
        if self._is_verified(identifier):
            return self._take_over(identifier, link, holder, "its holder never verified it")
        return "unverified"

    def _take_over(self, identifier: Identifier, link: Link, holder: Person, detail: str) -> str:
        """Take the value from its holder and give it to the person; return why not, or nothing."""
        person = self.person
        if self.graph.barred(person, identifier.key):
            return "apart"
        if self._is_full(person, identifier.ns):
            return f"limit:{identifier.ns}"
        row = self.graph.record(self.event, "leave", holder, None, identifier, detail)
        if identifier.key in self.stale:
            self.graph.bridge(self.event, holder, identifier.key, row["seq"])
        self._lose(holder, link, row)
        return self._attach(identifier)

    def _join(self, identifier: Identifier, holder: Person) -> str:
        """Make the person and the holder of the identifier one; return why not, or nothing."""
        graph, person = self.graph, self.person
        if person.known and holder.known:
            if identifier.ns not in self.policy.strong:
                return "two_members"
            if not self.event.trusted:
                return "untrusted"
        if not person.id and not self.waiting:
            self.person = holder
            return ""
        if broken := broken_limit(graph, self.policy, person, holder, self.event.time):
            return f"limit:{broken}"
        if person.id:
            if graph.apart(person, holder):
                return "apart"
            if not graph.pace.allows(self.event, identifier.ns):
                return "stopped"
            self.person, row = unite(graph, self.event, person, holder, identifier)
            self.learned[identifier.key] = row["seq"]
            return ""
        if any(graph.barred(holder, waiting.key) for waiting in self.waiting):
            return "apart"
        self.person, counts = holder, graph.counts(holder)
        for waiting in self.waiting:
            self._link(waiting, holder, "attach")
            counts[waiting.ns] = counts.get(waiting.ns, 0) + 1
        self.waiting.clear()
        return ""

    def _create(self) -> bool:
        if not self.waiting:
            return False
        draft, self.person = self.person, self.graph.create(self.event.time)
        self.person.counts, self.person.known = draft.counts, draft.known
        self.person.first = self.waiting[0].key
        self.person.families = CHANNEL_FAMILY.get(self.event.channel, 0)
        for identifier in self.waiting:
            self.person.families |= self.policy.family[identifier.ns]
        for at, identifier in enumerate(self.waiting):
            self._link(identifier, self.person, "attach" if at else "create")
        return True

    def _link(self, identifier: Identifier, person: Person, kind: str, **more: Any) -> None:
        graph, time = self.graph, self.event.time
        link = graph.links.get(identifier.key)
        if link is None:
            link = graph.links[identifier.key] = Link(
                identifier.key, identifier.ns, person, identifier.sealed, time, time, self.event.offset, False, new=True
            )
        family = self.policy.family[link.ns]
        link.since, link.verified = self.event.offset, self._is_verified(identifier)
        link.families |= family
        graph.gain(person, link)
        self.learned[link.key] = graph.record(self.event, kind, person, identifier=identifier, **more)["seq"]
        if identifier.ns in self.policy.strong and not person.known:
            person.known = person.changed = True
        if family & ~person.families:
            widen(graph, self.event, person, family)

    def _refuse(self, identifier: Identifier, holder: Person | None, reason: str) -> None:
        """Write the refusal down once per member and value; decide whether the value is shared or moves."""
        graph, event, person = self.graph, self.event, self.person
        counts = reason not in _HEARSAY
        members = graph.who_showed(identifier.key, counts)
        if person.id not in members:
            graph.record(event, "refuse", person, holder, identifier, reason)
            graph.note(identifier.key, person, counts)
        if not counts:
            return
        link = graph.links.get(identifier.key)
        members |= {person.id, holder.id} if holder else {person.id}
        if len(members) > self.policy.linking[identifier.ns].persons:
            row = graph.record(event, "shared", holder or person, None, identifier, f"{len(members)} members showed it")
            self._give_up(identifier, link, holder, row)
        elif reason == "two_members" and self.login and link is not None and holder is not None:
            self._move(identifier, link, holder)

    def _move(self, identifier: Identifier, link: Link, holder: Person) -> None:
        """Give the device to the member who logged in last (as Adobe's identity graph does)."""
        graph, person = self.graph, self.person
        if self.event.time < link.last_seen or graph.barred(person, link.key) or self._is_full(person, link.ns):
            return  # a login that arrives late takes nothing from a later one
        row = graph.record(self.event, "attach", person, holder, identifier, "moved to the later login")
        self._lose(holder, link, row)
        counts = graph.counts(person)
        counts[link.ns] = counts.get(link.ns, 0) + 1
        link.since = self.event.offset
        link.families |= self.policy.family[link.ns]
        graph.gain(person, link)
        touch(graph, link, self.event.time)
        graph.note(identifier.key, holder)
        self.learned[link.key] = row["seq"]
        self.taken.append(identifier)
        if (family := self.policy.family[link.ns]) & ~person.families:
            widen(graph, self.event, person, family)

    def _sign_out(self) -> None:
        """Let the devices say nothing about who is there until the next login."""
        graph, policy = self.graph, self.policy
        for identifier in self.taken:
            link = graph.links[identifier.key]
            if link.ns not in policy.strong and link.ns in policy.creating and link.holder() is self.person:
                link.out = graph.unsettled = True
                graph.touched[link.key] = link
                graph.record(self.event, "signed_out", self.person, None, identifier)

    def _give_up(self, identifier: Identifier, link: Link | None, holder: Person | None, row: dict[str, Any]) -> None:
        """Let the value link nobody from now on."""
        graph, time = self.graph, self.event.time
        if link is None:
            link = graph.links[identifier.key] = Link(
                identifier.key, identifier.ns, None, None, time, time, self.event.offset, True, new=True
            )
        if holder is not None:
            self._lose(holder, link, row)
        link.person, link.shared, link.since, graph.unsettled = None, True, self.event.offset, True
        graph.touched[link.key] = link

    def _lose(self, holder: Person, link: Link, row: dict[str, Any]) -> None:
        self.graph.lose(holder, link, row)
        counts = self.graph.counts(holder)
        holder.known = any(counts.get(ns) for ns in self.policy.strong)
        holder.changed = True
