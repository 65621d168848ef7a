"""A region of the graph: some members with all they hold, put together anew from what evidence is in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import itemgetter, or_
from typing import Any

import msgspec
import sqlalchemy as sa

from datong.identity.component import Edge, components
from datong.identity.ledger import EVIDENCES, MEMBERS, Ledger
from datong.identity.naming import Named, Prior, founder, name
from datong.identity.policy import Policy
from datong.identity.tables import APART, CHANGE, EVIDENCE, LINK, MEMBER, RENAMED
from datong.identity.unite import crowded
from datong.model import Event, Merge, Move, Split
from datong.storage import Lookup, change_in, fetch_in, insert, upsert

__all__ = ["EDGE", "Done", "Held", "Region", "part_keys"]

EDGE = (EVIDENCE.c.id, EVIDENCE.c.a, EVIDENCE.c.b, EVIDENCE.c.kind, EVIDENCE.c.confidence, EVIDENCE.c.seq,
         EVIDENCE.c.offset, EVIDENCE.c.cause)
_LINK = (LINK.c.key, LINK.c.ns, LINK.c.member, LINK.c.first_seen, LINK.c.families, LINK.c.shared)
_LINKS = Lookup(sa.select(*_LINK), LINK.c.member)
_EDGES = Lookup(
    sa.select(*EDGE).join_from(EVIDENCE, LINK, LINK.c.key == EVIDENCE.c.a).where(EVIDENCE.c.active), LINK.c.member)
_FIELDS = [column.name for column in MEMBER.c]
_MEMBERS = Lookup(sa.select(MEMBER), MEMBER.c.id)
_NAMES = Lookup(sa.select(MEMBER), MEMBER.c.merged_into)
_MOVE = sa.update(LINK).where(LINK.c.key == sa.bindparam("k")).values(
    member=sa.bindparam("m"), shared=sa.bindparam("everyones"), since=sa.bindparam("at"))
_number = itemgetter(0)
_FEW = 50
"""With fewer identifiers a part is written together with other parts, with more in a statement of its own."""


class Held(msgspec.Struct):
    """One identifier of the region; `member` is who held it before, None where nobody did."""

    key: int
    ns: str
    member: int | None
    first_seen: int
    families: int
    shared: bool


class Done(msgspec.Struct):
    """A correction carried out: its decision and what became of members; `note` is what whoever asked should know."""

    row: dict[str, Any]
    merges: list[Merge] = []
    splits: list[Split] = []
    moves: list[Move] = []
    note: str = ""


class Region:
    """Members and the edges between their identifiers; what is changed here is written by `settle`."""

    def __init__(self, tx: sa.Connection, policy: Policy, ledger: Ledger, members: Iterable[int]) -> None:
        self.tx, self.policy, self.ledger = tx, policy, ledger
        self.merges: list[Merge] = []
        self.splits: list[Split] = []
        self.moves: list[Move] = []
        self.lifted: set[int] = set()
        wanted = sorted(set(members))
        self.links = {row[0]: Held(*row) for row in sorted(_LINKS(tx, wanted), key=_number)}
        self.edges = {row[0]: Edge(*row) for row in sorted(_EDGES(tx, wanted), key=_number)}
        rows = (*_MEMBERS(tx, wanted), *_NAMES(tx, wanted))
        self.members: dict[int, dict[str, Any]] = {row[0]: dict(zip(_FIELDS, row, strict=True)) for row in rows}
        self._was = {number: (known["first"], known["merged_into"] is None) for number, known in self.members.items()}
        self.given: set[int] = set()
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

    def settle(
        self, event: Event, row: dict[str, Any], keep: int | None = None, prior: Prior | None = None
    ) -> None:
        """Write who holds what by the evidence in force, under the decision `row`; fill `merges`, `splits` and `moves`.

        `keep` and `prior` are those of `name`.
        """
        self._write_edges(row["seq"])
        parts = self._parts()
        before: dict[int, set[int]] = {}
        for at, part in enumerate(parts):
            for key in part:
                if (member := self.links[key].member) is not None:
                    before.setdefault(member, set()).add(at)
        weights = [self.weight(part) for part in parts]
        named = name(parts, before, self.members, weights, lambda: self.ledger.next(MEMBERS), keep, prior,
                     self.given)
        self._write_links(event, parts, named.ids)
        self._write_members(row, parts, named)
        self._tell(event, row, parts, named.ids, before, named.stays)

    def outcome(self, row: dict[str, Any], note: str = "") -> Done:
        """Return what came of the decision `row`, under which it was settled."""
        return Done(row, self.merges, self.splits, self.moves, note)

    def recall(self, first: Mapping[int, int | None]) -> None:
        """Let members begin with the identifier they began with once, where that one is held here."""
        for number, key in first.items():
            if number in self.members and key in self.links and not self.links[key].shared:
                self.members[number]["first"] = key

    def _parts(self) -> list[list[int]]:
        """Return the groups of identifiers that somebody holds: nothing shared, and no lone radio.

        What nobody held stays nobody's, unless evidence speaks for it, or it is `given` back.
        """
        named = {key for edge in self.edges.values() for key in (edge.a, edge.b)} | self.given
        held = (key for key, held in self.links.items()
                if not held.shared and (held.member is not None or key in named))
        return [part for part in components(held, self.edges.values()) if len(part) > 1 or not self._is_mute(part[0])]

    def _is_mute(self, key: int) -> bool:
        """Return whether the identifier never makes a member, as an address that was only heard."""
        ns = self.links[key].ns
        return ns in self.policy.linking and ns not in self.policy.creating

    def _apart(self, part: Sequence[int]) -> int | None:
        query = sa.select(APART.c.b, APART.c.seq).where(APART.c.active)
        inside = set(part)
        return next((seq for other, seq in fetch_in(self.tx, query, APART.c.a, part)
                     if other in inside and seq not in self.lifted), None)

    def weight(self, part: Sequence[int]) -> tuple[int, int, int]:
        """Return a sorting key: the part with most identifiers that can speak for a member is the last."""
        return sum(self.links[key].ns in self.policy.strong for key in part), len(part), -min(part)

    def _write_edges(self, seq: int) -> None:
        for edges, active in ((self._off, False), (self._on, True)):
            if edges:
                change_in(self.tx, sa.update(EVIDENCE).values(active=active), EVIDENCE.c.id, [e.id for e in edges])
                upsert(self.tx, CHANGE, [{"seq": seq, "evidence": edge.id, "active": active} for edge in edges])
        insert(self.tx, EVIDENCE, self._fresh)

    def _write_links(self, event: Event, parts: list[list[int]], ids: list[int]) -> None:
        links, inside = self.links, {key for part in parts for key in part}
        moved: dict[tuple[int | None, bool], list[int]] = {}
        for part, number in zip(parts, ids, strict=True):
            if keys := [key for key in part if links[key].member != number]:
                moved[number, False] = keys
        for key, held in links.items():
            if key not in inside and held.member is not None:
                moved.setdefault((None, bool(held.shared)), []).append(key)
        few: list[dict[str, Any]] = []
        for (holder, everyones), keys in moved.items():
            if len(keys) < _FEW:
                few += [{"k": key, "m": holder, "everyones": everyones, "at": event.offset} for key in keys]
            else:
                said = {"member": holder, "shared": everyones, "since": event.offset}
                change_in(self.tx, sa.update(LINK).values(**said), LINK.c.key, keys)
        if few:
            self.tx.execute(_MOVE, few)

    def _write_members(self, row: dict[str, Any], parts: list[list[int]], named: Named) -> None:
        fresh: list[dict[str, Any]] = []
        renewed: list[dict[str, Any]] = []
        for part, number in zip(parts, named.ids, strict=True):
            known, held = self.members.get(number), [self.links[key] for key in part]
            made = {
                "id": number, "merged_into": None, "families": reduce(or_, (link.families for link in held)),
                "known": any(link.ns in self.policy.strong for link in held),
                "first": known["first"] if known and known["first"] in part else founder(self.policy, held),
                "created": min(link.first_seen for link in held),
            }
            (fresh if known is None else renewed).append(made)
        of, given = {key: at for at, part in enumerate(parts) for key in part}, set(named.ids)
        for number, known in sorted(self.members.items()):
            if number in given:
                continue
            root = known["merged_into"]
            place = of.get(known["first"]) if root is not None else None
            if place is None:
                place = named.stays.get(number if root is None else root)
            renewed.append({**known, "merged_into": root if place is None else named.ids[place]})
        insert(self.tx, MEMBER, fresh)
        upsert(self.tx, MEMBER, [{field: made[field] for field in _FIELDS} for made in renewed])
        self._remember(row["seq"], renewed)

    def _remember(self, seq: int, members: list[dict[str, Any]]) -> None:
        """Keep what the members were whose number the decision gave or took, or left with another `first`."""
        rows = []
        for made in members:
            first, lived = self._was[made["id"]]
            if (first, lived) != (made["first"], made["merged_into"] is None):
                rows.append({"seq": seq, "member": made["id"], "first": first, "lived": lived})
        insert(self.tx, RENAMED, sorted(rows, key=itemgetter("member")))

    def _tell(
        self, event: Event, row: dict[str, Any], parts: list[list[int]], ids: list[int], before: dict[int, set[int]],
        stays: dict[int, int],
    ) -> None:
        """Fill merges, splits and moves, and write down each member that came of it."""
        for part, number in zip(parts, ids, strict=True):
            self.moves += [Move(event.offset, key, None, number) for key in part if self.links[key].member is None]
        inside = {key for part in parts for key in part}
        gone = sorted(key for key, held in self.links.items() if key not in inside and held.member is not None)
        self.moves += [Move(event.offset, key, self.links[key].member, None) for key in gone]
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


def part_keys(tx: sa.Connection, pairs: Iterable[tuple[int, int]], seq: int) -> None:
    """Keep that these pairs of identifiers are not one person's, by decision `seq`."""
    rows = {(min(pair), max(pair)) for pair in pairs}
    upsert(tx, APART, [{"a": a, "b": b, "seq": seq, "active": True, "ended": None} for a, b in sorted(rows)])
