"""What members held when a stretch began, and what held it together: read for many of them in two questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec
import sqlalchemy as sa

from datong.identity.tables import EVIDENCE, LINK
from datong.storage import fetch_in

__all__ = ["Tied", "Ties"]


class Tied(msgspec.Struct, frozen=True):
    """One identifier as its member held it when the stretch began."""

    key: int
    ns: str
    first_seen: int
    families: int


class Ties:
    """The identifiers of some members and the evidence in force between them, as the tables have them."""

    def __init__(self, tx: sa.Connection) -> None:
        self._tx = tx
        self._held: dict[int, list[Tied]] = {}
        self._near: dict[int, list[int]] = {}

    def read(self, members: Iterable[int]) -> None:
        """Read what is not known yet of these member ids."""
        wanted = sorted({number for number in members if number not in self._held})
        if not wanted:
            return
        self._held.update((number, []) for number in wanted)
        query = sa.select(LINK.c.member, LINK.c.key, LINK.c.ns, LINK.c.first_seen, LINK.c.families)
        for number, *rest in fetch_in(self._tx, query, LINK.c.member, wanted):
            self._held[number].append(Tied(*rest))
        edges = sa.select(EVIDENCE.c.a, EVIDENCE.c.b).join_from(EVIDENCE, LINK, LINK.c.key == EVIDENCE.c.a)
        for a, b in fetch_in(self._tx, edges.where(EVIDENCE.c.active), LINK.c.member, wanted):
            self._near.setdefault(a, []).append(b)
            self._near.setdefault(b, []).append(a)

    def held(self, members: Iterable[int]) -> Iterator[Tied]:
        """Return the identifiers of these member ids, which were read."""
        for number in members:
            yield from self._held[number]

    def near(self, key: int) -> Sequence[int]:
        """Return the other end of each edge that speaks for an identifier of a member that was read."""
        return self._near.get(key, ())
