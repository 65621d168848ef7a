"""Scene definitions: data in YAML, versioned, checked with the file and the key at fault."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from typing import Any, Literal

import msgspec
import yaml

from datong.config import Settings
from datong.errors import ConfigError, Rejected
from datong.model import EVENT_TYPES, duration
from datong.model.predicate import parse_where
from datong.tags import Predicate

__all__ = ["BINDS", "Absent", "Cap", "Count", "Follow", "Scene", "Start", "Stay", "Step", "When", "definitions",
           "milliseconds", "predicates", "read_scenes"]

BINDS = ("zone", "place", "sku", "category", "brand", "quantity", "amount", "channel", "campaign", "coupon", "ref",
         "value", "hour")
Texts = str | tuple[str, ...]


class When(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An event to look for: its type, patterns of zone and place (`f2-*`), category paths, a `where` on its items.

    `same` names what must equal the value the scene has bound (`same: zone`).
    """

    on: Texts
    zone: Texts = ()
    place: Texts = ()
    category: Texts = ()
    where: str = ""
    same: Texts = ()


class Start(When, frozen=True, kw_only=True):
    """The event that begins a scene; `bind` keeps values of it for the steps, the decision and the message."""

    bind: Texts = ()


class Stay(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"for_": "for"}):
    """Nothing of `unless` happens `for` a time; by default: leaving the zone, or the venue."""

    for_: str
    unless: When | tuple[When, ...] = (When(on="Zone Exited", same="zone"), When(on="Venue Exited", same="place"))


class Absent(When, frozen=True, kw_only=True, rename={"for_": "for"}):
    """The event does not come `for` a time."""

    for_: str


class Follow(When, frozen=True, kw_only=True):
    """The event comes `within` a time; it may bind further values."""

    within: str
    bind: Texts = ()


class Count(When, frozen=True, kw_only=True):
    """The event comes `n` times `within` a time."""

    n: int
    within: str


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One step: exactly one of the four."""

    stay: Stay | None = None
    absent: Absent | None = None
    on: Follow | None = None
    count: Count | None = None


class Cap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often it may fire for a member: `per_day` of this scene, `all_per_day` together with all others; 0 = no cap.

    A day is a calendar day of the retailer.
    """

    per_day: int = 1
    all_per_day: int = 0


