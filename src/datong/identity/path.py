"""What holds a member together, and the path of evidence between any two identifiers."""

from __future__ import annotations

import heapq

import msgspec
import sqlalchemy as sa

from datong.errors import NotFound
from datong.identity.tables import EVIDENCE, LINK
from datong.storage import fetch_in

__all__ = ["Proof", "path", "proofs"]

_COLUMNS = (EVIDENCE.c.id, EVIDENCE.c.a, EVIDENCE.c.b, EVIDENCE.c.kind, EVIDENCE.c.confidence, EVIDENCE.c.at,
            EVIDENCE.c.cause, EVIDENCE.c.active, EVIDENCE.c.model, EVIDENCE.c.seq)
_DOUBT = {"manual": 1, "deterministic": 1, "anchor": 1_000, "probabilistic": 1_000}
"""A path over what was seen or said is preferred to one over what a model thinks, however much shorter that is."""


class Proof(msgspec.Struct, frozen=True):
    """One piece of evidence that two identifiers (keys) are one person's; see the table `identity_evidence`."""

    id: int
    a: int
    b: int
    kind: str
    confidence: float
    at: int
    cause: str
    active: bool
    model: str
    seq: int


def proofs(tx: sa.Connection, member: int, limit: int = 1_000) -> list[Proof]:
    """Return the evidence between the identifiers of a live member, in force or not, the newest first."""
    query = sa.select(*_COLUMNS).join_from(EVIDENCE, LINK, LINK.c.key == EVIDENCE.c.a).where(LINK.c.member == member)
    rows = tx.execute(query.order_by(EVIDENCE.c.id.desc()).limit(limit))
    return [Proof(**row._mapping) for row in rows]


def path(tx: sa.Connection, a: int, b: int) -> list[Proof]:
    """Return the evidence in force that leads from one identifier key to another: the fewest and surest edges.

    Dijkstra's algorithm; each edge costs one and a little for doubt, one that only a model speaks for a thousand. It is
    empty when they are one identifier; raises NotFound when nobody holds one of them, or not the same member both.
    """
    links = {row.key: row.member for row in fetch_in(tx, sa.select(LINK.c.key, LINK.c.member), LINK.c.key, {a, b})}
    if links.get(a) is None or links.get(b) is None or links[a] != links[b]:
        raise NotFound("the two identifiers are not one member's", field="b")
    query = sa.select(*_COLUMNS).join_from(EVIDENCE, LINK, LINK.c.key == EVIDENCE.c.a)
    rows = tx.execute(query.where(LINK.c.member == links[a], EVIDENCE.c.active).order_by(EVIDENCE.c.id))
    near: dict[int, list[Proof]] = {}
    for proof in (Proof(**row._mapping) for row in rows):
        near.setdefault(proof.a, []).append(proof)
        near.setdefault(proof.b, []).append(proof)
    best: dict[int, float] = {a: 0.0}
    by: dict[int, Proof] = {}
    heap: list[tuple[float, int]] = [(0.0, a)]
    while heap:
        cost, key = heapq.heappop(heap)
        if key == b:
            break
        if cost > best[key]:
            continue
        for proof in near.get(key, ()):
            other = proof.b if proof.a == key else proof.a
            total = cost + _DOUBT.get(proof.kind, 1_000) + (1 - proof.confidence)
            if total < best.get(other, float("inf")):
                best[other], by[other] = total, proof
                heapq.heappush(heap, (total, other))
    return _walk(a, b, by)


def _walk(a: int, b: int, by: dict[int, Proof]) -> list[Proof]:
    steps: list[Proof] = []
    while b != a:
        if b not in by:
            raise NotFound("no evidence leads from one to the other", field="b")
        steps.append(by[b])
        b = by[b].b if by[b].a == b else by[b].a
    return steps[::-1]
