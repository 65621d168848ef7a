"""Components of evidence: what hangs together, and what comes apart when some of it may not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

__all__ = ["Edge", "Union", "components", "cut", "strength"]

_KINDS = {"manual": 0, "deterministic": 1, "anchor": 2, "probabilistic": 3}


class Edge(msgspec.Struct):
    """One piece of evidence for two identifiers being one person's; see the table."""

    id: int
    a: int
    b: int
    kind: str
    confidence: float
    seq: int
    offset: int
    cause: str


class Union:
    """Disjoint sets of identifier keys (Tarjan's union-find with path halving), some of them labelled."""

    def __init__(self, labels: Mapping[int, int] | None = None) -> None:
        self._parent: dict[int, int] = {}
        self._label: dict[int, int] = dict(labels or {})

    def find(self, key: int) -> int:
        """Return the key that stands for the set."""
        parent = self._parent
        above = parent.get(key)
        if above is None:
            parent[key] = key
            return key
        while above != key:
            parent[key] = key = parent[above]
            above = parent[key]
        return key

    def join(self, one: int, two: int) -> bool:
        """Make two sets one; return False, and leave them, where they carry different labels."""
        one, two = self.find(one), self.find(two)
        if one == two:
            return True
        mine, theirs = self._label.get(one), self._label.get(two)
        if mine is not None and theirs is not None and mine != theirs:
            return False
        self._parent[two] = one
        if mine is None and theirs is not None:
            self._label[one] = theirs
        return True


def strength(edge: Edge) -> tuple[int, float, int]:
    """Return a sorting key, the strongest first: what people said, what was seen, what a model thinks; then age."""
    return _KINDS.get(edge.kind, 3), -edge.confidence, edge.id


def components(keys: Iterable[int], edges: Iterable[Edge]) -> list[list[int]]:
    """Return the keys in groups held together by the edges, in the order of their first keys."""
    union = Union()
    for edge in edges:
        union.join(edge.a, edge.b)
    groups: dict[int, list[int]] = {}
    for key in keys:
        groups.setdefault(union.find(key), []).append(key)
    return list(groups.values())


def cut(edges: Iterable[Edge], labels: Mapping[int, int]) -> list[Edge]:
    """Return the edges to put out of force so that no two keys with different labels hang together.

    The edges are taken in the order given (Kruskal's algorithm): what comes first is kept; an unlabelled key goes with
    the label it hangs on by the earliest edges.
    """
    union = Union(labels)
    return [edge for edge in edges if not union.join(edge.a, edge.b)]
