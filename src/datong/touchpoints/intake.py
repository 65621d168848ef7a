"""Intake: whatever touchpoints send is stored, known already, or kept in quarantine; nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import Literal

import msgspec

from datong.config import TouchpointSettings
from datong.errors import NotFound, Rejected, Unavailable
from datong.model import Event, decode_event, encode_event
from datong.privacy import Macs, Vault, namespaces
from datong.storage import Appended, Record, Store
from datong.touchpoints.admit import Admission, Origin
from datong.touchpoints.call import Call, Heard, Kind, Listening, Scan, Unread
from datong.touchpoints.goods import LOOKED_UP, Goods, goods_of
from datong.touchpoints.kinds import find_kind
from datong.touchpoints.listening import listening
from datong.touchpoints.quarantined import quarantine_record
from datong.touchpoints.trust import trust

__all__ = ["CALL_LIMIT", "Intake", "Result"]

CALL_LIMIT = 32 * 1024
"""How many bytes one call may have, as with Segment."""

_LARGE = 500

Status = Literal["stored", "duplicate", "conflict", "quarantined", "too_large"]


class Result(msgspec.Struct, omit_defaults=True, gc=False):
    """What became of one call: `conflict`, `quarantined` and `too_large` ones lie in quarantine with the reason.

    `count` says how many sightings it stands for, where a frame had many.
    """

    id: str
    status: Status
    code: str = ""
    message: str = ""
    hint: str = ""
    field: str = ""
    count: int = 1


class _Counts(msgspec.Struct):
    """How many calls of one source were accepted, known already, or quarantined since this process began.

    A sighting counts as a call, and so does a frame of which nothing can be read. `refused` are requests that were
    answered with an error and of which nothing is kept: a wrong signature or key, too large, too many, no disk.
    `received` is counted as things come in, and is the sum of these four; `skipped` is what frames had besides, that
    the touchpoint's settings tell to pass over.
    """

    received: int = 0
    accepted: int = 0
    duplicate: int = 0
    quarantined: int = 0
    refused: int = 0
    skipped: int = 0


class _Work(msgspec.Struct):
    """One request on its way: per call its result and its record; receipts and orders wait until goods are looked up.

    A scan gives one result for what is good of it, and one for each sighting that is not; `spans` says how many results
    each thing heard has. A call that is only tried (from quarantine) and rejected again has no record.
    """

    origin: Origin
    now: int
    history: bool
    quarantine: bool
    heard: list[Heard] = []
    spans: list[int] = []
    skipped: int = 0
    results: list[Result] = []
    records: list[Record | None] = []
    waiting: list[tuple[int, Event]] = []
    received: int = 0


class Intake:
    """The one way into the event log; safe to call from any thread."""

    def __init__(self, store: Store, vault: Vault, goods: Goods | None = None) -> None:
        """Read the settings; raises ConfigError when a touchpoint's kind or a namespace is wrong."""
        settings = store.settings
        self._kinds: dict[str, tuple[Kind, Listening]] = {}
        for name, touchpoint in settings.touchpoints.items():
            kind = find_kind(touchpoint.kind, name)
            self._kinds[name] = kind, listening(settings, name, kind)
            kind.check(self._kinds[name][1])
        policy = namespaces(settings)
        self._trust = {name: trust(name, touchpoint, policy) for name, touchpoint in settings.touchpoints.items()}
        self._owner = trust("", None, policy)
        self.settings, self.store, self.vault = settings, store, vault
        self._counts: dict[str, _Counts] = {}
        self.macs = Macs(settings, vault, store.state)
        self._admission = Admission(settings, vault, self.macs)
        self._goods = goods or goods_of(store.state)
        self._strict = settings.intake.unknown_goods == "quarantine"
        self._origins: dict[str, Origin] = {}
        self._lock = threading.Lock()

    def origin(self, source: str) -> Origin:
        """Return where a source's calls come from; one that is not configured is the platform or a file."""
        if (known := self._origins.get(source)) is None:
            found = self.settings.touchpoints.get(source, TouchpointSettings(kind=""))
            channel = found.settings.get("channel") or found.kind or "file"
            trusted, verified = self._trust.get(source, self._owner)
            known = self._origins[source] = Origin(source, found.kind, str(channel), found.place, trusted, verified)
        return known

    def counts(self) -> dict[tuple[str, str], int]:
        """Return, by (source, outcome), how many calls came, and requests were `refused`, since this process began."""
        with self._lock:
            return {(source, outcome): getattr(count, outcome) for source, count in self._counts.items()
                    for outcome in _Counts.__struct_fields__}

    def refuse(self, source: str) -> None:
        """Count a request of which nothing is kept, and whose sender hears why."""
        with self._lock:
            counts = self._counts.setdefault(source, _Counts())
            counts.received += 1
            counts.refused += 1

    def kind(self, source: str) -> tuple[Kind, Listening]:
        """Return the kind of a configured touchpoint, and what it knows beside a frame; raises NotFound."""
        if (found := self._kinds.get(source)) is None:
            hint = f"declare [touchpoints.{source[:60]}] in datong.toml"
            raise NotFound(f"there is no touchpoint {source[:60]!r}", hint=hint)
        return found

    def listen(self, source: str, frame: bytes) -> list[Heard]:
        """Return what a frame of a configured touchpoint says; raises Rejected for the whole, NotFound."""
        kind, context = self.kind(source)
        return kind.listen(frame, context)

    def accept_calls(self, source: str, heard: Sequence[Heard], history: bool = False) -> list[Result]:
        """Store calls and return, when they are on disk, what became of each; raises Unavailable.

        With `history` they are imports of the past: they feed tags and reports and never start a scene.
        """
        work = self._admit(source, heard, history)
        self._goods.learn(*self._goods.unremembered(event for _, event in work.waiting))
        self._append(self._settle(work, self._append(self._records(work))))
        return work.results

    def accept_whole(self, source: str, heard: Sequence[Heard]) -> list[Result]:
        """Store calls, or none where one is bad or contradicts what is known, and tell of each; raises Unavailable."""
        work = self._admit(source, heard, False, quarantine=False)
        self._goods.learn(*self._goods.unremembered(event for _, event in work.waiting))
        records = self._records(work)
        for at, record in enumerate(work.records):
            if record is not None and self.store.log.find(record.key) is not None and not self._repeats(record):
                work.results[at] = _refusal(work.heard[at], _contradiction())
        if not any(result.code for result in work.results):
            self._settle(work, self._append(records))
            return work.results
        with self._lock:
            counts = self._counts.setdefault(source, _Counts())
            counts.received += work.received
            counts.refused += work.received
        return work.results

    async def accept(self, source: str, heard: Sequence[Heard], history: bool = False) -> list[Result]:
        """Do what `accept_calls` does without holding up the event loop."""
        if len(heard) > _LARGE:
            return await asyncio.to_thread(self.accept_calls, source, heard, history)
        if not self.macs.ready((today := self.macs.day(self.store.clock.now()),)):
            await asyncio.to_thread(self.macs.prepare, (today,), self.store.clock.now())
        work = self._admit(source, heard, history)
        skus, stores = self._goods.unremembered(event for _, event in work.waiting)
        if skus or stores:
            await asyncio.to_thread(self._goods.learn, skus, stores)
        if conflicts := self._settle(work, await self._append_soon(self._records(work))):
            await self._append_soon(conflicts)
        return work.results

    def read(self, source: str, call: Call, arrived: int, history: bool) -> Event:
        """Return the event that a call is, as it arrived (ms) then, without keeping it; raises Rejected."""
        return self._admission.admit(call, self.origin(source), self.store.clock.now(), arrived, history)[0]

    def readmit(
        self, source: str, heard: Sequence[Heard], arrived: Sequence[int], history: bool
    ) -> list[list[Result]]:
        """Try calls from quarantine again as they arrived (ms each) then, and return the results of each.

        What is rejected again is only told.
        """
        work = self._admit(source, heard, history, arrived)
        self._goods.learn(*self._goods.unremembered(event for _, event in work.waiting))
        self._settle(work, self._append(self._records(work)))
        results = iter(work.results)
        return [[next(results) for _ in range(span)] for span in work.spans]

    def _admit(
        self, source: str, heard: Sequence[Heard], history: bool, arrived: Sequence[int] = (), quarantine: bool = True
    ) -> _Work:
        """Admit call by call, so that what belongs to one call is done with while it is in the processor's cache."""
        now = self.store.clock.now()
        work = _Work(self.origin(source), now, history, quarantine and not arrived, received=len(heard))
        origin, admit, results, records = work.origin, self._admission.admit, work.results, work.records
        strict, numbered, located = self._strict, self._goods.numbered, self._goods.located
        if len(heard) > 1 and isinstance(heard[0], Scan):
            self._admission.prepare([one for one in heard if isinstance(one, Scan)], now)
        for at, call in enumerate(heard):
            if isinstance(call, Scan):
                self._sightings(work, call)
                continue
            work.heard.append(call)
            work.spans.append(1)
            try:
                if isinstance(call, Unread):
                    raise Rejected(call.message, code=call.code, hint=call.hint, field=call.field)
                raw = call.raw
                if len(raw) > CALL_LIMIT or b"\\u0000" in raw:
                    raise _bad_raw(raw)
                event, record = admit(call, origin, now, arrived[at] if arrived else now, history)
            except Rejected as error:
                results.append(_refusal(call, error))
                records.append(self._kept(work, len(results) - 1, error))
                continue
            results.append(Result(event.id, "stored"))
            records.append(record)
            if (event.type in LOOKED_UP and (strict or numbered(event))) or located(event):
                self._goods.note(event)
                work.waiting.append((len(results) - 1, event))
        return work

    def _sightings(self, work: _Work, scan: Scan) -> None:
        """Admit a scan: what is good of it as one event, and the rest sighting by sighting into quarantine."""
        done = self._admission.sightings(scan, work.origin, work.now)
        before = len(work.results)
        if done.record is not None and done.event is not None:
            self._add(work, scan, Result(done.event.id, "stored", count=done.stored), done.record)
        if done.repeated:
            name = done.event.id if done.event else ""
            self._add(work, scan, Result(name, "duplicate", count=done.repeated), None)
        for at, error in done.refused:
            part = Unread(scan.part(at), error.code, error.message, error.hint, error.field)
            self._add(work, part, _refusal(part, error), None)
            work.records[-1] = self._kept(work, len(work.results) - 1, error)
        work.spans.append(len(work.results) - before)
        work.skipped += scan.skipped
        work.received += len(scan.device) - 1

    @staticmethod
    def _add(work: _Work, heard: Heard, result: Result, record: Record | None) -> None:
        work.heard.append(heard)
        work.results.append(result)
        work.records.append(record)

    def _records(self, work: _Work) -> list[Record]:
        """Return the records of a piece of work, after those that waited were checked against the goods."""
        for at, event in work.waiting:
            named = self._goods.named(event)
            if named is not event and (record := work.records[at]) is not None:
                work.records[at] = record._replace(body=encode_event(named))
            try:
                if self._strict:
                    self._goods.check(named)
            except Rejected as error:
                work.results[at] = _refusal(work.heard[at], error)
                work.records[at] = self._kept(work, at, error)
        return [record for record in work.records if record is not None]

    def _kept(self, work: _Work, at: int, error: Rejected) -> Record | None:
        if not work.quarantine:
            return None
        return quarantine_record(work.heard[at], error, work.origin, work.now, work.history, self.vault)

    def _settle(self, work: _Work, appended: list[Appended]) -> list[Record]:
        """Bring the results up to what the log answered, and return records of the contradictions, for quarantine."""
        conflicts: list[Record] = []
        stored = duplicate = 0
        answers = iter(appended)
        for at, result in enumerate(work.results):
            if (record := work.records[at]) is None:
                duplicate += result.count if result.status == "duplicate" else 0
                continue
            status = next(answers).status
            if result.code:
                continue
            if status == "new":
                stored += result.count
            elif status == "duplicate" or self._repeats(record):
                duplicate += result.count
                result.status = "duplicate"
            else:
                error = _contradiction()
                work.results[at] = _refusal(work.heard[at], error)
                if (kept := self._kept(work, at, error)) is not None:
                    conflicts.append(kept)
        with self._lock:
            counts = self._counts.setdefault(work.origin.name, _Counts())
            counts.received += work.received if work.quarantine else stored + duplicate
            counts.accepted += stored
            counts.duplicate += duplicate
            counts.quarantined += sum(result.code != "" for result in work.results) if work.quarantine else 0
            counts.skipped += work.skipped
        return conflicts

    def _repeats(self, record: Record) -> bool:
        """Return whether what is known under the record's key says the same in other words."""
        known = self.store.log.find(record.key)
        return known is not None and self._admission.agree(decode_event(known.body), decode_event(record.body))

    def _append(self, records: list[Record]) -> list[Appended]:
        try:
            return self.store.log.append(records)
        except Unavailable:
            self._goods.forget()
            raise

    async def _append_soon(self, records: list[Record]) -> list[Appended]:
        try:
            return await asyncio.wrap_future(self.store.log.submit(records))
        except Unavailable:
            self._goods.forget()
            raise


def _bad_raw(raw: bytes) -> Rejected:
    if len(raw) > CALL_LIMIT:
        hint = f"send at most {CALL_LIMIT} bytes"
        return Rejected(f"the call has {len(raw)} bytes", code="too_large", hint=hint)
    return Rejected("the call holds a NUL character", code="bad_type", hint="take \\u0000 out of the texts")


def _contradiction() -> Rejected:
    return Rejected(
        "the message id is known already, with other contents", code="conflict", field="messageId",
        hint="give a corrected call a new messageId; a till sends a correction as a return and a new receipt",
    )


def _refusal(heard: Heard, error: Rejected) -> Result:
    given = heard.id if isinstance(heard, Unread) else str(getattr(heard, "message_id", "") or "")[:200]
    status: Status = "quarantined"
    if error.code == "conflict":
        status = "conflict"
    elif error.code == "too_large":
        status = "too_large"
    return Result(given, status, error.code, error.message, error.hint, error.field)
