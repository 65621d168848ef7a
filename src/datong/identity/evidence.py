"""Evidence: which identifiers were seen together, the edges that hold a member together.

Every event that shows several identifiers of one member is evidence for each pair of them (beyond three, for the three
strongest with all others). An event that attaches or merges writes its pairs at once. One that teaches nothing else is
only looked at for pairs never seen before: so what stays together when one identifier is taken out does not depend on
the order in which the pairs came.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from datong.identity.ledger import EVIDENCES, Ledger
from datong.identity.tables import CHANGE, EVIDENCE
from datong.identity.ties import Ties
from datong.model import Event, Identifier
from datong.storage import Lookup, fetch_in, insert

__all__ = ["Evidence", "pairs"]

_ANCHORS = 3
_KEPT = Lookup(sa.select(EVIDENCE.c.pair).where(EVIDENCE.c.active), EVIDENCE.c.pair)
_NUMBER: sa.BindParameter[int] = sa.bindparam("number")
_END = sa.update(EVIDENCE).where(EVIDENCE.c.id == _NUMBER).values(active=False)


def pairs(identifiers: Sequence[Identifier]) -> Iterator[tuple[Identifier, Identifier]]:
    """Return the pairs an event is evidence for, the strongest first; `identifiers` come strongest first."""
    for at, one in enumerate(identifiers[:_ANCHORS]):
        for two in identifiers[at + 1 :]:
            yield one, two


def _place(row: Mapping[str, Any]) -> tuple[int, bool, int]:
    """Return where a new edge stands: what decided something first and as it came, then what was only seen."""
    seen = row["seq"] == 0
    return row["offset"], seen, row["pair"] if seen else 0


class Evidence:
    """The evidence of a batch, and what it puts out of force, until it is written."""

    def __init__(self, tx: sa.Connection, ledger: Ledger, ties: Ties) -> None:
        self._tx, self._ledger, self._ties = tx, ledger, ties
        self._fresh: list[dict[str, Any]] = []
        self._pairs: set[int] = set()
        self._by_key: dict[int, list[dict[str, Any]]] = {}
        self._retired: dict[int, int] = {}
        self._ended: list[tuple[int, dict[str, Any]]] = []
        self._observed: dict[int, tuple[Event, int, int]] = {}
        self._observed_of: dict[int, dict[int, int]] = {}

    def learn(
        self, event: Event, identifiers: Sequence[Identifier], learned: Mapping[int, int],
        seen: Collection[int] = (),
    ) -> None:
        """Keep the pairs of an event; `learned` are its decisions by identifier key, `seen` pairs known to be kept."""
        for one, two in pairs(identifiers):
            seq = max(learned.get(one.key, 0), learned.get(two.key, 0))
            if not seq:
                if one.key ^ two.key not in seen:
                    self.observe(event, one.key, two.key)
            elif two.key in learned:
                self.add(self._ledger.evidence(event, one.key, two.key, seq))
            else:
                self.add(self._ledger.evidence(event, two.key, one.key, seq))

    def add(self, row: dict[str, Any]) -> None:
        """Keep a new edge."""
        self._fresh.append(row)
        self._pairs.add(row["pair"])
        self._by_key.setdefault(row["a"], []).append(row)
        self._by_key.setdefault(row["b"], []).append(row)

    def observe(self, event: Event, one: int, two: int) -> None:
        """Note a pair of one member that may have been seen before."""
        if one ^ two not in self._pairs and one ^ two not in self._observed:
            self._observed[one ^ two] = event, min(one, two), max(one, two)
            self._observed_of.setdefault(one, {})[two] = one ^ two
            self._observed_of.setdefault(two, {})[one] = one ^ two

    def near(self, key: int) -> list[int]:
        """Return the other end of each edge in force for the identifier; its member's ties have been read."""
        return [*self._kept_near(key), *(row["a"] ^ row["b"] ^ key for row in self._by_key.get(key, ())
                                         if row["active"]), *self._observed_of.get(key, ())]

    def bridge(self, event: Event, key: int, seq: int) -> None:
        """Keep together what the identifier joined, before it goes: what it said was right while it was theirs."""
        first, *others = sorted(set(self.near(key))) or [0]
        known = set(self._kept_near(first))
        for other in others:
            if first ^ other not in self._pairs and other not in known:
                self.add(self._ledger.evidence(event, first, other, seq))

    def retire(self, key: int, seq: int) -> bool:
        """Put what speaks for the identifier out of force; return whether other identifiers may have hung on it."""
        kept = self._kept_near(key)
        known = set(kept)
        for other, pair in self._observed_of.pop(key, {}).items():
            event, one, two = self._observed.pop(pair)
            del self._observed_of[other][key]
            if other not in known:
                self.add(self._ledger.evidence(event, one, two, 0))
        edges = len(kept)
        self._retired.setdefault(key, seq)
        for row in self._by_key.pop(key, ()):
            if row["active"]:
                row["active"] = False
                self._pairs.discard(row["pair"])
                self._ended.append((seq, row))
                edges += 1
        return edges > 1

    def write(self, seen: set[int], remember: bool) -> bool:
        """Write it all; return whether there was anything.

        `seen` are pairs known to be kept; where `remember`, those found are added to it: only what was committed
        before may be, as this batch may yet be rolled back.
        """
        self._write_retired()
        if self._retired:
            seen.clear()  # some of these pairs are not kept any more
        known = self._kept(self._observed)
        if remember:
            seen |= known
        for pair, (event, one, two) in self._observed.items():
            if pair not in known:
                self._fresh.append(self._ledger.evidence(event, one, two, 0))
        self._fresh.sort(key=_place)  # so that the numbers do not depend on how events are batched
        for row in self._fresh:
            row["id"] = self._ledger.next(EVIDENCES)
        insert(self._tx, EVIDENCE, self._fresh)
        insert(self._tx, CHANGE, [{"seq": seq, "evidence": row["id"], "active": False} for seq, row in self._ended])
        return bool(self._fresh or self._retired)

    def _write_retired(self) -> None:
        if not self._retired:
            return
        found: dict[int, tuple[int, int]] = {}
        for column in (EVIDENCE.c.a, EVIDENCE.c.b):
            query = sa.select(EVIDENCE.c.id, EVIDENCE.c.a, EVIDENCE.c.b).where(EVIDENCE.c.active)
            found.update((row[0], (row[1], row[2])) for row in fetch_in(self._tx, query, column, self._retired))
        if not found:
            return
        self._tx.execute(_END, [{"number": number} for number in sorted(found)])
        retired = self._retired
        insert(self._tx, CHANGE, [
            {"seq": min(retired[key] for key in keys if key in retired), "evidence": number, "active": False}
            for number, keys in sorted(found.items())
        ])

    def _kept_near(self, key: int) -> list[int]:
        """Return the other end of each edge that was kept before and is in force still."""
        if key in self._retired:
            return []
        return [other for other in self._ties.near(key) if other not in self._retired]

    def _kept(self, pairs: Collection[int]) -> set[int]:
        """Return which of the pairs are in force already."""
        return {row[0] for row in _KEPT(self._tx, pairs)}
