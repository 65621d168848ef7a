"""Undo: taking one decision back, unless a later one stands on it.

What a decision put out of force comes into force again, and the other way round. What it learned is put out of force:
the evidence of the same event between the two sides it brought together. The two sides are then known not to be one
person, or the next receipt would join them again; undoing the undo lifts that. Where somebody joined what other
evidence holds together as well, only that join goes, and nobody comes apart.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from datong.identity.component import Edge, Union, components, cut
from datong.identity.ledger import Ledger
from datong.identity.naming import Prior
from datong.identity.policy import Policy
from datong.identity.region import EDGE, Done, Held, Region, part_keys
from datong.identity.tables import APART, CHANGE, EVENT, EVIDENCE, LINK, MEMBER, RENAMED
from datong.model import Event
from datong.storage import Lookup, fetch_in

__all__ = ["UNDOABLE", "standing", "take_back", "undone"]

_LEARNED = frozenset({"attach", "merge", "join"})
_SHARING = frozenset({"shared", "share", "unshare"})
_GIVEN_UP = _SHARING | {"leave"}
UNDOABLE = _LEARNED | _SHARING | {"unmerge", "split", "part", "undo", "leave"}
"""The kinds of decisions that can be taken back."""

_EDGES = Lookup(sa.select(*EDGE), EVIDENCE.c.id)
_CHANGED = Lookup(sa.select(CHANGE.c.seq, CHANGE.c.evidence), CHANGE.c.evidence)
_NEAR = 10_000
"""How many decisions after one its consequences for other members may stand."""


def take_back(tx: sa.Connection, policy: Policy, ledger: Ledger, event: Event) -> Done | str:
    """Carry out an `undo`; return its decision with merges and splits, or why it cannot be done."""
    said = event.properties.get("seq")
    seq = said if isinstance(said, int) else 0
    told = tx.execute(sa.select(EVENT).where(EVENT.c.seq == seq)).first()
    if told is None:
        return f"there is no decision {seq}"
    if told.kind not in UNDOABLE:
        return f"decision {seq} ({told.kind}) decided nothing that could be taken back"
    if by := undone(tx, [seq]):
        return f"decision {seq} was taken back by decision {by[seq]}"
    return _Undo(tx, policy, ledger, event, told).carry_out()


def undone(tx: sa.Connection, seqs: Collection[int]) -> dict[int, int]:
    """Return, of these decisions, each that is out of force with the undo that took it back."""
    query = sa.select(EVENT.c.undoes, EVENT.c.seq).where(EVENT.c.kind == "undo")
    last: dict[int, int] = {}
    for seq, by in fetch_in(tx, query, EVENT.c.undoes, seqs):
        last[seq] = max(by, last.get(seq, 0))
    again = undone(tx, set(last.values())) if last else {}
    return {seq: by for seq, by in last.items() if by not in again}


def standing(tx: sa.Connection, seqs: Collection[int]) -> set[tuple[int, int]]:
    """Return (decision, later one) where the later one changed the same evidence again and is in force.

    What was decided and taken back since does not count, nor does the taking back.
    """
    changed: dict[int, set[int]] = {}
    for seq, evidence in fetch_in(tx, sa.select(CHANGE.c.seq, CHANGE.c.evidence), CHANGE.c.seq, seqs):
        changed.setdefault(evidence, set()).add(seq)
    found = {(seq, later) for later, evidence in _CHANGED(tx, changed)
             for seq in changed[evidence] if later > seq}
    query = sa.select(EVENT.c.seq, EVENT.c.undoes)
    told = dict(map(tuple, fetch_in(tx, query, EVENT.c.seq, {later for _, later in found})))
    back = undone(tx, told)
    return {(seq, later) for seq, later in found if later not in back and (told[later] or 0) <= seq}


class _Undo:
    """One decision on its way back."""

    def __init__(self, tx: sa.Connection, policy: Policy, ledger: Ledger, event: Event, told: Any) -> None:
        self.tx, self.policy, self.ledger, self.event, self.told = tx, policy, ledger, event, told
        self.root = told
        while self.root.kind == "undo":  # the decision itself, where undos of it are told one upon another
            self.root = tx.execute(sa.select(EVENT).where(EVENT.c.seq == self.root.undoes)).one()

    def carry_out(self) -> Done | str:
        """Turn round what the decision did; return why not where something stands on it."""
        tx, told = self.tx, self.told
        changes = {row.evidence: row.active for row in tx.execute(sa.select(CHANGE).where(CHANGE.c.seq == told.seq))}
        if (blocking := self._blocking()) is not None:
            return f"decision {blocking} stands on it; take that back first"
        edges = {row[0]: Edge(*row) for row in _EDGES(tx, changes)}
        again = [edges[id_] for id_, active in sorted(changes.items()) if not active and id_ in edges]
        off = [edges[id_] for id_, active in sorted(changes.items()) if active and id_ in edges]
        mine = self._made()
        if told.kind in _LEARNED and not mine and not again:
            return f"nothing of decision {told.seq} stands any more"
        region = self._region([*again, *off, *mine])
        apart: list[Edge] = []
        note = ""
        if told.kind in _LEARNED and mine:
            severed = self._severed(region, mine[0])
            if isinstance(severed, list):
                mine = apart = severed
            elif told.kind == "join":
                note = severed
            else:
                return severed
        region.disable([*off, *mine])
        region.enable(again)
        region.lifted = {told.seq}
        held = region.links.get(told.key) if self.root.kind in _GIVEN_UP else None
        if held is not None:
            self._give(region, held)
        if refusal := region.refusal():
            return f"it would break {refusal}"
        said = self.event.properties
        row = self.ledger.record(
            self.event, "undo", told.member, ns=told.ns, key=told.key, detail=str(said.get("reason", "")),
            actor=str(said.get("actor", "")), undoes=told.seq)
        self._lift(row)
        if held is not None and held.member is None:
            tx.execute(sa.update(LINK).where(LINK.c.key == told.key).values(shared=held.shared))
        region.settle(self.event, row, prior=self._prior(region))
        if apart:
            part_keys(tx, [(e.a, e.b) for e in apart], row["seq"])
        return region.outcome(row, note)

    def _blocking(self) -> int | None:
        """Return the latest decision that stands on this one, if any does."""
        seq = self.told.seq
        found = {later for _, later in standing(self.tx, [seq])}
        if not found and self.told.kind in ("leave", "shared", "share"):  # somebody was given the value since
            found = {edge.seq for edge in self._edges_of([self.told.key], EVIDENCE.c.seq > seq)}
        if not found and self.root.kind in _SHARING:
            query = sa.select(EVENT.c.seq).where(
                EVENT.c.seq > seq, EVENT.c.key == self.told.key, EVENT.c.kind.in_(_SHARING))
            found = set(self.tx.execute(query).scalars())
            found -= undone(self.tx, found).keys()
        return max(found, default=None)

    def _give(self, region: Region, held: Held) -> None:
        """Let the value be shared, or not any more, as it was before; it goes back to who gave up all they had."""
        holding = {link.member for link in region.links.values()}
        if any(known["first"] == held.key and known["merged_into"] is None and number not in holding
               for number, known in region.members.items()):
            region.given = {held.key}
        if self.root.kind in _SHARING:
            held.shared = not held.shared
        if held.shared:
            region.disable([edge for edge in region.edges.values() if held.key in (edge.a, edge.b)])

    def _prior(self, region: Region) -> Prior:
        """Return who lived before the decision, and let the others begin as they did then."""
        told = self.told
        rows = self.tx.execute(sa.select(RENAMED).where(RENAMED.c.seq == told.seq)).all()
        region.recall({row.member: row.first for row in rows})
        prior = Prior({row.member for row in rows if row.lived}, {row.member for row in rows if not row.lived})
        if told.kind in ("merge", "join") and told.other is not None:
            prior.lived.add(told.other)
        return prior

    def _edges_of(self, keys: list[int], which: sa.ColumnElement[bool]) -> list[Edge]:
        """Return the evidence in force for these identifiers, as far as it is such."""
        query = sa.select(*EDGE).where(EVIDENCE.c.active, which)
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
        return self._edges_of(keys, EVIDENCE.c.seq == self.told.seq)

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

    def _severed(self, region: Region, edge: Edge) -> list[Edge] | str:
        """Return the evidence that goes with the edge; or why its two sides stay together: what else holds them."""
        same = [e for e in region.edges.values() if e.offset == edge.offset and e.cause == edge.cause]
        others = [e for e in region.edges.values() if e.offset != edge.offset or e.cause != edge.cause]
        whole = next(part for part in components(region.links, others) if edge.a in part)
        if edge.b in whole:
            holding = _holding(sorted(others, key=lambda e: e.id), edge.a, edge.b)
            by = f"decision {holding.seq}" if holding.seq else f"what event {holding.cause} showed"
            return f"{by} holds the two together as well; take that back first, or split the member"
        ordered = [*others, *sorted(same, key=lambda e: e.id)]
        return cut(ordered, {edge.a: 1, edge.b: 2})

    def _lift(self, row: dict[str, Any]) -> None:
        """Lift what the decision said is apart, and bring back what an undo of it had lifted."""
        by = {"active": False, "ended": row["seq"]}
        self.tx.execute(sa.update(APART).where(APART.c.seq == self.told.seq, APART.c.active).values(**by))
        if self.told.kind == "undo":
            again = {"active": True, "ended": None}
            self.tx.execute(sa.update(APART).where(APART.c.ended == self.told.seq).values(**again))


def _holding(edges: list[Edge], a: int, b: int) -> Edge:
    """Return the edge that brings the two together when all are added in this order; one does."""
    union = Union()
    for edge in edges:
        union.join(edge.a, edge.b)
        if union.find(a) == union.find(b):
            return edge
    raise AssertionError
