"""The step function: rules, a member's state, new moments and a watermark in; the new state and firings out. Pure.

No clock, no I/O, no randomness: the same in the live process, in a replay, in a backtest and in a test. Every moment
up to the watermark is final and is taken in the order (time, id), so that neither batch borders nor the order of
arrival matter, as long as nothing is later than the rules' lateness. Timers run at their exact deadline, in the order
(deadline, scene); an event exactly at a deadline still counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

import msgspec

from datong.model import Firing, Item
from datong.scenes.moment import Moment
from datong.scenes.rules import Rule, Rules, Stage, value_of

__all__ = ["Instance", "State", "advance"]

_SEEN = 32
_AFTER_ALL = "\uffff"


class Instance(msgspec.Struct, frozen=True, array_like=True):
    """A scene that has begun for a member: it is at `stage` until `deadline`; `begun` is the time of its start."""

    scene: str
    version: int
    key: str
    firing: str
    stage: int
    deadline: int
    begun: int
    count: int = 0
    binds: dict[str, Any] = {}
    because: tuple[str, ...] = ()
    ident: int = 0
    place: str = ""


class State(msgspec.Struct, array_like=True):
    """What one member's scenes of one lateness remember.

    `clock` and `clock_id` are the last (time, id) that was taken; `pending` are moments after the watermark; `seen` are
    the last ids, where moments are taken as they come; `late` counts moments that came too late to be taken.
    """

    clock: int = -1
    clock_id: str = ""
    open: list[Instance] = []
    pending: list[Moment] = []
    seen: list[str] = []
    late: int = 0


def advance(
    rules: Rules, state: State, moments: Iterable[Moment], watermark: int
) -> tuple[State, list[Firing], int | None]:
    """Return the state at `watermark` (ms of event time), what fired, and the watermark at which to call again.

    Firings carry no member; the caller knows it. The given state is left as it was.
    """
    run = _Run(rules, state)
    pending = {(m.time, m.id, m.source): m for m in (*state.pending, *moments)}
    waiting = []
    for key in sorted(pending):
        if key[0] > watermark:
            waiting.append(pending[key])
        else:
            run.take(pending[key])
    run.timers(watermark)
    soonest = run.first
    if waiting and (soonest is None or waiting[0].time < soonest):
        soonest = waiting[0].time
    after = State(run.clock[0], run.clock[1], run.open, waiting, run.seen, run.late)
    return after, run.firings, soonest


class _Run:
    """One call of `advance`, under way."""

    def __init__(self, rules: Rules, state: State) -> None:
        self.rules = rules
        self.clock = (state.clock, state.clock_id)
        self.open = [i for i in state.open if (i.scene, i.version) in rules.by_key]
        self.seen, self.late = list(state.seen), state.late
        self.firings: list[Firing] = []
        self.first = self._soonest()

    def take(self, m: Moment) -> None:
        """Take one final moment, after the timers before it."""
        at = (m.time, name := f"{m.id}\0{m.source}")
        if self.rules.lateness:
            if at <= self.clock:
                self.late += at != self.clock
                return
        elif name in self.seen:
            return
        else:
            self.seen.append(name)
            del self.seen[:-_SEEN]
        if self.first is not None and self.first < m.time:
            self.timers(m.time - 1)
        if self.open:
            self.open = [kept for i in self.open if (kept := self._follow(i, m)) is not None]
        for rule in self.rules.starts.get(m.type, ()):
            if (item := rule.start.match(m)) is not None:
                self._start(rule, m, item)
        self.first = self._soonest()
        self.clock = max(self.clock, at)

    def timers(self, upto: int) -> None:
        """Let time pass up to and with `upto`: waits end well, counts end in vain."""
        if self.first is None or self.first > upto:
            return
        while self.open and (i := min(self.open, key=_timer)).deadline <= upto:
            self.open.remove(i)
            rule = self.rules.by_key[i.scene, i.version]
            if rule.stages[i.stage].kind == "wait" and (further := self._next(rule, i, i.deadline)) is not None:
                self.open.append(further)
            self.clock = max(self.clock, (i.deadline, _AFTER_ALL))
        self.first = self._soonest()

    def _soonest(self) -> int | None:
        return min([i.deadline for i in self.open], default=None)

    def _follow(self, i: Instance, m: Moment) -> Instance | None:
        """Return what a moment makes of an open instance; None when it is broken, cancelled or complete."""
        rule = self.rules.by_key[i.scene, i.version]
        if m.type not in rule.follows:
            return i
        if any(c.match(m, i.binds) is not None for c in rule.cancel):
            return None
        stage: Stage = rule.stages[i.stage]
        for condition in stage.conditions:
            item = condition.match(m, i.binds)
            if item is None:
                continue
            if stage.kind == "wait":
                return None
            binds = {**i.binds, **{word: value_of(word, m, item) for word in stage.bind}}
            i = msgspec.structs.replace(i, count=i.count + 1, binds=binds, because=(*i.because, m.id),
                                        place=m.place or i.place)
            return self._next(rule, i, m.time) if i.count >= stage.n else i
        return i

    def _start(self, rule: Rule, m: Moment, item: Item) -> None:
        binds = {word: value_of(word, m, item) for word in rule.bind}
        key = repr(sorted(binds.items())) if rule.reentry == "each" else ""
        mine = [i for i in self.open if i.scene == rule.scene and i.key == key]
        if mine:
            if rule.reentry != "restart":
                return
            self.open = [i for i in self.open if i not in mine]
        cause = f"{rule.scene}\0{rule.version}\0{m.source}\0{m.id}"
        begun = Instance(rule.scene, rule.version, key, blake2b(cause.encode(), digest_size=12).hexdigest(), -1, m.time,
                         m.time, 0, binds, (m.id,), m.ident, m.place)
        if (further := self._next(rule, begun, m.time)) is not None:
            self.open.append(further)

    def _next(self, rule: Rule, i: Instance, at: int) -> Instance | None:
        """Return the instance in its next stage, or note the firing when there is none."""
        stage = i.stage + 1
        if stage < len(rule.stages):
            return msgspec.structs.replace(i, stage=stage, deadline=at + rule.stages[stage].duration, count=0)
        self.firings.append(Firing(i.firing, i.scene, i.version, 0, at, i.binds, i.because, i.ident, i.place))
        return None


def _timer(i: Instance) -> tuple[int, str, str]:
    return i.deadline, i.scene, i.key