class Scene(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A scene: what begins it, what must follow, what ends it, and for whom (`where`, asked when it would fire).

    `reentry` says what a new start does to an open one: `ignore` the new, `restart` with it, or keep one of `each` set
    of bound values. `cooldown` is silence after a firing. `lateness`: `exact` waits 30 s for events that are late,
    `eager` takes them as they come, a duration such as `3m30s` waits that long. `campaign` is what to decide with.
    """

    scene: str
    version: int = 1
    title: dict[str, str]
    start: Start
    steps: tuple[Step, ...] = ()
    cancel_on: tuple[When, ...] = ()
    where: str = ""
    reentry: Literal["ignore", "restart", "each"] = "ignore"
    cooldown: str = ""
    cap: Cap = Cap()
    lateness: str = "exact"
    campaign: str = ""
    enabled: bool = True


class _Loader(yaml.SafeLoader):
    """YAML 1.2's truths only: in YAML 1.1 the key `on` would be read as true."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def definitions(settings: Settings) -> list[Scene]:
    """Return the scenes of the installation by name: the library's, and over them those of `scenes.files`.

    A scene with `enabled: false` is left out. Raises ConfigError naming the file, the scene and the key.
    """
    found: dict[str, Scene] = {}
    library = resources.files("datong.scenes") / "library"
    for file in sorted(library.iterdir(), key=lambda f: f.name):
        if file.name.endswith(".yaml"):
            found.update((s.scene, s) for s in read_scenes(file.read_text("utf-8"), file.name, settings))
    for name in settings.scenes.files:
        try:
            text = settings.path(name).read_text("utf-8")
        except OSError as error:
            raise ConfigError(f"the scene file {name} cannot be read: {error.strerror}", field="scenes.files",
                              hint="paths start at the folder of datong.toml", code="config_missing") from None
        found.update((s.scene, s) for s in read_scenes(text, name, settings))
    return [found[name] for name in sorted(found) if found[name].enabled]


def predicates(settings: Settings) -> list[str]:
    """Return the `where` of all scenes, for `Tags` to keep what they ask about."""
    return [s.where for s in definitions(settings) if s.where]


def read_scenes(text: str, file: str, settings: Settings) -> list[Scene]:
    """Return the scenes in a YAML text (one scene, or a list); raises ConfigError naming file, scene and key."""
    try:
        raw = _yaml(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"{file} is not YAML: {error}", code="config_syntax") from None
    scenes = []
    for at, entry in enumerate(raw if isinstance(raw, list) else [raw], 1):
        name = str(entry.get("scene", f"no. {at}")) if isinstance(entry, dict) else f"no. {at}"
        try:
            scene = msgspec.convert(_listed(entry), Scene)
            _check(scene, settings)
        except msgspec.ValidationError as error:
            raise ConfigError(f"{file}: scene {name}: {error}", code="config_value", field=name) from None
        except Rejected as error:
            raise ConfigError(f"{file}: scene {name}: {error.field}: {error.message}", hint=error.hint,
                              code=error.code, field=name) from None
        scenes.append(scene)
    return scenes


@lru_cache(maxsize=64)
def _yaml(text: str) -> Any:
    return yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader with fewer words for true


def _listed(entry: Any) -> Any:
    """Return the entry with single conditions under `cancel_on` and `unless` as lists, as people write them."""
    if isinstance(entry, dict) and isinstance(entry.get("cancel_on"), dict):
        entry = {**entry, "cancel_on": [entry["cancel_on"]]}
    return entry


def _check(scene: Scene, settings: Settings) -> None:
    if not scene.scene.isidentifier():
        raise Rejected(f"{scene.scene!r} is no scene name", field="scene", hint="letters, digits and _, as shoe_dwell")
    for key, when in _whens(scene):
        _check_when(key, when, settings)
    for at, step in enumerate(scene.steps, 1):
        if sum(part is not None for part in (step.stay, step.absent, step.on, step.count)) != 1:
            raise Rejected("a step is one of stay, absent, on, count", field=f"steps[{at}]", code="bad_scene")
        milliseconds(step)
    if scene.cooldown:
        _duration(scene.cooldown, "cooldown")
    if scene.lateness not in ("exact", "eager"):
        _duration(scene.lateness, "lateness")
    if scene.where:
        try:
            Predicate(settings, scene.where)
        except Rejected as error:
            raise Rejected(error.message, field="where", hint=error.hint, code=error.code) from None


def _check_when(key: str, when: When, settings: Settings) -> None:
    for type_ in _texts(when.on):
        if type_ not in EVENT_TYPES and type_ not in settings.intake.custom_events:
            near = difflib.get_close_matches(type_, EVENT_TYPES, 1)
            hint = f"did you mean {near[0]}?" if near else "names of your own belong in [intake] custom_events"
            raise Rejected(f"there is no event {type_!r}", field=f"{key}.on", code="bad_scene", hint=hint)
    if {"Device Sighted", "Devices Sighted"}.intersection(_texts(when.on)):
        raise Rejected("raw sightings start no scene", field=f"{key}.on", hint="use Zone Entered", code="bad_scene")
    if when.where:
        _parsed(when.where, f"{key}.where", settings)
    bound = _texts(when.bind) if isinstance(when, Start | Follow) else ()
    for word in (*_texts(when.same), *bound):
        if word not in BINDS:
            raise Rejected(f"{word} cannot be bound", field=key, hint=f"known: {', '.join(BINDS)}", code="bad_scene")


def _parsed(text: str, key: str, settings: Settings) -> None:
    try:
        parse_where(text, settings.intake.custom_events)
    except Rejected as error:
        raise Rejected(error.message, field=key, hint=error.hint, code=error.code) from None


def _whens(scene: Scene) -> Iterator[tuple[str, When]]:
    yield "start", scene.start
    for at, step in enumerate(scene.steps, 1):
        if step.stay:
            for when in (step.stay.unless if isinstance(step.stay.unless, tuple) else (step.stay.unless,)):
                yield f"steps[{at}].stay.unless", when
        if follow := step.absent or step.on or step.count:
            yield f"steps[{at}]", follow
    for when in scene.cancel_on:
        yield "cancel_on", when


def milliseconds(step: Step) -> int:
    """Return how long a step waits, in ms."""
    if step.stay:
        return _duration(step.stay.for_, "stay.for")
    if step.absent:
        return _duration(step.absent.for_, "absent.for")
    follow = step.on or step.count
    return _duration(follow.within, "within") if follow else 0


def _duration(text: str, key: str) -> int:
    try:
        return duration(text)
    except ValueError as error:
        raise Rejected(str(error), field=key, code="bad_scene") from None


def _texts(value: Texts) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value
