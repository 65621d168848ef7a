"""Rules: scene definitions compiled to an index by event type, for the step function."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import translate
from hashlib import blake2b
from typing import Any, Literal

import msgspec

from datong.model import SECOND, Item, duration
from datong.model.predicate import parse_where
from datong.scenes.definition import Scene, Step, Texts, When, milliseconds
from datong.scenes.moment import Moment
from datong.tags import compile_where

__all__ = ["Condition", "Rule", "Rules", "Stage", "compile_rules"]

EXACT = 30 * SECOND
"""How long `lateness: exact` waits for events that are late, in ms."""
_UNBOUND: dict[str, Any] = {}
_OF_ITEM = frozenset({"sku", "category", "brand", "quantity", "amount"})


class Condition:
    """One `When`: does a moment match it, and by which of its items; without `binds`, `same` is not asked."""

    def __init__(self, when: When, events: Iterable[str], scale: int) -> None:
        self.types = frozenset(_tuple(when.on))
        self.zone, self.place = _pattern(when.zone), _pattern(when.place)
        self.categories = tuple(c.strip("/").removesuffix("/*") for c in _tuple(when.category))
        self.where = compile_where(parse_where(when.where, events), scale) if when.where else None
        self.same = _tuple(when.same)
        self.plain = not (self.zone or self.place or self.categories or self.where or self.same)

    def match(self, m: Moment, binds: Mapping[str, Any] = _UNBOUND) -> Item | None:
        """Return the first item that matches and shows the `same` values among `binds`, None without one."""
        if m.type not in self.types:
            return None
        if self.plain:
            return m.items[0]
        if (self.zone and not self.zone(m.zone)) or (self.place and not self.place(m.place)):
            return None
        for item in m.items:
            if self.categories and not any(
                item.category == c or item.category.startswith(c + "/") for c in self.categories
            ):
                continue
            if self.where is not None and not self.where(m, item):
                continue
            if not self.same or all(value_of(word, m, item) == binds[word] for word in self.same if word in binds):
                return item
        return None


class Stage(msgspec.Struct, frozen=True):
    """A compiled step: `wait` until the time is over unless broken, or `count` events within the time."""

    kind: Literal["wait", "count"]
    duration: int
    conditions: tuple[Any, ...]
    n: int = 1
    bind: tuple[str, ...] = ()


class Rule(msgspec.Struct, frozen=True):
    """A compiled scene; `digest` changes with its behaviour, times are in ms, `follows` are the types it waits for."""

    scene: str
    version: int
    start: Any
    bind: tuple[str, ...]
    stages: tuple[Stage, ...]
    cancel: tuple[Any, ...]
    follows: frozenset[str]
    reentry: str
    cooldown: int
    per_day: int
    all_per_day: int
    lateness: int
    where: str
    digest: str


class Rules:
    """The rules of one lateness, indexed: which start on an event type, and which types matter at all.

    `key` names what a member's state keeps of them.
    """

    def __init__(self, rules: Iterable[Rule], lateness: int) -> None:
        self.lateness, self.key = lateness, str(lateness)
        self.by_key = {(r.scene, r.version): r for r in rules}
        self.starts: dict[str, list[Rule]] = {}
        self.asked: dict[str, list[Condition]] = {}
        for rule in self.by_key.values():
            for type_ in rule.start.types:
                self.starts.setdefault(type_, []).append(rule)
            for condition in (rule.start, *rule.cancel, *(c for stage in rule.stages for c in stage.conditions)):
                for type_ in condition.types:
                    self.asked.setdefault(type_, []).append(condition)
        for conditions in self.asked.values():
            conditions.sort(key=lambda condition: not condition.plain)  # whether any matches is told soonest by these

    def starting(self, m: Moment) -> bool:
        """Return whether the moment begins any scene."""
        return any(rule.start.match(m) is not None for rule in self.starts.get(m.type, ()))

    def concerned(self, m: Moment) -> bool:
        """Return whether the moment may matter to any scene."""
        return any(condition.match(m) is not None for condition in self.asked.get(m.type, ()))


def compile_rules(scenes: Iterable[Scene], events: Iterable[str] = (), scale: int = 100) -> list[Rules]:
    """Return the compiled scenes, one set for each lateness that occurs, the shortest first."""
    groups: dict[int, list[Rule]] = {}
    for scene in scenes:
        rule = _compile(scene, tuple(events), scale)
        groups.setdefault(rule.lateness, []).append(rule)
    return [Rules(groups[lateness], lateness) for lateness in sorted(groups)]


def value_of(word: str, m: Moment, item: Item) -> Any:
    """Return what a bound word is in this moment and item."""
    return getattr(item if word in _OF_ITEM else m, word)


def _compile(scene: Scene, events: tuple[str, ...], scale: int) -> Rule:
    lateness = {"exact": EXACT, "eager": 0}.get(scene.lateness)
    behaviour = msgspec.structs.replace(scene, title={}, campaign="", enabled=True)
    stages = tuple(_stage(step, events, scale) for step in scene.steps)
    cancel = tuple(Condition(when, events, scale) for when in scene.cancel_on)
    waited = (*cancel, *(condition for stage in stages for condition in stage.conditions))
    return Rule(
        scene.scene, scene.version, Condition(scene.start, events, scale), _tuple(scene.start.bind),
        stages, cancel, frozenset(type_ for condition in waited for type_ in condition.types), scene.reentry,
        duration(scene.cooldown) if scene.cooldown else 0, scene.cap.per_day, scene.cap.all_per_day,
        duration(scene.lateness) if lateness is None else lateness, scene.where,
        blake2b(msgspec.json.encode(behaviour, order="deterministic"), digest_size=16).hexdigest(),
    )


def _stage(step: Step, events: tuple[str, ...], scale: int) -> Stage:
    time = milliseconds(step)
    if step.stay:
        unless = step.stay.unless if isinstance(step.stay.unless, tuple) else (step.stay.unless,)
        return Stage("wait", time, tuple(Condition(when, events, scale) for when in unless))
    if step.absent:
        return Stage("wait", time, (Condition(step.absent, events, scale),))
    follow = step.on or step.count
    assert follow is not None  # noqa: S101 - checked when the file was read
    n = step.count.n if step.count else 1
    return Stage("count", time, (Condition(follow, events, scale),), n, _tuple(step.on.bind) if step.on else ())


def _pattern(texts: Texts) -> Any:
    patterns = _tuple(texts)
    return re.compile("|".join(translate(p) for p in patterns)).match if patterns else None


def _tuple(value: Texts) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value
