"""Undo: taking one decision back, unless a later one stands on it.

What a decision put out of force comes into force again, and the other way round. What it learned is put out of force:
the evidence of the same event between the two sides it brought together. The two sides are then known not to be one
person, or the next receipt would join them again; undoing the undo lifts that.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from datong.identity.component import Edge, Union, components, cut
from datong.identity.ledger import Ledger
from datong.identity.policy import Policy
from datong.identity.region import EDGE, Region
from datong.identity.tables import APART, CHANGE, EVENT, EVIDENCE, LINK, MEMBER
from datong.model import Event, Merge, Move, Split
from datong.storage import fetch_in, upsert

__all__ = ["UNDOABLE", "take_back"]

_LEARNED = frozenset({"attach", "merge", "join"})
_SHARING = frozenset({"shared", "share", "unshare"})
UNDOABLE = _LEARNED | _SHARING | {"unmerge", "split", "part", "undo", "leave"}
"""The kinds of decisions that can be taken back."""

_NEAR = 10_000
"""How many decisions after one its consequences for other members may stand."""

Done = tuple[dict[str, Any], list[Merge], list[Split], list[Move]]


def take_back(tx: sa.Connection, policy: Policy, ledger: Ledger, event: Event) -> Done | str:
    """Carry out an `undo`; return its decision with merges and splits, or why it cannot be done."""
    said = event.properties.get("seq")
    seq = said if isinstance(said, int) else 0
    told = tx.execute(sa.select(EVENT).where(EVENT.c.seq == seq)).first()
    if told is None:
        return f"there is no decision {seq}"
    if told.kind not in UNDOABLE:
        return f"decision {seq} ({told.kind}) decided nothing that could be taken back"
    undone = tx.execute(sa.select(EVENT.c.seq).where(EVENT.c.undoes == seq, EVENT.c.kind == "undo")).scalars().all()
    if undone and not _taken_back(tx, max(undone)):
        return f"decision {seq} was taken back by decision {max(undone)}"
    return _Undo(tx, policy, ledger, event, told).carry_out()


def _taken_back(tx: sa.Connection, seq: int) -> bool:
    """Return whether an undo was itself undone."""
    later = tx.execute(sa.select(EVENT.c.seq).where(EVENT.c.undoes == seq, EVENT.c.kind == "undo")).scalars().all()
    return bool(later) and not _taken_back(tx, max(later))


class _Undo:
    """One decision on its way back."""

    def __init__(self, tx: sa.Connection, policy: Policy, ledger: Ledger, event: Event, told: Any) -> None:
        self.tx, self.policy, self.ledger, self.event, self.told = tx, policy, ledger, event, told

    def carry_out(self) -> Done | str:
        """Turn round what the decision did; return why not where something stands on it."""
        tx, told = self.tx, self.told
        changes = {row.evidence: row.active for row in tx.execute(sa.select(CHANGE).where(CHANGE.c.seq == told.seq))}
        later = fetch_in(tx, sa.select(sa.func.max(CHANGE.c.seq)).where(CHANGE.c.seq > told.seq), CHANGE.c.evidence,
                         changes)
        if blocking := max((row[0] for row in later if row[0] is not None), default=None):
            return f"decision {blocking} stands on it; take that back first"
        if (blocking := self._taken_since()) is not None:
            return f"decision {blocking} stands on it; take that back first"
        edges = {row[0]: Edge(*row) for row in fetch_in(tx, sa.select(*EDGE), EVIDENCE.c.id, changes)}
        again = [edges[id_] for id_, active in sorted(changes.items()) if not active and id_ in edges]
        off = [edges[id_] for id_, active in sorted(changes.items()) if active and id_ in edges]
        mine = self._made()
        if told.kind in _LEARNED and not mine and not again:
            return f"nothing of decision {told.seq} stands any more"
        region = self._region([*again, *off, *mine])
        severed = self._severed(region, mine) if mine else []
        if isinstance(severed, str):
            return severed
        region.disable([*off, *severed])
        region.enable(again)
        region.lifted = {told.seq}
        if self._root() in _SHARING and (held := region.links.get(told.key)) is not None:
            held.shared = not held.shared
            if held.shared:
                region.disable([e for e in region.edges.values() if told.key in (e.a, e.b)])
        if refusal := region.refusal():
            return f"it would break {refusal}"
        said = self.event.properties
        row = self.ledger.record(
            self.event, "undo", told.member, ns=told.ns, key=told.key, detail=str(said.get("reason", "")),
            actor=str(said.get("actor", "")), undoes=told.seq)
        self._share(row)
        if self._root() in _SHARING and (held := region.links.get(told.key)) is not None and held.member is None:
            tx.execute(sa.update(LINK).where(LINK.c.key == told.key).values(shared=held.shared))
        region.settle(self.event, row, back=True)
        self._part(row, severed)
        return row, region.merges, region.splits, region.moves

    def _root(self) -> str:
        """Return the kind of the decision itself where undos of it are told one upon another."""
        row = self.told
        while row.kind == "undo":
            row = self.tx.execute(sa.select(EVENT).where(EVENT.c.seq == row.undoes)).one()
        return str(row.kind)

    def _taken_since(self) -> int | None:
        """Return the decision that gave the value to somebody after this one had taken it from its holder."""
        if self.told.kind not in ("leave", "shared", "share"):
            return None
        rows = self._edges_of([self.told.key])
        return max((edge.seq for edge in rows if edge.seq > self.told.seq), default=None)

    def _edges_of(self, keys: list[int]) -> list[Edge]:
        """Return the evidence in force for these identifiers."""
        query = sa.select(*EDGE).where(EVIDENCE.c.active)
        found = {row[0]: Edge(*row) for column in (EVIDENCE.c.a, EVIDENCE.c.b)
                 for row in fetch_in(self.tx, query, column, keys)}
        return [found[id_] for id_ in sorted(found)]

    def _made(self) -> list[Edge]:
        """Return the evidence in force that the decision made, the one it was made for first."""
        keys = [self.told.key]
        if self.told.key is None:
            members = {self.told.member, self.told.other}
            near = EVENT.c.seq.between(self.told.seq, self.told.seq + _NEAR)
            for row in self.tx.execute(sa.select(EVENT.c.member, EVENT.c.other).where(
                    near, EVENT.c.offset == self.told.offset)):
                members |= {row.member, row.other}
            keys = [row[0] for row in fetch_in(self.tx, sa.select(LINK.c.key), LINK.c.member, members - {None})]
        return [edge for edge in self._edges_of(keys) if edge.seq == self.told.seq]

    def _region(self, edges: list[Edge]) -> Region:
        keys = {key for edge in edges for key in (edge.a, edge.b)}
        if self.told.key is not None:
            keys.add(self.told.key)
        rows = fetch_in(self.tx, sa.select(LINK.c.key, LINK.c.member), LINK.c.key, keys)
        members = {row.member for row in rows if row.member is not None}
        if self.told.member is not None:
            live = sa.func.coalesce(MEMBER.c.merged_into, MEMBER.c.id)
            members |= set(self.tx.execute(sa.select(live).where(MEMBER.c.id == self.told.member)).scalars())
        region = Region(self.tx, self.policy, self.ledger, members)
        region.add(keys)
        return region

    def _severed(self, region: Region, mine: list[Edge]) -> list[Edge] | str:
        """Return the evidence that goes; or why it may not: what came later holds the two sides together."""
        if self.told.kind not in _LEARNED:
            return mine
        edge = mine[0]
        same = [e for e in region.edges.values() if e.offset == edge.offset and e.cause == edge.cause]
        others = [e for e in region.edges.values() if e.offset != edge.offset or e.cause != edge.cause]
        whole = next(part for part in components(region.links, others) if edge.a in part)
        if edge.b in whole:
            holding = _holding(sorted(others, key=lambda e: e.id), edge.a, edge.b)
            by = f"decision {holding.seq}" if holding.seq else f"what event {holding.cause} showed"
            return f"{by} holds the two together as well; take that back first, or split the member"
        ordered = [*others, *sorted(same, key=lambda e: e.id)]
        return cut(ordered, {edge.a: 1, edge.b: 2})

    def _share(self, row: dict[str, Any]) -> None:
        """Lift what the decision said is apart, and bring back what an undo of it had lifted."""
        by = {"active": False, "ended": row["seq"]}
        self.tx.execute(sa.update(APART).where(APART.c.seq == self.told.seq, APART.c.active).values(**by))
        if self.told.kind == "undo":
            again = {"active": True, "ended": None}
            self.tx.execute(sa.update(APART).where(APART.c.ended == self.told.seq).values(**again))

    def _part(self, row: dict[str, Any], severed: list[Edge]) -> None:
        if self.told.kind in _LEARNED and severed:
            pairs = sorted({(min(e.a, e.b), max(e.a, e.b)) for e in severed})
            upsert(self.tx, APART, [{"a": a, "b": b, "seq": row["seq"], "active": True, "ended": None}
                                    for a, b in pairs])


def _holding(edges: list[Edge], a: int, b: int) -> Edge:
    """Return the edge that brings the two together when all are added in this order; one does."""
    union = Union()
    for edge in edges:
        union.join(edge.a, edge.b)
        if union.find(a) == union.find(b):
            return edge
    raise AssertionError
