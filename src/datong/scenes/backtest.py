"""Backtest: what scenes would have done with events of the past, in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from datong.model import Event, Firing, local_parts
from datong.scenes.advance import State, advance
from datong.scenes.definition import Scene
from datong.scenes.member import admit
from datong.scenes.moment import Moment, moment
from datong.scenes.rules import compile_rules

__all__ = ["Backtest", "backtest"]


class Backtest(msgspec.Struct, frozen=True):
    """What would have fired, in order of time; `candidates` counts before `where`, cooldown and caps, by scene."""

    firings: list[Firing]
    members: int
    candidates: dict[str, int]
    by_hour: dict[int, int]


def _everyone(_scene: str, _member: int, _at: int) -> bool:
    return True


def backtest(
    scenes: Iterable[Scene], events: Iterable[tuple[int, Event]], until: int | None = None,
    timezone: str = "Asia/Shanghai", where: Callable[[str, int, int], bool] = _everyone,
) -> Backtest:
    """Return what the scenes would have done with (member, event) pairs in any order, up to `until` (ms; default: all).

    Events marked `history` count here. `where(scene, member, at)` stands for the scenes' member predicates, since tags
    of the past are not known here; by default everyone is meant.
    """
    by_member: dict[int, list[Moment]] = {}
    for member, event in events:
        by_member.setdefault(member, []).append(moment(event))
    sets = compile_rules(scenes)
    rules = {key: rule for s in sets for key, rule in s.by_key.items()}
    last = max((m.time for ms in by_member.values() for m in ms), default=0)
    open_end = last + sum(stage.duration for rule in rules.values() for stage in rule.stages)
    firings: list[Firing] = []
    candidates: dict[str, int] = {}
    by_hour: dict[int, int] = {}
    for member, moments in by_member.items():
        found: list[Firing] = []
        for one in sets:
            found.extend(advance(one, State(), moments, until if until is not None else open_end)[1])
        for firing in found:
            candidates[firing.scene] = candidates.get(firing.scene, 0) + 1
        meant = [f for f in found if where(f.scene, member, f.at)]
        firings.extend(msgspec.structs.replace(f, member=member) for f in admit(rules, {}, meant, timezone))
    firings.sort(key=lambda f: (f.at, f.id))
    for firing in firings:
        hour = local_parts(firing.at, timezone)[1]
        by_hour[hour] = by_hour.get(hour, 0) + 1
    return Backtest(firings, len({f.member for f in firings}), candidates, by_hour)
