"""The flow: batches, cursors, derived events, ticks, the fold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from datong.config import FixedClock
from datong.flow import Flow
from datong.model import Batch, Event
from datong.storage import QUARANTINE, FactsTx, Record, Stage, Store, cursor, event_record, set_cursor

NOW = 1_772_337_600_000


def event(name: str, received: int = NOW, kind: str = "Page Viewed") -> Event:
    """Return a small event."""
    return Event(id=name, source="web", channel="web", type=kind, time=received, received=received)


class Counting(Stage):
    """Counts what it is given in a cursor row of its own, and can fail, derive and sleep."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.folded: list[int] = []
        self.fail = False
        self.due: int | None = None

    def step(self, batch: Batch, tx: sa.Connection) -> None:
        """Count, derive one event from each page view, then perhaps fail."""
        set_cursor(tx, "counting", cursor(tx, "counting")[0] + len(batch.events))
        views = [e for e in batch.events if e.type == "Page Viewed"]
        batch.derived += [event(f"from:{e.id}", batch.now, "Screen Seen") for e in views]
        if self.due is not None and batch.now >= self.due:
            self.due = None
        self.batches.append(batch)
        if self.fail:
            raise RuntimeError("the machine stops here")

    def wake(self, tx: sa.Connection) -> int | None:
        """Return when it wants to be woken."""
        return self.due

    def fold(self, batch: Batch, facts: FactsTx) -> None:
        """Remember the offsets."""
        self.folded += [e.offset for e in batch.events]


def counted(store: Store) -> int:
    """Return the number the stage committed."""
    with store.state.read() as tx:
        return cursor(tx, "counting")[0]


def test_events_go_through_once_and_derived_ones_follow(store: Store) -> None:
    """Two page views make two derived events, which come in the next batch."""
    stage = Counting()
    flow = Flow(store, [stage])
    store.log.append([event_record(event("a")), event_record(event("b"))])
    assert [flow.pump(), flow.pump(), flow.pump()] == [2, 3, 0]
    assert [[e.id for e in b.events] for b in stage.batches] == [["a", "b"], ["from:a", "from:b"]]
    assert [e.offset for e in stage.batches[1].events] == [4, 5]  # 3 is the mark of the first batch
    assert (counted(store), flow.behind) == (4, 0)


def test_a_failure_leaves_no_trace_and_the_batch_runs_again(store: Store) -> None:
    """Nothing of the failed transaction stays, and the derived events exist once."""
    stage = Counting()
    flow = Flow(store, [stage])
    store.log.append([event_record(event("a"))])
    stage.fail = True
    with pytest.raises(RuntimeError):
        flow.pump()
    assert (counted(store), flow.position) == (0, 0)
    stage.fail = False
    again = Flow(store, [stage])
    while again.pump():
        pass
    assert counted(store) == 2
    assert store.log.end() == 3


def test_a_batch_that_broke_off_is_the_same_batch_again(store: Store) -> None:
    """What came into the log meanwhile waits: the events that were derived already are derived again, and no others."""
    stage = Counting()
    flow = Flow(store, [stage])
    store.log.append([event_record(event("a", NOW + 1)), event_record(event("b", NOW + 2))])
    breaking = store.state.write

    @contextmanager
    def broken() -> Iterator[sa.Connection]:
        with breaking() as tx:
            yield tx
            raise RuntimeError("the disk is full")

    store.state.write = broken  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        flow.pump()
    store.state.write = breaking  # type: ignore[method-assign]
    store.log.append([event_record(event("late", NOW + 9))])
    again = Flow(store, [stage])
    while again.pump():
        pass
    first, second = stage.batches[:2]
    assert [[e.id for e in b.events] for b in (first, second)] == [["a", "b"], ["a", "b"]]
    assert first.now == second.now == NOW + 2
    assert [e.id for b in stage.batches[2:] for e in b.events] == ["from:a", "from:b", "late", "from:late"]


