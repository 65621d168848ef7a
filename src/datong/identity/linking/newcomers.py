"""Newcomers: members told of anew are compared with all others at once, by the model of the published run.

It works behind the spine, on its own cursor: the index is built when a run is published, and kept up to what the spine
has taken since. What it finds goes the way of a run's finds: a join is an event in the log, which the graph weighs
against its limits; what is doubtful is a question for people. Without a published run it does nothing. An import of the
past is only indexed: to link it is what runs are for.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
import sqlalchemy as sa

from datong.errors import DatongError, Unavailable
from datong.identity.correct import correct_all
from datong.identity.linker.index import Index
from datong.identity.linker.match import Candidate, Matcher, Thresholds, decide
from datong.identity.linker.record import Row
from datong.identity.linking.calibrate import Calibration
from datong.identity.linking.dry_run import REVIEWS, votes
from datong.identity.linking.kept_model import kept_model, model_name
from datong.identity.linking.records import apart, records_of
from datong.identity.linking.review import Weight
from datong.identity.linking.tables import REVIEW, RUN
from datong.identity.read import who
from datong.identity.tables import EVENT, LINK, MEMBER
from datong.model import decode_event
from datong.privacy import Vault, namespaces
from datong.storage import EVENTS, Entry, Store, cursor, fetch_in, insert, set_cursor

__all__ = ["Newcomers"]

_CURSOR, _INDEX = "identity.newcomers", "identity.index"
_ENTRIES, _MEMBERS, _BUILD = 2_000, 200, 100
_NEAREST = 5
_CAP = 12.0
"""The most one pair of records may say for or against, as in clustering."""

_IDLE_S = 1.0

log = logging.getLogger("datong.identity.linking")


class _Found(NamedTuple):
    """What was found about two members: the candidate's `record` is the other member; `reason` as in REVIEW."""

    member: int
    other: Candidate
    decision: str
    reason: str


