"""Tag definitions: data in YAML files, read, checked and parsed, from the library of the formats and your own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Literal

import msgspec
import yaml

from datong.config import Settings
from datong.errors import ConfigError, Rejected
from datong.hooks import plugins
from datong.model.predicate import Expr, Kind, TagRef, kind_of, parse, walk
from datong.places import formats

__all__ = ["Definition", "definitions", "expressions", "library", "read_definitions"]


class Definition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One tag as it is written: its dotted name, titles by language, the group it is shown in, and what it says."""

    name: str
    title: dict[str, str]
    group: str
    kind: Literal["number", "text", "bool", "money"]
    expression: str


def definitions(settings: Settings) -> dict[str, Definition]:
    """Return every tag of the installation by name; raises ConfigError as `library` does."""
    return library(settings)[0]


def library(settings: Settings) -> tuple[dict[str, Definition], dict[str, Expr]]:
    """Return every tag and its expression by name: general library, formats, plugins, then the retailer's own files.

    A later file may redefine a tag. What is returned is shared: do not change it. Raises ConfigError naming the file
    and the tag.
    """
    own = {one.code: one for one in formats(settings) if one.like or one.tags}
    chosen = [own[name].like if name in own else name for name in settings.retailer.formats]
    texts = [(f"{name}.yaml", _built_in(name)) for name in dict.fromkeys(("general", *filter(None, chosen)))]
    texts += [(name, Path(path).read_text("utf-8")) for name, path in plugins("datong.tag_libraries").items()]
    beside = Path(settings.places.formats).parent
    brought = [str(beside / file) for name in settings.retailer.formats if name in own for file in own[name].tags]
    for name in (*brought, *settings.tags.files):
        try:
            texts.append((name, settings.path(name).read_text("utf-8")))
        except OSError as error:
            raise ConfigError(f"the tag file {name} cannot be read: {error.strerror}",
                              field="places.formats" if name in brought else "tags.files",
                              hint="paths start at the folder of datong.toml", code="config_missing") from None
    return _read(tuple(texts), settings.intake.custom_events)


@lru_cache(maxsize=8)
def _read(texts: tuple[tuple[str, str], ...], events: tuple[str, ...]) -> tuple[dict[str, Definition], dict[str, Expr]]:
    found: dict[str, tuple[Definition, str]] = {}
    for name, text in texts:
        _add(found, read_definitions(text, name), name)
    parsed = expressions(found.values(), events)
    return {name: definition for name, (definition, _) in found.items()}, parsed


def _built_in(name: str) -> str:
    folder = resources.files("datong.tags") / "library"
    file = folder / f"{name}.yaml"
    if not file.is_file():
        known = sorted(f.name.removesuffix(".yaml") for f in folder.iterdir() if f.name.endswith(".yaml"))
        raise ConfigError(f"retailer.formats: there is no tag library {name}", hint=f"known: {', '.join(known)}",
                          field="retailer.formats", code="config_value")
    return file.read_text("utf-8")


def read_definitions(text: str, file: str) -> list[Definition]:
    """Return the definitions in a YAML text; raises ConfigError naming file, tag and key."""
    try:
        raw = yaml.safe_load(text) or []
    except yaml.YAMLError as error:
        raise ConfigError(f"{file} is not YAML: {error}", code="config_syntax") from None
    if not isinstance(raw, list):
        raise ConfigError(f"{file}: a list of tags is expected", code="config_value",
                          hint="begin each tag with `- name:`")
    found = []
    for at, entry in enumerate(raw, 1):
        label = entry.get("name", f"no. {at}") if isinstance(entry, dict) else f"no. {at}"
        try:
            found.append(msgspec.convert(entry, Definition))
        except msgspec.ValidationError as error:
            raise ConfigError(f"{file}: tag {label}: {error}", code="config_value", field=str(label)) from None
    return found


def _add(found: dict[str, tuple[Definition, str]], more: Iterable[Definition], file: str) -> None:
    for definition in more:
        if not all(part.isidentifier() for part in definition.name.split(".")):
            raise ConfigError(f"{file}: {definition.name!r} is no tag name", code="config_value",
                              hint="write words joined by dots, as in rfm.recency_days")
        found[definition.name] = (definition, file)


def expressions(found: Iterable[tuple[Definition, str]], events: Iterable[str] = ()) -> dict[str, Expr]:
    """Return the parsed expression of every (definition, file); raises ConfigError naming file and tag."""
    pairs = list(found)
    kinds: Mapping[str, Kind] = {d.name: d.kind for d, _ in pairs}
    parsed: dict[str, Expr] = {}
    for definition, file in pairs:
        where = f"{file}: tag {definition.name}"
        try:
            expr = parse(definition.expression, kinds, events)
        except Rejected as error:
            raise ConfigError(f"{where}: expression, {error.message}", hint=error.hint, field=definition.name,
                              code="bad_expression") from None
        if kind_of(expr) != definition.kind:
            raise ConfigError(f"{where}: kind says {definition.kind}, but the expression gives {kind_of(expr)}",
                              hint=f"write kind: {kind_of(expr)}", field=definition.name, code="bad_expression")
        parsed[definition.name] = expr
    for definition, file in pairs:
        _refuse_circles(definition.name, parsed, (), file)
    return parsed


def _refuse_circles(name: str, parsed: Mapping[str, Expr], above: tuple[str, ...], file: str) -> None:
    if name in above:
        raise ConfigError(f"{file}: tag {name} is defined by itself: {' → '.join((*above, name))}",
                          field=name, code="bad_expression")
    for node in walk(parsed[name]):
        if isinstance(node, TagRef):
            _refuse_circles(node.name, parsed, (*above, name), file)
