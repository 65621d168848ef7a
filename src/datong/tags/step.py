"""The stage `describe`: every member's tags follow his events in the same pass, and time where only time passes."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from datong.identity import parted, who
from datong.model import Batch, exponent
from datong.model.predicate import parse
from datong.storage import Stage, Store, fetch_in, upsert
from datong.tags.definitions import library
from datong.tags.past import Past, decode_past, encode_past, expired, join, prune, reconsider, ripen, take, wake_of
from datong.tags.plan import Plan
from datong.tags.split import remade
from datong.tags.tables import PLAN, STATE, VALUE

__all__ = ["Tags"]

_CACHED, _CHUNK = 20_000, 5_000
_DUE = 1_000
"""Members whose time has come that one batch looks at besides its own, so that a day's turn holds nothing up."""
log = logging.getLogger("datong.tags")


class Tags(Stage):
    """Keeps `tags_state` and `tags_value`; `predicates` are expressions beside the tags that others will ask about."""

    name = "tags"

    def __init__(self, store: Store, predicates: Iterable[str] = (), cached: int = _CACHED) -> None:
        """Read and compile all definitions; raises ConfigError naming the file and the tag at fault."""
        self._store, settings = store, store.settings
        tags, parsed = library(settings)
        kinds = {name: d.kind for name, d in tags.items()}
        asked = [parse(text, kinds, settings.intake.custom_events) for text in predicates]
        self.plan = Plan(tags, parsed, asked, 10 ** exponent(settings.retailer.currency),
                         settings.retailer.currency)
        self._cache: OrderedDict[int, Past] = OrderedDict()
        self._limit = cached
        self._serial: int | None = None

    def step(self, batch: Batch, tx: sa.Connection) -> None:
        """Merge and split members, take the events, let time pass for whom it is due, write each touched one once."""
        serial = self._begin(tx)
        pasts: dict[int, Past] = {}
        changed: dict[int, set[str]] = {}
        concerned = self._concerned(batch)
        wanted = {m for _, m in concerned}
        for merge in batch.merges:
            wanted |= {merge.loser, merge.winner}
        parts = parted(tx, batch)
        apart = parts.members if parts is not None else frozenset()
        apart |= _struck(batch, tx)
        due = self._due(tx, batch, pasts)
        missing = self._load(tx, (wanted | apart) - pasts.keys(), pasts)
        gone = self._merge(batch, pasts, changed)
        if apart:
            gone += self._split(batch, tx, apart, pasts, changed, missing)
        for at, member in concerned:
            past = pasts.get(member)
            if past is None:
                past = pasts[member] = Past({}, {}, [])
            if member not in changed:
                changed[member] = set(self.plan.given) if member in missing else set()
            take(self.plan, past, batch.events[at], batch.items[at] if batch.items else batch.events[at].items,
                 batch.now, changed[member])
        for member, everything in due.items():
            if member in pasts:
                names = changed.setdefault(member, set())
                if everything:
                    names.update(self.plan.tags)
                    prune(self.plan, pasts[member])
        self._write(tx, batch.now, pasts, changed, gone)
        if changed or gone:
            self._end(tx, serial)

    def wake(self, tx: sa.Connection) -> int | None:
        """Return when the first value somewhere runs out."""
        at: int | None = tx.execute(sa.select(sa.func.min(STATE.c.wake))).scalar()
        return at

    def put(self, tx: sa.Connection, pasts: dict[int, Past], now: int) -> None:
        """Write the pasts of members that were made elsewhere, with all their tags worked out at `now` (ms)."""
        serial = self._begin(tx)
        for past in pasts.values():
            prune(self.plan, past)
        self._write(tx, now, pasts, {member: {*self.plan.tags} for member in pasts}, ())
        self._end(tx, serial)

    def forget(self, tx: sa.Connection, members: Iterable[int]) -> None:
        """Let go of all that is kept of these members."""
        serial = self._begin(tx)
        self._write(tx, 0, {}, {}, sorted(members))
        self._end(tx, serial)

    def _end(self, tx: sa.Connection, serial: int) -> None:
        self._serial = serial + 1
        tx.execute(sa.update(PLAN).where(PLAN.c.name == "plan").values(serial=self._serial))

    def _concerned(self, batch: Batch) -> list[tuple[int, int]]:
        by_type = self.plan.by_type
        members, repeats = batch.members, batch.repeats
        return [(at, m) for at, e in enumerate(batch.events)
                if e.type in by_type and (m := members[at]) is not None and e.offset not in repeats] if members else []

    def _begin(self, tx: sa.Connection) -> int:
        """Return the serial number of the last write; forget the cache when it is not ours (a batch rolled back)."""
        row = tx.execute(sa.select(PLAN.c.serial, PLAN.c.digest, PLAN.c.cells).where(PLAN.c.name == "plan")).first()
        serial = self._adopt(tx, row) if row is None or self._serial is None else int(row[0])
        if serial != self._serial:
            self._cache.clear()
            self._serial = serial
        return serial

    def _adopt(self, tx: sa.Connection, row: Any) -> int:
        """Compare the plan with the one the states were made by; a changed one makes every member due."""
        plan, serial = self.plan, row[0] if row else 1
        if row is None or row[1] != plan.digest or msgspec.json.decode(row[2]) != plan.horizons:
            if row is not None:
                kept: dict[str, int] = msgspec.json.decode(row[2])
                tx.execute(sa.update(STATE).values(wake=0))
                tx.execute(sa.delete(VALUE).where(VALUE.c.tag.not_in(list(plan.tags))))
                if short := [key for key, horizon in plan.horizons.items()
                             if key not in kept or (horizon and kept[key] < horizon)]:
                    users = [n for n, c in plan.tags.items() if any(cell.key in short for cell, _ in c.needs)]
                    log.warning("tags that look at a past not kept so far count from now on, until they are rebuilt "
                                "from the facts: %s", ", ".join(users) or "predicates")
            cells = msgspec.json.encode(plan.horizons)
            upsert(tx, PLAN, [{"name": "plan", "serial": serial, "digest": plan.digest, "cells": cells}])
        return int(serial)

    def _due(self, tx: sa.Connection, batch: Batch, pasts: dict[int, Past]) -> dict[int, bool]:
        """Load the members whose time has come, the longest waiting first; tell for whom every tag is asked."""
        query = sa.select(STATE.c.member, STATE.c.wake, STATE.c.body).where(STATE.c.wake <= batch.now)
        rows = tx.execute(query.order_by(STATE.c.wake, STATE.c.member).limit(max(_DUE, len(batch.events)))).all()
        for member, _, body in rows:
            pasts[member] = self._cache.get(member) or decode_past(body)
        return {member: wake == 0 for member, wake, _ in rows}

    def _load(self, tx: sa.Connection, members: set[int], pasts: dict[int, Past]) -> set[int]:
        """Load pasts from the cache or the table; return the members who have none yet."""
        cache, absent = self._cache, []
        for member in members:
            past = cache.get(member)
            if past is None:
                absent.append(member)
            else:
                pasts[member] = past
        for member, body in fetch_in(tx, sa.select(STATE.c.member, STATE.c.body), STATE.c.member, sorted(absent)):
            pasts[member] = decode_past(body)
        return members - pasts.keys()

    def _merge(self, batch: Batch, pasts: dict[int, Past], changed: dict[int, set[str]]) -> list[int]:
        gone: list[int] = []
        for merge in batch.merges:
            loser = pasts.pop(merge.loser, None)
            changed.pop(merge.loser, None)
            gone.append(merge.loser)
            if loser is None:
                continue
            winner = pasts.get(merge.winner)
            if winner is None:
                winner = pasts[merge.winner] = Past({}, {}, [])
            join(self.plan, winner, loser)
            changed[merge.winner] = set(self.plan.tags)
        return gone

    def _split(
        self, batch: Batch, tx: sa.Connection, apart: Collection[int], pasts: dict[int, Past],
        changed: dict[int, set[str]], missing: set[int],
    ) -> list[int]:
        """Count members anew who were parted or whose receipt was voided; return who has no past left."""
        made = remade(self._store, tx, self.plan, apart, batch.first, batch.now)
        gone: list[int] = []
        for member in sorted(apart):
            before, past = pasts.pop(member, None), made.get(member)
            changed.pop(member, None)
            if past is None:
                gone.append(member)
                missing.add(member)
                continue
            if before is not None:
                past.values = dict(before.values)  # so that a value which is what it was keeps its `since`
            prune(self.plan, past)
            pasts[member], changed[member] = past, set(self.plan.tags)
        return gone

    def _write(
        self, tx: sa.Connection, now: int, pasts: dict[int, Past], changed: dict[int, set[str]], gone: Sequence[int]
    ) -> None:
        plan = self.plan
        states: list[dict[str, Any]] = []
        rows: list[dict[str, Any]] = []
        for member, names in changed.items():
            past = pasts[member]
            if past.pending:
                ripen(plan, past, now, names)
            names.update(expired(past, now))
            for tag, value, since, expires in reconsider(plan, past, names, now):
                text = value if isinstance(value, str) else None
                num = None if value is None or text is not None else float(value)
                rows.append({"member": member, "tag": tag, "num": num, "text": text, "since": since,
                             "expires": expires})
            states.append({"member": member, "wake": wake_of(past), "body": encode_past(past)})
            self._cache[member] = past
            self._cache.move_to_end(member)
        for table in (STATE, VALUE):
            for at in range(0, len(gone), _CHUNK):
                tx.execute(sa.delete(table).where(table.c.member.in_(gone[at : at + _CHUNK])))
        for member in gone:
            self._cache.pop(member, None)
        while len(self._cache) > self._limit:
            self._cache.popitem(last=False)
        upsert(tx, STATE, states)
        upsert(tx, VALUE, rows)


def _struck(batch: Batch, tx: sa.Connection) -> frozenset[int]:
    """Return the members whose receipts of before this batch were voided: what was counted cannot be taken off."""
    idents = {ident for offset, (_, ident) in batch.struck.items() if offset < batch.first and ident}
    return frozenset(who(tx, idents).values()) if idents else frozenset()