class Newcomers:
    """Keeps the block index up to date and follows up on what it finds; one for each store."""

    def __init__(self, store: Store, vault: Vault) -> None:
        self._store, self._vault = store, vault
        self._policy = namespaces(store.settings)
        self._run: Any = None
        self._matcher: Matcher | None = None
        self._index: Index | None = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def advance(self) -> int:
        """Take one short step: index some members, or follow up on a stretch of the log; 0: there is nothing to do."""
        run = self._published()
        if run is None:
            return 0
        with self._store.state.read() as tx:
            built, last = cursor(tx, _INDEX)
        if built != run.id:
            self._begin(run.id)
            return 1
        return self._build(last) if last >= 0 else self._follow()

    def start(self) -> None:
        """Work in a thread of its own until `stop`."""
        self._thread = threading.Thread(target=self._work, name="datong-newcomers", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the step under way and stop."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                worked = self.advance()
            except Exception as error:
                level = logging.WARNING if isinstance(error, Unavailable) else logging.ERROR
                log.log(level, "newcomers could not be compared", exc_info=error)
                worked = 0
            spent = time.monotonic() - began
            self._stop.wait(spent if worked else _IDLE_S)  # half the time at most: the spine comes first

    def _published(self) -> Any:
        """Return the published run whose model counts, with the model compiled, or None."""
        with self._store.state.read() as tx:
            query = sa.select(RUN.c.id, RUN.c.auto, RUN.c.ask).where(RUN.c.state == "published", RUN.c.model != "")
            run = tx.execute(query.order_by(RUN.c.id.desc()).limit(1)).first()
        if run is None:
            return None
        if self._run is None or self._run.id != run.id:
            try:
                model = kept_model(self._store.settings, self._vault, run.id)
            except DatongError:
                return None  # its file is gone: a new run will make one
            self._matcher, self._index = Matcher(model), Index(model, self._vault)
        self._run = run
        return run

    def _begin(self, run: int) -> None:
        """Start the index anew for a run; what happens from now on is followed up after it is built."""
        assert self._index is not None  # noqa: S101
        with self._store.state.write() as tx:
            self._index.clear(tx)
            seq = tx.execute(sa.select(sa.func.coalesce(sa.func.max(EVENT.c.seq), 0))).scalar_one()
            set_cursor(tx, _CURSOR, cursor(tx, "spine")[0], seq)
            set_cursor(tx, _INDEX, run, 0)

    def _build(self, last: int) -> int:
        """Index the next members by number; the run has compared them already."""
        with self._store.state.read() as tx:
            query = sa.select(MEMBER.c.id).where(MEMBER.c.id > last, MEMBER.c.merged_into.is_(None))
            members = list(tx.execute(query.order_by(MEMBER.c.id).limit(_BUILD)).scalars())
            rows = self._rows(tx, members)
        assert self._index is not None  # noqa: S101
        with self._store.state.write() as tx:
            self._index.put(tx, rows)
            set_cursor(tx, _INDEX, self._run.id, members[-1] if members else -1)
        return 1

    def _follow(self) -> int:
        """Compare the members told of in the next stretch of the log, and put them into the index."""
        assert self._index is not None  # noqa: S101
        with self._store.state.read() as tx:
            after, seq = cursor(tx, _CURSOR)
            upto, _ = cursor(tx, "spine")
            entries = self._store.log.read(after, min(_ENTRIES, max(0, upto - after)))
            entries = [entry for entry in entries if entry.offset <= upto]
            if not entries:
                return 0
            changed, fresh, seq = _changed(tx, entries, seq)
            rows = self._rows(tx, changed)
        named = sorted(changed)
        for at in range(0, len(named), _MEMBERS):
            part = named[at : at + _MEMBERS]
            with self._store.state.write() as tx:
                self._index.put(tx, {member: rows.get(member, ()) for member in part})
        found: list[_Found] = []
        with self._store.state.read() as tx:
            calibration = Calibration(votes(tx))
            for member in sorted(fresh):
                found += self._judged(tx, member, rows.get(member, ()), calibration)
        self._file(found, entries[-1].offset, seq)
        return 1

    def _rows(self, tx: sa.Connection, members: Iterable[int]) -> dict[int, list[Row]]:
        """Return the cleaned records of those of the members that are live."""
        assert self._matcher is not None  # noqa: S101
        layout, habits = self._matcher.layout, self._matcher.model.habits
        query = sa.select(MEMBER.c.id).where(MEMBER.c.merged_into.is_(None))
        live = [row[0] for row in fetch_in(tx, query, MEMBER.c.id, members)]
        return {member: list(dict.fromkeys(layout.clean(record, habits) for record in records))
                for member, records in records_of(tx, self._vault, live).items()}

    def _judged(
        self, tx: sa.Connection, member: int, rows: Sequence[Row], calibration: Calibration
    ) -> list[_Found]:
        """Return what is to be done about a member: one join or question at most."""
        assert self._index is not None and self._matcher is not None  # noqa: S101, PT018
        best: dict[int, Candidate] = {}
        for row in rows:
            for each in self._matcher.rank(row, self._index.candidates(tx, row, leave=member), _NEAREST):
                if each.record not in best or each.weight > best[each.record].weight:
                    best[each.record] = each
        others = self._index.rows_of(tx, best)
        found = []
        for other, each in best.items():
            pairs = [self._matcher.weights(row, others[other]) for row in rows]
            mean = float(np.clip(np.concatenate(pairs), -_CAP, _CAP).mean())
            found.append(msgspec.structs.replace(each, weight=mean, probability=calibration.probability(mean)))
        found.sort(key=lambda each: (-each.weight, each.record))
        decision = decide(found, Thresholds(self._run.auto, self._run.ask))
        if decision == "none":
            return []
        sure = best[found[0].record].probability >= self._run.auto > found[0].probability
        return [_Found(member, found[0], decision, "bridge" if sure else "band")]

    def _file(self, found: Sequence[_Found], offset: int, seq: int) -> None:
        """Write down joins and questions, and how far this came. Ids are made from the pair: twice is once."""
        run = self._run.id
        with self._store.state.read() as tx:
            kept_apart = set(apart(tx)) if found else set()
            pairs = {(min(f.member, f.other.record), max(f.member, f.other.record)): f for f in found}
            key = self._keys(tx, {m for pair in pairs for m in pair})
        open_ = {pair: f for pair, f in pairs.items() if pair not in kept_apart and pair[0] in key and pair[1] in key}
        correct_all(self._store, [
            {"action": "join", "actor": f"linker:{run}", "id": f"newcomer:{run}:{key[a]}:{key[b]}",
             "keys": [str(key[a]), str(key[b])], "confidence": f.other.probability, "kind": "probabilistic",
             "model": model_name(run), "reason": "a newcomer, by the model of the published run"}
            for (a, b), f in sorted(open_.items()) if f.decision == "merge"
        ])
        asked = {(key[a], key[b]): f for (a, b), f in sorted(open_.items()) if f.decision == "review"}
        with self._store.state.write() as tx:
            self._ask(tx, asked)
            set_cursor(tx, _CURSOR, offset, seq)

    def _ask(self, tx: sa.Connection, asked: dict[tuple[int, int], _Found]) -> None:
        """Open a question for each pair about which there is none and was no vote."""
        keys = {key for pair in asked for key in pair}
        query = sa.select(REVIEW.c.a, REVIEW.c.b).where(REVIEW.c.state.in_(("open", "same", "different")))
        known = {frozenset(row) for row in fetch_in(tx, query, REVIEW.c.a, keys)}
        rows: list[dict[str, Any]] = []
        last, _ = cursor(tx, REVIEWS)
        for (a, b), found in asked.items():
            if frozenset((a, b)) in known:
                continue
            other = found.other
            parts = [Weight(step.comparison, step.level, round(step.weight, 3)) for step in other.waterfall]
            rows.append({
                "id": last + 1 + len(rows), "run": self._run.id, "a": a, "b": b, "weight": other.weight,
                "probability": other.probability, "cost": min(other.probability, 1 - other.probability),
                "reason": found.reason, "parts": msgspec.json.encode(parts), "state": "open", "actor": "", "at": None,
                "turn": 0, "correction": "",
            })
        insert(tx, REVIEW, rows)
        if rows:
            set_cursor(tx, REVIEWS, last + len(rows))

    def _keys(self, tx: sa.Connection, members: Iterable[int]) -> dict[int, int]:
        """Return the identifier by which each member is known best."""
        best: dict[int, tuple[bool, int, int]] = {}
        for key, ns, member in fetch_in(tx, sa.select(LINK.c.key, LINK.c.ns, LINK.c.member), LINK.c.member, members):
            if ns in self._policy:
                strength = (self._policy[ns].merges != "yes", self._policy[ns].priority, key)
                best[member] = min(best.get(member, strength), strength)
        return {member: strength[2] for member, strength in best.items()}


def _changed(tx: sa.Connection, entries: Sequence[Entry], seq: int) -> tuple[set[int], set[int], int]:
    """Return the members that a stretch of the log told of or decided upon, those of them not by an import of the past,
    and the last decision in it.
    """
    events = {entry.offset: decode_event(entry.body) for entry in entries if entry.topic == EVENTS}
    told = [event for event in events.values() if event.personal]
    holders = who(tx, {i.key for event in told for i in event.identifiers})
    new = {i.key for event in told if not event.history for i in event.identifiers}
    query = sa.select(EVENT.c.seq, EVENT.c.offset, EVENT.c.member, EVENT.c.other)
    decided = tx.execute(query.where(EVENT.c.seq > seq, EVENT.c.offset <= entries[-1].offset)).all()
    past = {offset for offset, event in events.items() if event.history}
    changed, fresh = set(holders.values()), {holders[key] for key in new & holders.keys()}
    for row in decided:
        members = {member for member in (row.member, row.other) if member is not None}
        changed |= members
        fresh |= set() if row.offset in past else members
    for event in events.values():
        if event.type == "Member Changed":
            changed.update(_named(event.properties))
    return changed, fresh, max((row.seq for row in decided), default=seq)


def _named(said: Any) -> set[int]:
    """Return every member a "Member Changed" names: merged, split, a part of one, or with a value that moved."""
    rows = [*said.get("merged", ()), *said.get("split", ()), *said.get("moved", ())]
    rows += [part for row in said.get("split", ()) for part in row["parts"]]
    return {row[name] for row in rows for name in ("member", "into", "from", "to") if row.get(name)}
