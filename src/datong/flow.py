"""The flow: the picture of the platform as code.

    collect → settle → recognise → describe → sense → decide → deliver
       ↑                                                          │
       └──────────────── event log (the loop closes here) ────────┘

`collect` is the intake: it validates, dedupes and appends to the log. Everything else runs here, batch after batch: one
transaction holds the effects of every stage and their cursors. Facts are folded from the same log behind the spine.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

import msgspec

from datong.errors import Unavailable
from datong.model import Batch, Event, decode_event
from datong.storage import (
    EVENTS,
    MARK,
    QUARANTINE,
    Entry,
    Record,
    Stage,
    Store,
    cursor,
    event_key,
    event_record,
    set_cursor,
)

__all__ = ["Flow"]

LIVE, BEHIND, BULK = 2_000, 10_000, 50_000
"""Entries in one batch: few while live, many where more than `BEHIND` wait or a backlog is drained."""
SIZE = 5 * 1024 * 1024
"""Bytes in one batch: some ten thousand receipts and orders, or forty thousand small frames of sightings."""
AHEAD = 200_000
"""Entries by which the spine may lead the facts while a backlog is drained: what a split has to read in the log."""

log = logging.getLogger("datong.flow")


class Flow:
    """Runs the stages over the log, and the fold of facts behind them."""

    def __init__(self, store: Store, stages: Sequence[Stage]) -> None:
        self.store, self.stages = store, tuple(stages)
        with store.state.read() as tx:
            self.position, self.now = cursor(tx, "spine")
            self._wake = self._earliest(tx)
        self._tried = store.log.end()
        """The offset up to which entries may have been through the stages before: in another life, or in vain."""
        self.failure = ""
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def pump(self, limit: int = 0) -> int:
        """Take the next batch through every stage; return how many log entries it held (0: nothing to do).

        `limit` is at most how many, by default what suits the backlog.
        Without new entries it writes a tick when a timer is due, so that absence is noticed in silence.
        """
        entries, told = self._next(limit or (LIVE if self.behind < BEHIND else BULK))
        if not entries:
            now = self.store.clock.now()
            return self._tick(now) if self._wake is not None and self._wake <= now and now > self.now else 0
        batch = _batch(entries, self.now)
        with self.store.state.write() as tx:
            for stage in self.stages:
                stage.step(batch, tx)
            if batch.derived and not told:
                self._tried = max(self._tried, batch.last)
                mark = Record(_mark(batch.first), str(batch.last).encode(), topic=MARK)
                self.store.log.append([mark, *(event_record(e) for e in batch.derived)])
            set_cursor(tx, "spine", batch.last, batch.now)
            wake = self._earliest(tx)
        self.position, self.now, self._wake = batch.last, batch.now, wake
        return len(entries)

    def _next(self, limit: int) -> tuple[list[Entry], bool]:
        """Return the next batch, and whether what it derives is in the log already.

        A batch that once derived events is the same again, after it broke off as in a replay: then what was derived is
        the same too, and nothing is told twice, whatever the events are named by.
        """
        log = self.store.log
        entries = log.read(self.position, limit, SIZE)
        if not entries or entries[0].offset > self._tried:
            return entries, False
        names = [_mark(entry.offset) for entry in entries]
        marks = log.find_all(names)
        if (began := marks.get(names[0])) is not None:
            last = int(began.body)
            return [e for e in log.read(self.position, last - self.position) if e.offset <= last], True
        cut = next((at for at, name in enumerate(names) if name in marks), len(entries))
        return entries[:cut], False

    def fold(self, limit: int = BULK) -> int:
        """Append the facts of the next stretch the spine has passed; return how many log entries it held."""
        after, upto = self.store.facts.position(), self.position
        entries = [e for e in self.store.log.read(after, min(limit, max(0, upto - after)), SIZE) if e.offset <= upto]
        if not entries:
            return 0
        batch = _batch(entries, 0)
        with self.store.facts.write() as facts:
            for stage in self.stages:
                stage.fold(batch, facts)
            facts.move(batch.last)
        return len(entries)

    def drain(self, progress: Callable[[str, int, int], None] | None = None) -> None:
        """Run spine and fold until both have reached the log's end; `progress(what, done, end)` hears of each batch."""
        while self.pump(BULK):
            if progress:
                progress("recognise", self.position, self.store.log.end())
            if self.position - self.store.facts.position() > AHEAD:
                self.fold(BULK)
        while self.fold(BULK):
            if progress:
                progress("facts", self.store.facts.position(), self.position)

    def start(self) -> None:
        """Run the spine and the fold in threads of their own until `stop`."""
        for name, work in (("spine", self._run_spine), ("fold", self._run_fold)):
            thread = threading.Thread(target=work, name=f"datong-{name}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Finish the batch under way and stop."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    @property
    def behind(self) -> int:
        """Return how many log entries the spine has not taken yet."""
        return self.store.log.end() - self.position

    def _tick(self, now: int) -> int:
        """Write the time into the log, so that what a timer did is the same in every replay."""
        tick = Event(id=str(now), source="clock", channel="system", type="Clock Ticked", time=now, received=now)
        return len(self.store.log.append([event_record(tick)]))

    def _earliest(self, tx: object) -> int | None:
        return min((w for s in self.stages if (w := s.wake(tx)) is not None), default=None)  # type: ignore[arg-type]

    def _run_spine(self) -> None:
        while not self._stop.is_set():
            if not self._guarded(self.pump):
                self.store.log.wait(self.position, 0.1)

    def _run_fold(self) -> None:
        while not self._stop.is_set():
            began = time.monotonic()
            if self._guarded(self.fold) < BEHIND:  # under load less often: a large fold costs half of many small ones
                self._stop.wait(min(3.0, max(0.3, 3 * (time.monotonic() - began))))

    def _guarded(self, work: Callable[[], int]) -> int:
        """Run one batch; a failure stops nothing else, is shown, and is tried again a second later."""
        try:
            done = work()
            self.failure = ""
        except Exception as error:
            self.failure = f"{work.__name__}: {type(error).__name__}: {error}"
            level = logging.WARNING if isinstance(error, Unavailable) else logging.ERROR
            log.log(level, "the %s failed after offset %d", work.__name__, self.position, exc_info=error)
            time.sleep(1)
            return 0
        return done


def _mark(first: int) -> bytes:
    """Return the key under which the log holds where the batch that began at offset `first` ended."""
    return event_key("flow", f"batch:{first}")


def _batch(entries: Sequence[Entry], now: int) -> Batch:
    """Return the events of a stretch of the log; `now` is the platform's time before it."""
    events: list[Event] = []
    rejected: list[tuple[int, bytes]] = []
    for offset, topic, body in entries:
        if topic != EVENTS:
            if topic == QUARANTINE:
                rejected.append((offset, body))
            continue
        event = decode_event(body)
        msgspec.structs.force_setattr(event, "offset", offset)  # known only now; nobody else has seen the event yet
        events.append(event)
        now = max(now, event.received)
    return Batch(events, entries[0].offset, entries[-1].offset, now, rejected=rejected)
