"""Dry run: what another policy would have made of the same events, told as a difference, changing nothing.

The events of the log that say who somebody is are decided once more under the changed policy, corrections included, in
a temporary graph; what comes out is compared with today's members.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from datong.config import Settings
from datong.identity.correct import CORRECTED
from datong.identity.step import Identity
from datong.identity.tables import EVENT, LINK, MEMBER
from datong.model import Batch, Event, Identifier, Namespace, decode_event
from datong.privacy import Vault, make_identifier, namespaces
from datong.storage import EVENTS, METADATA, State, Store, cursor

__all__ = ["Difference", "Merged", "Parts", "Stopped", "dry_run"]

_CHUNK = 5_000


class Stopped(Exception):
    """A dry run was stopped before its end: what it had found of a part of the log compares with nothing."""


class Merged(msgspec.Struct, frozen=True):
    """Members of today that would be one."""

    ids: tuple[int, ...]


class Parts(msgspec.Struct, frozen=True):
    """A member of today that would be several."""

    id: int
    parts: int


class Difference(msgspec.Struct, frozen=True):
    """What a policy would change: members `before` and `after`, of which so many the same; the largest examples.

    `largest_before` and `largest_after` are the identifiers of the largest member; `ms` is how long it took.
    """

    before: int
    after: int
    unchanged: int
    merged_total: int
    split_total: int
    merged: list[Merged]
    split: list[Parts]
    largest_before: int
    largest_after: int
    events: int
    ms: int


def dry_run(
    store: Store, vault: Vault, changes: Mapping[str, Mapping[str, Any]], *, examples: int = 20,
    progress: Callable[[int, int], None] | None = None, stop: Callable[[], bool] = lambda: False,
) -> Difference:
    """Return what the changed namespaces (by name: what of each) would make of all events so far.

    `progress(done, end)` hears of log offsets; `stop()` is asked every few thousand entries. Raises ConfigError for a
    policy that is none, Stopped when `stop` said so.
    """
    began = time.monotonic()
    kept = store.settings.identity.namespaces
    merged = {**kept, **{ns: {**kept.get(ns, {}), **said} for ns, said in changes.items()}}
    settings = msgspec.structs.replace(
        store.settings, identity=msgspec.structs.replace(store.settings.identity, namespaces=merged))
    remade = _Remade(vault, store.settings, settings)
    with tempfile.TemporaryDirectory(prefix="datong-dry-run-") as folder:
        state = State("sqlite", Path(folder) / "state.sqlite")
        sa.event.listen(state.engine, "connect", _unsafe)
        try:
            tables = [t for t in METADATA.sorted_tables if t.info["owner"] == "identity" or t.name == "storage_cursor"]
            METADATA.create_all(state.engine, tables=tables)
            trial = Store(store.log, state, store.facts, store.clock, settings)
            events = _replay(store, state, Identity(trial, vault), remade, progress, stop)
            with store.state.read() as one, state.read() as two:
                found = _compare(_holders(one), _holders(two), examples)
                before, after = _members(one), _members(two)
        finally:
            state.close()
    return Difference(before, after, *found, events, round((time.monotonic() - began) * 1000))


class _Remade:
    """Identifiers as the changed policy reads them: their values are opened where another one may come of it."""

    def __init__(self, vault: Vault, before: Settings, after: Settings) -> None:
        was, self._policy = namespaces(before), namespaces(after)
        self._vault, self._region = vault, after.retailer.region
        self._changed = {
            name for name, policy in self._policy.items() if name in was and _reading(policy) != _reading(was[name])}
        self._known: dict[int, Identifier | None] = {}

    def identifiers(self, event: Event) -> tuple[Identifier, ...]:
        """Return the identifiers of the event that the policy would have let in."""
        if not any(i.ns in self._changed for i in event.identifiers):
            return event.identifiers
        read = (self._read(i) if i.ns in self._changed and i.sealed is not None else i for i in event.identifiers)
        return tuple(i for i in read if i is not None)

    def _read(self, identifier: Identifier) -> Identifier | None:
        assert identifier.sealed is not None  # noqa: S101  (asked for)
        if identifier.key not in self._known:
            self._known[identifier.key] = make_identifier(
                self._vault, self._policy[identifier.ns], self._vault.unseal(identifier.sealed), self._region)
        made = self._known[identifier.key]
        return msgspec.structs.replace(identifier, key=made.key) if made is not None else None


def _reading(policy: Namespace) -> tuple[object, ...]:
    return policy.normaliser, policy.blocked


def _unsafe(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")  # nothing of it is kept


def _replay(
    store: Store, state: State, identity: Identity, remade: _Remade, progress: Callable[[int, int], None] | None,
    stop: Callable[[], bool],
) -> int:
    """Decide the events anew; return how many there were."""
    with store.state.read() as tx:
        end, _ = cursor(tx, "spine")
    count, now = 0, 0
    for batch, done in _batches(store, end, remade):
        if stop():
            raise Stopped
        now = max([now, *(event.received for event in batch)])
        with store.state.read() as live, state.write() as tx:
            events = [event for event in (_renumbered(live, tx, event) for event in batch) if event is not None]
            if events:
                identity.step(Batch(events, events[0].offset, events[-1].offset, now), tx)
        count += len(batch)
        if progress:
            progress(done, end)
    return count


def _batches(store: Store, end: int, remade: _Remade) -> Iterator[tuple[list[Event], int]]:
    """Yield the events that say who somebody is, with how far the log is read; an undo stands alone."""
    position = 0
    while entries := [e for e in store.log.read(position, _CHUNK) if e.offset <= end]:
        batch: list[Event] = []
        for offset, topic, body in entries:
            if topic != EVENTS:
                continue
            event = decode_event(body)
            if event.type == "Device Sighted" or not (event.identifiers or event.type == CORRECTED):
                continue
            said = event.properties if event.type == CORRECTED else {}
            event = msgspec.structs.replace(
                event, offset=offset, identifiers=remade.identifiers(event), personal={}, properties=said, items=())
            if said.get("action") == "undo":
                if batch:
                    yield batch, offset
                yield [event], offset
                batch = []
            else:
                batch.append(event)
        position = entries[-1].offset
        if batch:
            yield batch, position


def _renumbered(live: sa.Connection, tx: sa.Connection, event: Event) -> Event | None:
    """Return an undo with the number its decision has in the trial; None where that was not taken there."""
    if event.properties.get("action") != "undo":
        return event
    same = (EVENT.c.offset, EVENT.c.kind, EVENT.c.key)
    told = live.execute(sa.select(*same).where(EVENT.c.seq == event.properties.get("seq"))).first()
    if told is None:
        return None
    where = [column.is_(value) if value is None else column == value for column, value in zip(same, told, strict=True)]
    seq = tx.execute(sa.select(sa.func.min(EVENT.c.seq)).where(*where)).scalar()
    if seq is None:
        return None
    return msgspec.structs.replace(event, properties={**event.properties, "seq": seq})


def _holders(tx: sa.Connection) -> dict[int, int]:
    rows = tx.execute(sa.select(LINK.c.key, LINK.c.member).where(LINK.c.member.is_not(None)))
    return dict(map(tuple, rows))


def _members(tx: sa.Connection) -> int:
    alive = sa.select(sa.func.count()).select_from(MEMBER).where(MEMBER.c.merged_into.is_(None))
    return int(tx.execute(alive).scalar_one())


def _compare(
    before: dict[int, int], after: dict[int, int], examples: int
) -> tuple[int, int, int, list[Merged], list[Parts], int, int]:
    """Return how many members are unchanged, merged and split, examples of both, and the largest of each."""
    came_to: dict[int, set[int]] = {}
    came_of: dict[int, set[int]] = {}
    sizes: tuple[dict[int, int], dict[int, int]] = {}, {}
    for key, member in before.items():
        sizes[0][member] = sizes[0].get(member, 0) + 1
        came_to.setdefault(member, set())
        if (now := after.get(key)) is not None:
            came_to[member].add(now)
            came_of.setdefault(now, set()).add(member)
    for member in after.values():
        sizes[1][member] = sizes[1].get(member, 0) + 1
    merged = sorted((tuple(sorted(members)) for members in came_of.values() if len(members) > 1),
                    key=lambda ids: (-len(ids), ids))
    split = sorted(((member, len(parts)) for member, parts in came_to.items() if len(parts) > 1),
                   key=lambda row: (-row[1], row[0]))
    joined = {member for members in merged for member in members}
    unchanged = sum(len(parts) <= 1 and member not in joined for member, parts in came_to.items())
    return (
        unchanged, len(merged), len(split), [Merged(ids) for ids in merged[:examples]],
        [Parts(*row) for row in split[:examples]], max(sizes[0].values(), default=0), max(sizes[1].values(), default=0),
    )