class Naming(Stage):
    """Derives one event from all page views of a batch, named by where the batch began; keeps which."""

    def __init__(self) -> None:
        self.batches: list[tuple[int, int]] = []

    def step(self, batch: Batch, tx: sa.Connection) -> None:
        """Derive."""
        if views := [e for e in batch.events if e.type == "Page Viewed"]:
            self.batches.append((batch.first, batch.last))
            batch.derived.append(event(f"views:{batch.first}:{len(views)}", batch.now, "Screen Seen"))


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_a_replay_takes_the_batches_that_derived_something_once_more(store: Store, limit: int) -> None:
    """However much it asks for at once, nothing is told twice, and the log stays what it is."""
    first = Naming()
    flow = Flow(store, [first])
    for names in ("ab", "c", "", "def"):
        store.log.append([event_record(event(n)) for n in names] or [event_record(event("-", kind="Cart Viewed"))])
        flow.pump(2)
    while flow.pump(2):
        pass
    before = store.log.read(0, 100)
    with store.state.write() as tx:
        set_cursor(tx, "spine", 0)
    second = Naming()
    again = Flow(store, [second])
    while again.pump(limit):
        pass
    assert store.log.read(0, 100) == before
    assert second.batches == first.batches
    assert len(first.batches) > 2
    store.log.append([event_record(event("g"))])
    assert [again.pump(), store.log.end()] == [1, len(before) + 3]


def test_a_new_flow_goes_on_where_the_last_one_stopped(store: Store) -> None:
    """Position and the platform's time come from the cursor."""
    store.log.append([event_record(event("a", NOW + 5))])
    first = Flow(store, [Counting()])
    first.pump()
    second = Flow(store, [Counting()])
    assert (second.position, second.now) == (1, NOW + 5)


def test_time_goes_forward_only(store: Store) -> None:
    """`now` is the largest time received so far."""
    stage = Counting()
    flow = Flow(store, [stage])
    for name, received in (("a", NOW + 9), ("b", NOW + 3)):
        store.log.append([event_record(event(name, received, "Screen Seen"))])
        flow.pump()
    assert [b.now for b in stage.batches] == [NOW + 9, NOW + 9]


def test_a_timer_is_kept_although_nobody_sends_anything(store: Store) -> None:
    """When a stage is due, a tick is written to the log and wakes it; only then."""
    clock = FixedClock(NOW)
    store.clock = clock
    stage = Counting()
    stage.due = NOW + 1_000
    flow = Flow(store, [stage])
    assert flow.pump() == 0
    clock.at = NOW + 1_500
    assert [flow.pump(), flow.pump(), flow.pump()] == [1, 1, 0]
    assert [(e.type, e.time) for e in stage.batches[0].events] == [("Clock Ticked", NOW + 1_500)]
    assert stage.due is None


def test_the_fold_stays_behind_the_spine(store: Store) -> None:
    """Facts are folded up to the spine's position and no further, each event once."""
    stage = Counting()
    flow = Flow(store, [stage])
    store.log.append([event_record(event(n, kind="Screen Seen")) for n in "abc"])
    assert flow.fold() == 0
    flow.pump(2)
    assert (flow.fold(), stage.folded) == (2, [1, 2])
    flow.pump()
    flow.fold()
    assert (stage.folded, store.facts.position()) == ([1, 2, 3], 3)


def test_rejected_entries_come_beside_the_events(store: Store) -> None:
    """A quarantined entry keeps its place in the log and is handed over as it is."""
    stage = Counting()
    store.log.append([event_record(event("a")), Record(b"q" * 16, b"raw", 0, QUARANTINE)])
    Flow(store, [stage]).pump()
    assert [e.id for e in stage.batches[0].events] == ["a"]
    assert stage.batches[0].rejected == [(2, b"raw")]
    assert stage.batches[0].last == 2


def test_drain_brings_everything_home_and_tells_how_far(store: Store) -> None:
    """After it, spine and facts have reached the end of the log."""
    told: list[tuple[str, int, int]] = []
    flow = Flow(store, [Counting()])
    store.log.append([event_record(event("a"))])
    flow.drain(lambda *x: told.append(x))
    assert (flow.behind, store.facts.position()) == (0, 3)
    assert told == [("recognise", 1, 3), ("recognise", 3, 3), ("facts", 3, 3)]


def test_a_failing_stage_is_shown_and_tried_again(store: Store) -> None:
    """The running flow names its failure and recovers by itself."""
    stage = Counting()
    stage.fail = True
    flow = Flow(store, [stage])
    store.log.append([event_record(event("a"))])
    assert flow._guarded(flow.pump) == 0
    assert "the machine stops here" in flow.failure
    stage.fail = False
    assert flow._guarded(flow.pump) == 1
    assert flow.failure == ""
