"""A region of the graph: some members with all they hold, put together anew from what evidence is in force."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from datong.identity.component import Edge, components
from datong.identity.ledger import EVIDENCES, MEMBERS, Ledger
from datong.identity.policy import Policy
from datong.identity.tables import APART, CHANGE, EVIDENCE, LINK, MEMBER
from datong.identity.unite import crowded
from datong.model import Event, Merge, Move, Split
from datong.storage import fetch_in, insert, upsert

__all__ = ["EDGE", "Held", "Region"]

EDGE = (EVIDENCE.c.id, EVIDENCE.c.a, EVIDENCE.c.b, EVIDENCE.c.kind, EVIDENCE.c.confidence, EVIDENCE.c.seq,
         EVIDENCE.c.offset, EVIDENCE.c.cause)
_LINK = (LINK.c.key, LINK.c.ns, LINK.c.member, LINK.c.first_seen, LINK.c.families, LINK.c.shared)
_MOVE = sa.update(LINK).where(LINK.c.key == sa.bindparam("k")).values(
    member=sa.bindparam("m"), shared=sa.bindparam("everyones"), since=sa.bindparam("at"))
_NUMBER: sa.BindParameter[int] = sa.bindparam("number")
_REVIVE = sa.update(MEMBER).where(MEMBER.c.id == _NUMBER).values(
    merged_into=sa.bindparam("root"), families=sa.bindparam("bits"), known=sa.bindparam("named"),
    first=sa.bindparam("began"), created=sa.bindparam("made"))


class Held(msgspec.Struct):
    """One identifier of the region; `member` is who held it before, None where nobody did."""

    key: int
    ns: str
    member: int | None
    first_seen: int
    families: int
    shared: bool


class Region:
    """Members and the edges between their identifiers; what is changed here is written by `settle`."""

    def __init__(self, tx: sa.Connection, policy: Policy, ledger: Ledger, members: Iterable[int]) -> None:
        self.tx, self.policy, self.ledger = tx, policy, ledger
        self.merges: list[Merge] = []
        self.splits: list[Split] = []
        self.moves: list[Move] = []
        self.lifted: set[int] = set()
        wanted = sorted(set(members))
        found = fetch_in(tx, sa.select(*_LINK), LINK.c.member, wanted)
        self.links = {row[0]: Held(*row) for row in sorted(found, key=lambda row: row[0])}
        query = sa.select(*EDGE).join_from(EVIDENCE, LINK, LINK.c.key == EVIDENCE.c.a).where(EVIDENCE.c.active)
        self.edges = {row[0]: Edge(*row) for row in sorted(fetch_in(tx, query, LINK.c.member, wanted))}
        rows = [*fetch_in(tx, sa.select(MEMBER), MEMBER.c.id, wanted),
                *fetch_in(tx, sa.select(MEMBER), MEMBER.c.merged_into, wanted)]
        self.members: dict[int, dict[str, Any]] = {row.id: dict(row._mapping) for row in rows}
        self._off: list[Edge] = []
        self._on: list[Edge] = []
        self._fresh: list[dict[str, Any]] = []

    def add(self, keys: Iterable[int]) -> None:
        """Take in identifiers that nobody holds."""
        rows = fetch_in(self.tx, sa.select(*_LINK), LINK.c.key, [key for key in keys if key not in self.links])
        self.links.update((row[0], Held(*row)) for row in sorted(rows, key=lambda row: row[0]))

    def disable(self, edges: Iterable[Edge]) -> None:
        """Put edges out of force."""
        for edge in edges:
            if self.edges.pop(edge.id, None) is not None:
                self._off.append(edge)

    def enable(self, edges: Iterable[Edge]) -> None:
        """Put edges into force again."""
        for edge in edges:
            self.edges[edge.id] = edge
            self._on.append(edge)

    def connect(self, event: Event, a: int, b: int, seq: int) -> None:
        """Add what somebody said: these two identifiers are one person's."""
        row = self.ledger.evidence(event, a, b, seq, "manual")
        row["id"] = self.ledger.next(EVIDENCES)
        self._fresh.append(row)
        self.edges[row["id"]] = Edge(row["id"], a, b, "manual", 1.0, seq, event.offset, row["cause"])

    def refusal(self) -> str:
        """Return why the region may not be put together as the evidence says, or an empty text."""
        for part in self._parts():
            if len({self.links[key].member for key in part}) < 2:
                continue
            for ns in {self.links[key].ns for key in part}:
                times = [held.first_seen for key in part if (held := self.links[key]).ns == ns]
                limit = self.policy.limit.get(ns)
                if limit is None or len(times) <= limit:
                    continue
                if ns not in self.policy.window or crowded(times, limit, self.policy.window[ns]):
                    return f"limit:{ns}"
            if (pair := self._apart(part)) is not None:
                return f"apart: decision {pair}"
        return ""

    def settle(self, event: Event, row: dict[str, Any], keep: int | None = None, back: bool = False) -> None:
        """Write who holds what by the evidence in force, under the decision `row`; fill `merges`, `splits` and `moves`.

        `keep` is the identifier with which the only member of the region keeps its id; without it an id goes where the
        identifier goes with which it began, but not to an anonymous part while a known one is left without, unless we
        go `back` to what was. A member merged away lives again where that identifier comes apart.
        """
        self._write_edges(row["seq"])
        parts = self._parts()
        of = {key: at for at, part in enumerate(parts) for key in part}
        before: dict[int, set[int]] = {}
        for key, at in of.items():
            if (member := self.links[key].member) is not None:
                before.setdefault(member, set()).add(at)
        weights = [self.weight(part) for part in parts]
        claims: dict[int, list[int]] = {}
        stays: dict[int, int] = {}
        for member in sorted(before):
            stays[member] = self._stays(member, before[member], weights, of, keep, back)
            claims.setdefault(stays[member], []).append(member)
        for number, known in sorted(self.members.items()):
            root, place = known["merged_into"], of.get(known["first"])
            if root is not None and place is not None and place in before.get(root, ()) and place != stays[root]:
                claims.setdefault(place, []).append(number)
        homeless = [n for n, known in sorted(self.members.items()) if known["merged_into"] is None and n not in before]
        ids: list[int] = []
        for at, part in enumerate(parts):
            mine = claims.get(at, [])
            if not mine and homeless and all(self.links[key].member is None for key in part):
                mine = [homeless.pop(0)]
            ids.append(min(mine) if mine else self.ledger.next(MEMBERS))
        self._write_members(event, parts, ids, stays, of)
        self._tell(event, row, parts, ids, before, stays)

    def _parts(self) -> list[list[int]]:
        """Return the groups of identifiers that somebody holds; what is shared, or a lone radio's, is nobody's."""
        parts = components((key for key, held in self.links.items() if not held.shared), self.edges.values())
        return [part for part in parts if len(part) > 1 or not self._is_mute(part[0])]

    def _is_mute(self, key: int) -> bool:
        """Return whether the identifier never makes a member, as an address that was only heard."""
        ns = self.links[key].ns
        return ns in self.policy.linking and ns not in self.policy.creating

    def _apart(self, part: Sequence[int]) -> int | None:
        query = sa.select(APART.c.b, APART.c.seq).where(APART.c.active)
        inside = set(part)
        return next((seq for other, seq in fetch_in(self.tx, query, APART.c.a, part)
                     if other in inside and seq not in self.lifted), None)

    def _stays(
        self, member: int, places: set[int], weights: Sequence[tuple[int, int, int]], of: dict[int, int],
        keep: int | None, back: bool,
    ) -> int:
        """Return the part in which the member's own id stays."""
        heaviest = max(places, key=weights.__getitem__)
        if keep is not None:
            return of[keep] if of.get(keep) in places else heaviest
        began = of.get(self.members[member]["first"])
        if began is not None and began in places and (back or weights[began][0] or not weights[heaviest][0]):
            return began
        return heaviest

    def weight(self, part: Sequence[int]) -> tuple[int, int, int]:
        """Return a sorting key: the part with most identifiers that can speak for a member is the last."""
        return sum(self.links[key].ns in self.policy.strong for key in part), len(part), -min(part)

    def _write_edges(self, seq: int) -> None:
        for edges, active in ((self._off, False), (self._on, True)):
            if edges:
                self.tx.execute(sa.update(EVIDENCE).where(EVIDENCE.c.id == _NUMBER).values(active=active),
                                [{"number": edge.id} for edge in edges])
                upsert(self.tx, CHANGE, [{"seq": seq, "evidence": edge.id, "active": active} for edge in edges])
        insert(self.tx, EVIDENCE, self._fresh)

    def _write_members(
        self, event: Event, parts: list[list[int]], ids: list[int], stays: dict[int, int], of: dict[int, int]
    ) -> None:
        links = self.links
        moved: list[dict[str, Any]] = [
            {"k": key, "m": number, "everyones": False, "at": event.offset}
            for part, number in zip(parts, ids, strict=True) for key in part if links[key].member != number
        ]
        moved += [{"k": key, "m": None, "everyones": held.shared, "at": event.offset}
                  for key, held in links.items() if key not in of and held.member is not None]
        if moved:
            self.tx.execute(_MOVE, moved)
        fresh: list[dict[str, Any]] = []
        renewed: list[dict[str, Any]] = []
        for part, number in zip(parts, ids, strict=True):
            known = self.members.get(number)
            first = known["first"] if known else None
            families = 0
            for key in part:
                families |= links[key].families
            row: dict[str, Any] = {
                "families": families, "known": any(links[key].ns in self.policy.strong for key in part),
                "first": first if first is not None else self._founder(part),
                "created": min(links[key].first_seen for key in part),
            }
            if known is None:
                fresh.append({"id": number, "merged_into": None, **row})
            else:
                renewed.append({"number": number, "root": None, "bits": row["families"], "named": row["known"],
                                "began": row["first"], "made": row["created"]})
        insert(self.tx, MEMBER, fresh)
        alive = set(ids)
        for number, known in sorted(self.members.items()):
            if number in alive:
                continue
            root, place = known["merged_into"], None
            if root is not None:
                place = of.get(known["first"])
            if place is None:
                place = stays.get(number if root is None else root)
            renewed.append({
                "number": number, "root": root if place is None else ids[place], "bits": known["families"],
                "named": known["known"], "began": known["first"], "made": known["created"]})
        if renewed:
            self.tx.execute(_REVIVE, renewed)

    def _founder(self, part: Sequence[int]) -> int:
        """Return the identifier with which a member is said to have begun: its strongest and oldest one."""
        lowest = (True, 1 << 30, "")
        return min(part, key=lambda key: (self.policy.rank.get(self.links[key].ns, lowest),
                                          self.links[key].first_seen, key))

    def _tell(
        self, event: Event, row: dict[str, Any], parts: list[list[int]], ids: list[int], before: dict[int, set[int]],
        stays: dict[int, int],
    ) -> None:
        """Fill merges, splits and moves, and write down each member that came of it."""
        for part, number in zip(parts, ids, strict=True):
            self.moves += [Move(event.offset, key, None, number) for key in part if self.links[key].member is None]
        inside = {key for part in parts for key in part}
        self.moves += [Move(event.offset, key, held.member, None) for key, held in sorted(self.links.items())
                       if key not in inside and held.member is not None]
        open_row = any(kept is row for kept in self.ledger.events)
        for member, places in sorted(before.items()):
            home, now = ids[stays[member]], [ids[at] for at in sorted(places)]
            if len(now) > 1:
                named = {ids[at]: tuple(sorted(parts[at])) for at in places}
                self.splits.append(Split(event.offset, member, tuple(sorted(named.items()))))
            elif home != member:
                self.merges.append(Merge(event.offset, member, home))
            for number in sorted({member, *now} - {home, row["other"]}):
                if open_row and row["other"] is None:
                    row["member"], row["other"] = home, number
                else:
                    self.ledger.record(event, "apart" if len(now) > 1 else "together", home, number,
                                       detail=f"by decision {row['seq']}", actor=row["actor"])
