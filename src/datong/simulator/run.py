"""The run: plans come due as time passes, are turned into actions, and leave for the touchpoints."""

from __future__ import annotations

import heapq
import json
import os
import sys
import threading
import time
from pathlib import Path
from random import Random
from typing import Any, Protocol

from datong.model import DAY, HOUR, MINUTE
from datong.simulator.day import Day, Session, Visit, day_of, plan_day
from datong.simulator.frames import Action, session_actions, visit_actions
from datong.simulator.goods import Mall
from datong.simulator.history import history, master, registrations
from datong.simulator.population import Shopper
from datong.simulator.react import Reactions
from datong.simulator.sender import Sender
from datong.simulator.truth import Truth

__all__ = ["Run"]

_BACK = 12 * MINUTE  # so that the mall is not empty when the first look falls on it


class _Clock(Protocol):
    def now(self) -> int: ...


class Run:
    """A mall in motion: `due(now)` gives what has happened since it was last asked."""

    def __init__(self, mall: Mall, town: list[Shopper], seed: int, folder: Path) -> None:
        """Go on from the progress kept in `folder`, if there is any."""
        self.mall, self.town, self.seed = mall, town, seed
        self.truth = Truth(folder)
        self._progress = folder / "progress.json"
        self._reactions = Reactions(mall, town, seed, self.truth)
        self._lock = threading.Lock()
        self._later: list[tuple[int, int, Action]] = []
        self._count = 0
        self._plans: list[tuple[int, int, Visit | Session]] = []
        self._here: dict[int, Visit] = {}
        self._day: Day | None = None
        self._since = self._told = 0

    def begin(self, now: int, days: int) -> tuple[list[Action], list[Action]]:
        """Return what must be sent before anything else, and the past; nothing where it was begun before.

        `days` of the past go before the present one. What was lost since the progress was kept comes with `due`.
        """
        done = json.loads(self._progress.read_text("utf-8")) if self._progress.exists() else {}
        self._told = int(done.get("until", 0))
        self._since = max(self._told, now - _BACK)
        self._plan(day_of(self._since))
        if done:
            return [], []
        self.truth.shoppers(self.town)
        assert self._day is not None  # noqa: S101 planned just above
        first = [*master(self.mall, now), *registrations(self.town, now - days * DAY)]
        return first, history(self.mall, self.town, self.seed, self._since, days, self._day)

    def due(self, now: int) -> list[Action]:
        """Return the actions between the last time asked and `now`, in order of time."""
        while day_of(now) > (self._day.day if self._day else 0):
            self._plan((self._day.day if self._day else day_of(now) - 1) + 1)
        while self._plans and self._plans[0][0] <= now:
            self._unfold(heapq.heappop(self._plans)[2])
        found = []
        with self._lock:
            while self._later and self._later[0][0] <= now:
                action = heapq.heappop(self._later)[2]
                if action.at > self._since:
                    found.append(action)
            gone = [who for who, visit in self._here.items() if visit.end <= now]
            for who in gone:
                del self._here[who]
        self._since = max(self._since, now)
        return found

    def catch_up(self, now: int, sender: Sender) -> None:
        """Send what came due until `now`, a minute at a time, as sensors report it; a late report loses its order."""
        while self._since + 2 * MINUTE < now:
            sender.send(self.due(self._since + MINUTE))
            sender.flush()
        sender.send(self.due(now))

    def hear(self, message: dict[str, Any], now: int) -> None:
        """Let a message reach its shopper; from any thread."""
        with self._lock:
            who = self._reactions.find(message.get("to") or {})
            visit = self._here.get(who.id) if who else None
            for action in self._reactions.react(message, now, visit):
                self._put(action)

    def keep(self) -> None:
        """Write down how far everything has been sent, so that a restart goes on from there."""
        new = self._progress.with_suffix(".new")
        new.write_text(json.dumps({"until": self._since}), "utf-8")
        new.replace(self._progress)  # so that a crash leaves the old one or the new one

    def live(self, clock: _Clock, sender: Sender, tick: float, stop: threading.Event) -> None:
        """Send what comes due every `tick` real seconds until `stop`, or until whoever started this has ended."""
        shown, parent = time.monotonic(), os.getppid()
        while not stop.wait(tick) and os.getppid() == parent:
            self.catch_up(clock.now(), sender)
            self.keep()
            if sender.refusal and time.monotonic() - shown > 10:
                print(f"simulator: refused: {sender.refusal}", file=sys.stderr)  # noqa: T201 for whoever started it
                sender.refusal, shown = "", time.monotonic()

    def _plan(self, day: int) -> None:
        self._day = plan_day(self.mall, self.town, self.seed, day)
        for visit in self._day.visits:
            if visit.end > self._since:
                self._add(visit.start, visit)
        for web in self._day.sessions:
            if web.start + 4 * HOUR > self._since:  # what was ordered is sent off within that time
                self._add(web.start, web)

    def _add(self, at: int, plan: Visit | Session) -> None:
        self._count += 1
        heapq.heappush(self._plans, (at, self._count, plan))

    def _unfold(self, plan: Visit | Session) -> None:
        if isinstance(plan, Session):
            actions = session_actions(plan)
        else:
            actions = visit_actions(self.mall, plan, Random(f"{self.seed}/{plan.start}/{plan.shopper.id}/radio"))
        if plan.start > self._told:
            self.truth.session(plan) if isinstance(plan, Session) else self.truth.visit(plan)
        with self._lock:
            if isinstance(plan, Visit):
                self._here[plan.shopper.id] = plan
            for action in actions:
                self._put(action)

    def _put(self, action: Action) -> None:
        self._count += 1
        heapq.heappush(self._later, (action.at, self._count, action))

