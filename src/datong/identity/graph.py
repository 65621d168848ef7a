"""The part of the identity graph a batch touches, in memory while the batch is decided."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from datong.identity.tables import LINK, MEMBER, SHOWN
from datong.model import Event, Identifier
from datong.storage import cursor, fetch_in

__all__ = ["EVENTS", "MEMBERS", "Graph", "Link", "Person"]

MEMBERS, EVENTS = "identity.members", "identity.events"
"""The counters of member numbers and identity events."""


class Person:
    """One member while the batch is decided; `into` is set when it was merged away; `id` is 0 until it is created."""

    __slots__ = ("changed", "counts", "created", "families", "id", "into", "known", "new")

    def __init__(self, number: int, created: int, families: int, known: bool, new: bool = False) -> None:
        self.id, self.created, self.families, self.known, self.new = number, created, families, known, new
        self.counts: dict[str, int] | None = {} if new else None
        self.into: Person | None = None
        self.changed = False

    def live(self) -> Person:
        """Return the person this one is by now."""
        if self.into is None:
            return self
        person = self.into
        while person.into is not None:
            person = person.into
        self.into = person
        return person


class Link:
    """One identifier and who holds it."""

    __slots__ = ("changed", "first_seen", "key", "last_seen", "new", "ns", "person", "sealed", "shared", "since")

    def __init__(
        self, key: int, ns: str, person: Person | None, sealed: bytes | None, first_seen: int, last_seen: int,
        since: int, shared: bool, new: bool = False,
    ) -> None:
        self.key, self.ns, self.person, self.sealed = key, ns, person, sealed
        self.first_seen, self.last_seen, self.since, self.shared = first_seen, last_seen, since, shared
        self.new, self.changed = new, False

    def holder(self) -> Person | None:
        """Return the live person who holds it."""
        return self.person.live() if self.person is not None else None


class Graph:
    """Links and members around a batch's identifiers, with everything decided so far."""

    def __init__(self, tx: sa.Connection, keys: Iterable[int]) -> None:
        self._tx = tx
        self.links: dict[int, Link] = {}
        self.people: dict[int, Person] = {}
        self.touched: dict[int, Link] = {}
        self.events: list[dict[str, Any]] = []
        self.merges: list[tuple[int, Person, Person]] = []
        self.shown: dict[int, set[int]] = {}
        self.noted: set[tuple[int, int]] = set()
        self.unsettled = False
        self._last_id: int | None = None
        self._last_seq: int | None = None
        self._load(keys)

    def _load(self, keys: Iterable[int]) -> None:
        query = sa.select(
            LINK.c.key, LINK.c.ns, LINK.c.first_seen, LINK.c.last_seen, LINK.c.since, LINK.c.shared,
            MEMBER.c.id, MEMBER.c.created, MEMBER.c.families, MEMBER.c.known,
        ).select_from(LINK.outerjoin(MEMBER, MEMBER.c.id == LINK.c.member))
        people, links = self.people, self.links
        for key, ns, first, last, since, shared, number, created, families, known in fetch_in(
            self._tx, query, LINK.c.key, keys
        ):
            person = None
            if number is not None:
                person = people.get(number)
                if person is None:
                    person = people[number] = Person(number, created, families, known)
            links[key] = Link(key, ns, person, None, first, last, since, shared)

    def prepare(self, people: Iterable[Person], keys: Iterable[int]) -> None:
        """Read, in two questions, how many identifiers these people hold and who else showed these keys."""
        self._count([p for p in people if p.counts is None])
        self._read_shown([k for k in keys if k not in self.shown])

    def counts(self, person: Person) -> dict[str, int]:
        """Return how many identifiers of each namespace the person holds; asked before any of them changes."""
        if person.counts is None:
            self._count([person])
        assert person.counts is not None  # noqa: S101  (just read)
        return person.counts

    def who_showed(self, key: int) -> set[int]:
        """Return the live ids of the members that showed the key without getting it, or lost it."""
        if key not in self.shown:
            self._read_shown([key])
        return {self.root(number) for number in self.shown[key]}

    def note(self, key: int, person: Person) -> None:
        """Remember that the person showed the key."""
        self.shown[key].add(person.id)
        self.noted.add((key, person.id))

    def root(self, number: int) -> int:
        """Return the live id of a member id, as far as this batch has merged."""
        person = self.people.get(number)
        return person.live().id if person is not None else number

    def create(self, created: int) -> Person:
        """Return a new member with the next number."""
        if self._last_id is None:
            self._last_id, _ = cursor(self._tx, MEMBERS)
        self._last_id += 1
        person = self.people[self._last_id] = Person(self._last_id, created, 0, False, new=True)
        return person

    def record(
        self, event: Event, kind: str, member: Person | None, other: Person | None = None,
        identifier: Identifier | Link | None = None, detail: str = "",
    ) -> None:
        """Write down a decision."""
        if self._last_seq is None:
            self._last_seq, _ = cursor(self._tx, EVENTS)
        self._last_seq += 1
        self.events.append({
            "seq": self._last_seq, "offset": event.offset, "at": event.time, "kind": kind,
            "member": member.id if member else None, "other": other.id if other else None,
            "ns": identifier.ns if identifier else "", "key": identifier.key if identifier else None,
            "cause": event.id[:512].replace("\0", ""), "detail": detail,
        })

    def counters(self) -> dict[str, int]:
        """Return the numbers given out last, where some were: they are never given out again, even after an erasure."""
        given = {MEMBERS: self._last_id, EVENTS: self._last_seq}
        return {name: last for name, last in given.items() if last is not None}

    def _count(self, people: list[Person]) -> None:
        if not people:
            return
        for person in people:
            person.counts = {}
        query = sa.select(LINK.c.member, LINK.c.ns, sa.func.count()).group_by(LINK.c.member, LINK.c.ns)
        for number, ns, count in fetch_in(self._tx, query, LINK.c.member, {p.id for p in people}):
            counts = self.people[number].counts
            assert counts is not None  # noqa: S101  (set above)
            counts[ns] = count

    def _read_shown(self, keys: list[int]) -> None:
        if not keys:
            return
        for key in keys:
            self.shown[key] = set()
        if self._tx.execute(sa.select(SHOWN.c.key).limit(1)).first() is None:
            return  # the usual case
        for key, number in fetch_in(self._tx, sa.select(SHOWN.c.key, SHOWN.c.member), SHOWN.c.key, keys):
            self.shown[key].add(number)
