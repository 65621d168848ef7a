"""The funnel from the screen to the till, per member, and who shops on which channel."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ibis
import msgspec

from datong.analytics.scope import Scope, rows, table, with_member
from datong.model import EVENT_TYPES, duration
from datong.storage import Store

__all__ = ["STEPS", "Funnel", "Step", "funnel"]

STEPS = ("seen", "visited", "tried", "bought")
"""Seen online, visited a store, tried or scanned something, bought; `EventType.funnel` says what proves each."""


class Step(msgspec.Struct, frozen=True):
    """A step and the members who reached it after all earlier ones; `share` is of the step before."""

    name: str
    members: int
    share: float | None


class Funnel(msgspec.Struct, frozen=True):
    """The steps, and the window in ms within which all of them must happen."""

    steps: list[Step]
    window: int


def funnel(
    store: Store, since: dt.date | None = None, until: dt.date | None = None, place: str = "", window: str = "7d"
) -> Funnel:
    """Return how many members came how far: seen online, then visited, then tried or scanned, then bought.

    The steps must follow each other in time, all within `window` of the first. With a place the last three must happen
    there. Computed by nested windows: each step carries along the latest start from which it can be reached, which is
    the one that leaves most time for the rest.
    """
    span = duration(window)
    marks = {t.name: STEPS.index(t.funnel) + 1 for t in EVENT_TYPES.values() if t.funnel}
    events = Scope(since, until).of(table(store, "touchpoints.event"))
    events = events.filter(events.type.isin(list(marks)))
    if place:
        events = events.filter((events.place == place) | events.type.isin([n for n, s in marks.items() if s == 1]))
    step = events.type.cases(*((name, number) for name, number in sorted(marks.items())), else_=0)
    events = events.select("ident", "ts", "offset", step=step).distinct()  # one row per event, however many items
    path = with_member(store, events)
    path = path.filter(path.member.notnull()).select("member", "ts", "offset", "step")
    path = path.semi_join(path.filter(path.step == 1).select("member").distinct(), "member")
    path = path.mutate(s1=(path.step == 1).ifelse(path.ts, None))
    for number in range(2, len(STEPS) + 1):
        path = _reach(path, number, span)
    reached = {f"n{n}": path.member.nunique(where=path[f"s{n}"].notnull()) for n in range(1, len(STEPS) + 1)}
    return Funnel(_steps(rows(path.agg(**reached))[0]), span)


def _reach(path: Any, number: int, span: int) -> Any:
    """Return the path with `s{number}`: at events of this step, the latest start of a row of steps leading here."""
    before = ibis.window(group_by="member", order_by=["ts", "step", "offset"], preceding=(None, 0))
    start = path[f"s{number - 1}"].max().over(before)
    path = path.mutate(start=start)
    fits = (path.step == number) & (path.ts <= path.start + span)
    return path.mutate(**{f"s{number}": fits.ifelse(path.start, None)}).drop("start")


def _steps(found: dict[str, int]) -> list[Step]:
    counts = [found[f"n{n}"] or 0 for n in range(1, len(STEPS) + 1)]
    return [
        Step(name, count, None if not n else count / counts[n - 1] if counts[n - 1] else 0.0)
        for n, (name, count) in enumerate(zip(STEPS, counts, strict=True))
    ]
