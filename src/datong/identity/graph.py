"""The part of the identity graph a batch touches, in memory while the batch is decided."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa

from datong.identity.evidence import Evidence
from datong.identity.ledger import MEMBERS, Ledger
from datong.identity.pace import Pace
from datong.identity.tables import APART, LINK, MEMBER, SHOWN
from datong.identity.ties import Ties
from datong.model import Event, Identifier, Split
from datong.storage import Lookup, fetch_in

__all__ = ["LARGE", "Graph", "Link", "Person"]

LARGE = 1_000
"""Members with more identifiers are only looked at whole when they lose one, not when they might."""

_LINKS = Lookup(
    sa.select(
        LINK.c.key, LINK.c.ns, LINK.c.first_seen, LINK.c.last_seen, LINK.c.since, LINK.c.shared, LINK.c.families,
        LINK.c.verified, LINK.c.out, MEMBER.c.id, MEMBER.c.created, MEMBER.c.families, MEMBER.c.known, MEMBER.c.first,
    ).select_from(LINK.outerjoin(MEMBER, MEMBER.c.id == LINK.c.member)),
    LINK.c.key,
)
_COUNTS = Lookup(
    sa.select(LINK.c.member, LINK.c.ns, sa.func.count()).group_by(LINK.c.member, LINK.c.ns), LINK.c.member)

_ANY_APART = sa.select(APART.c.a).where(APART.c.active).limit(1)


class Person:
    """One member while the batch is decided; `into` is set when it was merged away; `id` is 0 until it is created.

    `ids` are the numbers under which its links stood when the batch began, `gained` the links it was given since.
    """

    __slots__ = ("changed", "counts", "created", "families", "first", "gained", "id", "ids", "into", "known", "new",
                 "strangers")

    def __init__(
        self, number: int, created: int, families: int, known: bool, new: bool = False, first: int | None = None
    ) -> None:
        self.id, self.created, self.families, self.known, self.new = number, created, families, known, new
        self.counts: dict[str, int] | None = {} if new else None
        self.ids: list[int] = [] if new else [number]
        self.gained: list[Link] = []
        self.strangers: set[int] | None = set() if new else None
        self.first = first
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

    __slots__ = ("families", "first_seen", "key", "last_seen", "new", "ns", "out", "person", "sealed", "shared",
                 "since", "verified")

    def __init__(
        self, key: int, ns: str, person: Person | None, sealed: bytes | None, first_seen: int, last_seen: int,
        since: int, shared: bool, families: int = 0, verified: bool = False, out: bool = False, new: bool = False,
    ) -> None:
        self.key, self.ns, self.person, self.sealed = key, ns, person, sealed
        self.first_seen, self.last_seen, self.since, self.shared = first_seen, last_seen, since, shared
        self.families, self.verified, self.out, self.new = families, verified, out, new

    def holder(self) -> Person | None:
        """Return the live person who holds it."""
        return self.person.live() if self.person is not None else None


class Graph:
    """Links and members around a batch's identifiers, with everything decided so far.

    `torn` are the members that lost an identifier on which others of theirs hung: they are to be looked at before the
    next event is decided (`mend`); `splits` are those that came apart. `left` are all identifiers that left their
    holder: (offset, member, link). `renamed` are the rows of members that begin with another identifier since.
    `unsettled` says that who holds what has changed in a way no merge explains.
    """

    def __init__(self, tx: sa.Connection, ledger: Ledger, pace: Pace, keys: Iterable[int]) -> None:
        self.tx, self.ledger, self.pace = tx, ledger, pace
        self.links: dict[int, Link] = {}
        self.people: dict[int, Person] = {}
        self.touched: dict[int, Link] = {}
        self.merges: list[tuple[int, Person, Person]] = []
        self.splits: list[Split] = []
        self.renamed: list[dict[str, Any]] = []
        self.shown: dict[int, dict[int, bool]] = {}
        self.noted: dict[tuple[int, int], bool] = {}
        self.ties = Ties(tx)
        self.evidence = Evidence(tx, ledger, self.ties)
        self.torn: list[tuple[Person, dict[str, Any]]] = []
        self.unsettled = False
        self.left: list[tuple[int, Person, Link]] = []
        self._parted: bool | None = None
        self._doubtful: list[Person] = []
        self._strangers: dict[int, set[int]] = {}
        self._keys = set(keys)
        self._load(self._keys)

    def _load(self, keys: Iterable[int]) -> None:
        people, links = self.people, self.links
        for key, ns, first, last, since, shared, bits, verified, out, number, created, families, known, began in _LINKS(
            self.tx, keys
        ):
            person = None
            if number is not None:
                person = people.get(number)
                if person is None:
                    person = people[number] = Person(number, created, families, bool(known), first=began)
            links[key] = Link(
                key, ns, person, None, first, last, since, bool(shared), bits, bool(verified), bool(out))

    def prepare(self, people: Iterable[Person], keys: Iterable[int]) -> None:
        """Read, in few questions, how many identifiers these people hold and who else showed these keys."""
        people = list(people)
        self._count([p for p in people if p.counts is None])
        self._doubtful = [p for p in people if sum(self.counts(p).values()) < LARGE]
        self._read_strangers([p for p in people if p.strangers is None])
        self._read_shown(keys)

    def counts(self, person: Person) -> dict[str, int]:
        """Return how many identifiers of each namespace the person holds; asked before any of them changes."""
        if person.counts is None:
            self._count([person])
        assert person.counts is not None  # noqa: S101  (just read)
        return person.counts

    def times(self, person: Person, ns: str) -> list[int]:
        """Return when each identifier of the namespace that the person holds was first seen (ms)."""
        query = sa.select(LINK.c.key, LINK.c.first_seen).where(LINK.c.ns == ns)
        found: dict[int, int] = dict(map(tuple, fetch_in(self.tx, query, LINK.c.member, person.ids)))
        found.update((link.key, link.first_seen) for link in person.gained if link.ns == ns)
        links = self.links
        return [links[key].first_seen if key in links else at for key, at in found.items()
                if key not in links or links[key].holder() is person]

    def apart(self, one: Person, two: Person) -> bool:
        """Return whether somebody said that these two are not one person."""
        if not self._any_apart():
            return False
        self._read_strangers([p for p in (one, two) if p.strangers is None])
        strangers = one.strangers or set()
        if missing := [key for key in strangers if key not in self.links]:
            self._load(missing)
        return any((link := self.links.get(key)) is not None and link.holder() is two for key in strangers)

    def barred(self, person: Person, key: int) -> bool:
        """Return whether somebody said that the identifier is not this person's."""
        return key in self.strangers(person)

    def strangers(self, person: Person) -> Collection[int]:
        """Return the identifiers of which somebody said that they are not this person's."""
        if not self._any_apart():
            return ()
        self._read_strangers([person] if person.strangers is None else [])
        return person.strangers or ()

    def who_showed(self, key: int, counts: bool) -> set[int]:
        """Return the live ids of the members that showed the key without getting it, or lost it.

        With `counts` only those that say something about how many people use it.
        """
        if key not in self.shown:
            self._read_shown([key, *self._keys])
        return {self.root(number) for number, counted in self.shown[key].items() if counted or not counts}

    def note(self, key: int, person: Person, counts: bool = True) -> None:
        """Remember that the person showed the key."""
        if key not in self.shown:
            self._read_shown([key, *self._keys])
        self.shown[key][person.id] = counts
        self.noted[key, person.id] = counts

    def root(self, number: int) -> int:
        """Return the live id of a member id, as far as this batch has merged."""
        person = self.people.get(number)
        return person.live().id if person is not None else number

    def create(self, created: int) -> Person:
        """Return a new member with the next number."""
        number = self.ledger.next(MEMBERS)
        person = self.people[number] = Person(number, created, 0, False, new=True)
        return person

    def gain(self, person: Person, link: Link) -> None:
        """Give the link to the person."""
        link.person = person
        person.gained.append(link)
        self.touched[link.key] = link
        if self._any_apart() and person.strangers is not None:
            person.strangers |= self._strangers_of([link.key])[link.key]

    def lose(self, person: Person, link: Link, row: dict[str, Any]) -> None:
        """Take the link from the person by the decision `row`: what spoke for it is out of force."""
        self.left.append((row["offset"], person, link))
        self.read_ties(person)
        if self.evidence.retire(link.key, row["seq"]) or link.key == person.first:
            self.torn.append((person, row))
        counts = self.counts(person)
        counts[link.ns] -= 1
        link.person, link.out, link.families, self.unsettled = None, False, 0, True
        self.touched[link.key] = link

    def bridge(self, event: Event, person: Person, key: int, seq: int) -> None:
        """Keep together what the person's identifier joined, before the person loses it by decision `seq`."""
        self.read_ties(person)
        self.evidence.bridge(event, key, seq)

    def read_ties(self, person: Person) -> None:
        """Read what holds the person together, and at once that of the others who may lose something next."""
        self.ties.read(number for each in (person, *self._doubtful) for number in each.ids)
        self._doubtful = []

    def record(
        self, event: Event, kind: str, member: Person | None, other: Person | None = None,
        identifier: Identifier | Link | None = None, detail: str = "", actor: str = "",
    ) -> dict[str, Any]:
        """Write down a decision."""
        return self.ledger.record(
            event, kind, member.id if member else None, other.id if other else None,
            identifier.ns if identifier else "", identifier.key if identifier else None, detail, actor,
        )

    def _any_apart(self) -> bool:
        if self._parted is None:
            self._parted = self.tx.execute(_ANY_APART).first() is not None
        return self._parted

    def _read_strangers(self, people: Collection[Person]) -> None:
        """Read which identifiers somebody said are not these people's."""
        for person in people:
            person.strangers = set()
        if not people or not self._any_apart():
            return
        roots = {number: person for person in people for number in person.ids}
        for mine, theirs in ((APART.c.a, APART.c.b), (APART.c.b, APART.c.a)):
            query = sa.select(LINK.c.member, theirs).join_from(APART, LINK, LINK.c.key == mine).where(APART.c.active)
            for number, key in fetch_in(self.tx, query, LINK.c.member, roots):
                strangers = roots[number].strangers
                assert strangers is not None  # noqa: S101  (set above)
                strangers.add(key)
        for person in people:
            if person.gained:
                fresh = self._strangers_of([link.key for link in person.gained])
                person.strangers = set().union(person.strangers or (), *fresh.values())

    def _strangers_of(self, keys: Collection[int]) -> dict[int, set[int]]:
        known = self._strangers
        if missing := {key for key in (*keys, *(() if known else self._keys)) if key not in known}:
            known.update((key, set()) for key in missing)
            for mine, theirs in ((APART.c.a, APART.c.b), (APART.c.b, APART.c.a)):
                for key, other in fetch_in(self.tx, sa.select(mine, theirs).where(APART.c.active), mine, missing):
                    known[key].add(other)
        return {key: known[key] for key in keys}

    def _count(self, people: list[Person]) -> None:
        if not people:
            return
        for person in people:
            person.counts = {}
        for number, ns, count in _COUNTS(self.tx, {p.id for p in people}):
            counts = self.people[number].counts
            assert counts is not None  # noqa: S101  (set above)
            counts[ns] = count

    def _read_shown(self, keys: Iterable[int]) -> None:
        keys = {key for key in keys if key not in self.shown}
        if not keys:
            return
        for key in keys:
            self.shown[key] = {}
        if self.tx.execute(sa.select(SHOWN.c.key).limit(1)).first() is None:
            return  # the usual case
        query = sa.select(SHOWN.c.key, SHOWN.c.member, SHOWN.c.counts)
        for key, number, counts in fetch_in(self.tx, query, SHOWN.c.key, keys):
            self.shown[key][number] = counts
