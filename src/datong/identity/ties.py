"""What members held when a stretch began, and what held it together: read for many of them in two questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec
import sqlalchemy as sa

from datong.identity.tables import EVIDENCE, LINK, MEMBER
from datong.storage import Lookup

__all__ = ["Tied", "Ties"]


_LINKS = Lookup(
    sa.select(LINK.c.member, LINK.c.key, LINK.c.ns, LINK.c.first_seen, LINK.c.last_seen, LINK.c.since, LINK.c.families,
              LINK.c.verified, LINK.c.out), LINK.c.member)
_NAMES = Lookup(sa.select(MEMBER.c.merged_into, MEMBER.c.first), MEMBER.c.merged_into)
_EDGES = Lookup(
    sa.select(EVIDENCE.c.a, EVIDENCE.c.b).join_from(EVIDENCE, LINK, LINK.c.key == EVIDENCE.c.a)
    .where(EVIDENCE.c.active), LINK.c.member)


class Tied(msgspec.Struct, frozen=True):
    """One identifier as its member held it when the stretch began."""

    key: int
    ns: str
    first_seen: int
    last_seen: int
    since: int
    families: int
    verified: bool
    out: bool


class Ties:
    """The identifiers of some members and the evidence in force between them, as the tables have them."""

    def __init__(self, tx: sa.Connection) -> None:
        self._tx = tx
        self._held: dict[int, list[Tied]] = {}
        self._near: dict[int, list[int]] = {}
        self._names: dict[int, list[int]] = {}

    def read(self, members: Iterable[int]) -> None:
        """Read what is not known yet of these member ids."""
        wanted = sorted({number for number in members if number not in self._held})
        if not wanted:
            return
        self._held.update((number, []) for number in wanted)
        for number, *rest in _LINKS(self._tx, wanted):
            self._held[number].append(Tied(*rest))
        for number, first in _NAMES(self._tx, wanted):
            self._names.setdefault(number, []).append(first)
        for a, b in _EDGES(self._tx, wanted):
            self._near.setdefault(a, []).append(b)
            self._near.setdefault(b, []).append(a)

    def held(self, members: Iterable[int]) -> Iterator[Tied]:
        """Return the identifiers of these member ids, which were read."""
        for number in members:
            yield from self._held[number]

    def names(self, members: Iterable[int]) -> list[int]:
        """Return with which identifiers those began that were merged into these member ids, which were read."""
        return [first for number in members for first in self._names.get(number, ())]

    def near(self, key: int) -> Sequence[int]:
        """Return the other end of each edge that speaks for an identifier of a member that was read."""
        return self._near.get(key, ())
